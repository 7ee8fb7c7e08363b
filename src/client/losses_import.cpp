#include "client/losses_import.h"

#include <algorithm>
#include <array>

#include "losses_stats/csv.h"
#include "losses_stats/names.h"

namespace homeward::client {
namespace {

namespace losses = domain::losses;
namespace stats = losses_stats;
using stats::CsvRow;
using stats::CsvTable;
using stats::Problem;

constexpr uint64_t kThousand = 1000;

Problem at(const stats::Field& field, std::string expected) {
  return {field.line, field.column, std::move(expected)};
}

// A word of a closed list.
template <class Enum>
struct WordOf {
  std::string_view word;
  Enum value;
};
constexpr std::array kStates{
    WordOf{"killed", losses::LossState::kKilled}, WordOf{"wounded", losses::LossState::kWounded},
    WordOf{"missing", losses::LossState::kMissing}, WordOf{"prisoner", losses::LossState::kPrisoner}};
// The second half as published counts word it; "conscripted" there are the men of the mobilisation.
constexpr std::array kCategories{WordOf{"contract", losses::Category::kContract},
                                 WordOf{"conscript", losses::Category::kConscript},
                                 WordOf{"mobilised", losses::Category::kMobilised},
                                 WordOf{"volunteer", losses::Category::kVolunteer},
                                 WordOf{"officer", losses::Category::kOfficer},
                                 WordOf{"guard", losses::Category::kGuard},
                                 WordOf{"company", losses::Category::kCompany},
                                 WordOf{"inmate", losses::Category::kInmate},
                                 WordOf{"professional army", losses::Category::kContract},
                                 WordOf{"conscripted", losses::Category::kMobilised},
                                 WordOf{"volunteers", losses::Category::kVolunteer},
                                 WordOf{"police / national guard / FSB", losses::Category::kGuard},
                                 WordOf{"private military company", losses::Category::kCompany},
                                 WordOf{"inmates", losses::Category::kInmate}};
constexpr size_t kOwnCategories = 8;

// How a claim was come by, by a part of the words that claims files use; the first that fits.
constexpr std::array kBases{
    WordOf{"belligerent", losses::Basis::kBelligerent}, WordOf{"intelligence", losses::Basis::kIntelligence},
    WordOf{"secondary", losses::Basis::kSecondary},     WordOf{"official", losses::Basis::kOfficial},
    WordOf{"estimate", losses::Basis::kEstimate},       WordOf{"open-source", losses::Basis::kNamedList},
    WordOf{"named list", losses::Basis::kNamedList}};

template <class Words>
std::string list_of(const Words& words, size_t most) {
  std::string out;
  for (size_t i = 0; i < std::min(most, words.size()); ++i)
    out += (out.empty() ? "" : ", ") + std::string(words[i].word);
  return out;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

bool is_region(std::string_view text) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto code = [&](char c) { return upper(c) || (c >= '0' && c <= '9'); };
  return text.size() >= 4 && text.size() <= 6 && upper(text[0]) && upper(text[1]) && text[2] == '-' &&
         std::ranges::all_of(text.substr(3), code);
}

bool is_unknown(std::string_view text) { return text.empty() || text == "unknown" || text == "other"; }

// The cells of one line by the names of their columns; the first thing wrong is kept.
class Line {
 public:
  Line(const CsvTable& table, const CsvRow& row, std::optional<Problem>& wrong)
      : table_(table), row_(row), wrong_(wrong) {}

