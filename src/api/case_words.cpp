#include "api/case_words.h"

#include "domain/doubles/doubles.h"

namespace homeward::api {

namespace cases = domain::cases;

static_assert(static_cast<int>(EntryKind::note) + 1 == static_cast<int>(cases::EntryKind::kNote));
static_assert(static_cast<int>(CaseState::home) + 1 == static_cast<int>(cases::CaseState::kHome));
static_assert(static_cast<int>(Precision::before) + 1 == static_cast<int>(cases::Precision::kBefore));
static_assert(static_cast<int>(KnownBy::other) + 1 == static_cast<int>(cases::KnownBy::kOther));
static_assert(static_cast<int>(Sureness::rumour) + 1 == static_cast<int>(cases::Sureness::kRumour));
static_assert(static_cast<int>(ComplaintTo::court) + 1 == static_cast<int>(cases::ComplaintTo::kCourt));
static_assert(static_cast<int>(ServedHow::refused_to_take) + 1 ==
              static_cast<int>(cases::ServedHow::kRefusedToTake));
static_assert(static_cast<int>(SilenceLevel::urgent) + 1 == static_cast<int>(cases::SilenceLevel::kUrgent));
static_assert(static_cast<int>(Audience::family) + 1 == static_cast<int>(cases::Category::kFamily));

namespace {

std::optional<std::string> if_any(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace

cases::Day day_field(const std::string& text, const char* field) {
  const std::optional<cases::Day> day = cases::parse_day(text);
  if (!day) throw BadField{field, "\"YYYY-MM-DD\""};
  return *day;
}

cases::When when_of(const WhenField& when) {
  cases::When out{.precision = domain_word<cases::Precision>(when.precision),
                  .day = day_field(when.day, "day"),
                  .minute = {}};
  if (!when.time) return out;
  const std::string& time = *when.time;
  const auto digit = [&](size_t i) { return i < time.size() && time[i] >= '0' && time[i] <= '9'; };
  const bool reads = time.size() == 5 && digit(0) && digit(1) && time[2] == ':' && digit(3) && digit(4);
  const auto number = [&](size_t i) { return (time[i] - '0') * 10 + (time[i + 1] - '0'); };
  if (!reads || number(0) > 23 || number(3) > 59 || when.precision != Precision::exact)
    throw BadField{"time", "\"HH:MM\", with precision exact"};
  out.minute = static_cast<uint16_t>(number(0) * 60 + number(3));
  return out;
}

WhenField when_field(const cases::When& when) {
  WhenField out{
      .precision = api_word<Precision>(when.precision), .day = cases::text_of_day(when.day), .time = {}};
  if (!when.minute) return out;
  const auto two = [](int number) {
    return std::string(1, static_cast<char>('0' + number / 10)) + static_cast<char>('0' + number % 10);
  };
  out.time = two(*when.minute / 60) + ":" + two(*when.minute % 60);
  return out;
}

cases::Card card_of(const CardFields& card) {
  return {.label = card.label,
          .category = domain_word<cases::Category>(card.category),
          .unit = card.unit,
          .region = card.region,
          .rank = card.rank.value_or("")};
}

client::SealedCaseFields sealed_of(const SealedFields& fields) {
  if (fields.birth_day && !fields.birth_day->empty()) day_field(*fields.birth_day, "birth_day");
  return {.name = fields.name,
          .birth_day = fields.birth_day.value_or(""),
          .relatives = fields.relatives.value_or(""),
          .phone = fields.phone.value_or(""),
          .whereabouts = fields.whereabouts.value_or(""),
          .notes = fields.notes.value_or("")};
}

SealedFields sealed_fields(const client::SealedCaseFields& fields) {
  return {.name = fields.name,
          .birth_day = if_any(fields.birth_day),
          .relatives = if_any(fields.relatives),
          .phone = if_any(fields.phone),
          .whereabouts = if_any(fields.whereabouts),
          .notes = if_any(fields.notes)};
}

MemberRef member_ref(const group::Group& group, const domain::Author& person) {
  const auto id = group::PersonId::from(person);
  return {.member = text_id(id), .name = group.name_of(id), .me = id == group.me()};
}

CaseCard case_card(const client::Client::Look& look, const cases::CaseRow& row) {
  const auto me = domain::Author::from(look.group.me());
  const cases::Silence silence = cases::silence_of(row, cases::day_of(look.now));
  CaseCard out{.case_id = text_id(row.ref),
               .label = row.card.label,
               .category = api_word<Audience>(row.card.category),
               .unit = row.card.unit,
               .region = row.card.region,
               .rank = row.card.rank,
               .state = api_word<CaseState>(row.standing.state),
               .since = {},
               .contradictory = !row.standing.against.empty(),
               .last_contact = {},
               .silent_days = {},
               .silence = api_word<SilenceLevel>(silence.level),
               .speaks = member_ref(look.group, row.speaker()),
               .mine = row.speaker() == me,
               .readable = row.is_reader(me),
               .next_due = {},
               .entries = row.entries,
               .at = row.newest_at.ms,
               .queued = domain::is_queued(row.opened),
               .joined_with = {}};
  if (const auto& because = row.standing.because) {
    const bool before = because->precision == cases::Precision::kBefore;
    out.since = cases::text_of_day(before ? because->last : because->first);
  }
  if (const auto contact = row.contact()) out.last_contact = cases::text_of_day(*contact);
  if (silence.days) out.silent_days = *silence.days;
  if (const auto due = row.next_due()) out.next_due = cases::text_of_day(*due);
  const auto joined = domain::doubles::joined_with(look.rows, client::key_of(look.group.id()), row.ref);
  if (!joined.empty()) out.joined_with = text_id(joined.front());
  return out;
}

Result<cases::CaseRow> case_row(const client::Client::Look& look, const domain::Ref& ref) {
  auto row = cases::find(look.rows, client::key_of(look.group.id()), ref);
  if (!row) return client::CaseFileError::kNoSuchCase;
  return std::move(*row);
}

DeadlineItem deadline_item(const cases::Deadline& deadline, cases::Day today, const std::string& language) {
  const cases::DeadlineRule& rule = *deadline.rule;
  const bool russian = language == "ru";
  const auto words = [&](const cases::TwoWords& two) { return std::string(russian ? two.ru : two.en); };
  std::string law =
      words(rule.law) + (russian ? "; закон на " : "; the law as of ") + std::string(rule.as_of);
  if (!rule.checked)
    law += russian ? ". Образец: пусть консультант группы проверит" : ". A sample: have an adviser check it";
  return {.deadline = std::string(rule.id) + "." + text_id(deadline.entry),
          .title = words(rule.title),
          .due = cases::text_of_day(deadline.due),
          .from_entry = text_id(deadline.entry),
          .law = std::move(law),
          .days_left = deadline.due.number - today.number,
          .met = deadline.met,
          .next = words(rule.next)};
}

KnownCase known_case(Node& node, const std::string& group, const std::string& case_id) {
  KnownCase out;
  const domain::Ref ref = case_ref(case_id);
  look_at(node, group, [&](const client::Client::Look& look) -> Result<> {
    HW_LET(out.row, case_row(look, ref));
    out.readers = client::readers_of(look.group, out.row);
    const auto me = domain::Author::from(look.group.me());
    out.i_speak = out.row.speaker() == me;
    out.i_read = out.row.is_reader(me);
    return success();
  });
  return out;
}

}  // namespace homeward::api
