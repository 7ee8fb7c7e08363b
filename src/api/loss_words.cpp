#include "api/loss_words.h"

#include "losses_stats/names.h"

namespace homeward::api {

static_assert(static_cast<int>(LossState::prisoner) + 1 == static_cast<int>(losses::LossState::kPrisoner));
static_assert(static_cast<int>(LossCategory::inmate) + 1 == static_cast<int>(losses::Category::kInmate));
static_assert(static_cast<int>(LossSourceKind::other) + 1 == static_cast<int>(losses::SourceKind::kOther));
static_assert(static_cast<int>(LossVerdict::unsure) + 1 == static_cast<int>(losses::Verdict::kUnsure));
static_assert(static_cast<int>(LossOutcome::disputed) + 1 == static_cast<int>(losses::Outcome::kDisputed));
static_assert(static_cast<int>(ClaimBasis::secondary) + 1 == static_cast<int>(losses::Basis::kSecondary));

namespace {

std::optional<std::string> if_any(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

uint8_t age_field(int64_t age, const char* field) {
  if (age > 120) throw BadField{field, "an age of at most 120"};
  return static_cast<uint8_t>(age);
}

uint16_t number_field(int64_t number, const char* field) {
  if (number < 1 || number > static_cast<int64_t>(losses::kMostSources))
    throw BadField{field, "the number of a source, from 1"};
  return static_cast<uint16_t>(number - 1);
}

std::optional<uint64_t> figure_field(const std::optional<std::string>& text, const char* field) {
  if (!text || text->empty()) return std::nullopt;
  const auto out = client::parse_thousandths(*text);
  if (!out) throw BadField{field, "a number from 0 with at most three decimal places"};
  return out;
}

std::optional<std::string> figure_text(const std::optional<uint64_t>& value) {
  if (!value) return std::nullopt;
  return client::text_of_thousandths(*value);
}

template <class T>
std::vector<std::string> words_of(const std::vector<losses::Said<T>>& said) {
  std::vector<std::string> out;
  for (const auto& one : said) out.push_back(one.value);
  return out;
}

void show_agreed(const losses::Agreed& agreed, LossCard& card) {
  for (const auto& one : agreed.states) card.states.push_back(api_word<LossState>(one.value));
  for (const auto& one : agreed.categories) card.categories.push_back(api_word<LossCategory>(one.value));
  if (agreed.died) card.died = losses::text_of_span(*agreed.died);
  card.died_differs = agreed.died_differs;
  card.regions = words_of(agreed.regions);
  card.districts = words_of(agreed.districts);
  card.places = words_of(agreed.places);
  card.units = words_of(agreed.units);
  card.ranks = words_of(agreed.ranks);
  if (agreed.age_low) card.age_low = *agreed.age_low;
  if (agreed.age_high) card.age_high = *agreed.age_high;
}

}  // namespace

losses::Span span_field(const std::string& text, const char* field) {
  const auto out = losses::parse_span(text);
  if (!out) throw BadField{field, "\"YYYY-MM-DD\", \"YYYY-MM\", \"YYYY\" or two days with / between them"};
  return *out;
}

losses::Facts facts_of(const LossFacts& facts) {
  losses::Facts out;
  if (facts.state) out.state = domain_word<losses::LossState>(*facts.state);
  if (facts.died && !facts.died->empty()) out.died = span_field(*facts.died, "died");
  out.place = facts.place.value_or("");
  out.region = facts.region.value_or("");
  out.district = facts.district.value_or("");
  if (facts.category) out.category = domain_word<losses::Category>(*facts.category);
  out.unit = facts.unit.value_or("");
  out.rank = facts.rank.value_or("");
  if (facts.age_low || facts.age_high) {
    out.age_low = age_field(facts.age_low.value_or(facts.age_high.value_or(0)), "age_low");
    out.age_high = age_field(facts.age_high.value_or(*out.age_low), "age_high");
  }
  return out;
}

LossFacts facts_fields(const losses::Facts& facts) {
  LossFacts out;
  if (facts.state) out.state = api_word<LossState>(*facts.state);
  if (facts.died) out.died = losses::text_of_span(*facts.died);
  out.place = if_any(facts.place);
  out.region = if_any(facts.region);
  out.district = if_any(facts.district);
  if (facts.category) out.category = api_word<LossCategory>(*facts.category);
  out.unit = if_any(facts.unit);
  out.rank = if_any(facts.rank);
  if (facts.age_low) out.age_low = *facts.age_low;
  if (facts.age_high) out.age_high = *facts.age_high;
  return out;
}

losses::Source source_of(const LossSource& source) {
  losses::Source out;
  out.kind = domain_word<losses::SourceKind>(source.kind);
  out.publisher = source.publisher;
  out.link = source.link.value_or("");
  if (source.date && !source.date->empty()) out.date = span_field(*source.date, "date");
  out.note = source.note.value_or("");
  if (source.quotes) out.quotes = number_field(*source.quotes, "quotes");
  out.facts = facts_of(source.facts);
  return out;
}

LossSource source_fields(const losses::Source& source) {
  LossSource out{.kind = api_word<LossSourceKind>(source.kind),
                 .publisher = source.publisher,
                 .link = if_any(source.link),
                 .date = std::nullopt,
                 .note = if_any(source.note),
                 .quotes = std::nullopt,
                 .facts = facts_fields(source.facts)};
  if (source.date) out.date = losses::text_of_span(*source.date);
  if (source.quotes) out.quotes = *source.quotes + 1;
  return out;
}

client::SealedMan man_of(const std::vector<LossName>& names, const std::optional<std::string>& birth) {
  if (names.size() > client::kMostVariants) throw BadField{"names", "a shorter list"};
  client::SealedMan out{.names = {}, .birth = birth.value_or("")};
  for (const LossName& name : names) {
    client::NameVariant one{name.surname, name.given.value_or(""), name.patronymic.value_or("")};
    for (const std::string* part : {&one.surname, &one.given, &one.patronymic})
      take(losses::check_line(*part));
    if (one != client::NameVariant{}) out.names.push_back(std::move(one));
  }
  take(losses::check_line(out.birth));
  return out;
}

losses::Claim claim_of(const ClaimFields& claim) {
  losses::Claim out{.key = {},
                    .subject = claim.subject,
                    .region = claim.region.value_or(""),
                    .kind = claim.kind,
                    .as_of = span_field(claim.as_of, "as_of"),
                    .value = figure_field(claim.value, "value"),
                    .low = figure_field(claim.low, "low"),
                    .high = figure_field(claim.high, "high"),
                    .unit = claim.unit,
                    .claimant = claim.claimant,
                    .basis = domain_word<losses::Basis>(claim.basis),
                    .basis_text = {},
                    .link = claim.link.value_or(""),
                    .via = {},
                    .warning = claim.warning.value_or("")};
  take(losses::check(out));
  return out;
}

ClaimFields claim_fields(const losses::Claim& claim) {
  return {.subject = claim.subject,
          .region = if_any(claim.region),
          .kind = claim.kind,
          .as_of = losses::text_of_span(claim.as_of),
          .value = figure_text(claim.value),
          .low = figure_text(claim.low),
          .high = figure_text(claim.high),
          .unit = claim.unit,
          .claimant = claim.claimant,
          .basis = api_word<ClaimBasis>(claim.basis),
          .link = if_any(claim.link),
          .warning = if_any(claim.warning)};
}

losses::RecordId loss_id(const std::string& text) {
  return parse_id<losses::RecordId>(text, ErrorCode::no_loss);
}

losses::KeptRecord find_loss(const client::Client::Look& view, const losses::RecordId& id) {
  auto found = losses::record(view.rows, client::key_of(view.group.id()), id);
  if (!found) throw CallError{ErrorCode::no_loss};
  return std::move(*found);
}

// --- Cards ---

LossCards::LossCards(const client::Client::Look& view)
    : view_(view), men_(losses::men(view.rows, client::key_of(view.group.id()))) {
  for (size_t i = 0; i < men_.size(); ++i)
    for (const losses::RecordId& id : men_[i].records) man_of_[id] = i;
}

const client::SealedMan& LossCards::man(const losses::KeptRecord& record) {
  const domain::Ref batch = losses::batch_of(record.id);
  auto known = names_.find(batch);
  if (known == names_.end())
    known = names_.emplace(batch, client::read_names(view_.rows, view_.group, batch)).first;
  shown_ = {};
  const size_t number = losses::number_of(record.id);
  if (known->second && number < known->second->size()) shown_ = (*known->second)[number];
  return shown_;
}

std::vector<losses::RecordId> LossCards::same_man(const losses::RecordId& id) const {
  std::vector<losses::RecordId> out;
  const auto found = man_of_.find(id);
  if (found == man_of_.end()) return out;
  for (const losses::RecordId& one : men_[found->second].records)
    if (one != id) out.push_back(one);
  return out;
}

LossCard LossCards::card(const losses::KeptRecord& record) {
  LossCard out{};
  out.record = text_id(record.id);
  for (const client::NameVariant& name : man(record).names) out.names.push_back(client::whole_name(name));
  const auto batch = losses::batch(view_.rows, client::key_of(view_.group.id()), losses::batch_of(record.id));
  out.has_names = !record.open_names.empty() || (batch && batch->has_names);
  out.names_are_public = !record.open_names.empty();
  out.names.insert(out.names.end(), record.open_names.begin(), record.open_names.end());
  show_agreed(record.agreed(), out);
  if (const auto known = record.known()) out.known = losses::text_of_span(*known);
  out.sources = static_cast<int64_t>(record.sources.size());
  out.independent = static_cast<int64_t>(record.independent());
  const auto man = man_of_.find(record.id);
  out.confirmed = man != man_of_.end() ? men_[man->second].confirmed : record.confirmed();
  out.same_man = static_cast<int64_t>(same_man(record.id).size());
  out.withdrawn = record.withdrawn;
  out.imported = record.import.has_value();
  out.queued = domain::is_queued(record.place);
  out.by = member_ref(view_.group, record.author());
  out.at = record.at.ms;
  return out;
}

}  // namespace homeward::api
