#include "losses_stats/link_files.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "losses_stats/csv.h"
#include "losses_stats/json.h"

namespace homeward::losses_stats {
namespace {

constexpr const char* kFormat = "homeward link model 1";
constexpr const char* kKinds[] = {"surname", "given", "patronymic", "date", "code", "text"};
constexpr std::array<const char*, kLevels> kTextLevels = {"",        "same",      "near",  "far",
                                                          "initial", "different", nullptr, nullptr};
constexpr std::array<const char*, kLevels> kDateLevels = {"",          "same", "part",  "slip",
                                                          "two_parts", "week", "month", "different"};

const std::array<const char*, kLevels>& levels_of(FieldKind kind) {
  return kind == FieldKind::kDate ? kDateLevels : kTextLevels;
}

std::string levels_json(FieldKind kind, const std::array<double, kLevels>& values) {
  std::string out = "{";
  const auto& names = levels_of(kind);
  for (size_t level = 1; level < kLevels && names[level] != nullptr; ++level)
    out += (level > 1 ? ", " : "") + json_text(names[level]) + ": " + json_exact(values[level]);
  return out + "}";
}

Problem at(const Json& json, const std::string& expected) { return {json.line, json.column, expected}; }

// A member that is a probability above 0 and at most 1.
Parsed<double> probability(const Json& object, const char* name) {
  const Json* found = object.find(name);
  if (found == nullptr) return at(object, std::string("the member ") + name);
  if (found->kind != Json::Kind::kNumber || !(found->number > 0 && found->number <= 1))
    return at(*found, "a probability above 0 and at most 1");
  return found->number;
}

std::optional<Problem> read_levels(const Json& field, const char* name, FieldKind kind,
                                   std::array<double, kLevels>& out) {
  const Json* values = field.find(name);
  if (values == nullptr || values->kind != Json::Kind::kObject)
    return at(values == nullptr ? field : *values,
              std::string("the object ") + name + " with a number for each level");
  const auto& names = levels_of(kind);
  for (size_t level = 1; level < kLevels && names[level] != nullptr; ++level) {
    const auto read = probability(*values, names[level]);
    if (!read.ok()) return read.problem();
    out[level] = *read;
  }
  return {};
}

std::optional<Problem> read_field(const Json& json, const People& people, LinkModel& model) {
  const Json* kind_text = json.find("kind");
  const Json* label = json.find("label");
  if (kind_text == nullptr || label == nullptr || label->kind != Json::Kind::kText)
    return at(json, "a field with kind, label, m, u and near_share");
  const auto* const known = std::find(std::begin(kKinds), std::end(kKinds), kind_text->text);
  if (known == std::end(kKinds)) return at(*kind_text, "surname, given, patronymic, date, code or text");
  const auto kind = static_cast<FieldKind>(known - std::begin(kKinds));
  FieldWeights weights;
  weights.m.fill(1e-6);
  weights.u.fill(1e-6);
  if (auto wrong = read_levels(json, "m", kind, weights.m)) return wrong;
  if (auto wrong = read_levels(json, "u", kind, weights.u)) return wrong;
  const Json* share = json.find("near_share");
  if (share == nullptr || share->kind != Json::Kind::kNumber || share->number > 0)
    return at(share == nullptr ? json : *share, "near_share, a logarithm of at most 0");
  weights.near_share = share->number;
  for (size_t f = 0; f < people.fields.size(); ++f) {
    if (people.fields[f].kind == kind && people.fields[f].label == label->text) model.fields[f] = weights;
  }
  return {};
}

std::optional<Problem> read_priors(const Json& json, LinkModel& model) {
  const Json* prior = json.find("prior");
  if (prior == nullptr || prior->kind != Json::Kind::kList || prior->items.empty())
    return at(prior == nullptr ? json : *prior, "the list prior");
  double sum = 0;
  std::vector<double> values;
  for (const Json& item : prior->items) {
    if (item.kind != Json::Kind::kNumber || !(item.number > 0 && item.number < 1))
      return at(item, "a probability between 0 and 1");
    values.push_back(item.number);
    sum += item.number;
  }
  if (values.size() == model.prior.size()) {
    model.prior = values;
  } else {
    std::fill(model.prior.begin(), model.prior.end(), sum / static_cast<double>(values.size()));
  }
  return {};
}

}  // namespace

std::string link_model_json(const People& people, const LinkModel& model) {
  std::string out = "{\n  \"format\": " + json_text(kFormat) +
                    ",\n  \"swapped\": " + json_exact(model.swapped) + ",\n  \"prior\": [";
  for (size_t i = 0; i < model.prior.size(); ++i) out += (i > 0 ? ", " : "") + json_exact(model.prior[i]);
  out += "],\n  \"fields\": [";
  for (size_t f = 0; f < people.fields.size(); ++f) {
    const LinkField& field = people.fields[f];
    out += std::string(f > 0 ? "," : "") +
           "\n    {\"kind\": " + json_text(kKinds[static_cast<size_t>(field.kind)]) +
           ", \"label\": " + json_text(field.label) +
           ",\n     \"m\": " + levels_json(field.kind, model.fields[f].m) +
           ",\n     \"u\": " + levels_json(field.kind, model.fields[f].u) +
           ",\n     \"near_share\": " + json_exact(model.fields[f].near_share) + "}";
  }
  return out + "\n  ]\n}\n";
}

Parsed<LinkModel> read_link_model(std::string_view json, const People& people) {
  const auto read = parse_json(json);
  if (!read.ok()) return read.problem();
  const Json* format = read->find("format");
  if (format == nullptr || format->text != kFormat)
    return at(format == nullptr ? *read : *format, std::string("the format \"") + kFormat + "\"");
  LinkModel out = model_before_data(people);
  const auto swapped = probability(*read, "swapped");
  if (!swapped.ok()) return swapped.problem();
  out.swapped = std::min(*swapped, 0.5);
  if (auto wrong = read_priors(*read, out)) return *wrong;
  const Json* fields = read->find("fields");
  if (fields == nullptr || fields->kind != Json::Kind::kList)
    return at(fields == nullptr ? *read : *fields, "the list fields");
  for (const Json& field : fields->items) {
    if (auto wrong = read_field(field, people, out)) return *wrong;
  }
  return out;
}

Parsed<std::vector<LinkDecision>> read_decisions(std::string_view csv, const People& people) {
  const auto table = parse_csv(csv);
  if (!table.ok()) return table.problem();
  const auto a = table->find("a");
  const auto b = table->find("b");
  const auto same = table->find("same");
  if (!a || !b || !same) return Problem{1, 1, "the columns a, b and same"};
  std::unordered_multimap<std::string, uint32_t> records;
  for (uint32_t r = 0; r < people.size(); ++r) records.emplace(people.ids[r], r);
  std::vector<LinkDecision> out;
  for (const CsvRow& row : table->rows) {
    const auto of_a = records.equal_range(row[*a].text);
    const auto of_b = records.equal_range(row[*b].text);
    for (const size_t column : {*a, *b}) {
      if (!records.contains(row[column].text))
        return Problem{row[column].line, row[column].column, "the id of a record of the lists"};
    }
    uint32_t first = UINT32_MAX;
    for (auto at = of_a.first; at != of_a.second; ++at) first = std::min(first, at->second);
    uint32_t second = UINT32_MAX;
    for (auto at = of_b.first; at != of_b.second; ++at) {
      if (at->second != first) second = std::min(second, at->second);
    }
    if (second == UINT32_MAX) return Problem{row[*b].line, row[*b].column, "another record than a"};
    const Field& word = row[*same];
    const bool yes = word.text == "yes" || word.text == "1";
    if (!yes && word.text != "no" && word.text != "0") return Problem{word.line, word.column, "yes or no"};
    out.push_back({std::min(first, second), std::max(first, second), yes});
  }
  return out;
}

}  // namespace homeward::losses_stats
