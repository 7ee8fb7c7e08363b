#include "client/bulletin/edition.h"

#include <algorithm>
#include <map>

#include "losses_stats/suppress.h"

namespace homeward::client::bulletin {
namespace {

namespace stats = losses_stats;

std::vector<std::string> united(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> out;
  std::ranges::set_union(a, b, std::back_inserter(out));
  return out;
}

size_t place_of(const std::vector<std::string>& keys, const std::string& key) {
  return static_cast<size_t>(std::ranges::lower_bound(keys, key) - keys.begin());
}

// One kind of table through all bulletins: every one with the keys of all up to it. Where an earlier one had
// no such row or column, everybody knows that there was nothing to count: shown, and 0.
class Through {
 public:
  void add(const Table& table, Day as_of, uint64_t threshold) {
    const std::vector<std::string> rows = united(rows_, table.rows);
    const std::vector<std::string> columns = united(columns_, table.columns);
    for (stats::Bulletin& one : all_) one = widened(one, rows, columns);
    rows_ = rows;
    columns_ = columns;
    std::vector<std::vector<uint64_t>> counts(rows.size(), std::vector<uint64_t>(columns.size(), 0));
    for (size_t r = 0; r < table.rows.size(); ++r) {
      for (size_t c = 0; c < table.columns.size(); ++c)
        counts[place_of(rows, table.rows[r])][place_of(columns, table.columns[c])] =
            table.counts[r * table.columns.size() + c];
    }
    all_.push_back(stats::suppress(all_, stats::with_totals(counts), threshold));
    days_.push_back(as_of);
  }

  ShownTable shown() const {
    ShownTable out{rows_, columns_, {}};
    out.rows.emplace_back(kTotal);
    out.columns.emplace_back(kTotal);
    out.cells.resize(out.rows.size() * out.columns.size());
    for (size_t k = 0; k < all_.size(); ++k) {
      for (size_t cell = 0; cell < out.cells.size(); ++cell) {
        // A nought that was never printed is not what was last shown.
        if (all_[k].published[cell] != 0 && all_[k].table.counts[cell] > 0)
          out.cells[cell] = Shown{static_cast<uint32_t>(all_[k].table.counts[cell]), days_[k]};
      }
    }
    return out;
  }

 private:
  stats::Bulletin widened(const stats::Bulletin& old, const std::vector<std::string>& rows,
                          const std::vector<std::string>& columns) const {
    const size_t width = columns.size() + 1;
    stats::Bulletin out;
    out.table = {rows.size() + 1, width, std::vector<uint64_t>((rows.size() + 1) * width, 0)};
    out.published.assign(out.table.counts.size(), 1);
    for (size_t r = 0; r <= rows_.size(); ++r) {
      for (size_t c = 0; c <= columns_.size(); ++c) {
        const size_t row = r == rows_.size() ? rows.size() : place_of(rows, rows_[r]);
        const size_t column = c == columns_.size() ? columns.size() : place_of(columns, columns_[c]);
        const size_t was = r * (columns_.size() + 1) + c;
        out.table.counts[row * width + column] = old.table.counts[was];
        out.published[row * width + column] = old.published[was];
      }
    }
    return out;
  }

