#include "domain/tallies/count.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "domain/tallies/overlap.h"

namespace homeward::domain::tallies {
namespace {

constexpr size_t kMen = kCountedStates;  // the pseudo-state of everyone known of
constexpr uint32_t kAny = 0;             // no unit, no region

// Two reports, or a report and a case, of periods without a common month are of different men: these things
// happen to a man at a time. What goes on for months does not separate.
constexpr bool period_separates(size_t state) {
  if (state == kMen) return false;
  switch (static_cast<Counted>(state + 1)) {
    case Counted::kSent:
    case Counted::kRefused:
    case Counted::kReleased:
    case Counted::kSentBack:
    case Counted::kWounded:
    case Counted::kKilled:
      return true;
    default:
      return false;
  }
}

// Units and regions as numbers, 0 for none; keeps how often each spelling was written.
class Names {
 public:
  explicit Names(std::string (*key_of)(std::string_view)) : key_of_(key_of) { keys_.emplace_back(); }
  uint32_t number(const std::string& text) {
    if (text.empty()) return kAny;
    const auto known = by_text_.find(text);
    if (known != by_text_.end()) {
      ++known->second.second;
      return known->second.first;
    }
    const std::string key = key_of_(text);
    if (key.empty()) return kAny;
    const auto [same, is_new] = by_key_.emplace(key, static_cast<uint32_t>(keys_.size()));
    if (is_new) keys_.push_back(key);
    by_text_.emplace(text, std::pair{same->second, 1u});
    return same->second;
  }
  const std::string& key(uint32_t number) const { return keys_[number]; }
  // The spelling written most often, of equals the first by its bytes.
  std::vector<std::string> labels() const {
    std::vector<std::string> out(keys_.size());
    std::vector<uint32_t> most(keys_.size(), 0);
    for (const auto& [text, use] : by_text_) {
      const auto [number, times] = use;
      if (times < most[number] || (times == most[number] && text > out[number])) continue;
      most[number] = times;
      out[number] = text;
    }
    return out;
  }

 private:
  std::string (*key_of_)(std::string_view);
  std::vector<std::string> keys_;
  std::unordered_map<std::string, uint32_t> by_key_;
  std::unordered_map<std::string, std::pair<uint32_t, uint32_t>> by_text_;  // number, times
};

struct Scope {
  uint32_t unit = kAny;
  uint32_t region = kAny;
  Month from = kUndated, until = kUndated;
  auto operator<=>(const Scope&) const = default;
};

// Of a man: his two months are the same one.
uint64_t packed(const Scope& scope) {
  return uint64_t{scope.unit} << 40 | uint64_t{scope.region & 0xFFFFFu} << 20 |
         (static_cast<uint32_t>(scope.from + 1) & 0xFFFFFu);
}

bool may_share(const Scope& a, const Scope& b, bool by_period) {
  if (a.unit != b.unit && a.unit != kAny && b.unit != kAny) return false;
  if (a.region != b.region && a.region != kAny && b.region != kAny) return false;
  if (!by_period || a.from == kUndated || b.from == kUndated) return true;
  return a.from <= b.until && b.from <= a.until;
}

struct ReportLine {
  size_t index = 0;  // in the caller's list
  Scope scope;
  std::array<uint32_t, kCountedStates + 1> most{}, sure{};
  bool inside = true;  // of the months asked for
};

struct Line {  // a man
  Scope scope;
  size_t index = 0;
};

std::string as_is(std::string_view text) { return std::string(text); }

// A man's or a report's membership in one row.
struct RowMembers {
  std::vector<size_t> men;      // positions in lines
  std::vector<size_t> reports;  // positions in report lines
};

class Counter {
 public:
  Counter(std::span<const Man> men, std::span<const KeptReport> reports, const Question& question)
      : men_(men), reports_(reports), question_(question) {
    const uint32_t unit = units_.number(question.unit);
    const uint32_t region = regions_.number(question.region);
    for (size_t i = 0; i < men.size(); ++i) {
      const Line line{{units_.number(men[i].unit), regions_.number(men[i].region)}, i};
      if ((unit == kAny || line.scope.unit == unit) && (region == kAny || line.scope.region == region))
        lines_.push_back(line);
    }
    for (size_t i = 0; i < reports.size(); ++i)
      if (reports[i].counts()) add_report(i, unit, region);
    find_same_men();
  }