  const stats::Field* field(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names)
      if (const auto column = table_.find(name)) return &row_[*column];
    return nullptr;
  }
  std::string text(std::initializer_list<std::string_view> names, size_t most = losses::kMostLineBytes) {
    const stats::Field* cell = field(names);
    if (cell == nullptr) return {};
    if (!losses::check_line(cell->text, most).ok())
      fail(at(*cell, "one line of at most " + std::to_string(most) + " bytes"));
    return cell->text;
  }
  std::string region() {
    const stats::Field* cell = field({"region_iso", "iso"});
    if (cell == nullptr || is_unknown(cell->text)) return {};
    if (!is_region(cell->text)) fail(at(*cell, "a region's code such as RU-BU, or unknown"));
    return cell->text;
  }
  std::optional<losses::Span> span(std::initializer_list<std::string_view> names) {
    const stats::Field* cell = field(names);
    if (cell == nullptr || cell->text.empty()) return std::nullopt;
    const auto out = losses::parse_span(cell->text);
    if (!out) fail(at(*cell, "a day (2022-07-20), a month (2022-07) or a year (2022)"));
    return out;
  }
  template <class Words>
  auto word(std::initializer_list<std::string_view> names, const Words& words, size_t shown)
      -> std::optional<decltype(words[0].value)> {
    const stats::Field* cell = field(names);
    if (cell == nullptr || is_unknown(cell->text)) return std::nullopt;
    for (const auto& one : words)
      if (lower(cell->text) == lower(std::string(one.word))) return one.value;
    fail(at(*cell, "one of: " + list_of(words, shown)));
    return std::nullopt;
  }
  std::optional<uint64_t> number(std::initializer_list<std::string_view> names, uint64_t most) {
    const stats::Field* cell = field(names);
    if (cell == nullptr || cell->text.empty()) return std::nullopt;
    const auto value = stats::whole_number(*cell, most);
    if (!value.ok()) {
      fail(value.problem());
      return std::nullopt;
    }
    return *value;
  }
  std::optional<uint64_t> thousandths(std::string_view name) {
    const stats::Field* cell = field({name});
    if (cell == nullptr || cell->text.empty()) return std::nullopt;
    const auto value = parse_thousandths(cell->text);
    if (!value) fail(at(*cell, "a number from 0 with at most three decimal places"));
    return value;
  }
  void fail(Problem problem) {
    if (!wrong_) wrong_ = std::move(problem);
  }
  const stats::Field& first() const { return row_.front(); }

 private:
  const CsvTable& table_;
  const CsvRow& row_;
  std::optional<Problem>& wrong_;
};

class Reading {
 public:
  explicit Reading(const ImportOptions& options) : options_(options) {}
  stats::Parsed<Import> read(const CsvTable& table);

 private:
  void person(Line& line);
  void count(Line& line);
  void claim(Line& line);
  losses::Source source(Line& line);
  void finish(const CsvTable& table);

