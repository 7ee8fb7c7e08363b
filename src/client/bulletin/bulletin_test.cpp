// An attacker reads the folders that go out, of one date and of several, and finds no hidden figure; two
// organizers' devices make the same bytes, and nothing is a bulletin without both of them.
#include "client/bulletin/bulletin.h"

#include <map>

#include "client/features.h"
#include "client/test_clients.h"
#include "domain/losses/losses.h"
#include "losses_stats/attacker_for_test.h"
#include "losses_stats/random.h"
#include "losses_stats/regions.h"

namespace homeward::client::bulletin {
namespace {

constexpr Day kFirstDay = 19'000;  // 2022-01-08

// --- The attacker: knows what stands in the files, and how a draft's table is laid out ---

struct Line {
  std::string row, column;
  std::optional<uint64_t> count;
  std::string as_of;
};

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == at)
      out.emplace_back();
    else
      out.back() += c;
  }
  return out;
}

const std::string& file(const std::vector<File>& folder, std::string_view name) {
  const auto found = std::ranges::find(folder, name, &File::name);
  EXPECT_NE(found, folder.end()) << name;
  return found->content;
}

std::vector<Line> lines_of(const std::string& csv) {
  std::vector<Line> out;
  const std::vector<std::string> lines = split(csv, '\n');
  for (size_t i = 1; i + 1 < lines.size(); ++i) {
    const std::vector<std::string> fields = split(lines[i], ',');
    EXPECT_EQ(fields.size(), 4U);
    out.push_back({fields[0], fields[1], std::nullopt, fields[3]});
    if (!fields[2].empty()) out.back().count = std::stoull(fields[2]);
  }
  return out;
}

// One kind of table through several bulletins.
class TableReader {
 public:
  // `grows`: she also knows that no count ever fell.
  TableReader(const std::vector<Table>& shapes, std::vector<std::string> days, bool grows)
      : days_(std::move(days)), grows_(grows) {
    for (const Table& shape : shapes) {
      for (const std::string& row : shape.rows)
        if (std::ranges::find(rows_, row) == rows_.end()) rows_.push_back(row);
      for (const std::string& column : shape.columns)
        if (std::ranges::find(columns_, column) == columns_.end()) columns_.push_back(column);
    }
    attacker_.emplace(days_.size() * rows_.size() * columns_.size());
    // What no table of the day had was nothing.
    for (size_t k = 0; k < days_.size(); ++k) {
      for (const std::string& row : rows_) {
        for (const std::string& column : columns_) {
          const bool there = std::ranges::find(shapes[k].rows, row) != shapes[k].rows.end() &&
                             std::ranges::find(shapes[k].columns, column) != shapes[k].columns.end();
          if (!there) attacker_->knows(sum_of(k, row, column), 0);
        }
      }
    }
  }
  void read(const std::string& csv) {
    for (const Line& line : lines_of(csv)) {
      if (!line.count) continue;
      const auto k = std::ranges::find(days_, line.as_of) - days_.begin();
      ASSERT_LT(static_cast<size_t>(k), days_.size());
      attacker_->knows(sum_of(static_cast<size_t>(k), line.row, line.column),
                       static_cast<double>(*line.count));
    }
  }
  void knows(const std::string& day, const std::string& row, const std::string& column, double value) {
    const auto k = std::ranges::find(days_, day) - days_.begin();
    attacker_->knows(sum_of(static_cast<size_t>(k), row, column), value);
  }
  double width(size_t k, const std::string& row, const std::string& column) const {
    return attacker_->width(sum_of(k, row, column));
  }

 private:
  std::vector<double> sum_of(size_t k, const std::string& row, const std::string& column) const {
    std::vector<double> out = attacker_->nothing();
    const auto is = [](const std::string& key, const std::string& printed) {
      return printed == "total" || printed == key || (printed == "unknown" && key.empty());
    };
    for (size_t r = 0; r < rows_.size(); ++r) {
      for (size_t c = 0; c < columns_.size(); ++c) {
        if (!is(rows_[r], row) || !is(columns_[c], column)) continue;
        for (size_t date = grows_ ? 0 : k; date <= k; ++date)
          out[(date * rows_.size() + r) * columns_.size() + c] = 1;
      }
    }
    return out;
  }

  std::vector<std::string> rows_, columns_, days_;
  bool grows_;
  std::optional<losses_stats::Attacker> attacker_;
};

// --- Invented figures ---

