// Tallies and rolls over 20,000 cases in a real vault: the table by unit with 100 reports that overlap, what
// a cell is made of, and finding a man by name while a roll is typed. Fails if a limit of the product is
// passed
// (--check).
//
//   tallies_bench [--cases N] [--check]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "client/features.h"
#include "client/rolls.h"
#include "client/tallies.h"

using namespace homeward;
using namespace homeward::domain;

namespace {

constexpr PassphraseCost kCheap{.memory_bytes = 8192, .passes = 1};
constexpr cases::Day kToday{19'300};
constexpr Instant kNow{19'300ll * 24 * 3600 * 1000};
constexpr size_t kReports = 100;
constexpr int kTimes = 11;

class SystemLikeRandom final : public Random {
 public:
  void fill(MutableBytes out) override { inner_.fill(out); }
  SeededRandom inner_{11};
};

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

template <class Act>
double median_ms(Act&& act) {
  std::vector<double> times;
  for (int i = 0; i < kTimes; ++i) {
    const double start = now_ms();
    act();
    times.push_back(now_ms() - start);
  }
  std::ranges::nth_element(times, times.begin() + kTimes / 2);
  return times[kTimes / 2];
}

struct Checker {
  bool passed = true;
  void line(const char* what, double value_ms, double most_ms) {
    const bool good = most_ms == 0 || value_ms <= most_ms;
    passed = passed && good;
    std::printf("%-44s %10.2f ms%s\n", what, value_ms, good ? "" : "   OVER THE LIMIT");
  }
};

std::string label_of_case(size_t i) {
  static constexpr const char* kLabels[] = {"Барс",  "Тихий", "Лёва",   "К.Л.",
                                            "Сосед", "Аюр",   "Старый", "Б.А."};
  return std::string(kLabels[i % std::size(kLabels)]) + " " + std::to_string(i);
}

// As if taken in: 20 members wrote cases of 40 units, three entries each, and reports.
void fill(Rows& rows, const GroupKey& group, size_t case_count) {
  SeededRandom random(5);
  words::Analyzer analyzer;
  cases::State of_cases(analyzer);
  tallies::State of_reports;
  Place place{1, 0};
  std::vector<Author> authors(20);
  for (Author& author : authors) author = random.fixed<Author>();
  const auto below = [&](size_t limit) { return static_cast<int32_t>(random.below(limit)); };
  const auto context = [&](const Author& author) {
    ++place.number;
    return Context{rows, group, author, false, AuthorRole::kMember, place};
  };
  for (size_t i = 0; i < case_count; ++i) {
    const Author author = authors[i % authors.size()];
    const auto id = random.fixed<EventKey>();
    cases::Opened body{.card = {}, .last_contact = {}, .clock = cases::clock_of(14)};
    body.card.label = label_of_case(i);
    body.card.unit = "в/ч " + std::to_string(10'000 + below(40));
    body.card.region = below(2) == 0 ? "RU-BU" : "RU-TY";
    of_cases.fold(context(author), {id, cases::kOpened, kNow, cases::encode(body)});
    for (int entry = 0; entry < 3; ++entry) {
      cases::EntryAdded added{.case_ref = ref_of(author, id)};
      added.kind = static_cast<cases::EntryKind>(1 + below(cases::kEntryKinds));
      added.when.day = kToday.plus(-below(200));
      added.sureness = below(5) == 0 ? cases::Sureness::kRumour : cases::Sureness::kSure;
      of_cases.fold(context(authors[i % 7]),
                    {random.fixed<EventKey>(), cases::kEntryAdded, kNow, cases::encode(added)});
    }
  }
  for (size_t i = 0; i < kReports; ++i) {
    tallies::Report report{.text = "сообщение",
                           .unit = "в/ч " + std::to_string(10'000 + below(40)),
                           .from = kToday.number - 100 - below(60),
                           .until = kToday.number - below(60)};
    for (const auto state : {tallies::Counted::kRefused, tallies::Counted::kKilled, tallies::Counted::kHome})
      report.figures.push_back({state, static_cast<uint32_t>(below(50))});
    of_reports.fold(context(authors[i % 20]),
                    {random.fixed<EventKey>(), tallies::kReportKind, kNow, tallies::encode(report)});
  }
}

void measure(client::Client& client, const group::GroupId& group, size_t case_count, Checker& checker) {
  HW_ASSERT(client
                .look(group,
                      [&](const client::Client::Look& view) -> Result<> {
                        const GroupKey key = client::key_of(group);
                        client::Men men;
                        std::vector<tallies::KeptReport> reports;
                        checker.line("the men of all cases",
                                     median_ms([&] { men = client::men_of(view.rows, group); }), 0);
                        HW_ASSERT(men.cases == case_count);
                        const auto table = [&](tallies::By by) {
                          return median_ms([&] {
                            men = client::men_of(view.rows, group);
                            reports = tallies::reports(view.rows, key);
                            const tallies::Table made = tallies::tabulate(men.men, reports, {.by = by});
                            HW_ASSERT(made.total.men.at_least > 0);
                          });
                        };
                        checker.line("tally by unit", table(tallies::By::kUnit), 200);
                        checker.line("tally by region", table(tallies::By::kRegion), 200);
                        checker.line("tally by month", table(tallies::By::kMonth), 200);
                        client::RollIndex index;
                        const double start = now_ms();
                        HW_ASSERT(!index.match(view, label_of_case(0), "", 8).empty());
                        checker.line("first match of a roll, reads all cases", now_ms() - start, 0);
                        size_t next = 0;
                        checker.line("a match while typing", median_ms([&] {
                                       index.match(view, label_of_case(next += 977), "в/ч 10007", 8);
                                     }),
                                     10);
                        return success();
                      })
                .ok());
}

}  // namespace

int main(int argc, char** argv) {
  size_t case_count = 20'000;
  bool check = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--check") check = true;
    if (option == "--cases" && i + 1 < argc) case_count = std::stoul(argv[++i]);
  }
  std::string folder = (std::filesystem::temp_directory_path() / "homeward_tallies_XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return 2;
  const VaultFiles files{folder, nullptr};
  Checker checker;
  {
    SystemLikeRandom random;
    auto vault = Vault::create(files, view_of("x"), kCheap, random);
    HW_ASSERT(vault.ok());
    auto first =
        client::Client::load(std::move(*vault), {.default_relay = "relay", .cost = kCheap}, random, kNow);
    HW_ASSERT(first.ok());
    const auto group = (*first)->create_group({.name = "x", .my_name = "x", .relay = "", .vouches = 1}, kNow);
    HW_ASSERT(group.ok());
    first->reset();
    auto again = Vault::open(files, view_of("x"), kCheap);
    HW_ASSERT(again.ok());
    {
      Transaction rows(*again);
      fill(rows, client::key_of(*group), case_count);
      HW_ASSERT(rows.commit().ok());
    }
    HW_ASSERT(again->checkpoint().ok());
    auto second =
        client::Client::load(std::move(*again), {.default_relay = "relay", .cost = kCheap}, random, kNow);
    HW_ASSERT(second.ok());
    std::printf("%zu cases, %zu reports\n", case_count, kReports);
    measure(**second, *group, case_count, checker);
  }
  std::filesystem::remove_all(folder);
  return check && !checker.passed ? 1 : 0;
}