  const ImportOptions& options_;
  Import out_;
  std::optional<Problem> wrong_;
};

losses::Source Reading::source(Line& line) {
  losses::Source out;
  out.kind = losses::SourceKind::kList;
  out.publisher = line.text({"publisher", "source"});
  if (out.publisher.empty()) out.publisher = options_.publisher;
  if (losses::is_blank(out.publisher))
    line.fail(
        {line.first().line, 0, "a publisher in the column publisher or source, or one for the whole file"});
  out.link = line.text({"source_url", "link"}, losses::kMostLinkBytes);
  if (out.link.empty()) out.link = options_.link;
  out.date = line.span({"source_date", "known"});
  if (!out.date && !options_.date.empty()) out.date = losses::parse_span(options_.date);
  return out;
}

NameVariant variant_of(std::string_view whole) {
  stats::WholeName name = stats::split_name(whole);
  return {name.surname, name.given, name.patronymic};
}

void Reading::person(Line& line) {
  NewLoss man;
  losses::Source from = source(line);
  NameVariant name{line.text({"surname"}), line.text({"given"}), line.text({"patronymic"})};
  const std::string whole = line.text({"name_raw", "name"});
  if (name == NameVariant{} && !whole.empty()) name = variant_of(whole);
  if (name != NameVariant{}) man.sealed.names.push_back(std::move(name));
  man.sealed.birth = line.text({"birth"});
  losses::Facts& facts = from.facts;
  facts.state = line.word({"state"}, kStates, kStates.size());
  if (!facts.state) facts.state = losses::LossState::kKilled;
  facts.died = line.span({"death", "died"});
  facts.place = line.text({"place"});
  facts.region = line.region();
  facts.district = line.text({"district", "settlement"});
  facts.category = line.word({"category", "force_type"}, kCategories, kOwnCategories);
  facts.unit = line.text({"unit"});
  facts.rank = line.text({"rank"});
  if (const auto age = line.number({"age"}, 120)) facts.age_low = facts.age_high = static_cast<uint8_t>(*age);
  if (options_.names_are_public) {
    for (const NameVariant& one : man.sealed.names) man.record.open_names.push_back(whole_name(one));
    man.sealed.names.clear();
    if (from.link.empty()) line.fail({line.first().line, 0, "a link, since the names are public"});
  }
  man.record.sources.push_back(std::move(from));
  out_.people.push_back(std::move(man));
}

void Reading::count(Line& line) {
  const stats::Field* region = line.field({"region_iso", "iso"});
  if (region != nullptr && region->text == "total") {
    ++out_.passed_over;
    return;
  }
  losses::Source from = source(line);
  if (out_.list.rows.empty()) {
    out_.list.source = from;
  } else if (from.publisher != out_.list.source.publisher) {
    line.fail({line.first().line, 0, "the same publisher in every line of counts"});
  }
  losses::CountRow row;
  row.region = line.region();
  if (const auto month = line.span({"month_confirmed", "month", "period", "month_died"})) {
    row.month = losses::month_of(*month);
    if (!row.month)
      line.fail(at(*line.field({"month_confirmed", "month", "period", "month_died"}), "a month (2022-07)"));
  }
  const auto state = line.word({"state"}, kStates, kStates.size());
  row.state = state.value_or(losses::LossState::kKilled);
  row.category = line.word({"category", "force_type"}, kCategories, kOwnCategories);
  const auto men = line.number({"deaths", "men"}, losses::kMostMen);
  if (!men) line.fail(at(*line.field({"deaths", "men"}), "a whole number"));
  row.men = static_cast<uint32_t>(men.value_or(0));
  out_.men += row.men;
  out_.list.rows.push_back(std::move(row));
}

void Reading::claim(Line& line) {
  losses::Claim claim;
  claim.key = line.text({"id"});
  claim.subject = line.text({"subject"});
  claim.region = line.region();
  claim.kind = line.text({"kind"});
  if (const auto as_of = line.span({"as_of"})) {
    claim.as_of = *as_of;
  } else {
    line.fail(at(*line.field({"as_of"}), "a day (2022-07-20), a month (2022-07) or a year (2022)"));
  }
  claim.value = line.thousandths("value");
  claim.low = line.thousandths("low");
  claim.high = line.thousandths("high");
  claim.unit = line.text({"unit"});
  claim.claimant = line.text({"claimant"});
  claim.basis_text = line.text({"basis"});
  const std::string basis = lower(claim.basis_text);
  const auto fits = [&](const auto& one) { return basis.find(one.word) != std::string::npos; };
  const auto found = std::ranges::find_if(kBases, fits);
  if (found != kBases.end()) {
    claim.basis = found->value;
  } else {
    line.fail({line.first().line, 0, "a basis: one of " + list_of(kBases, kBases.size())});
  }
  claim.link = line.text({"source_url", "link"}, losses::kMostLinkBytes);
  claim.via = line.text({"retrieved_via"});
  claim.warning = line.text({"quality_note", "warning"}, losses::kMostReasonBytes);
  if (!wrong_ && !losses::check(claim).ok())
    line.fail({line.first().line, 0,
               "a claimant, a subject, and value or both low and high, with low not above high"});
  out_.claims.push_back(std::move(claim));
}

void Reading::finish(const CsvTable& table) {
  if (wrong_) return;
  if (out_.rows == out_.passed_over) wrong_ = Problem{2, 0, "at least one line below the header"};
  if (table.rows.size() > kMostImportRows)
    wrong_ = Problem{0, 0, "at most " + std::to_string(kMostImportRows) + " lines"};
  if (out_.kind != ImportKind::kCounts) return;
  if (out_.list.rows.size() > losses::kMostCountRows)
    wrong_ = Problem{0, 0, "at most " + std::to_string(losses::kMostCountRows) + " lines of counts"};
  if (out_.men > losses::kMostMen)
    wrong_ = Problem{0, 0, "at most " + std::to_string(losses::kMostMen) + " men"};
  out_.list.month_of = table.find("month_died") ? losses::MonthOf::kDied : losses::MonthOf::kKnown;
}

stats::Parsed<Import> Reading::read(const CsvTable& table) {
  void (Reading::*take)(Line&) = nullptr;
  if (table.find("claimant") && table.find("as_of")) {
    out_.kind = ImportKind::kClaims;
    take = &Reading::claim;
  } else if (table.find("surname") || table.find("name_raw") || table.find("name")) {
    out_.kind = ImportKind::kPeople;
    take = &Reading::person;
  } else if (table.find("deaths") || table.find("men")) {
    out_.kind = ImportKind::kCounts;
    take = &Reading::count;
  } else {
    return Problem{
        1, 0, "columns of people (surname or name), of counts (deaths), or of claims (claimant and as_of)"};
  }
  for (const CsvRow& row : table.rows) {
    Line line(table, row, wrong_);
    (this->*take)(line);
    if (wrong_) return *wrong_;
    ++out_.rows;
  }
  finish(table);
  if (wrong_) return *wrong_;
  out_.rows -= out_.passed_over;
  return std::move(out_);
}

}  // namespace