Table invented_table(losses_stats::RandomSource& random, size_t rows, std::vector<std::string> columns,
                     double mean) {
  const char* const kRows[] = {"", "RU-AD", "RU-BU", "RU-DA", "RU-TY"};
  Table out;
  for (size_t r = 0; r < rows; ++r) out.rows.emplace_back(kRows[r]);
  out.columns = std::move(columns);
  for (size_t i = 0; i < rows * out.columns.size(); ++i)
    out.counts.push_back(
        random.uniform() < 0.25 ? 0 : static_cast<uint32_t>(random.poisson(mean * 3 * random.uniform())));
  return out;
}

Table later_table(losses_stats::RandomSource& random, const Table& before, std::vector<std::string> columns,
                  double mean) {
  Table out{before.rows, std::move(columns), {}};
  for (size_t r = 0; r < out.rows.size(); ++r) {
    for (const std::string& column : out.columns) {
      const auto was = std::ranges::find(before.columns, column);
      uint32_t count =
          was == before.columns.end()
              ? 0
              : before.counts[r * before.columns.size() + static_cast<size_t>(was - before.columns.begin())];
      if (random.uniform() < 0.6) count += static_cast<uint32_t>(random.poisson(mean));
      out.counts.push_back(count);
    }
  }
  return out;
}

std::vector<Draft> invented_drafts(losses_stats::RandomSource& random, size_t dates) {
  std::vector<std::string> months = {"", "2022-01"};
  const double mean = 1 + 6 * random.uniform();
  const auto threshold = static_cast<uint8_t>(3 + random.next() % 4);
  std::vector<Draft> out;
  for (size_t k = 0; k < dates; ++k) {
    Draft draft{.as_of = kFirstDay + static_cast<Day>(31 * k), .threshold = threshold};
    if (k == 0) {
      draft.losses = invented_table(random, 3 + random.next() % 2, months, mean);
      draft.others = invented_table(random, 1, {"MISSING", "WOUNDED"}, 3 * mean);
      draft.tallies = invented_table(random, 4, {"HELD", "HOME"}, mean);
    } else {
      draft.losses = later_table(random, out.back().losses, months, mean);
      draft.others = later_table(random, out.back().others, out.back().others.columns, mean);
      draft.tallies = later_table(random, out.back().tallies, out.back().tallies.columns, mean);
    }
    months.push_back("2022-0" + std::to_string(k + 2));
    out.push_back(std::move(draft));
  }
  return out;
}

struct Published {
  std::vector<Draft> drafts;
  std::vector<std::vector<File>> folders;
  std::vector<std::string> days;
};

Published publish(const std::vector<Draft>& drafts) {
  Published out;
  for (const Draft& draft : drafts) {
    out.folders.push_back(folder_of(edition_of(out.drafts, draft, {})));
    out.drafts.push_back(draft);
    out.days.push_back(domain::cases::text_of_day({draft.as_of}));
  }
  return out;
}

uint64_t truth_of(const Table& table, const std::string& row, const std::string& column) {
  uint64_t out = 0;
  for (size_t r = 0; r < table.rows.size(); ++r) {
    for (size_t c = 0; c < table.columns.size(); ++c) {
      const bool in_row = row == "total" || table.rows[r] == (row == "unknown" ? "" : row);
      const bool in_column = column == "total" || table.columns[c] == (column == "unknown" ? "" : column);
      if (in_row && in_column) out += table.counts[r * table.columns.size() + c];
    }
  }
  return out;
}