  Table table() {
    Table out;
    out.reports = report_lines_.size();
    RowMembers all;
    for (size_t i = 0; i < lines_.size(); ++i) all.men.push_back(i);
    for (size_t i = 0; i < report_lines_.size(); ++i) all.reports.push_back(i);
    out.total = row(all, std::nullopt);
    const std::vector<std::string> unit_labels = units_.labels();
    const std::vector<std::string> region_labels = regions_.labels();
    for (const auto& [key, members] : rows()) {
      const bool by_month = question_.by == By::kMonth;
      Row one = row(members, by_month ? std::optional<Month>(key) : std::nullopt);
      const auto number = static_cast<uint32_t>(by_month ? 0 : key);
      one.key = by_month                    ? month_key(key)
                : question_.by == By::kUnit ? units_.key(number)
                                            : regions_.key(number);
      one.label = by_month                    ? one.key
                  : question_.by == By::kUnit ? unit_labels[number]
                                              : region_labels[number];
      if (one.men.at_most > 0) out.rows.push_back(std::move(one));
    }
    if (question_.by != By::kMonth) {
      std::ranges::stable_sort(out.rows, [](const Row& a, const Row& b) {
        return std::tuple(b.men.at_most, b.men.at_least, a.key) <
               std::tuple(a.men.at_most, a.men.at_least, b.key);
      });
    }
    return out;
  }

  Sources sources(const Cell& cell) {
    Sources out;
    const size_t state = cell.state ? static_cast<size_t>(*cell.state) - 1 : kMen;
    for (const auto& [key, members] : cell.total ? everything() : rows()) {
      const bool by_month = question_.by == By::kMonth && !cell.total;
      const std::string name = by_month                    ? month_key(key)
                               : cell.total                ? std::string()
                               : question_.by == By::kUnit ? units_.key(static_cast<uint32_t>(key))
                                                           : regions_.key(static_cast<uint32_t>(key));
      if (!cell.total && name != cell.key) continue;
      const std::optional<Month> month = by_month ? std::optional<Month>(key) : std::nullopt;
      for (const size_t man : members.men)
        if (mark(lines_[man], state, month).first != Certainty::kNo) out.men.push_back(lines_[man].index);
      for (const size_t report : members.reports)
        if (report_lines_[report].most[state] > 0) out.reports.push_back(report_lines_[report].index);
    }
    return out;
  }

 private:
  void add_report(size_t index, uint32_t unit, uint32_t region) {
    const Report& said = reports_[index].said;
    ReportLine line{.index = index,
                    .scope = {units_.number(said.unit), regions_.number(said.region), month_of(said.from),
                              month_of(said.until)}};
    if (unit != kAny && line.scope.unit != unit) return;
    if (region != kAny && line.scope.region != region) return;
    const Month from = question_.from.value_or(0);
    const Month until = question_.until.value_or(INT32_MAX);
    if (line.scope.until < from || line.scope.from > until) return;
    line.inside = line.scope.from >= from && line.scope.until <= until;
    uint32_t largest = 0;
    uint64_t sum = 0;
    for (const Figure& figure : said.figures) {
      line.most[static_cast<size_t>(figure.state) - 1] = figure.count;
      largest = std::max(largest, figure.count);
      sum += figure.count;
    }
    line.most[kMen] = said.out_of.value_or(static_cast<uint32_t>(std::min<uint64_t>(sum, UINT32_MAX)));
    if (line.inside && said.sureness != Sureness::kRumour) {
      line.sure = line.most;
      // "Of about 100" is a number that somebody gave for all of them: it counts. Without it the figures may
      // be of the same men.
      if (!said.out_of) line.sure[kMen] = largest;
    }
    report_lines_.push_back(line);
  }

