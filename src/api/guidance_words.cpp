#include "api/guidance_words.h"

#include <algorithm>

#include "api/parse.h"
#include "api/types_cases.h"
#include "client/features.h"
#include "domain/cases/queries.h"

namespace homeward::api {
namespace {

namespace guidance = domain::guidance;

template <class Domain, class Api>
std::vector<Domain> set_of(const std::vector<Api>& values) {
  std::vector<Domain> out;
  for (const Api value : values) out.push_back(static_cast<Domain>(static_cast<int>(value) + 1));
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

static_assert(count_of<Audience>() == static_cast<size_t>(guidance::Audience::kFamily));
static_assert(count_of<Situation>() == static_cast<size_t>(guidance::Situation::kKilled));
static_assert(count_of<FieldType>() == static_cast<size_t>(guidance::FieldType::kUnit));
static_assert(static_cast<int>(Audience::officer) + 1 == static_cast<int>(guidance::Audience::kOfficer));
static_assert(static_cast<int>(Situation::held) + 1 == static_cast<int>(guidance::Situation::kHeld));
static_assert(static_cast<int>(FieldType::choice) + 1 == static_cast<int>(guidance::FieldType::kChoice));

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

guidance::Paper paper_of(const PaperTemplate& paper) {
  if (paper.copies < 1 || paper.copies > 10) throw BadField{"copies", "1 to 10"};
  guidance::Paper out{.paper = paper.paper,
                      .title = paper.title,
                      .addressed_to = paper.addressed_to,
                      .body = paper.body,
                      .fields = {},
                      .copies = static_cast<uint8_t>(paper.copies)};
  for (const PaperField& field : paper.fields)
    out.fields.push_back({field.name, field.label, field.explain,
                          static_cast<guidance::FieldType>(static_cast<int>(field.type) + 1), field.required,
                          field.choices});
  return out;
}

PaperTemplate paper_of(const guidance::Paper& paper) {
  PaperTemplate out{.paper = paper.paper,
                    .title = paper.title,
                    .addressed_to = paper.addressed_to,
                    .body = paper.body,
                    .fields = {},
                    .copies = paper.copies};
  for (const guidance::Field& field : paper.fields)
    out.fields.push_back({field.name, field.label, field.explain,
                          static_cast<FieldType>(static_cast<int>(field.type) - 1), field.required,
                          field.choices});
  return out;
}

std::string in_language(guidance::Date date, bool russian) {
  const std::string text = guidance::text_of(date);
  return russian ? text.substr(8, 2) + "." + text.substr(5, 2) + "." + text.substr(0, 4) : text;
}

}  // namespace

guidance::Content to_domain(const ArticleContent& content) {
  guidance::Content out{.title = content.title, .language = content.language, .summary = content.summary};
  out.audiences = set_of<guidance::Audience>(content.audiences);
  out.situations = set_of<guidance::Situation>(content.situations);
  for (const ArticleStep& step : content.steps)
    out.steps.push_back({step.title, step.text, step.say.value_or(""), step.write.value_or("")});
  for (const PaperTemplate& paper : content.papers) out.papers.push_back(paper_of(paper));
  for (const ThreatItem& threat : content.threats) out.threats.push_back({threat.threat, threat.truth});
  for (const LawSource& source : content.sources)
    out.sources.push_back({source.title, source.date, source.text});
  for (const ContactItem& contact : content.contacts) out.contacts.push_back({contact.name, contact.how});
  out.sample = content.sample;
  return out;
}

ArticleContent from_domain(const guidance::Content& content) {
  ArticleContent out{.title = content.title, .language = content.language, .summary = content.summary};
  out.audiences = from_domain<Audience>(content.audiences);
  out.situations = from_domain<Situation>(content.situations);
  for (const guidance::Step& step : content.steps)
    out.steps.push_back({step.title, step.text, unless_empty(step.say), unless_empty(step.write)});
  for (const guidance::Paper& paper : content.papers) out.papers.push_back(paper_of(paper));
  for (const guidance::Threat& threat : content.threats) out.threats.push_back({threat.threat, threat.truth});
  for (const guidance::Source& source : content.sources)
    out.sources.push_back({source.title, source.date, source.text});
  for (const guidance::Contact& contact : content.contacts)
    out.contacts.push_back({contact.name, contact.how});
  out.sample = content.sample;
  return out;
}

ArticleState state_name(guidance::ArticleState state) {
  switch (state) {
    case guidance::ArticleState::kCurrent:
      return ArticleState::current;
    case guidance::ArticleState::kNotYet:
      return ArticleState::not_yet;
    case guidance::ArticleState::kStale:
      return ArticleState::stale;
    case guidance::ArticleState::kWithdrawn:
      break;
  }
  return ArticleState::withdrawn;
}

std::string problem_words(guidance::Problem problem, const std::string& language) {
  const bool russian = language == "ru";
  switch (problem) {
    case guidance::Problem::kMissing:
      return russian ? "Это поле нужно заполнить." : "This field must be filled in.";
    case guidance::Problem::kNotADate:
      return russian ? "Такого дня нет. Напишите дату как 2022-07-15."
                     : "There is no such day. Write 2022-07-15.";
    case guidance::Problem::kNotANumber:
      return russian ? "Здесь нужно число цифрами." : "This takes a number in digits.";
    case guidance::Problem::kNotAChoice:
      return russian ? "Выберите один из вариантов." : "Choose one of the answers.";
    case guidance::Problem::kTooLong:
      return russian ? "Слишком длинно." : "Too long.";
    case guidance::Problem::kNotText:
      return russian ? "В тексте есть знаки, которых не бывает в письме."
                     : "The text has characters that no writing has.";
    case guidance::Problem::kUnknownField:
      break;
  }
  return russian ? "В этой бумаге нет такого поля." : "This paper has no such field.";
}

std::optional<std::string> paper_warning(const client::guidance::Whole& whole, guidance::ArticleState state,
                                         const std::string& language) {
  const bool russian = language == "ru";
  std::string out;
  const auto say = [&](const std::string& words) { out += (out.empty() ? "" : " ") + words; };
  if (whole.revision.content.sample)
    say(russian ? "ОБРАЗЕЦ, НЕ ЮРИДИЧЕСКИЙ СОВЕТ." : "A SAMPLE, NOT LEGAL ADVICE.");
  switch (state) {
    case guidance::ArticleState::kWithdrawn:
      say(russian ? "Совет ОТОЗВАН, по нему действовать нельзя."
                  : "This advice is WITHDRAWN: do not act on it.");
      if (whole.withdrawn) say((russian ? "Причина: " : "Reason: ") + whole.withdrawn->statement.reason);
      break;
    case guidance::ArticleState::kStale:
      say(russian ? "Совет УСТАРЕЛ: его надо было проверить до " + in_language(whole.shown.check_by, true) +
                        ". Сначала спросите юриста."
                  : "This advice is STALE: it was to be checked by " +
                        in_language(whole.shown.check_by, false) + ". Ask a lawyer first.");
      break;
    case guidance::ArticleState::kNotYet:
      say(russian ? "Совет действует только с " + in_language(whole.shown.valid_from, true) + "."
                  : "This advice is valid only from " + in_language(whole.shown.valid_from, false) + ".");
      break;
    case guidance::ArticleState::kCurrent:
      break;
  }
  return unless_empty(out);
}

std::vector<OutcomeCount> outcomes_of(const client::Client::Look& view, const ArticleId& article) {
  constexpr uint32_t kFewest = 3;
  const auto counts = domain::cases::outcomes(view.rows, client::key_of(view.group.id()), text_id(article));
  std::vector<OutcomeCount> out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<CaseState>>([&](auto d) {
    const auto at = static_cast<size_t>(d.value);
    if (at >= counts.size() || counts[at] == 0) return;
    OutcomeCount one{d.name, {}};
    if (counts[at] >= kFewest) one.count = counts[at];
    out.push_back(std::move(one));
  });
  return out;
}

}  // namespace homeward::api