// Every cell that a bulletin of its date does not print has values at least the threshold apart, whatever all
// folders together say; what is printed is true. Of `column` alone, where columns stand by themselves.
void expect_hidden(const Published& all, const char* name, Table Draft::* table, bool grows,
                   const std::string& column = "") {
  std::vector<Table> shapes;
  for (const Draft& draft : all.drafts) {
    shapes.push_back(draft.*table);
    if (column.empty()) continue;
    Table& shape = shapes.back();
    const auto at = static_cast<size_t>(std::ranges::find(shape.columns, column) - shape.columns.begin());
    std::vector<uint32_t> counts;
    for (size_t r = 0; r < shape.rows.size(); ++r)
      counts.push_back(shape.counts[r * shape.columns.size() + at]);
    shape = {shape.rows, {column}, counts};
  }
  TableReader reader(shapes, all.days, grows);
  const auto wanted = [&](const std::string& csv) {
    if (column.empty()) return csv;
    std::string out = "head\n";
    for (const Line& line : lines_of(csv)) {
      if (line.column == column)
        out += line.row + "," + line.column + "," + (line.count ? std::to_string(*line.count) : "") + "," +
               line.as_of + "\n";
    }
    return out;
  };
  for (size_t k = 0; k < all.folders.size(); ++k) {
    reader.read(wanted(file(all.folders[k], name)));
    if (std::string_view(name) != "deaths.csv") continue;
    // Rates times residents are counts again.
    const std::vector<std::string> rates = split(file(all.folders[k], "rates.csv"), '\n');
    for (size_t i = 1; i + 1 < rates.size(); ++i) {
      const std::vector<std::string> fields = split(rates[i], ',');
      const double count = std::round(std::stod(fields[6]) * std::stod(fields[5]) / 100'000);
      EXPECT_EQ(count, std::stod(fields[3]));
      reader.knows(fields[4], fields[0], "total", count);
    }
  }
  for (size_t k = 0; k < all.folders.size(); ++k) {
    for (const Line& line : lines_of(wanted(file(all.folders[k], name)))) {
      if (line.count) {
        const auto then = static_cast<size_t>(std::ranges::find(all.days, line.as_of) - all.days.begin());
        EXPECT_EQ(*line.count, truth_of(shapes[then], line.row, line.column)) << name << " " << line.row;
      }
      if (line.count && line.as_of == all.days[k]) continue;
      EXPECT_GE(reader.width(k, line.row, line.column), all.drafts[k].threshold - 1e-4)
          << name << " " << k << " " << line.row << " " << line.column;
    }
  }
}

TEST(BulletinAttack, IsNoStraw) {
  // Only the small one is left out of this file: its row gives it away.
  TableReader reader({{{"RU-AD", "RU-BU"}, {"2022-01", "2022-02"}, {20, 2, 18, 40}}}, {"2022-01-08"}, true);
  reader.read(
      "region,month,count,as_of\nRU-AD,2022-01,20,2022-01-08\nRU-AD,2022-02,,\nRU-AD,total,22,2022-01-08\n"
      "RU-BU,2022-01,18,2022-01-08\nRU-BU,2022-02,40,2022-01-08\nRU-BU,total,58,2022-01-08\n");
  EXPECT_NEAR(reader.width(0, "RU-AD", "2022-02"), 0, 1e-6);
  EXPECT_NEAR(reader.width(0, "total", "total"), 0, 1e-6);
}

TEST(BulletinAttack, FindsNothingInOneFolder) {
  losses_stats::RandomSource random(21);
  for (int round = 0; round < 40; ++round) {
    const Published all = publish(invented_drafts(random, 1));
    expect_hidden(all, "deaths.csv", &Draft::losses, true);
    for (const char* column : {"HELD", "HOME"}) expect_hidden(all, "told.csv", &Draft::tallies, true, column);
  }
}

TEST(BulletinAttack, FindsNothingInFoldersOfSeveralDates) {
  losses_stats::RandomSource random(22);
  for (int round = 0; round < 14; ++round) {
    const Published all = publish(invented_drafts(random, 3));
    for (const bool grows : {true, false}) {
      expect_hidden(all, "deaths.csv", &Draft::losses, grows);
      expect_hidden(all, "told.csv", &Draft::tallies, grows, "HELD");
    }
  }
}

TEST(BulletinAttack, FindsNothingWhereCountsWereCorrectedDown) {
  losses_stats::RandomSource random(23);
  for (int round = 0; round < 14; ++round) {
    std::vector<Draft> drafts = invented_drafts(random, 3);
    for (Draft& draft : drafts) {
      for (uint32_t& count : draft.losses.counts)
        if (random.uniform() < 0.2) count /= 2;
    }
    expect_hidden(publish(drafts), "deaths.csv", &Draft::losses, false);
  }
}

TEST(BulletinAttack, FiguresThatStandAloneAreShownOnlyIfLargeAndMuchChanged) {
  losses_stats::RandomSource random(24);
  for (int round = 0; round < 40; ++round) {
    const Published all = publish(invented_drafts(random, 4));
    std::map<std::string, std::vector<std::pair<size_t, uint64_t>>> printed;
    for (size_t k = 0; k < all.folders.size(); ++k) {
      for (const Line& line : lines_of(file(all.folders[k], "others.csv")))
        if (line.count && line.as_of == all.days[k]) printed[line.column].emplace_back(k, *line.count);
    }
    for (const auto& [column, counts] : printed) {
      for (size_t i = 0; i < counts.size(); ++i) {
        EXPECT_GE(counts[i].second, all.drafts[0].threshold);
        for (size_t j = 0; j < i; ++j)
          EXPECT_GE(counts[i].second - counts[j].second, all.drafts[0].threshold);
      }
    }
  }
}

TEST(BulletinAttack, NoHiddenNumberIsAnywhereInTheBytes) {
  // Numbers that nothing else makes; some are hidden for the sake of the small one beside them.
  Draft draft{.as_of = kFirstDay, .threshold = 5};
  draft.losses = {{"RU-AD", "RU-BU", "RU-DA"},
                  {"2022-01", "2022-02", "2022-03"},
                  {771'301, 2, 771'303, 771'304, 771'305, 771'306, 771'307, 771'308, 771'309}};
  draft.others = {{""}, {"MISSING", "PRISONER", "WOUNDED"}, {4, 661'101, 661'102}};
  draft.tallies = {{"", "RU-BU"}, {"HELD", "HOME"}, {551'101, 551'102, 3, 551'104}};
  const Edition edition = edition_of({}, draft, {});
  const std::vector<File> folder = folder_of(edition);
  std::string bytes;
  for (const File& one : folder) bytes += one.content;
  size_t hidden = 0;
  size_t shown = 0;
  const auto look = [&](const Table& table, const ShownTable& printed) {
    for (size_t r = 0; r < table.rows.size(); ++r) {
      for (size_t c = 0; c < table.columns.size(); ++c) {
        const uint32_t count = table.counts[r * table.columns.size() + c];
        if (count < 1'000) continue;
        const bool is_shown = printed.at(r, c).has_value();
        (is_shown ? shown : hidden) += 1;
        for (const Language language : {Language::kRussian, Language::kEnglish}) {
          const bool there = bytes.find(std::to_string(count)) != std::string::npos ||
                             bytes.find(number_words(count, language)) != std::string::npos;
          EXPECT_EQ(there, is_shown) << count;
        }
      }
    }
  };
  look(draft.losses, edition.losses);
  look(draft.others, edition.others);
  look(draft.tallies, edition.tallies);
  EXPECT_GE(hidden, 4U);
  EXPECT_GE(shown, 5U);
}

// --- The folder ---

TEST(BulletinFolder, IsTheSameBytesForTheSameEdition) {
  losses_stats::RandomSource random(31);
  const std::vector<Draft> drafts = invented_drafts(random, 3);
  const std::vector<Draft> earlier(drafts.begin(), drafts.begin() + 2);
  const std::vector<Quote> quotes = {{"Мы ждём.", "мать, Бурятия", 630}};
  const Edition one = edition_of(earlier, drafts[2], quotes);
  EXPECT_EQ(one, edition_of(earlier, drafts[2], quotes));
  EXPECT_EQ(folder_of(one), folder_of(one));
  EXPECT_EQ(zip_of(folder_of(one)), zip_of(folder_of(one)));
  Edition other = one;
  other.quotes[0].text = "Мы ждём!";
  EXPECT_NE(digest_of(folder_of(one)), digest_of(folder_of(other)));
  EXPECT_EQ(one.number, 3U);
}

TEST(BulletinFolder, FetchesNothingAndLetsNothingIn) {
  Draft draft{.as_of = kFirstDay, .publisher = "<script>alert(1)</script> & \"co\""};
  draft.losses = {{"RU-BU"}, {"2022-01"}, {30}};
  draft.others = {{""}, {"WOUNDED"}, {30}};
  draft.tallies = {{"RU-BU"}, {"HELD"}, {30}};
  const std::vector<File> folder =
      folder_of(edition_of({}, draft, {{"<img src=x onerror=y>\n\"'", "</blockquote><b>", 630}}));
  for (const char* name : {"index.html", "en.html"}) {
    const std::string& html = file(folder, name);
    EXPECT_NE(html.find("default-src 'none'; style-src 'sha256-"), std::string::npos);
    for (const char* bad : {"<script", "<img", "<b>", "onerror=y>", " style=", "://", "url(", "@import"})
      EXPECT_EQ(html.find(bad), std::string::npos) << bad;
    EXPECT_NE(html.find("&lt;img src=x onerror=y&gt;"), std::string::npos);
  }
}

// Reads the directory of the archive, as an unpacker does.
TEST(BulletinFolder, TheArchiveHoldsTheFiles) {
  const std::vector<File> folder = {{"a.txt", "один"}, {"b.txt", ""}, {std::string(kSums), "x"}};
  const Bytes zip = zip_of(folder);
  const auto u = [&](size_t at, int bytes) {
    size_t out = 0;
    for (int i = bytes; i-- > 0;) out = out << 8 | zip[at + static_cast<size_t>(i)];
    return out;
  };
  const size_t end = zip.size() - 22;
  ASSERT_EQ(u(end, 4), 0x06054b50U);
  ASSERT_EQ(u(end + 10, 2), folder.size());
  size_t at = u(end + 16, 4);
  EXPECT_EQ(at + u(end + 12, 4), end);
  for (const File& one : folder) {
    ASSERT_EQ(u(at, 4), 0x02014b50U);
    const size_t local = u(at + 42, 4);
    ASSERT_EQ(u(local, 4), 0x04034b50U);
    EXPECT_EQ(u(local + 14, 4), u(at + 16, 4));
    const size_t name_size = u(local + 26, 2);
    const auto text = [&](size_t from, size_t size) {
      return std::string(zip.begin() + static_cast<long>(from), zip.begin() + static_cast<long>(from + size));
    };
    EXPECT_EQ(text(local + 30, name_size), one.name);
    EXPECT_EQ(text(local + 30 + name_size, u(local + 18, 4)), one.content);
    at += 46 + u(at + 28, 2);
  }
  // The checksum of "123456789" is that of the standard.
  const Bytes known = zip_of({{"n", "123456789"}});
  EXPECT_EQ(known[14] | known[15] << 8 | known[16] << 16 | static_cast<uint32_t>(known[17]) << 24,
            0xCBF43926U);
}

TEST(BulletinFolder, ManyMonthsOfAllRegionsAreReadyWhileSheWaits) {
  losses_stats::RandomSource random(41);
  std::vector<Draft> drafts;
  for (size_t k = 0; k < 6; ++k) {
    Draft draft{.as_of = kFirstDay + static_cast<Day>(31 * k)};
    draft.losses.rows = {""};
    for (const losses_stats::Region& region : losses_stats::regions())
      draft.losses.rows.emplace_back(region.iso);
    draft.losses.columns = {""};
    for (int32_t month = 0; month < 18 + static_cast<int32_t>(k); ++month)
      draft.losses.columns.push_back(month_key(12 * 51 + month));
    const size_t cells = draft.losses.rows.size() * draft.losses.columns.size();
    for (size_t i = 0; i < cells; ++i)
      draft.losses.counts.push_back(static_cast<uint32_t>(random.poisson(8)));
    draft.others = {{""}, {"WOUNDED"}, {30}};
    draft.tallies = {{"RU-BU"}, {"HELD"}, {30}};
    drafts.push_back(std::move(draft));
  }
  const Edition edition = edition_of({drafts.begin(), drafts.end() - 1}, drafts.back(), {});
  EXPECT_GT(edition.losses.cells.size() - edition.losses.left_out(), edition.losses.cells.size() / 4);
}

// --- In a group ---

class BulletinGroup : public ClientTest {
 protected:
  void SetUp() override {
    anna = &person("Анна");
    bella = &person("Белла");
    group = found(*anna);
    bring_in(*anna, group, *bella);
  }
  void make_organizer(Person& who) {
    group::Change change;
    change.roles = {{who.client->find(group)->me(), group::Role::kOrganizer}};
    ASSERT_TRUE(anna->client->change_policy(group, change, now_).ok());
    settle(2);
    ASSERT_EQ(who.client->find(group)->my_role(), group::Role::kOrganizer);
  }
  Result<> change(Person& who, const std::function<Result<>(const Client::Hand&)>& act) {
    auto done = who.client->change(group, now_, act);
    settle();
    return done;
  }
  template <class T>
  T look(Person& who, const std::function<T(const Client::Look&)>& act) {
    std::optional<T> out;
    EXPECT_TRUE(who.client
                    ->look(group,
                           [&](const Client::Look& view) -> Result<> {
                             out = act(view);
                             return success();
                           })
                    .ok());
    return std::move(*out);
  }
  std::vector<KeptDraft> drafts(Person& who) {
    return look<std::vector<KeptDraft>>(
        who, [&](const Client::Look& view) { return domain::bulletin::drafts(view.rows, key_of(group)); });
  }
  std::vector<KeptDraft> bulletins(Person& who) {
    return look<std::vector<KeptDraft>>(
        who, [&](const Client::Look& view) { return domain::bulletin::bulletins(view.rows, key_of(group)); });
  }
  Made made(Person& who, const KeptDraft& draft) {
    return look<Made>(who, [&](const Client::Look& view) { return made_of(view.rows, group, draft); });
  }
  // A counted list of the press: so many of Buryatia and Tyva by month.
  void list_losses(Person& who, uint32_t buryatia) {
    domain::losses::ListAdded list;
    list.source.kind = domain::losses::SourceKind::kPress;
    list.source.publisher = "Газета";
    const domain::losses::Month june = domain::losses::month_of({kFirstDay + 150});
    list.rows = {{.region = "RU-BU", .month = june, .men = buryatia},
                 {.region = "RU-TY", .month = june, .men = 30},
                 {.region = "RU-TY", .month = june - 1, .men = 20},
                 {.region = "RU-DA", .month = june - 1, .men = 40}};
    ASSERT_TRUE(change(who, [&](const Client::Hand& hand) -> Result<> {
                  HW_TRY(hand.post(domain::losses::kListAdded, domain::losses::encode(list)));
                  return success();
                }).ok());
  }
  // Looks, and says what comes of it.
  template <class Body>
  Result<> say_what(Person& who, uint16_t kind,
                    const std::function<Result<Body>(const Client::Look&)>& what) {
    Result<Body> body = look<Result<Body>>(who, what);
    if (!body.ok()) return body.error();
    return change(who, [&](const Client::Hand& hand) -> Result<> {
      HW_TRY(say(hand, kind, *body));
      return success();
    });
  }
  Result<> prepare_now(Person& who, std::vector<domain::Ref> statements = {}) {
    const Wanted wanted{.as_of = kFirstDay + 200, .publisher = "Группа", .statements = std::move(statements)};
    return say_what<Draft>(who, domain::bulletin::kDraftKind, [&](const Client::Look& view) {
      return draft_now(view.rows, view.group, wanted);
    });
  }
  Result<> approve_newest(Person& who) {
    const KeptDraft draft = drafts(who).front();
    return say_what<domain::bulletin::Approval>(
        who, domain::bulletin::kApprovalKind, [&](const Client::Look& view) {
          return approval_of(view.rows, view.group, draft.id, draft.said.digest);
        });
  }
  Result<> consent_of(Person& who, const domain::Ref& statement) {
    return say_what<domain::bulletin::Consent>(
        who, domain::bulletin::kConsentKind,
        [&](const Client::Look& view) { return consent_to(view.rows, view.group, statement); });
  }

  Person* anna = nullptr;
  Person* bella = nullptr;
  group::GroupId group;
};

TEST_F(BulletinGroup, TwoOrganizersApproveTheBytesThatEachMadeHerself) {
  list_losses(*anna, 50);
  EXPECT_FALSE(prepare_now(*bella).ok()) << "no organizer";
  ASSERT_TRUE(prepare_now(*anna).ok());
  ASSERT_TRUE(approve_newest(*anna).ok());
  EXPECT_FALSE(approve_newest(*anna).ok());
  EXPECT_FALSE(approve_newest(*bella).ok()) << "no organizer yet";
  make_organizer(*bella);
  EXPECT_TRUE(bulletins(*anna).empty());
  ASSERT_TRUE(approve_newest(*bella).ok());
  ASSERT_EQ(bulletins(*anna).size(), 1U);
  const Made at_anna = made(*anna, bulletins(*anna)[0]);
  const Made at_bella = made(*bella, bulletins(*bella)[0]);
  EXPECT_EQ(at_anna.folder, at_bella.folder);
  EXPECT_EQ(at_anna.digest, bulletins(*anna)[0].said.digest);
  EXPECT_NE(file(at_anna.folder, "deaths.csv").find("RU-BU,total,50,"), std::string::npos);
}

TEST_F(BulletinGroup, AFigureThatChangedMeanwhileStopsTheApproval) {
  make_organizer(*bella);
  list_losses(*anna, 50);
  ASSERT_TRUE(prepare_now(*anna).ok());
  const KeptDraft draft = drafts(*bella).front();
  list_losses(*anna, 80);
  EXPECT_EQ(look<std::vector<std::string>>(
                *bella, [&](const Client::Look& view) { return changed_since(view.rows, group, draft); }),
            std::vector<std::string>{"losses RU-BU 2022-06"});
  EXPECT_FALSE(approve_newest(*bella).ok());
  EXPECT_EQ(made(*bella, draft).digest, draft.said.digest) << "the draft itself is what it was";
  ASSERT_TRUE(prepare_now(*bella).ok());
  EXPECT_TRUE(approve_newest(*anna).ok());
  EXPECT_TRUE(approve_newest(*bella).ok());
  EXPECT_EQ(bulletins(*anna).size(), 1U);
}

TEST_F(BulletinGroup, AHostileOrganizersFalseFiguresAreSeen) {
  make_organizer(*bella);
  list_losses(*anna, 50);
  ASSERT_TRUE(prepare_now(*bella).ok());
  Draft false_draft = drafts(*bella).front().said;
  false_draft.losses.counts[1] += 500;
  false_draft.digest = made(*bella, KeptDraft{.said = false_draft}).digest;
  ASSERT_TRUE(change(*bella, [&](const Client::Hand& hand) -> Result<> {
                HW_TRY(hand.post(domain::bulletin::kDraftKind, domain::bulletin::encode(false_draft)));
                return success();
              }).ok());
  EXPECT_FALSE(approve_newest(*anna).ok());
  // And with a digest of something else than what the draft makes.
  Draft other_bytes = drafts(*bella)[1].said;
  other_bytes.digest.data[0] ^= 1;
  ASSERT_TRUE(change(*bella, [&](const Client::Hand& hand) -> Result<> {
                HW_TRY(hand.post(domain::bulletin::kDraftKind, domain::bulletin::encode(other_bytes)));
                return success();
              }).ok());
  EXPECT_FALSE(approve_newest(*anna).ok());
}

TEST_F(BulletinGroup, StatementsWaitForTheirSpeaker) {
  make_organizer(*bella);
  list_losses(*anna, 50);
  domain::Ref told;
  const domain::bulletin::Statement statement{domain::Author::from(bella->client->find(group)->me()),
                                              "Мы ждём их дома.", "мать, Бурятия"};
  ASSERT_TRUE(change(*anna, [&](const Client::Hand& hand) -> Result<> {
                HW_LET(told, say(hand, domain::bulletin::kStatementKind, statement));
                return success();
              }).ok());
  EXPECT_FALSE(prepare_now(*anna, {told}).ok());
  EXPECT_FALSE(consent_of(*anna, told).ok());
  ASSERT_TRUE(consent_of(*bella, told).ok());
  ASSERT_TRUE(prepare_now(*anna, {told}).ok());
  EXPECT_NE(file(made(*bella, drafts(*bella).front()).folder, "en.html").find("Мы ждём их дома."),
            std::string::npos);
  ASSERT_TRUE(approve_newest(*anna).ok());
  ASSERT_TRUE(say_what<domain::bulletin::TakenBack>(
                  *bella, domain::bulletin::kTakenBackKind,
                  [&](const Client::Look& view) { return taking_back(view.rows, view.group, told); })
                  .ok());
  EXPECT_FALSE(approve_newest(*bella).ok());
  EXPECT_FALSE(prepare_now(*anna, {told}).ok());
}

TEST_F(BulletinGroup, ANewcomerHasTheBulletinsAndTheirConstraints) {
  make_organizer(*bella);
  list_losses(*anna, 50);
  ASSERT_TRUE(prepare_now(*anna).ok() && approve_newest(*anna).ok() && approve_newest(*bella).ok());
  Person& dina = person("Дина");
  bring_in(*anna, group, dina, bella);
  ASSERT_EQ(bulletins(dina).size(), 1U);
  EXPECT_EQ(made(dina, bulletins(dina)[0]).folder, made(*anna, bulletins(*anna)[0]).folder);
  // Two more of Buryatia: the second bulletin must not say 52.
  list_losses(*anna, 52);
  ASSERT_TRUE(prepare_now(*bella).ok());
  const std::string& csv = file(made(dina, drafts(dina).front()).folder, "deaths.csv");
  EXPECT_EQ(csv.find("RU-BU,total,52,"), std::string::npos);
  EXPECT_NE(csv.find("RU-BU,total,50,"), std::string::npos);
}

}  // namespace
}  // namespace homeward::client::bulletin