std::optional<uint64_t> parse_thousandths(std::string_view text) {
  const size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  const std::string_view rest = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  const bool reads = !whole.empty() && whole.size() <= 10 && rest.size() <= 3 &&
                     (dot == std::string_view::npos || !rest.empty());
  if (!reads) return std::nullopt;
  uint64_t out = 0;
  const auto add = [&](char c) {
    if (c < '0' || c > '9') return false;
    out = out * 10 + static_cast<uint64_t>(c - '0');
    return true;
  };
  if (!std::ranges::all_of(whole, add) || !std::ranges::all_of(rest, add)) return std::nullopt;
  for (size_t i = rest.size(); i < 3; ++i) out *= 10;
  if (out > losses::kMostThousandths) return std::nullopt;
  return out;
}

std::string text_of_thousandths(uint64_t value) {
  std::string out = std::to_string(value / kThousand);
  if (value % kThousand == 0) return out;
  std::string rest = std::to_string(kThousand + value % kThousand).substr(1);
  while (rest.back() == '0') rest.pop_back();
  return out + "." + rest;
}

stats::Parsed<Import> read_import(std::string_view csv, const ImportOptions& options) {
  if (csv.size() > kMostImportBytes)
    return Problem{0, 0, "a file of at most " + std::to_string(kMostImportBytes) + " bytes"};
  const auto table = stats::parse_csv(csv);
  if (!table.ok()) return table.problem();
  return Reading(options).read(*table);
}

Result<PostedImport> post_import(const Client::Hand& hand, const Import& import) {
  const auto as_import = [&](const losses::ImportId& id) {
    return PostedImport{losses::Withdrawn::Kind::kImport,
                        domain::ref_of(domain::Author::from(hand.group.me()), domain::EventKey::from(id))};
  };
  if (import.kind == ImportKind::kCounts) {
    HW_LET(const domain::Ref ref, say_loss(hand, losses::kListAdded, import.list));
    return PostedImport{losses::Withdrawn::Kind::kList, ref};
  }
  if (import.kind == ImportKind::kClaims) {
    HW_LET(const losses::ImportId id, add_claims(hand, import.claims));
    return as_import(id);
  }
  HW_LET(const losses::ImportId id, add_losses(hand, import.people));
  return as_import(id);
}

}  // namespace homeward::client
