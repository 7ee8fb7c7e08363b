#include "domain/guidance/events.h"

#include <cstdio>
#include <set>

#include "base/text.h"
#include "codec/codec.h"
#include "domain/guidance/papers.h"

namespace homeward::domain::guidance {
namespace {

constexpr std::string_view kLabel = "homeward guidance";
constexpr std::string_view kSignerLabel = "homeward guidance signer";
constexpr std::string_view kFileMagic = "HWGUIDE1";
constexpr uint8_t kVersion = 1;
enum class StatementType : uint8_t { kRevision = 1, kWithdrawal };

bool is_empty(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

// Later versions add fields: read over, not kept.
void write_no_fields(Writer& out) {
  out.vector([](Writer&) {});
}
void skip_fields(Reader& in) {
  Reader fields = in.vector();
  int32_t last = -1;
  while (!fields.empty()) {
    const int32_t number = fields.u16();
    fields.opaque();
    if (number <= last) fields.fail(CodecError::kMalformed);
    last = number;
  }
  if (!fields.ok()) in.fail(CodecError::kMalformed);
}

bool read_bool(Reader& in) {
  const uint8_t value = in.u8();
  if (value > 1) in.fail(CodecError::kMalformed);
  return value == 1;
}

template <class Item, class Write>
void write_list(Writer& out, const std::vector<Item>& items, Write&& write) {
  out.vector([&](Writer& inner) {
    for (const Item& item : items) write(inner, item);
  });
}
template <class Item, class Read>
std::vector<Item> read_list(Reader& in, size_t most, Read&& read) {
  std::vector<Item> out;
  Reader inner = in.vector();
  while (!inner.empty()) {
    if (out.size() == most) inner.fail(CodecError::kTooLarge);
    Item item = read(inner);
    if (inner.ok()) out.push_back(std::move(item));
  }
  if (!inner.ok()) in.fail(CodecError::kMalformed);
  return out;
}

template <class Enum>
void write_set(Writer& out, const std::vector<Enum>& values) {
  write_list(out, values, [](Writer& inner, Enum value) { inner.u8(static_cast<uint8_t>(value)); });
}
// Values that this version does not know are kept: they show as nothing, but the article does not get lost.
template <class Enum>
std::vector<Enum> read_set(Reader& in) {
  uint8_t last = 0;
  return read_list<Enum>(in, 32, [&](Reader& inner) {
    const uint8_t value = inner.u8();
    if (value <= last) inner.fail(CodecError::kMalformed);
    last = value;
    return static_cast<Enum>(value);
  });
}

std::string short_text(Reader& in) { return in.text(kMostShortBytes); }
std::string long_text(Reader& in) { return in.text(kMostTextBytes); }

void write(Writer& out, const Paper& paper) {
  out.text(paper.paper).text(paper.title).text(paper.addressed_to).text(paper.body).u8(paper.copies);
  write_list(out, paper.fields, [](Writer& inner, const Field& field) {
    inner.text(field.name).text(field.label).text(field.explain);
    inner.u8(static_cast<uint8_t>(field.type)).u8(field.required ? 1 : 0);
    write_list(inner, field.choices, [](Writer& choices, const std::string& one) { choices.text(one); });
  });
}

Field read_field(Reader& in) {
  Field field{.name = short_text(in), .label = short_text(in), .explain = long_text(in)};
  const uint8_t type = in.u8();
  if (type < 1 || type > static_cast<uint8_t>(FieldType::kUnit)) in.fail(CodecError::kMalformed);
  field.type = static_cast<FieldType>(type);
  field.required = read_bool(in);
  field.choices = read_list<std::string>(in, kMostOthers, short_text);
  return field;
}

Paper read_paper(Reader& in) {
  Paper paper{.paper = short_text(in),
              .title = short_text(in),
              .addressed_to = long_text(in),
              .body = long_text(in),
              .fields = {},
              .copies = in.u8()};
  paper.fields = read_list<Field>(in, kMostFields, read_field);
  return paper;
}

void write(Writer& out, const Content& content) {
  out.text(content.title).text(content.language).text(content.summary);
  write_set(out, content.audiences);
  write_set(out, content.situations);
  write_list(out, content.steps, [](Writer& inner, const Step& step) {
    inner.text(step.title).text(step.text).text(step.say).text(step.write);
  });
  write_list(out, content.papers, [](Writer& inner, const Paper& paper) { write(inner, paper); });
  write_list(out, content.threats,
             [](Writer& inner, const Threat& threat) { inner.text(threat.threat).text(threat.truth); });
  write_list(out, content.sources, [](Writer& inner, const Source& source) {
    inner.text(source.title).text(source.date).text(source.text);
  });
  write_list(out, content.contacts,
             [](Writer& inner, const Contact& contact) { inner.text(contact.name).text(contact.how); });
  out.u8(content.sample ? 1 : 0);
}

Content read_content(Reader& in) {
  Content content{.title = short_text(in), .language = short_text(in), .summary = long_text(in)};
  content.audiences = read_set<Audience>(in);
  content.situations = read_set<Situation>(in);
  content.steps = read_list<Step>(in, kMostSteps, [](Reader& inner) {
    return Step{short_text(inner), long_text(inner), long_text(inner), long_text(inner)};
  });
  content.papers = read_list<Paper>(in, kMostPapers, read_paper);
  content.threats = read_list<Threat>(
      in, kMostOthers, [](Reader& inner) { return Threat{long_text(inner), long_text(inner)}; });
  content.sources = read_list<Source>(in, kMostOthers, [](Reader& inner) {
    return Source{short_text(inner), short_text(inner), long_text(inner)};
  });
  content.contacts = read_list<Contact>(
      in, kMostOthers, [](Reader& inner) { return Contact{short_text(inner), long_text(inner)}; });
  content.sample = read_bool(in);
  if (!check(content).ok()) in.fail(CodecError::kMalformed);
  return content;
}

void write(Writer& out, const Signed& statement) { out.opaque(statement.statement).raw(statement.signature); }
Signed read_signed(Reader& in) {
  Signed out;
  out.statement = copy_of(in.opaque(kMostStatementBytes));
  out.signature = in.fixed<Signature>();
  return out;
}

void write(Writer& out, const std::optional<ArticleId>& article) {
  out.optional(article.has_value(), [&](Writer& inner) { inner.raw(*article); });
}
std::optional<ArticleId> read_article(Reader& in) {
  if (!in.optional()) return std::nullopt;
  return in.fixed<ArticleId>();
}

struct Checker {
  Result<> result = success();
  void fail(GuidanceError error) {
    if (result.ok()) result = error;
  }
  void text(std::string_view text, size_t most) {
    if (text.size() > most) fail(GuidanceError::kTextTooLong);
    if (!is_utf8(view_of(text))) fail(GuidanceError::kTextInvalid);
  }
  void small(std::string_view words) { text(words, kMostShortBytes); }
  void large(std::string_view words) { text(words, kMostTextBytes); }
  template <class List>
  void most(const List& list, size_t many) {
    if (list.size() > many) fail(GuidanceError::kTooMany);
  }
  template <class Enum>
  void set(const std::vector<Enum>& values) {
    most(values, 32);
    for (size_t i = 0; i < values.size(); ++i)
      if (static_cast<uint8_t>(values[i]) == 0 || (i > 0 && values[i] <= values[i - 1]))
        fail(GuidanceError::kMalformed);
  }
  void paper(const Paper& paper);
};

void Checker::paper(const Paper& paper) {
  for (const std::string* words : {&paper.paper, &paper.title}) small(*words);
  for (const std::string* words : {&paper.addressed_to, &paper.body}) large(*words);
  most(paper.fields, kMostFields);
  if (is_empty(paper.paper) || paper.copies < 1 || paper.copies > 10) fail(GuidanceError::kPaperInvalid);
  std::set<std::string> names;
  for (const Field& field : paper.fields) {
    small(field.name), small(field.label), large(field.explain);
    most(field.choices, kMostOthers);
    for (const std::string& choice : field.choices) small(choice);
    if (is_empty(field.name) || !names.insert(field.name).second ||
        field.name.find_first_of("{}") != std::string::npos ||
        (field.type == FieldType::kChoice && field.choices.empty()))
      fail(GuidanceError::kPaperInvalid);
  }
  for (const std::string& text : {paper.body, paper.addressed_to})
    for (const std::string& name : names_in(text))
      if (!names.contains(name)) fail(GuidanceError::kPaperInvalid);
}

constexpr bool is_leap(uint32_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

}  // namespace

// --- Days ---

bool is_date(Date date) {
  const uint32_t year = date.value / 10'000, month = date.value / 100 % 100, day = date.value % 100;
  if (year < 1900 || year > 2999 || month < 1 || month > 12) return false;
  constexpr uint32_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return day >= 1 && day <= kDays[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  Date date;
  for (const size_t i : {0, 1, 2, 3, 5, 6, 8, 9}) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    date.value = date.value * 10 + static_cast<uint32_t>(text[i] - '0');
  }
  if (!is_date(date)) return std::nullopt;
  return date;
}

std::string text_of(Date date) {
  char out[24];
  std::snprintf(out, sizeof out, "%04u-%02u-%02u", date.value / 10'000, date.value / 100 % 100,
                date.value % 100);
  return out;
}

Date date_of(Instant at) {
  constexpr int64_t kDay_ms = 86'400'000;
  // Howard Hinnant's civil_from_days: days since 1970 to a day of the Gregorian calendar.
  int64_t days = at.ms / kDay_ms - (at.ms % kDay_ms < 0 ? 1 : 0) + 719'468;
  const int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const auto of_era = static_cast<uint32_t>(days - era * 146'097);
  const uint32_t year_of_era = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const uint32_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint32_t shifted = (5 * of_year + 2) / 153;
  const uint32_t day = of_year - (153 * shifted + 2) / 5 + 1;
  const uint32_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  const int64_t year = static_cast<int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0);
  if (year < 1900) return {19000101};
  if (year > 2999) return {29991231};
  return {static_cast<uint32_t>(year) * 10'000 + month * 100 + day};
}

// --- Content ---

Result<> check(const Content& content) {
  Checker checker;
  if (is_empty(content.title)) checker.fail(GuidanceError::kTextEmpty);
  checker.small(content.title);
  checker.small(content.language);
  checker.large(content.summary);
  checker.set(content.audiences);
  checker.set(content.situations);
  checker.most(content.steps, kMostSteps);
  for (const Step& step : content.steps) {
    checker.small(step.title);
    for (const std::string* words : {&step.text, &step.say, &step.write}) checker.large(*words);
  }
  checker.most(content.papers, kMostPapers);
  std::set<std::string> papers;
  for (const Paper& paper : content.papers) {
    checker.paper(paper);
    if (!papers.insert(paper.paper).second) checker.fail(GuidanceError::kPaperInvalid);
  }
  checker.most(content.threats, kMostOthers);
  for (const Threat& threat : content.threats) checker.large(threat.threat), checker.large(threat.truth);
  checker.most(content.sources, kMostOthers);
  for (const Source& source : content.sources) {
    checker.small(source.title);
    checker.large(source.text);
    if (!source.date.empty() && !parse_date(source.date)) checker.fail(GuidanceError::kDateInvalid);
  }
  checker.most(content.contacts, kMostOthers);
  for (const Contact& contact : content.contacts) checker.small(contact.name), checker.large(contact.how);
  if (!checker.result.ok()) return checker.result;
  Writer size;
  write(size, content);
  if (size.size() > kMostStatementBytes - 1000) return GuidanceError::kTextTooLong;
  return success();
}

// --- Statements ---

ArticleId article_of(const Statement& statement) {
  return std::visit([](const auto& one) { return one.article; }, statement);
}
Signer signer_of(const Statement& statement) {
  return std::visit([](const auto& one) { return one.signer; }, statement);
}

Bytes encode(const Statement& statement) {
  Writer out;
  out.u8(kVersion);
  if (const auto* revision = std::get_if<Revision>(&statement)) {
    HW_ASSERT(check(revision->content).ok());
    out.u8(static_cast<uint8_t>(StatementType::kRevision));
    out.raw(revision->article).raw(revision->signer).u64(static_cast<uint64_t>(revision->at.ms));
    out.u32(revision->number);
    for (const Date date : {revision->valid_from, revision->check_by, revision->law_date})
      out.u32(date.value);
    write(out, revision->content);
  } else {
    const auto& withdrawal = std::get<Withdrawal>(statement);
    out.u8(static_cast<uint8_t>(StatementType::kWithdrawal));
    out.raw(withdrawal.article).raw(withdrawal.signer).u64(static_cast<uint64_t>(withdrawal.at.ms));
    out.text(withdrawal.reason);
    write(out, withdrawal.replacement);
  }
  write_no_fields(out);
  return out.take();
}

namespace {

Revision read_revision(Reader& in) {
  Revision revision;
  revision.article = in.fixed<ArticleId>();
  revision.signer = in.fixed<Signer>();
  revision.at.ms = static_cast<int64_t>(in.u64());
  revision.number = in.u32();
  if (revision.number < 1 || revision.number > kMostRevisionNumber) in.fail(CodecError::kMalformed);
  for (Date* date : {&revision.valid_from, &revision.check_by, &revision.law_date}) {
    date->value = in.u32();
    if (!is_date(*date)) in.fail(CodecError::kMalformed);
  }
  revision.content = read_content(in);
  return revision;
}

Withdrawal read_withdrawal(Reader& in) {
  Withdrawal withdrawal;
  withdrawal.article = in.fixed<ArticleId>();
  withdrawal.signer = in.fixed<Signer>();
  withdrawal.at.ms = static_cast<int64_t>(in.u64());
  withdrawal.reason = long_text(in);
  if (is_empty(withdrawal.reason)) in.fail(CodecError::kMalformed);
  withdrawal.replacement = read_article(in);
  return withdrawal;
}

}  // namespace

Result<Statement> decode_statement(BytesView bytes) {
  Reader in(bytes);
  if (in.u8() != kVersion) return GuidanceError::kMalformed;
  const uint8_t type = in.u8();
  Statement out;
  if (type == static_cast<uint8_t>(StatementType::kRevision)) {
    out = read_revision(in);
  } else if (type == static_cast<uint8_t>(StatementType::kWithdrawal)) {
    out = read_withdrawal(in);
  } else {
    return GuidanceError::kMalformed;
  }
  skip_fields(in);
  if (!in.finish().ok()) return GuidanceError::kMalformed;
  return out;
}

Bytes signed_bytes(BytesView statement) {
  Writer out;
  out.text(kLabel).opaque(statement);
  return out.take();
}

Bytes signer_bytes(const GroupKey& group, const Author& author) {
  Writer out;
  out.text(kSignerLabel).raw(group).raw(author);
  return out.take();
}

// --- Events ---

Bytes encode(const Published& event) {
  Writer out;
  write(out, event.revision);
  out.optional(event.proposal.has_value(), [&](Writer& inner) { inner.raw(*event.proposal); });
  write_no_fields(out);
  return out.take();
}

Bytes encode(const Proposed& event) {
  Writer out;
  write(out, event.article);
  write(out, event.content);
  out.text(event.note);
  write_no_fields(out);
  return out.take();
}

Bytes encode(const TurnedDown& event) {
  Writer out;
  out.raw(event.proposal).text(event.reason);
  write_no_fields(out);
  return out.take();
}

Bytes encode(const Opinion& event) {
  Writer out;
  out.raw(event.article).raw(event.revision).u8(event.agrees ? 1 : 0).text(event.text);
  write_no_fields(out);
  return out.take();
}

Bytes encode(const SignerSaid& event) {
  Writer out;
  out.raw(event.signer).raw(event.signature);
  write_no_fields(out);
  return out.take();
}

Bytes encode(const Signed& event) {
  Writer out;
  write(out, event);
  write_no_fields(out);
  return out.take();
}

namespace {

template <class Event, class Read>
Result<Event> decode(BytesView body, Read&& read) {
  Reader in(body);
  Event event = read(in);
  skip_fields(in);
  if (!in.finish().ok()) return GuidanceError::kMalformed;
  return event;
}

}  // namespace

Result<Published> decode_published(BytesView body) {
  return decode<Published>(body, [](Reader& in) {
    Published event{.revision = read_signed(in), .proposal = std::nullopt};
    if (in.optional()) event.proposal = in.fixed<Ref>();
    return event;
  });
}

Result<Proposed> decode_proposed(BytesView body) {
  return decode<Proposed>(body, [](Reader& in) {
    Proposed event;
    event.article = read_article(in);
    event.content = read_content(in);
    event.note = long_text(in);
    return event;
  });
}

Result<TurnedDown> decode_turned_down(BytesView body) {
  return decode<TurnedDown>(body, [](Reader& in) {
    TurnedDown event;
    event.proposal = in.fixed<Ref>();
    event.reason = long_text(in);
    return event;
  });
}

Result<Opinion> decode_opinion(BytesView body) {
  return decode<Opinion>(body, [](Reader& in) {
    Opinion event;
    event.article = in.fixed<ArticleId>();
    event.revision = in.fixed<Ref>();
    event.agrees = read_bool(in);
    event.text = long_text(in);
    // Who disagrees says why: a bare no helps nobody to choose.
    if (!event.agrees && is_empty(event.text)) in.fail(CodecError::kMalformed);
    return event;
  });
}

Result<SignerSaid> decode_signer(BytesView body) {
  return decode<SignerSaid>(body, [](Reader& in) {
    SignerSaid event;
    event.signer = in.fixed<Signer>();
    event.signature = in.fixed<Signature>();
    return event;
  });
}

Result<Signed> decode_signed(BytesView body) { return decode<Signed>(body, read_signed); }

// --- Files ---

Bytes encode_file(const std::vector<Signed>& statements) {
  Writer out;
  out.raw(view_of(kFileMagic));
  write_list(out, statements, [](Writer& inner, const Signed& one) { write(inner, one); });
  return out.take();
}

Result<std::vector<Signed>> decode_file(BytesView file) {
  if (file.size() > kMostFileBytes) return GuidanceError::kMalformed;
  Reader in(file);
  if (!equal(in.raw(kFileMagic.size()), view_of(kFileMagic))) return GuidanceError::kMalformed;
  std::vector<Signed> out = read_list<Signed>(in, SIZE_MAX, read_signed);
  if (!in.finish().ok()) return GuidanceError::kMalformed;
  for (const Signed& one : out)
    if (!decode_statement(one.statement).ok()) return GuidanceError::kMalformed;
  return out;
}

}  // namespace homeward::domain::guidance