  // Which reports were said to overlap, and of those, which speak of the very same men: as many, of the same
  // unit and region.
  void find_same_men() {
    std::map<Ref, size_t> by_id;
    for (size_t i = 0; i < report_lines_.size(); ++i) by_id[reports_[report_lines_[i].index].id] = i;
    same_men_.resize(report_lines_.size());
    for (size_t i = 0; i < same_men_.size(); ++i) same_men_[i] = i;
    for (size_t i = 0; i < report_lines_.size(); ++i) {
      for (const Ref& ref : reports_[report_lines_[i].index].said.overlaps) {
        const auto other = by_id.find(ref);
        if (other == by_id.end() || other->second == i) continue;
        declared_.insert(std::minmax(i, other->second));
      }
    }
    for (const auto& [a, b] : declared_) {
      const Report& one = reports_[report_lines_[a].index].said;
      const Report& two = reports_[report_lines_[b].index].said;
      const bool same = one.out_of && one.out_of == two.out_of && *one.out_of > 0 &&
                        report_lines_[a].scope.unit == report_lines_[b].scope.unit &&
                        report_lines_[a].scope.region == report_lines_[b].scope.region;
      if (!same) continue;
      const size_t keep = std::min(same_men_[a], same_men_[b]);
      const size_t drop = std::max(same_men_[a], same_men_[b]);
      std::ranges::replace(same_men_, drop, keep);
    }
  }

  // Whether a man counts for a state in the months asked for (and in one month, for a row of months), and
  // since when.
  std::pair<Certainty, Month> mark(const Line& line, size_t state, std::optional<Month> month) const {
    const Man& man = men_[line.index];
    const bool any_time = !month && !question_.from && !question_.until;
    if (state == kMen) {
      if (any_time) return {Certainty::kYes, kUndated};
      Certainty best = Certainty::kNo;
      for (size_t i = 0; i < kCountedStates; ++i) best = std::max(best, mark(line, i, month).first);
      return {best, kUndated};
    }
    const Man::Mark& one = man.marks[state];
    if (one.certainty == Certainty::kNo || any_time) return {one.certainty, one.month};
    if (month && one.month != *month) return {Certainty::kNo, one.month};
    if (one.month == kUndated)
      return {question_.from || question_.until ? Certainty::kPerhaps : one.certainty, one.month};
    const bool inside =
        one.month >= question_.from.value_or(0) && one.month <= question_.until.value_or(INT32_MAX);
    return {inside ? one.certainty : Certainty::kNo, one.month};
  }

  std::map<int64_t, RowMembers> everything() const {
    std::map<int64_t, RowMembers> out;
    RowMembers& all = out[0];
    for (size_t i = 0; i < lines_.size(); ++i) all.men.push_back(i);
    for (size_t i = 0; i < report_lines_.size(); ++i) all.reports.push_back(i);
    return out;
  }

  std::map<int32_t, RowMembers> rows_by_month() const {
    std::map<int32_t, RowMembers> out;
    for (size_t i = 0; i < lines_.size(); ++i) {
      std::array<Month, kCountedStates> months{};
      size_t count = 0;
      for (const Man::Mark& one : men_[lines_[i].index].marks)
        if (one.certainty != Certainty::kNo) months[count++] = one.month;
      std::sort(months.begin(), months.begin() + count);
      const auto end = std::unique(months.begin(), months.begin() + count);
      for (auto month = months.begin(); month != end; ++month) out[*month].men.push_back(i);
    }
    for (size_t i = 0; i < report_lines_.size(); ++i) {
      const Scope& scope = report_lines_[i].scope;
      const Month from = std::max(scope.from, question_.from.value_or(0));
      const Month until = std::min(scope.until, question_.until.value_or(INT32_MAX));
      for (Month month = from; month <= until; ++month) out[month].reports.push_back(i);
    }
    return out;
  }

  std::map<int64_t, RowMembers> rows() const {
    std::map<int64_t, RowMembers> out;
    if (question_.by == By::kMonth) {
      for (auto& [month, members] : rows_by_month()) out.emplace(month, std::move(members));
      return out;
    }
    const auto key = [&](const Scope& scope) {
      return question_.by == By::kUnit ? scope.unit : scope.region;
    };
    for (size_t i = 0; i < lines_.size(); ++i) out[key(lines_[i].scope)].men.push_back(i);
    for (size_t i = 0; i < report_lines_.size(); ++i) out[key(report_lines_[i].scope)].reports.push_back(i);
    return out;
  }

  Row row(const RowMembers& members, std::optional<Month> month) const {
    Row out;
    for (size_t state = 0; state <= kMen; ++state)
      (state == kMen ? out.men : out.cells[state]) = count(members, state, month);
    return out;
  }

