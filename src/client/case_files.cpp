#include "client/case_files.h"

#include <algorithm>
#include <map>

#include "client/features.h"
#include "codec/codec.h"

namespace homeward::client {
namespace {

namespace cases = domain::cases;
using domain::Ref;

constexpr std::string_view kMagic = "homeward case";
constexpr uint8_t kVersion = 1;
constexpr size_t kSaltBytes = 16;
constexpr size_t kKeyBytes = 32;
constexpr size_t kPaddingStep = 8192;
constexpr size_t kMostStepBytes = 16 * 1024;
// What a file may ask of the device that reads it.
constexpr uint64_t kMostMemory_bytes = 512ull << 20;
constexpr uint32_t kMostPasses = 16;

Secret padded(BytesView content) {
  const size_t whole = content.size() + 4;
  Secret out((whole + kPaddingStep - 1) / kPaddingStep * kPaddingStep);
  Writer length;
  length.u32(static_cast<uint32_t>(content.size()));
  std::ranges::copy(length.view(), out.bytes().begin());
  std::ranges::copy(content, out.bytes().begin() + 4);
  return out;
}

void write_day(Writer& out, const std::optional<cases::Day>& day) {
  out.optional(day.has_value(), [&](Writer& some) { some.u32(static_cast<uint32_t>(day->number)); });
}

bool read_day(Reader& in, std::optional<cases::Day>& day) {
  if (!in.optional()) return true;
  day = cases::Day{static_cast<int32_t>(in.u32())};
  return *day >= cases::kFirstDay && *day <= cases::kLastDay;
}

Result<CarriedEntry> read_entry(Reader& in) {
  CarriedEntry out;
  out.ref = in.fixed<Ref>();
  HW_LET(out.entry, cases::decode<cases::EntryAdded>(in.opaque()));
  HW_LET(out.sealed, cases::decode_details(in.opaque()));
  out.entry.sealed.clear();
  return out;
}

Result<> read_lists(Reader& in, CarriedCase& out) {
  Reader entries = in.vector();
  while (!entries.empty()) {
    HW_LET(CarriedEntry entry, read_entry(entries));
    out.entries.push_back(std::move(entry));
  }
  Reader steps = in.vector();
  while (!steps.empty()) {
    CarriedStep step;
    step.text = steps.text(kMostStepBytes);
    if (!read_day(steps, step.due)) return CarryError::kBadFile;
    out.steps.push_back(std::move(step));
  }
  Reader papers = in.vector();
  while (!papers.empty()) {
    std::optional<CasePaper> paper = decode_paper(papers.opaque());
    if (!paper) return CarryError::kBadFile;
    out.papers.push_back(std::move(*paper));
  }
  if (!entries.ok() || !steps.ok() || !papers.ok()) return CarryError::kBadFile;
  const size_t parts = out.entries.size() + out.steps.size() + out.papers.size();
  if (parts >= cases::kMostParts) return CarryError::kBadFile;
  return success();
}

Result<CarriedCase> read_content(Reader& in) {
  CarriedCase out;
  HW_LET(out.opened, cases::decode<cases::Opened>(in.opaque()));
  if (in.optional()) {
    out.sealed = decode_sealed_fields(in.opaque());
    if (!out.sealed) return CarryError::kBadFile;
  }
  HW_TRY(read_lists(in, out));
  Reader fields = in.vector();
  while (!fields.empty()) {
    fields.u16();
    fields.opaque();
  }
  if (!fields.ok() || !in.finish().ok()) return CarryError::kBadFile;
  return out;
}

}  // namespace

Bytes encode(const CarriedCase& carried) {
  Writer out;
  out.opaque(cases::encode(carried.opened));
  out.optional(carried.sealed.has_value(), [&](Writer& some) { some.opaque(encode(*carried.sealed)); });
  out.vector([&](Writer& entries) {
    for (const CarriedEntry& one : carried.entries)
      entries.raw(one.ref).opaque(cases::encode(one.entry)).opaque(cases::encode(one.sealed));
  });
  out.vector([&](Writer& steps) {
    for (const CarriedStep& step : carried.steps) {
      steps.text(step.text);
      write_day(steps, step.due);
    }
  });
  out.vector([&](Writer& papers) {
    for (const CasePaper& paper : carried.papers) papers.opaque(encode(paper));
  });
  out.vector([](Writer&) {});
  return out.take();
}

Result<CarriedCase> decode_carried(BytesView content) {
  Reader in(content);
  Result<CarriedCase> out = read_content(in);
  if (!out.ok()) return CarryError::kBadFile;
  return out;
}

Result<Bytes> write_case_file(const CarriedCase& carried, BytesView passphrase, PassphraseCost cost,
                              Random& random) {
  if (passphrase.empty()) return CarryError::kPassphraseEmpty;
  const Secret content = Secret::adopt(encode(carried));
  if (content.size() > kMostCaseFileBytes - 2 * kPaddingStep) return CarryError::kTooLarge;
  const Bytes salt = random.bytes(kSaltBytes);
  HW_LET(const Secret key, hash_passphrase(passphrase, salt, cost, kKeyBytes));
  Writer out;
  out.raw(view_of(kMagic)).u8(kVersion).u64(cost.memory_bytes).u32(cost.passes).raw(salt);
  const Bytes box = box_seal(key.view(), out.view(), padded(content.view()).view(), random);
  out.raw(box);
  const Hash checksum = sha256(out.view());
  out.raw(checksum);
  return out.take();
}

Result<CarriedCase> read_case_file(BytesView file, BytesView passphrase) {
  if (file.size() > kMostCaseFileBytes || file.size() < Hash::kSize) return CarryError::kBadFile;
  const BytesView whole = file.first(file.size() - Hash::kSize);
  if (!equal(sha256(whole), file.last(Hash::kSize))) return CarryError::kBadFile;
  Reader in(whole);
  if (!equal(in.raw(kMagic.size()), view_of(kMagic)) || in.u8() != kVersion) return CarryError::kBadFile;
  PassphraseCost cost;
  cost.memory_bytes = in.u64();
  cost.passes = in.u32();
  const BytesView salt = in.raw(kSaltBytes);
  if (!in.ok() || cost.memory_bytes < 8192 || cost.memory_bytes > kMostMemory_bytes || cost.passes < 1 ||
      cost.passes > kMostPasses || in.left() < kBoxOverhead + 4)
    return CarryError::kBadFile;
  if (passphrase.empty()) return CarryError::kWrongPassphrase;
  HW_LET(const Secret key, hash_passphrase(passphrase, salt, cost, kKeyBytes));
  const Result<Secret> opened = box_open(key.view(), whole.first(whole.size() - in.left()), in.rest());
  if (!opened.ok()) return CarryError::kWrongPassphrase;
  Reader content(opened->view());
  const uint32_t size = content.u32();
  if (!content.ok() || size > content.left()) return CarryError::kBadFile;
  return decode_carried(content.raw(size));
}

CarriedCase carry(const Client::Look& look, const cases::CaseRow& row) {
  CarriedCase out;
  out.opened = {.card = row.card, .last_contact = row.told_contact, .clock = row.clock};
  out.sealed = open_fields(look, row);
  cases::Parts parts = cases::parts(look.rows, key_of(look.group.id()), row);
  std::ranges::sort(parts.entries, {}, &cases::Entry::place);
  for (cases::Entry& entry : parts.entries) {
    CarriedEntry one{.ref = entry.ref, .entry = std::move(entry.body), .sealed = {}};
    if (entry.sealed) one.sealed = open_details(look, row.ref, *entry.sealed).value_or(cases::Details{});
    one.entry.case_ref = {};
    one.entry.sealed.clear();
    out.entries.push_back(std::move(one));
  }
  for (const cases::Step& step : parts.steps) {
    if (step.done || step.dropped) continue;
    if (const auto text = open_step(look, row.ref, step.sealed)) out.steps.push_back({*text, step.due});
  }
  std::ranges::sort(parts.papers, {}, &cases::Paper::place);
  for (const cases::Paper& paper : parts.papers)
    if (auto opened = open_paper(look, row.ref, paper.sealed)) out.papers.push_back(std::move(*opened));
  return out;
}

namespace {

std::string both(const std::string& open, const std::string& sealed) {
  if (open.empty() || sealed.empty()) return open + sealed;
  return open + "\n" + sealed;
}

}  // namespace

Result<Ref> bring_case(const Client::Hand& hand, const CarriedCase& carried, std::string_view note) {
  HW_LET(const Ref made,
         open_case(hand, {.opened = carried.opened, .sealed = carried.sealed, .readers = {}}));
  std::map<Ref, Ref> new_refs;
  for (const CarriedEntry& one : carried.entries) {
    cases::EntryAdded entry = one.entry;
    entry.case_ref = made;
    if (entry.corrects) {
      const auto corrected = new_refs.find(*entry.corrects);
      entry.corrects.reset();
      if (corrected != new_refs.end()) entry.corrects = corrected->second;
    }
    const cases::Details sealed{.text = both(entry.open.text, one.sealed.text),
                                .place = both(entry.open.place, one.sealed.place),
                                .held_with = both(entry.open.held_with, one.sealed.held_with)};
    entry.open = {};
    HW_LET(new_refs[one.ref], add_entry(hand, std::move(entry), sealed, {}));
  }
  for (const CarriedStep& step : carried.steps)
    HW_TRY(
        add_step(hand, {.case_ref = made, .text = step.text, .due = step.due, .who = hand.group.me()}, {}));
  for (const CasePaper& paper : carried.papers) HW_TRY(save_paper(hand, made, paper, {}));
  cases::EntryAdded brought;
  brought.case_ref = made;
  brought.kind = cases::EntryKind::kNote;
  brought.when.day = cases::day_of(hand.now);
  brought.known_by = cases::KnownBy::kFamily;
  brought.open.text = note;
  HW_TRY(add_entry(hand, brought, {}, {}));
  return made;
}

}  // namespace homeward::client
