#include "domain/cases/facts.h"

#include <algorithm>
#include <tuple>

namespace homeward::domain::cases {
namespace {

size_t index_of(EntryKind kind) { return static_cast<size_t>(kind) - 1; }

// The state that an entry of this kind says; unknown for those that say none.
CaseState said_by(EntryKind kind) {
  switch (kind) {
    case EntryKind::kExercises:
      return CaseState::kExercises;
    case EntryKind::kContact:
      return CaseState::kInTouch;
    case EntryKind::kRefused:
      return CaseState::kRefused;
    case EntryKind::kReportServed:
      return CaseState::kReportServed;
    case EntryKind::kThreatened:
      return CaseState::kThreatened;
    case EntryKind::kHeld:
      return CaseState::kHeld;
    case EntryKind::kMoved:
      return CaseState::kMoved;
    case EntryKind::kSentBack:
      return CaseState::kSentBack;
    case EntryKind::kReleased:
      return CaseState::kReleased;
    case EntryKind::kHome:
      return CaseState::kHome;
    case EntryKind::kWounded:
      return CaseState::kWounded;
    case EntryKind::kMissing:
      return CaseState::kMissing;
    case EntryKind::kKilled:
      return CaseState::kKilled;
    case EntryKind::kCharged:
      return CaseState::kCharged;
    case EntryKind::kAnswer:
    case EntryKind::kComplaint:
    case EntryKind::kNote:
      return CaseState::kUnknown;
  }
  return CaseState::kUnknown;
}

// How it is with him, by an entry of this kind; unknown for those that say nothing of it. Whoever refuses, is
// held or is released lives, but nobody need have heard him.
CaseState fate_by(EntryKind kind) {
  switch (kind) {
    case EntryKind::kContact:
    case EntryKind::kHome:
    case EntryKind::kWounded:
    case EntryKind::kMissing:
    case EntryKind::kKilled:
      return said_by(kind);
    case EntryKind::kReleased:
      return CaseState::kInTouch;
    default:
      return CaseState::kUnknown;
  }
}

bool shows_him_alive(EntryKind kind) {
  return said_by(kind) != CaseState::kUnknown && kind != EntryKind::kMissing && kind != EntryKind::kKilled;
}

bool says_where(EntryKind kind) {
  switch (kind) {
    case EntryKind::kExercises:
    case EntryKind::kHeld:
    case EntryKind::kMoved:
    case EntryKind::kSentBack:
    case EntryKind::kReleased:
    case EntryKind::kHome:
      return true;
    default:
      return false;
  }
}

// Whether a newer entry of kind `next` ends the state that `now` said. A call does not: who is held and calls
// is held. Nor does what happens to a man while he is held: threats, his report.
bool ends(EntryKind now, EntryKind next) {
  switch (next) {
    case EntryKind::kContact:
      return now == EntryKind::kExercises || now == EntryKind::kMissing || now == EntryKind::kKilled;
    case EntryKind::kRefused:
      return now != EntryKind::kReportServed && now != EntryKind::kThreatened && now != EntryKind::kHeld &&
             now != EntryKind::kCharged;
    case EntryKind::kReportServed:
      return now != EntryKind::kThreatened && now != EntryKind::kHeld && now != EntryKind::kCharged;
    case EntryKind::kThreatened:
      return now != EntryKind::kHeld && now != EntryKind::kCharged && now != EntryKind::kReleased &&
             now != EntryKind::kHome;
    default:
      return true;
  }
}

// A call or a wound changes nothing for who is home; a call nothing for who is wounded.
bool ends_fate(CaseState now, CaseState next) {
  if (next == CaseState::kInTouch) return now != CaseState::kWounded && now != CaseState::kHome;
  return true;
}

bool exclude_each_other(EntryKind a, EntryKind b) {
  const auto pair = [&](EntryKind x, EntryKind y) { return (a == x && b == y) || (a == y && b == x); };
  using enum EntryKind;
  return pair(kHome, kHeld) || pair(kHome, kSentBack) || pair(kHome, kMissing) || pair(kHome, kKilled) ||
         pair(kHome, kExercises) || pair(kMissing, kContact) || pair(kMissing, kReleased) ||
         pair(kMissing, kHeld) || pair(kKilled, kReleased) || pair(kKilled, kMissing) ||
         pair(kReleased, kSentBack);
}

bool is_one_day(const Evidence& evidence) {
  return evidence.precision == Precision::kExact || evidence.precision == Precision::kDay;
}

// Whether `other` contradicts what `winner` says: a rumour that is newer and would end it; his death before a
// day on which he lived; two things of one day that cannot both be.
bool contradicts(const Evidence& other, const Evidence& winner) {
  if (other.kind == winner.kind) return false;
  const bool is_rumour = other.sureness == Sureness::kRumour && winner.sureness != Sureness::kRumour;
  if (is_rumour && other.last > winner.last && ends(winner.kind, other.kind)) return true;
  if (other.kind == EntryKind::kKilled && shows_him_alive(winner.kind) && other.last < winner.first)
    return true;
  return is_one_day(other) && is_one_day(winner) && other.last == winner.last &&
         exclude_each_other(other.kind, winner.kind);
}

void encode(Writer& out, const Evidence& evidence) {
  out.u8(static_cast<uint8_t>(evidence.precision)).u8(static_cast<uint8_t>(evidence.sureness));
  out.u32(static_cast<uint32_t>(evidence.first.number)).u32(static_cast<uint32_t>(evidence.last.number));
  out.u64(evidence.place.epoch).u64(evidence.place.number);
}

Evidence decode_evidence(Reader& in, EntryKind kind) {
  Evidence out;
  out.kind = kind;
  out.precision = static_cast<Precision>(in.u8());
  out.sureness = static_cast<Sureness>(in.u8());
  out.first.number = static_cast<int32_t>(in.u32());
  out.last.number = static_cast<int32_t>(in.u32());
  out.place.epoch = in.u64();
  out.place.number = in.u64();
  return out;
}

}  // namespace

bool is_newer(const Evidence& a, const Evidence& b) {
  const auto order = [](const Evidence& one) {
    return std::tuple(one.last, -static_cast<int>(one.sureness), one.first, one.place);
  };
  return order(a) > order(b);
}

void Facts::add(const Evidence& evidence, KnownBy known_by) {
  const bool is_rumour = evidence.sureness == Sureness::kRumour;
  std::optional<Evidence>& slot = newest[index_of(evidence.kind)][is_rumour ? 1 : 0];
  if (!slot || is_newer(evidence, *slot)) slot = evidence;
  const bool heard = evidence.kind == EntryKind::kContact || known_by == KnownBy::kHeCalled;
  if (heard && !is_rumour && (!contact || *contact < evidence.last)) contact = evidence.last;
}

void encode(Writer& out, const Facts& facts) {
  out.vector([&](Writer& inner) {
    for (size_t i = 0; i < kEntryKinds; ++i) {
      for (const std::optional<Evidence>& slot : facts.newest[i]) {
        if (!slot) continue;
        inner.u8(static_cast<uint8_t>(i + 1));
        encode(inner, *slot);
      }
    }
  });
  out.optional(facts.contact.has_value(),
               [&](Writer& inner) { inner.u32(static_cast<uint32_t>(facts.contact->number)); });
}

Facts decode_facts(Reader& in) {
  Facts facts;
  Reader inner = in.vector();
  while (!inner.empty()) {
    const uint8_t kind = inner.u8();
    if (kind < 1 || kind > kEntryKinds) {
      in.fail(CodecError::kMalformed);
      return facts;
    }
    const Evidence evidence = decode_evidence(inner, static_cast<EntryKind>(kind));
    facts.newest[kind - 1u][evidence.sureness == Sureness::kRumour ? 1 : 0] = evidence;
  }
  if (!inner.ok()) in.fail(CodecError::kMalformed);
  if (in.optional()) facts.contact = Day{static_cast<int32_t>(in.u32())};
  return facts;
}

Standing standing_of(const Facts& facts) {
  std::vector<Evidence> firm, rumours;
  for (const auto& slots : facts.newest) {
    if (slots[0] && said_by(slots[0]->kind) != CaseState::kUnknown) firm.push_back(*slots[0]);
    if (slots[1] && said_by(slots[1]->kind) != CaseState::kUnknown) rumours.push_back(*slots[1]);
  }
  std::vector<Evidence>& counting = firm.empty() ? rumours : firm;
  std::ranges::sort(counting, [](const Evidence& a, const Evidence& b) { return is_newer(b, a); });

  Standing out;
  for (const Evidence& evidence : counting) {
    if (!out.because || ends(out.because->kind, evidence.kind)) out.because = evidence;
    const CaseState fate = fate_by(evidence.kind);
    const bool lives =
        shows_him_alive(evidence.kind) && (out.fate == CaseState::kKilled || out.fate == CaseState::kMissing);
    if (fate != CaseState::kUnknown && ends_fate(out.fate, fate)) out.fate = fate;
    if (fate == CaseState::kUnknown && lives) out.fate = CaseState::kInTouch;
    if (says_where(evidence.kind)) out.where = evidence;
  }
  if (!out.because) return out;
  out.state = said_by(out.because->kind);
  for (const std::vector<Evidence>* list : {&firm, &rumours})
    for (const Evidence& evidence : *list)
      if (contradicts(evidence, *out.because)) out.against.push_back(evidence.place);
  std::ranges::sort(out.against);
  return out;
}

}  // namespace homeward::domain::cases
