#include "client/cases.h"

#include <algorithm>
#include <set>

#include "client/features.h"
#include "codec/codec.h"
#include "crypto/crypto.h"
#include "domain/sealing/sealing.h"

namespace homeward::client {
namespace {

namespace cases = domain::cases;
using domain::Author;
using domain::Ref;
using group::PersonId;

constexpr std::string_view kFields = "case fields";
constexpr std::string_view kEntry = "case entry";
constexpr std::string_view kStep = "case step";
constexpr std::string_view kPaper = "case paper";
constexpr size_t kMostTextBytes = 16 * 1024;

// How much is sealed anew in one go; the rest follows when that is taken in.
constexpr size_t kCasesAtOnce = 8;
constexpr size_t kBytesAtOnce = 100 * 1024;

domain::GroupKey group_key(const group::Group& group) { return key_of(group.id()); }
PersonId person_of(const Author& author) { return PersonId::from(author); }

bool finish(Reader& in) {
  Reader fields = in.vector();
  while (!fields.empty()) {
    fields.u16();
    fields.opaque();
  }
  return fields.ok() && in.finish().ok();
}

Result<Ref> post(const Client::Hand& hand, uint16_t kind, const Bytes& body) {
  HW_LET(const group::EventId id, hand.post(kind, body));
  return domain::ref_of(Author::from(hand.group.me()), domain::EventKey::from(id));
}

std::optional<Secret> open_part(Rows& rows, const group::Group& group, std::string_view purpose,
                                const Ref& case_ref, const cases::SealedPart& sealed) {
  return open_sealed(rows, group, sealed.sealed, {purpose, person_of(sealed.author), case_ref});
}

bool is_member(const group::Group& group, const PersonId& person) {
  const std::vector<group::Member> members = group.members();
  return std::ranges::any_of(members, [&](const group::Member& one) { return one.person == person; });
}

// --- Sealing anew ---

// One thing that is sealed, and to whom it ought to be.
struct Wanted {
  Ref part;
  std::string_view purpose;
  cases::SealedPart sealed;
  std::vector<PersonId> persons;
};

void want(std::vector<Wanted>& out, const group::Group& group, Wanted one, const Author& also) {
  const PersonId person = person_of(also);
  if (std::ranges::find(one.persons, person) == one.persons.end() && is_member(group, person))
    one.persons.push_back(person);
  out.push_back(std::move(one));
}

std::vector<Wanted> sealed_parts(Rows& rows, const group::Group& group, const cases::CaseRow& row) {
  std::vector<Wanted> out;
  const std::vector<PersonId> readers = readers_of(group, row);
  const cases::Parts parts = cases::parts(rows, group_key(group), row);
  for (const cases::Entry& entry : parts.entries)
    if (entry.sealed) want(out, group, {entry.ref, kEntry, *entry.sealed, readers}, author_of(entry.ref));
  for (const cases::Step& step : parts.steps)
    if (!step.sealed.sealed.empty()) want(out, group, {step.ref, kStep, step.sealed, readers}, step.who);
  for (const cases::Paper& paper : parts.papers)
    if (!paper.sealed.sealed.empty()) out.push_back({paper.ref, kPaper, paper.sealed, readers});
  return out;
}

bool is_right(Rows& rows, const group::Group& group, const Wanted& one) {
  return is_sealed_to(rows, group, one.sealed.sealed, one.persons);
}

bool fields_are_right(Rows& rows, const group::Group& group, const cases::CaseRow& row) {
  const auto sealed = cases::sealed_fields(rows, group_key(group), row);
  return !sealed || is_sealed_to(rows, group, sealed->sealed, readers_of(group, row));
}

bool waits_to_seal(const Client::Hand& hand) {
  return std::ranges::any_of(hand.group.waiting(hand.rows), [](const group::Group::Waiting& one) {
    return one.event.kind == cases::kSealed || one.event.kind == cases::kSealedAnew;
  });
}

// Changes when a member comes or goes or announces a key.
Hash keys_of_members(const Client::Hand& hand) {
  Writer out;
  for (const group::Member& member : hand.group.members()) {
    out.raw(member.person);
    const auto key = domain::sealing::key_of(hand.rows, group_key(hand.group), Author::from(member.person));
    if (key) out.raw(key->key);
  }
  return sha256(out.view());
}

// True if something was posted.
Result<bool> seal_fields_anew(const Client::Hand& hand, const cases::CaseRow& row) {
  if (fields_are_right(hand.rows, hand.group, row)) return false;
  const auto sealed = cases::sealed_fields(hand.rows, group_key(hand.group), row);
  const auto content = open_part(hand.rows, hand.group, kFields, row.ref, *sealed);
  if (!content) return false;
  const std::vector<PersonId> readers = readers_of(hand.group, row);
  cases::Sealed body{.case_ref = row.ref, .readers = {}, .sealed = {}};
  for (const PersonId& reader : readers)
    if (reader != hand.group.me()) body.readers.push_back(Author::from(reader));
  std::ranges::sort(body.readers);
  HW_LET(body.sealed, seal_to(hand, readers, kFields, row.ref, content->view()));
  HW_TRY(post(hand, cases::kSealed, encode(body)));
  return true;
}

Result<bool> seal_parts_anew(const Client::Hand& hand, const cases::CaseRow& row) {
  cases::SealedAnew body{.case_ref = row.ref, .parts = {}};
  size_t size_bytes = 0;
  for (const Wanted& one : sealed_parts(hand.rows, hand.group, row)) {
    if (size_bytes > kBytesAtOnce) break;
    if (is_right(hand.rows, hand.group, one)) continue;
    const auto content = open_part(hand.rows, hand.group, one.purpose, row.ref, one.sealed);
    if (!content) continue;
    HW_LET(Bytes sealed, seal_to(hand, one.persons, one.purpose, row.ref, content->view()));
    size_bytes += sealed.size();
    body.parts.push_back({one.part, std::move(sealed)});
  }
  if (body.parts.empty()) return false;
  std::ranges::sort(body.parts, {}, &cases::SealedAnew::Part::part);
  HW_TRY(post(hand, cases::kSealedAnew, encode(body)));
  return true;
}

}  // namespace

// --- Sealed contents ---

Bytes encode(const SealedCaseFields& fields) {
  Writer out;
  out.text(fields.name).text(fields.birth_day).text(fields.relatives).text(fields.phone);
  out.text(fields.whereabouts).text(fields.notes).vector([](Writer&) {});
  return out.take();
}

std::optional<SealedCaseFields> decode_sealed_fields(BytesView bytes) {
  Reader in(bytes);
  SealedCaseFields out;
  for (std::string* field :
       {&out.name, &out.birth_day, &out.relatives, &out.phone, &out.whereabouts, &out.notes})
    *field = in.text(kMostTextBytes);
  if (!finish(in)) return std::nullopt;
  return out;
}

Bytes encode(const CasePaper& paper) {
  Writer out;
  out.text(paper.article).u64(paper.revision).text(paper.paper).text(paper.title);
  out.vector([&](Writer& values) {
    for (const NamedText& value : paper.values) values.text(value.name).text(value.value);
  });
  out.vector([](Writer&) {});
  return out.take();
}

std::optional<CasePaper> decode_paper(BytesView bytes) {
  Reader in(bytes);
  CasePaper out;
  out.article = in.text(kMostTextBytes);
  out.revision = in.u64();
  out.paper = in.text(kMostTextBytes);
  out.title = in.text(kMostTextBytes);
  Reader values = in.vector();
  while (!values.empty()) {
    NamedText value;
    value.name = values.text(kMostTextBytes);
    value.value = values.text(kMostTextBytes);
    out.values.push_back(std::move(value));
  }
  if (!values.ok() || !finish(in)) return std::nullopt;
  return out;
}

// --- Commands ---

Result<Ref> open_case(const Client::Hand& hand, const NewCase& made) {
  HW_TRY(check(made.opened));
  HW_LET(const Ref ref, post(hand, cases::kOpened, encode(made.opened)));
  if (made.sealed || !made.readers.empty())
    HW_TRY(seal_case(hand, ref, made.sealed.value_or(SealedCaseFields{}), made.readers));
  return ref;
}

Result<> seal_case(const Client::Hand& hand, const Ref& case_ref, const SealedCaseFields& fields,
                   std::span<const PersonId> readers) {
  cases::Sealed body{.case_ref = case_ref, .readers = {}, .sealed = {}};
  std::vector<PersonId> persons(readers.begin(), readers.end());
  persons.push_back(person_of(author_of(case_ref)));
  std::set<PersonId> distinct(persons.begin(), persons.end());
  for (const PersonId& person : distinct)
    if (Author::from(person) != author_of(case_ref)) body.readers.push_back(Author::from(person));
  HW_TRY(check(body));
  Bytes content = encode(fields);
  const Secret wiped = Secret::adopt(std::move(content));
  HW_LET(body.sealed, seal_to(hand, persons, kFields, case_ref, wiped.view()));
  HW_TRY(post(hand, cases::kSealed, encode(body)));
  return success();
}

Result<Ref> add_entry(const Client::Hand& hand, cases::EntryAdded entry, const cases::Details& sealed,
                      std::span<const PersonId> readers) {
  HW_TRY(check(sealed));
  if (!sealed.empty()) {
    const Secret content = Secret::adopt(encode(sealed));
    HW_LET(entry.sealed, seal_to(hand, readers, kEntry, entry.case_ref, content.view()));
  }
  HW_TRY(check(entry));
  return post(hand, cases::kEntryAdded, encode(entry));
}

Result<Ref> add_step(const Client::Hand& hand, const NewStep& step, std::span<const PersonId> readers) {
  cases::StepAdded body{
      .case_ref = step.case_ref, .due = step.due, .who = Author::from(step.who), .sealed = {}};
  std::vector<PersonId> persons(readers.begin(), readers.end());
  persons.push_back(step.who);
  Writer text;
  text.text(step.text);
  const Secret content = text.take_secret();
  HW_LET(body.sealed, seal_to(hand, persons, kStep, step.case_ref, content.view()));
  HW_TRY(check(body));
  return post(hand, cases::kStepAdded, encode(body));
}

Result<Ref> save_paper(const Client::Hand& hand, const Ref& case_ref, const CasePaper& paper,
                       std::span<const PersonId> readers) {
  cases::PaperSaved body{.case_ref = case_ref, .article = paper.article, .sealed = {}};
  const Secret content = Secret::adopt(encode(paper));
  HW_LET(body.sealed, seal_to(hand, readers, kPaper, case_ref, content.view()));
  HW_TRY(check(body));
  return post(hand, cases::kPaperSaved, encode(body));
}

Result<> seal_cases_anew(const Client::Hand& hand, bool look_anyway) {
  if (waits_to_seal(hand)) return success();
  const Hash keys = keys_of_members(hand);
  const std::optional<Bytes> done_with = hand.rows.get(kSealedSpace, hand.group.id());
  if (!look_anyway && done_with && equal(*done_with, keys)) return success();
  const auto me = Author::from(hand.group.me());
  size_t done = 0;
  for (const Ref& ref : cases::cases_of(hand.rows, group_key(hand.group), me)) {
    if (author_of(ref) != me) continue;
    const auto row = cases::find(hand.rows, group_key(hand.group), ref);
    if (!row) continue;
    HW_LET(const bool fields, seal_fields_anew(hand, *row));
    HW_LET(const bool parts, seal_parts_anew(hand, *row));
    if ((fields || parts) && ++done == kCasesAtOnce) break;
  }
  if (done == 0) hand.rows.put(kSealedSpace, hand.group.id(), keys);
  return success();
}

// --- Queries ---

std::vector<PersonId> readers_of(const group::Group& group, const cases::CaseRow& row) {
  std::vector<PersonId> out;
  const std::vector<group::Member> members = group.members();
  for (const group::Member& member : members)
    if (row.is_reader(Author::from(member.person))) out.push_back(member.person);
  return out;
}

std::optional<SealedCaseFields> open_fields(Rows& rows, const group::Group& group,
                                            const cases::CaseRow& row) {
  const auto sealed = cases::sealed_fields(rows, group_key(group), row);
  if (!sealed) return std::nullopt;
  const auto content = open_part(rows, group, kFields, row.ref, *sealed);
  return content ? decode_sealed_fields(content->view()) : std::nullopt;
}

std::optional<cases::Details> open_details(const Client::Look& look, const Ref& case_ref,
                                           const cases::SealedPart& sealed) {
  const auto content = open_part(look.rows, look.group, kEntry, case_ref, sealed);
  if (!content) return std::nullopt;
  auto details = cases::decode_details(content->view());
  if (!details.ok()) return std::nullopt;
  return std::move(*details);
}

std::optional<std::string> open_step(const Client::Look& look, const Ref& case_ref,
                                     const cases::SealedPart& sealed) {
  const auto content = open_part(look.rows, look.group, kStep, case_ref, sealed);
  if (!content) return std::nullopt;
  Reader in(content->view());
  std::string text = in.text(kMostTextBytes);
  if (!in.finish().ok()) return std::nullopt;
  return text;
}

std::optional<CasePaper> open_paper(const Client::Look& look, const Ref& case_ref,
                                    const cases::SealedPart& sealed) {
  const auto content = open_part(look.rows, look.group, kPaper, case_ref, sealed);
  return content ? decode_paper(content->view()) : std::nullopt;
}

bool needs_sealing(const Client::Look& look, const cases::CaseRow& row) {
  if (!fields_are_right(look.rows, look.group, row)) return true;
  const std::vector<Wanted> parts = sealed_parts(look.rows, look.group, row);
  return !std::ranges::all_of(parts, [&](const Wanted& one) { return is_right(look.rows, look.group, one); });
}

void erase_cases_of_others(Features& features, Rows& rows, const group::Group& group) {
  const auto me = domain::Author::from(group.me());
  std::vector<domain::Ref> others;
  domain::cases::for_each(rows, key_of(group.id()), [&](const domain::cases::CaseRow& row) {
    if (!row.is_reader(me)) others.push_back(row.ref);
    return true;
  });
  uint64_t number = 0;
  for (const domain::Ref& ref : others) {
    const group::Fold::Context context{.rows = rows,
                                       .group = group.id(),
                                       .author = group::PersonId::from(domain::author_of(ref)),
                                       .position = {domain::kQueuedEpoch - 1, ++number}};
    features.fold(context, {.id = {},
                            .kind = domain::cases::kErased,
                            .at = {},
                            .body = domain::cases::encode(domain::cases::Erased{ref})});
  }
}

}  // namespace homeward::client