  std::vector<std::string> rows_;
  std::vector<std::string> columns_;
  std::vector<stats::Bulletin> all_;
  std::vector<Day> days_;
};

Table column_of(const Table& table, size_t column) {
  Table out{table.rows, {table.columns[column]}, {}};
  for (size_t r = 0; r < table.rows.size(); ++r)
    out.counts.push_back(table.counts[r * table.columns.size() + column]);
  return out;
}

std::vector<const Draft*> in_order(const std::vector<Draft>& earlier, const Draft& draft) {
  std::vector<const Draft*> out;
  for (const Draft& one : earlier) out.push_back(&one);
  out.push_back(&draft);
  return out;
}

ShownTable shown_losses(const std::vector<const Draft*>& drafts) {
  Through through;
  for (const Draft* draft : drafts) through.add(draft->losses, draft->as_of, draft->threshold);
  return through.shown();
}

// Figures without a total stand alone: each is shown if it is large enough and differs enough from when it
// was last shown.
ShownTable shown_alone(const std::vector<const Draft*>& drafts) {
  const Table& now = drafts.back()->others;
  ShownTable out{now.rows, now.columns, std::vector<Cell>(now.counts.size())};
  for (size_t r = 0; r < now.rows.size(); ++r) {
    for (size_t c = 0; c < now.columns.size(); ++c) {
      std::vector<uint32_t> before;
      Cell& cell = out.cells[r * now.columns.size() + c];
      for (const Draft* draft : drafts) {
        const Table& table = draft->others;
        const size_t row = place_of(table.rows, now.rows[r]);
        const size_t column = place_of(table.columns, now.columns[c]);
        if (row == table.rows.size() || table.rows[row] != now.rows[r]) continue;
        if (column == table.columns.size() || table.columns[column] != now.columns[c]) continue;
        const uint32_t count = table.counts[row * table.columns.size() + column];
        const bool near = std::ranges::any_of(before, [&](uint32_t then) {
          return (count > then ? count - then : then - count) < draft->threshold;
        });
        if (count < draft->threshold || near) continue;
        before.push_back(count);
        cell = Shown{count, draft->as_of};
      }
    }
  }
  return out;
}

// Each word by itself: what is told of a man under one word says nothing of another, so there are no totals
// across.
ShownTable shown_tallies(const std::vector<const Draft*>& drafts) {
  const Table& now = drafts.back()->tallies;
  ShownTable out;
  std::vector<ShownTable> columns;
  for (size_t c = 0; c < now.columns.size(); ++c) {
    Through through;
    for (const Draft* draft : drafts) {
      const size_t column = place_of(draft->tallies.columns, now.columns[c]);
      if (column == draft->tallies.columns.size() || draft->tallies.columns[column] != now.columns[c])
        continue;
      through.add(column_of(draft->tallies, column), draft->as_of, draft->threshold);
    }
    columns.push_back(through.shown());
  }
  for (const ShownTable& column : columns) {
    // Every column has the rows of all drafts that had it; the newest has them all but for rows that are
    // gone.
    if (column.rows.size() > out.rows.size()) out.rows = column.rows;
  }
  out.columns = now.columns;
  out.cells.resize(out.rows.size() * out.columns.size());
  for (size_t c = 0; c < columns.size(); ++c) {
    for (size_t r = 0; r < columns[c].rows.size(); ++r) {
      const auto row = std::ranges::find(out.rows, columns[c].rows[r]);
      if (row == out.rows.end()) continue;
      const auto at = static_cast<size_t>(row - out.rows.begin());
      // The cell and its row's total are one number: shown if both may be.
      const Cell& cell = columns[c].at(r, 0);
      const Cell& total = columns[c].at(r, 1);
      if (cell && total) out.cells[at * out.columns.size() + c] = cell->as_of < total->as_of ? cell : total;
    }
  }
  return out;
}

}  // namespace

size_t ShownTable::left_out() const { return static_cast<size_t>(std::ranges::count(cells, Cell())); }

Edition edition_of(const std::vector<Draft>& earlier, const Draft& draft, std::vector<Quote> quotes) {
  const std::vector<const Draft*> drafts = in_order(earlier, draft);
  return {.number = drafts.size(),
          .as_of = draft.as_of,
          .threshold = draft.threshold,
          .publisher = draft.publisher,
          .losses = shown_losses(drafts),
          .others = shown_alone(drafts),
          .tallies = shown_tallies(drafts),
          .quotes = std::move(quotes)};
}

namespace {

void compare(const std::string& name, const Table& a, const Table& b, std::vector<std::string>& out) {
  const auto cells = [](const Table& table) {
    std::map<std::pair<std::string, std::string>, uint32_t> counts;
    for (size_t r = 0; r < table.rows.size(); ++r) {
      for (size_t c = 0; c < table.columns.size(); ++c)
        counts[{table.rows[r], table.columns[c]}] = table.counts[r * table.columns.size() + c];
    }
    return counts;
  };
  std::map<std::pair<std::string, std::string>, uint32_t> first = cells(a);
  const auto second = cells(b);
  for (const auto& [key, count] : second) {
    const auto found = first.find(key);
    if (found == first.end() || found->second != count)
      out.push_back(name + " " + key.first + " " + key.second);
    if (found != first.end()) first.erase(found);
  }
  for (const auto& [key, count] : first) out.push_back(name + " " + key.first + " " + key.second);
}

}  // namespace

std::vector<std::string> differences(const Draft& a, const Draft& b) {
  std::vector<std::string> out;
  if (a.form != b.form) out.emplace_back("form");
  if (a.earlier != b.earlier) out.emplace_back("earlier");
  if (a.threshold != b.threshold) out.emplace_back("threshold");
  if (a.as_of != b.as_of) out.emplace_back("as_of");
  if (a.publisher != b.publisher) out.emplace_back("publisher");
  if (a.statements != b.statements) out.emplace_back("statements");
  compare("losses", a.losses, b.losses, out);
  compare("others", a.others, b.others, out);
  compare("tallies", a.tallies, b.tallies, out);
  return out;
}

}  // namespace homeward::client::bulletin