  Count count(const RowMembers& members, size_t state, std::optional<Month> month) const {
    std::vector<size_t> reports;
    for (const size_t report : members.reports)
      if (report_lines_[report].most[state] > 0) reports.push_back(report);
    Count out;
    uint32_t sure = 0;
    std::unordered_map<uint64_t, std::pair<Scope, uint32_t>> known;
    for (const size_t man : members.men) {
      const auto [certainty, since] = mark(lines_[man], state, month);
      if (certainty == Certainty::kNo) continue;
      ++out.from_cases;
      if (certainty != Certainty::kYes) continue;
      ++sure;
      if (reports.empty()) continue;
      Scope scope = lines_[man].scope;
      if (period_separates(state)) scope.from = scope.until = since;
      auto& [of, men] = known[packed(scope)];
      of = scope;
      ++men;
    }
    if (reports.empty()) {
      out.at_least = sure;
      out.at_most = out.from_cases;
      return out;
    }
    const Overlaps overlaps = overlaps_of(reports, known, state, month);
    out.at_least = at_least(overlaps);
    out.at_most = out.from_cases + at_most_of_reports(overlaps.reports);
    return out;
  }

  Overlaps overlaps_of(const std::vector<size_t>& reports,
                       const std::unordered_map<uint64_t, std::pair<Scope, uint32_t>>& known, size_t state,
                       std::optional<Month> month) const {
    Overlaps out;
    const bool by_period = period_separates(state);
    for (size_t i = 0; i < reports.size(); ++i) {
      const ReportLine& line = report_lines_[reports[i]];
      // What a report of several months says of one of them is not known.
      const bool of_this_row = !month || line.scope.from == line.scope.until;
      const auto first = std::ranges::find_if(
          reports, [&](size_t other) { return same_men_[other] == same_men_[reports[i]]; });
      out.reports.push_back({.sure = of_this_row ? line.sure[state] : 0,
                             .most = line.most[state],
                             .out_of = reports_[line.index].said.out_of.value_or(0),
                             .same_men_as = static_cast<size_t>(first - reports.begin())});
      for (size_t j = 0; j < i; ++j) {
        const bool share = declared_.contains(std::minmax(reports[j], reports[i])) ||
                           may_share(line.scope, report_lines_[reports[j]].scope, by_period);
        if (share) out.pairs.emplace_back(j, i);
      }
    }
    for (const auto& [key, block] : known) {
      const auto& [scope, men] = block;
      KnownMen one{.count = men, .reports = {}};
      for (size_t i = 0; i < reports.size(); ++i)
        if (may_share(scope, report_lines_[reports[i]].scope, by_period)) one.reports.push_back(i);
      out.known.push_back(std::move(one));
    }
    return out;
  }

  std::span<const Man> men_;
  std::span<const KeptReport> reports_;
  const Question& question_;
  Names units_{unit_key};
  Names regions_{as_is};
  std::vector<Line> lines_;
  std::vector<ReportLine> report_lines_;
  std::set<std::pair<size_t, size_t>> declared_;  // positions in report_lines_
  std::vector<size_t> same_men_;
};

}  // namespace

Table tabulate(std::span<const Man> men, std::span<const KeptReport> reports, const Question& question) {
  return Counter(men, reports, question).table();
}

Sources sources(std::span<const Man> men, std::span<const KeptReport> reports, const Question& question,
                const Cell& cell) {
  return Counter(men, reports, question).sources(cell);
}

std::string unit_key(std::string_view unit) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* folding = icu::Normalizer2::getNFKCCasefoldInstance(status);
  if (U_FAILURE(status)) return std::string(unit);
  const icu::UnicodeString text = folding->normalize(
      icu::UnicodeString::fromUTF8(icu::StringPiece(unit.data(), static_cast<int32_t>(unit.size()))), status);
  icu::UnicodeString out;
  bool blank = false;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (!u_isalnum(c)) {
      blank = !out.isEmpty();
      continue;
    }
    if (blank) out.append(UChar32{' '});
    blank = false;
    out.append(c == 0x451 ? UChar32{0x435} : c);
  }
  std::string utf8;
  out.toUTF8String(utf8);
  return utf8;
}

std::string month_key(Month month) {
  if (month < 0) return {};
  const std::string number = std::to_string(month % 12 + 1);
  return std::to_string(1970 + month / 12) + (number.size() == 1 ? "-0" : "-") + number;
}

}  // namespace homeward::domain::tallies
