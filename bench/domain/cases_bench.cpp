// Cases in a real vault: 20,000 with 400,000 entries. How long the card list, a case and a full rebuild of
// all views take, and how much memory they need. Fails if a limit of the product is passed (--check).
//
//   cases_bench [--cases N] [--entries-per-case N] [--check]
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "domain/cases/cases.h"
#include "vault/vault.h"

using namespace homeward;
using namespace homeward::domain;

namespace {

constexpr cases::Day kToday{19'300};
constexpr int64_t kDay_ms = 24ll * 3600 * 1000;
constexpr size_t kEventsPerTransaction = 2'000;
constexpr int kTimes = 21;

struct Limits {
  double list_ms = 50, case_ms = 20, rebuild_s = 20, memory_mb = 200;
};

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double most_memory_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

double processor_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
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

// Folds in transactions as a client that catches up does.
class Filling {
 public:
  explicit Filling(Vault& vault) : vault_(vault) {
    for (Author& author : authors_) author = random_.fixed<Author>();
  }
  void fill(size_t case_count, size_t entries_per_case) {
    for (size_t i = 0; i < case_count; ++i) open_case(i);
    for (size_t round = 0; round < entries_per_case; ++round)
      for (const Ref& ref : refs_) add_entry(ref);
    end();
  }
  const std::vector<Ref>& refs() const { return refs_; }

 private:
  void open_case(size_t i) {
    cases::Opened body{.card = {}, .last_contact = kToday.plus(-below(60)), .clock = cases::clock_of(14)};
    body.card.label = "Боец " + std::to_string(i);
    body.card.unit = "в/ч " + std::to_string(10'000 + below(200));
    body.card.region = below(2) == 0 ? "RU-BU" : "RU-TY";
    refs_.push_back(say(cases::kOpened, encode(body)));
    cases::Sealed sealed{.case_ref = refs_.back(), .readers = {}, .sealed = random_.bytes(450)};
    say(cases::kSealed, encode(sealed), author_of(refs_.back()));
  }
  // A third of the entries hold sealed text, as for three readers; one in seven starts or meets a deadline.
  void add_entry(const Ref& ref) {
    cases::EntryAdded body{.case_ref = ref};
    body.kind = below(7) == 0 ? cases::EntryKind::kComplaint
                              : static_cast<cases::EntryKind>(1 + below(cases::kEntryKinds));
    body.when.day = kToday.plus(-below(90));
    body.known_by = static_cast<cases::KnownBy>(1 + below(7));
    body.sureness = below(5) == 0 ? cases::Sureness::kRumour : cases::Sureness::kSure;
    if (body.kind == cases::EntryKind::kComplaint) body.to = cases::ComplaintTo::kMilitaryProsecutor;
    if (below(3) == 0) {
      body.sealed = random_.bytes(500);
    } else {
      body.open.text = "Семья сослуживца видела его во дворе части.";
    }
    say(cases::kEntryAdded, encode(body));
  }
  Ref say(uint16_t kind, const Bytes& body, std::optional<Author> by = {}) {
    if (!transaction_) transaction_.emplace(vault_);
    const Author author = by.value_or(authors_[static_cast<size_t>(below(authors_.size()))]);
    const auto id = random_.fixed<EventKey>();
    ++place_.number;
    state_.fold({*transaction_, group_, author, false, AuthorRole::kMember, place_},
                {id, kind, Instant{kToday.number * kDay_ms}, body});
    if (place_.number % kEventsPerTransaction == 0) end();
    return ref_of(author, id);
  }
  void end() {
    if (transaction_) HW_ASSERT(transaction_->commit().ok());
    transaction_.reset();
  }
  int32_t below(size_t limit) { return static_cast<int32_t>(random_.below(limit)); }

  Vault& vault_;
  SeededRandom random_{7};
  words::Analyzer analyzer_;
  cases::State state_{analyzer_};
  GroupKey group_{};
  std::array<Author, 50> authors_;
  std::vector<Ref> refs_;
  Place place_{1, 0};
  std::optional<Transaction> transaction_;
};

struct Report {
  bool check = false;
  bool passed = true;
  void line(const char* what, double value, const char* unit, double limit) {
    const bool good = limit == 0 || value <= limit;
    passed = passed && good;
    std::printf("%-44s %10.2f %s%s\n", what, value, unit, good ? "" : "   OVER THE LIMIT");
  }
};

void measure(Vault& vault, const std::vector<Ref>& refs, Report& report) {
  const GroupKey group{};
  const Limits most;
  words::Analyzer analyzer;
  Transaction rows(vault, Transaction::Access::kRead);
  const auto list = [&](cases::Filter filter) {
    return median_ms([&] {
      const cases::Page page = cases::list(rows, group, analyzer, filter, {});
      HW_ASSERT(page.total > 0);
      cases::counts(rows, group, kToday);
    });
  };
  cases::Filter by_state, by_unit, by_words, by_person;
  by_state.state = cases::CaseState::kHeld;
  by_unit.unit = "в/ч 10007";
  by_words.query = "боец 117";
  by_person.person = author_of(refs.front());
  report.line("list, first 50 and counts", list({}), "ms", most.list_ms);
  report.line("list by state, with its total", list(by_state), "ms", most.list_ms);
  report.line("list by unit, with its total", list(by_unit), "ms", most.list_ms);
  report.line("list by words", list(by_words), "ms", most.list_ms);
  report.line("list of one person", list(by_person), "ms", most.list_ms);
  size_t next = 0;
  report.line("a case with its timeline", median_ms([&] {
                const auto row = cases::find(rows, group, refs[next++ * 17 % refs.size()]);
                const cases::Parts parts = cases::parts(rows, group, *row);
                HW_ASSERT(!parts.entries.empty());
                cases::deadlines(parts);
              }),
              "ms", most.case_ms);
  report.line("every case, for tallies", median_ms([&] {
                size_t count = 0;
                cases::for_each(rows, group, [&](const cases::CaseRow&) { return ++count > 0; });
                HW_ASSERT(count == refs.size());
              }),
              "ms", 0);
}

double rebuild_s(Vault& vault) {
  words::Analyzer analyzer;
  cases::State state(analyzer);
  const double start = now_ms();
  Transaction rows(vault);
  state.rebuild(rows, GroupKey{});
  HW_ASSERT(rows.commit().ok());
  return (now_ms() - start) / 1000;
}

}  // namespace

int main(int argc, char** argv) {
  size_t case_count = 20'000, entries_per_case = 20;
  Report report;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--check") report.check = true;
    if (option == "--cases" && i + 1 < argc) case_count = std::stoul(argv[++i]);
    if (option == "--entries-per-case" && i + 1 < argc) entries_per_case = std::stoul(argv[++i]);
  }
  std::string folder = (std::filesystem::temp_directory_path() / "homeward_cases_XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return 2;
  {
    SeededRandom random(1);
    auto vault = Vault::create({folder, nullptr}, view_of("x"), {.memory_bytes = 8192, .passes = 1}, random);
    HW_ASSERT(vault.ok());
    Filling filling(*vault);
    const double start = now_ms();
    filling.fill(case_count, entries_per_case);
    std::printf("%zu cases, %zu entries\n", case_count, case_count * entries_per_case);
    report.line("taking in all events", (now_ms() - start) / 1000, "s", 0);
    HW_ASSERT(vault->checkpoint().ok());
    report.line("vault on disk", static_cast<double>(*vault->size_bytes()) / 1e6, "MB", 0);
    measure(*vault, filling.refs(), report);
    const double processor_before = processor_s();
    const double rebuilt_s = rebuild_s(*vault);
    report.line("full rebuild of the views, processor", processor_s() - processor_before, "s", 0);
    report.line("full rebuild of the views", rebuilt_s, "s", Limits{}.rebuild_s);
    report.line("most memory", most_memory_mb(), "MB", Limits{}.memory_mb);
  }
  std::filesystem::remove_all(folder);
  return report.check && !report.passed ? 1 : 0;
}
