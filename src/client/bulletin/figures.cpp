// The figures of a draft: the loss register by region and month, and the tallies by region.
#include <algorithm>
#include <map>

#include "client/bulletin/edition.h"
#include "client/features.h"
#include "client/tallies.h"
#include "domain/losses/count.h"
#include "losses_stats/regions.h"

namespace homeward::client::bulletin {
namespace {

namespace losses = domain::losses;
namespace tallies = domain::tallies;

using Key = std::pair<std::string, std::string>;

// What a figure is taken from: the records, or one counted list. All cells of a table come from the same, so
// that they add up; of several the one that knows of most men, as the register's own "at least" is made.
struct Basis {
  std::optional<domain::Ref> list;  // none: the records

  uint32_t of(const losses::Row& row) const {
    if (!list) return row.count.records;
    for (const losses::FromList& one : row.lists)
      if (one.list == *list) return one.men;
    return 0;
  }
};

Basis largest(const losses::Row& total) {
  Basis out;
  uint32_t most = total.count.records;
  for (const losses::FromList& one : total.lists) {
    if (one.men <= most) continue;
    most = one.men;
    out.list = one.list;
  }
  return out;
}

std::string known_region(const std::string& region) {
  return losses_stats::find_region(region) != nullptr ? region : "";
}

// "" and every region, so that a region that appears for the first time tells nothing.
std::vector<std::string> all_regions() {
  std::vector<std::string> out{""};
  for (const losses_stats::Region& region : losses_stats::regions()) out.emplace_back(region.iso);
  return out;
}

Table empty_table(std::vector<std::string> rows, std::vector<std::string> columns) {
  Table out{std::move(rows), std::move(columns), {}};
  out.counts.assign(out.rows.size() * out.columns.size(), 0);
  return out;
}

uint32_t& cell_of(Table& table, const std::string& row, const std::string& column) {
  const auto r = std::ranges::lower_bound(table.rows, row) - table.rows.begin();
  const auto c = std::ranges::lower_bound(table.columns, column) - table.columns.begin();
  return table.counts[static_cast<size_t>(r) * table.columns.size() + static_cast<size_t>(c)];
}

uint32_t more(uint32_t all, uint32_t part) { return all > part ? all - part : 0; }

losses::Question killed(losses::By by) {
  losses::Question out;
  out.by = by;
  out.state = losses::LossState::kKilled;
  return out;
}

// The months of the table: from the first that a bulletin ever had, or that has anybody, to the last of this.
std::vector<std::string> months_of(const std::vector<losses::Row>& rows, Day as_of, const Draft* first) {
  const losses::Month last = losses::month_of({as_of});
  losses::Month begin = last;
  const auto consider = [&](const std::string& key) {
    const auto span = losses::parse_span(key);
    if (!span) return;
    begin = std::min(begin, losses::month_of(span->first));
  };
  if (first != nullptr) {
    for (const std::string& key : first->losses.columns) consider(key);
  } else {
    for (const losses::Row& row : rows) consider(row.key);
  }
  begin = std::max(begin, last - static_cast<losses::Month>(domain::bulletin::kMostColumns) + 2);
  std::vector<std::string> out{""};
  for (losses::Month month = begin; month <= last; ++month) out.push_back(losses::text_of_month(month));
  return out;
}

Table losses_table(Rows& rows, const domain::GroupKey& group, Day as_of, const Draft* first) {
  const losses::Table by_region = losses::tabulate(rows, group, killed(losses::By::kRegion));
  const losses::Table by_month = losses::tabulate(rows, group, killed(losses::By::kMonth));
  losses::Question both = killed(losses::By::kRegion);
  both.also_by = losses::By::kMonth;
  const losses::Table by_both = losses::tabulate(rows, group, both);
  const Basis basis = largest(by_region.total);
  Table out = empty_table(all_regions(), months_of(by_month.rows, as_of, first));
  const auto known_month = [&](const std::string& key) {
    return std::ranges::binary_search(out.columns, key) ? key : std::string();
  };
  std::map<std::string, uint32_t> of_region;
  std::map<std::string, uint32_t> of_month;
  uint32_t sum = 0;
  for (const losses::Row& row : by_both.rows) {
    const std::string region = known_region(row.key);
    const std::string month = known_month(row.also);
    if (region.empty() || month.empty()) continue;
    const uint32_t men = basis.of(row);
    cell_of(out, region, month) += men;
    of_region[region] += men;
    of_month[month] += men;
    sum += men;
  }
  // Who is sure of one and not of the other stands where the other is not known.
  for (const losses::Row& row : by_region.rows) {
    const std::string region = known_region(row.key);
    if (region.empty()) continue;
    const uint32_t rest = more(basis.of(row), of_region[region]);
    cell_of(out, region, "") += rest;
    sum += rest;
  }
  for (const losses::Row& row : by_month.rows) {
    const std::string month = known_month(row.key);
    if (month.empty()) continue;
    const uint32_t rest = more(basis.of(row), of_month[month]);
    cell_of(out, "", month) += rest;
    sum += rest;
  }
  cell_of(out, "", "") += more(basis.of(by_region.total), sum);
  return out;
}

Table others_table(Rows& rows, const domain::GroupKey& group) {
  losses::Question question;
  question.by = losses::By::kState;
  const losses::Table made = losses::tabulate(rows, group, question);
  Table out = empty_table({""}, {"MISSING", "PRISONER", "WOUNDED"});
  const std::pair<losses::LossState, const char*> kStates[] = {{losses::LossState::kMissing, "MISSING"},
                                                               {losses::LossState::kPrisoner, "PRISONER"},
                                                               {losses::LossState::kWounded, "WOUNDED"}};
  for (const losses::Row& row : made.rows) {
    for (const auto& [state, key] : kStates) {
      if (row.key == std::to_string(static_cast<int>(state))) cell_of(out, "", key) = row.count.at_least;
    }
  }
  return out;
}

// At least so many. A man may stand under several words; "sent back" is a part of "sent", which therefore
// stays out, as do the losses, which the register counts.
Table tallies_table(Rows& rows, const group::GroupId& group) {
  const std::pair<tallies::Counted, const char*> kWords[] = {
      {tallies::Counted::kHeld, "HELD"},          {tallies::Counted::kHome, "HOME"},
      {tallies::Counted::kRefused, "REFUSED"},    {tallies::Counted::kReleased, "RELEASED"},
      {tallies::Counted::kSentBack, "SENT-BACK"}, {tallies::Counted::kThreatened, "THREATENED"}};
  Table out = empty_table(all_regions(), {"HELD", "HOME", "REFUSED", "RELEASED", "SENT-BACK", "THREATENED"});
  const Men men = men_of(rows, group);
  const auto reports = tallies::reports(rows, key_of(group));
  tallies::Question question;
  question.by = tallies::By::kRegion;
  const tallies::Table made = tallies::tabulate(men.men, reports, question);
  for (const auto& [counted, key] : kWords) {
    uint32_t sum = 0;
    for (const tallies::Row& row : made.rows) {
      if (known_region(row.key).empty()) continue;
      const uint32_t count = row.cell(counted).at_least;
      cell_of(out, row.key, key) = count;
      sum += count;
    }
    cell_of(out, "", key) = more(made.total.cell(counted).at_least, sum);
  }
  return out;
}

}  // namespace

Draft figures_now(Rows& rows, const group::GroupId& group, const Wanted& wanted) {
  const domain::GroupKey key = key_of(group);
  Draft out{.as_of = wanted.as_of, .threshold = wanted.threshold, .publisher = wanted.publisher};
  out.earlier = domain::bulletin::approved(rows, key);
  std::optional<domain::bulletin::KeptDraft> first;
  if (!out.earlier.empty()) first = domain::bulletin::draft(rows, key, out.earlier.front());
  out.losses = losses_table(rows, key, wanted.as_of, first ? &first->said : nullptr);
  out.others = others_table(rows, key);
  out.tallies = tallies_table(rows, group);
  out.statements = wanted.statements;
  return out;
}

}  // namespace homeward::client::bulletin
