#include "domain/cases/cases.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace homeward::domain::cases {
namespace {

constexpr Day kToday{19'300};
constexpr int64_t kDay_ms = 24ll * 3600 * 1000;

// Cases as lists: what the rows must agree with. Everything that can be asked is computed from what was
// accepted, each time anew.
struct NaiveCases {
  struct NaiveEntry {
    Ref ref;
    Place place;
    EntryAdded body;
    bool corrected = false;
  };
  struct NaiveStep {
    std::optional<Day> due;
    Author who;
    bool done = false;
  };
  struct One {
    Opened opened;
    Card card;
    Clock clock;
    Instant at;
    std::set<Author> readers;
    std::vector<NaiveEntry> entries;
    std::map<Ref, NaiveStep> steps;
    std::map<Ref, std::string> papers;  // → article
    std::set<Ref> used;                 // events of this case
  };
  std::map<Ref, One> cases;
  std::set<Ref> erased;

  bool reads(const Ref& ref, const Author& who) const {
    return author_of(ref) == who || cases.at(ref).readers.contains(who);
  }
  One* find(const Ref& ref, const Ref& event) {
    const auto found = cases.find(ref);
    if (found == cases.end() || found->second.used.contains(event)) return nullptr;
    return &found->second;
  }
  bool opened(const Context& context, const Event& event, const Opened& body) {
    const Ref ref = ref_of(context.author, event.id);
    if (cases.contains(ref) || erased.contains(ref)) return false;
    cases[ref] = {.opened = body, .card = body.card, .clock = body.clock, .at = event.at, .readers = {}};
    return true;
  }
  bool entry(const Context& context, const Event& event, const EntryAdded& body) {
    const Ref ref = ref_of(context.author, event.id);
    One* one = find(body.case_ref, ref);
    if (one == nullptr) return false;
    if (body.corrects) {
      const auto wrong = std::ranges::find(one->entries, *body.corrects, &NaiveEntry::ref);
      if (wrong == one->entries.end()) return false;
      if (author_of(*body.corrects) != context.author && !reads(body.case_ref, context.author)) return false;
      wrong->corrected = true;
    }
    one->entries.push_back({ref, context.place, body});
    one->used.insert(ref);
    return true;
  }
  template <class Act>
  bool by_reader(const Context& context, const Event& event, const Ref& case_ref, Act&& act) {
    const Ref ref = ref_of(context.author, event.id);
    One* one = find(case_ref, ref);
    if (one == nullptr || !reads(case_ref, context.author) || !act(*one, ref)) return false;
    one->used.insert(ref);
    return true;
  }
  bool step_done(const Context& context, const Event& event, const StepDone& body) {
    const Ref ref = ref_of(context.author, event.id);
    One* one = find(body.case_ref, ref);
    if (one == nullptr || !one->steps.contains(body.step)) return false;
    NaiveStep& step = one->steps[body.step];
    if (step.done || (!reads(body.case_ref, context.author) && step.who != context.author)) return false;
    step.done = true;
    one->used.insert(ref);
    return true;
  }

  static Facts facts(const One& one) {
    Facts out;
    for (auto entry = one.entries.rbegin(); entry != one.entries.rend(); ++entry) {
      if (entry->corrected) continue;
      const Span span = span_of(entry->body.when);
      out.add({entry->body.kind, entry->body.when.precision, entry->body.sureness, span.first, span.last,
               entry->place},
              entry->body.known_by);
    }
    return out;
  }
  static std::optional<Day> due(const One& one) {
    std::optional<Day> out;
    const auto consider = [&](Day day) { out = out ? std::min(*out, day) : day; };
    for (const auto& [ref, step] : one.steps)
      if (!step.done && step.due) consider(*step.due);
    std::vector<LegalEntry> legal;
    for (const NaiveEntry& entry : one.entries)
      if (!entry.corrected)
        legal.push_back({entry.ref, entry.body.kind, entry.body.to, span_of(entry.body.when).last});
    for (const Deadline& deadline : deadlines_of(legal))
      if (!deadline.met) consider(deadline.due);
    return out;
  }
  static Day silent_since(const One& one) {
    std::optional<Day> contact = one.opened.last_contact;
    for (const NaiveEntry& entry : one.entries) {
      const bool heard = entry.body.kind == EntryKind::kContact || entry.body.known_by == KnownBy::kHeCalled;
      if (!heard || entry.corrected || entry.body.sureness == Sureness::kRumour) continue;
      const Day last = span_of(entry.body.when).last;
      contact = contact ? std::max(*contact, last) : last;
    }
    return contact.value_or(day_of(one.at));
  }
  // Those that need somebody first.
  std::vector<Ref> order(const Filter& filter) {
    std::vector<std::tuple<bool, int32_t, Ref>> sorted;
    for (const auto& [ref, one] : cases) {
      const CaseState state = standing_of(facts(one)).state;
      if (filter.state && *filter.state != state) continue;
      if (filter.unit && *filter.unit != one.card.unit) continue;
      if (filter.person) {
        bool has = reads(ref, *filter.person);
        for (const auto& [step, what] : one.steps) has = has || what.who == *filter.person;
        if (!has) continue;
      }
      if (filter.query && one.card.label.find(*filter.query) == std::string::npos) continue;
      const bool over = is_over(state);
      int32_t day = silent_since(one).number + one.clock.act;
      if (const auto next = due(one)) day = std::min(day, next->number);
      const Instant newest = one.entries.empty() ? one.at : newest_at.at(one.entries.back().ref);
      if (over) day = -day_of(newest).number;
      sorted.emplace_back(over, day, ref);
    }
    std::ranges::sort(sorted);
    std::vector<Ref> out;
    for (const auto& [over, day, ref] : sorted) out.push_back(ref);
    return out;
  }
  std::map<Ref, Instant> newest_at;  // of entries
};

const std::vector<std::string> kLabels = {"Лис", "Медведь", "Сокол", "Рыжий"};
const std::vector<std::string> kUnits = {"в/ч 11111", "в/ч 22222", ""};

struct World {
  explicit World(uint64_t seed) : random(seed) {
    group = random.fixed<GroupKey>();
    for (auto& author : authors) author = random.fixed<Author>();
  }
  size_t below(size_t limit) { return random.below(limit); }
  Day some_day() { return kToday.plus(-static_cast<int32_t>(below(40))); }
  Ref some_case() {
    if (known.empty() || below(20) == 0) return random.fixed<Ref>();
    return known[known.size() - 1 - below(std::min<size_t>(known.size(), 6))];
  }
  Ref some_part() {
    return parts_known.empty() ? random.fixed<Ref>() : parts_known[below(parts_known.size())];
  }
  Card some_card() {
    return {.label = kLabels[below(kLabels.size())],
            .category = Category::kContract,
            .unit = kUnits[below(kUnits.size())],
            .region = "RU-BU",
            .rank = ""};
  }
  When some_when() {
    return {.precision = static_cast<Precision>(1 + below(5)), .day = some_day(), .minute = {}};
  }
  EntryAdded some_entry(const Ref& ref) {
    EntryAdded body{.case_ref = ref, .when = some_when()};
    body.kind = static_cast<EntryKind>(1 + below(kEntryKinds));
    body.known_by = static_cast<KnownBy>(1 + below(7));
    body.sureness = static_cast<Sureness>(1 + below(3));
    if (below(3) == 0) body.to = static_cast<ComplaintTo>(1 + below(4));
    if (below(4) == 0) body.corrects = some_part();
    body.open.text = "слова";
    return body;
  }

  // Says one event to both; they must agree on whether it counts.
  template <class Body, class Naive>
  void say(uint16_t kind, const Body& body, Naive&& naive_fold) {
    const Author author = next_author;
    // Sometimes an id that was used before.
    const EventKey id = !ids.empty() && below(15) == 0 ? ids[below(ids.size())] : random.fixed<EventKey>();
    ids.push_back(id);
    place.number += 1;
    const Context context{rows, group, author, false, AuthorRole::kMember, place};
    const Bytes bytes = encode(body);
    const Event event{id, kind, Instant{(kToday.number - static_cast<int64_t>(below(30))) * kDay_ms}, bytes};
    const size_t refused_before = refused_count();
    state.fold(context, event);
    const bool accepted = naive_fold(context, event);
    EXPECT_EQ(refused_count(), refused_before + (accepted ? 0 : 1)) << kind;
    const Ref ref = ref_of(author, id);
    if (accepted && kind == kOpened) known.push_back(ref);
    if (accepted) parts_known.push_back(ref);
    if (accepted && kind == kEntryAdded) naive.newest_at[ref] = event.at;
  }
  size_t refused_count() {
    size_t count = 0;
    rows.scan(kRefused.space, prefix_range(group), [&](BytesView, BytesView) { return ++count > 0; });
    return count;
  }

  void act() {
    const Ref ref = some_case();
    next_author = below(2) == 0 ? author_of(ref) : authors[below(authors.size())];
    if (std::ranges::find(authors, next_author) == authors.end()) next_author = authors[0];
    switch (below(16)) {
      case 0:
      case 1: {
        Opened body{
            .card = some_card(), .last_contact = {}, .clock = clock_of(static_cast<uint16_t>(1 + below(20)))};
        if (below(2) == 0) body.last_contact = some_day();
        return say(kOpened, body, [&](const Context& c, const Event& e) { return naive.opened(c, e, body); });
      }
      case 2: {
        const CardEdited body{.case_ref = ref, .card = some_card(), .reason = "уточнено"};
        return by_reader(kCardEdited, body, [&](NaiveCases::One& one, const Ref&) {
          one.card = body.card;
          return true;
        });
      }
      case 3: {
        const SilenceSet body{.case_ref = ref, .clock = clock_of(static_cast<uint16_t>(1 + below(20)))};
        return by_reader(kSilenceSet, body, [&](NaiveCases::One& one, const Ref&) {
          one.clock = body.clock;
          return true;
        });
      }
      case 4:
        return seal(ref);
      case 5: {
        StepAdded body{
            .case_ref = ref, .due = {}, .who = authors[below(authors.size())], .sealed = {1, 2, 3}};
        if (below(2) == 0) body.due = some_day();
        return by_reader(kStepAdded, body, [&](NaiveCases::One& one, const Ref& step) {
          one.steps[step] = {body.due, body.who, false};
          return true;
        });
      }
      case 6: {
        const StepDone body{.case_ref = ref, .step = some_part(), .dropped = below(2) == 0};
        return say(kStepDone, body,
                   [&](const Context& c, const Event& e) { return naive.step_done(c, e, body); });
      }
      case 7: {
        const PaperSaved body{.case_ref = ref, .article = below(2) == 0 ? "a" : "b", .sealed = {7}};
        return by_reader(kPaperSaved, body, [&](NaiveCases::One& one, const Ref& paper) {
          one.papers[paper] = body.article;
          return true;
        });
      }
      case 8:
        return erase(ref);
      case 9:
        return seal_anew(ref);
      default: {
        const EntryAdded body = some_entry(ref);
        return say(kEntryAdded, body,
                   [&](const Context& c, const Event& e) { return naive.entry(c, e, body); });
      }
    }
  }
  template <class Body, class Act>
  void by_reader(uint16_t kind, const Body& body, Act&& act) {
    say(kind, body,
        [&](const Context& c, const Event& e) { return naive.by_reader(c, e, body.case_ref, act); });
  }
  void seal(const Ref& ref) {
    std::set<Author> readers;
    for (const Author& author : authors)
      if (author != author_of(ref) && below(2) == 0) readers.insert(author);
    const Sealed body{.case_ref = ref, .readers = {readers.begin(), readers.end()}, .sealed = {9, 9}};
    say(kSealed, body, [&](const Context& c, const Event& e) {
      return naive.by_reader(c, e, ref, [&](NaiveCases::One& one, const Ref&) {
        if (c.author != author_of(ref) && readers != one.readers) return false;
        one.readers = readers;
        return true;
      });
    });
  }
  void seal_anew(const Ref& ref) {
    const SealedAnew body{.case_ref = ref, .parts = {{some_part(), {5, 5}}}};
    say(kSealedAnew, body, [&](const Context& c, const Event& e) {
      return naive.by_reader(c, e, ref, [&](NaiveCases::One& one, const Ref&) {
        const Ref& part = body.parts.front().part;
        const bool there =
            one.steps.contains(part) || one.papers.contains(part) ||
            std::ranges::find(one.entries, part, &NaiveCases::NaiveEntry::ref) != one.entries.end();
        return there && c.author == author_of(ref);
      });
    });
  }
  void erase(const Ref& ref) {
    if (below(4) != 0) return;
    const Erased body{.case_ref = ref};
    say(kErased, body, [&](const Context& c, const Event&) {
      if (author_of(ref) != c.author || naive.erased.contains(ref)) return false;
      naive.erased.insert(ref);
      naive.cases.erase(ref);
      return true;
    });
  }

  void compare() {
    for (const auto& [ref, one] : naive.cases) {
      const auto row = find(rows, group, ref);
      ASSERT_TRUE(row);
      EXPECT_EQ(row->card, one.card);
      EXPECT_EQ(row->clock, one.clock);
      EXPECT_EQ(std::set<Author>(row->readers.begin(), row->readers.end()), one.readers);
      EXPECT_EQ(row->entries, one.entries.size());
      EXPECT_EQ(row->facts, NaiveCases::facts(one));
      EXPECT_EQ(row->standing, standing_of(row->facts));
      EXPECT_EQ(row->next_due(), NaiveCases::due(one));
      EXPECT_EQ(row->silent_since(), NaiveCases::silent_since(one));
      const Parts got = parts(rows, group, *row);
      EXPECT_EQ(got.entries.size(), one.entries.size());
      for (const Entry& entry : got.entries) {
        const auto same = std::ranges::find(one.entries, entry.ref, &NaiveCases::NaiveEntry::ref);
        ASSERT_NE(same, one.entries.end());
        EXPECT_EQ(entry.body, same->body);
        EXPECT_EQ(entry.corrected, same->corrected);
      }
      EXPECT_EQ(got.steps.size(), one.steps.size());
      EXPECT_EQ(got.papers.size(), one.papers.size());
    }
    compare_lists();
  }
  void compare_lists() {
    for (int variant = 0; variant < 5; ++variant) {
      Filter filter;
      if (variant == 1) filter.state = CaseState::kHeld;
      if (variant == 2) filter.unit = kUnits[0];
      if (variant == 3) filter.person = authors[0];
      if (variant == 4) filter.query = kLabels[1];
      const std::vector<Ref> wanted = naive.order(filter);
      std::vector<Ref> got;
      Limits limits{.limit = 3, .after = {}};
      for (;;) {
        const Page page = list(rows, group, analyzer, filter, limits);
        EXPECT_EQ(page.total, wanted.size());
        for (const CaseRow& row : page.cases) got.push_back(row.ref);
        EXPECT_EQ(page.more, got.size() < wanted.size());
        if (!page.more || page.cases.empty()) break;
        limits.after = got.back();
      }
      EXPECT_EQ(got, wanted) << variant;
    }
    uint64_t silent = 0, due = 0, same = 0;
    std::array<uint32_t, kCaseStates> by_article{};
    for (const auto& [ref, one] : naive.cases) {
      const CaseState stands = standing_of(NaiveCases::facts(one)).state;
      const Day since = NaiveCases::silent_since(one);
      silent += !is_over(stands) && since.plus(one.clock.act) <= kToday ? 1 : 0;
      const auto next = NaiveCases::due(one);
      due += next && *next <= kToday ? 1 : 0;
      same += !is_over(stands) && one.card.unit == kUnits[0] ? 1 : 0;
      const bool follows =
          std::ranges::any_of(one.papers, [](const auto& paper) { return paper.second == "a"; });
      by_article[static_cast<size_t>(stands) - 1] += follows ? 1 : 0;
    }
    const Counts counted = counts(rows, group, kToday);
    EXPECT_EQ(counted.total, naive.cases.size());
    EXPECT_EQ(counted.silent, silent);
    EXPECT_EQ(counted.due, due);
    EXPECT_EQ(same_unit(rows, group, analyzer, kUnits[0]), same);
    EXPECT_EQ(outcomes(rows, group, "a"), by_article);
  }
  // A newcomer's state, and every view made anew, are the same byte for byte.
  void compare_restored() {
    kRefused.forget(rows, group);
    MemoryRows other;
    const Bytes snapshot = state.snapshot(rows, group);
    ASSERT_TRUE(state.restore(other, group, snapshot).ok());
    EXPECT_EQ(state.snapshot(other, group), snapshot);
    EXPECT_TRUE(other == rows);
    state.rebuild(other, group);
    EXPECT_TRUE(other == rows);
  }

  SeededRandom random;
  MemoryRows rows;
  words::Analyzer analyzer;
  State state{analyzer};
  NaiveCases naive;
  GroupKey group;
  std::array<Author, 4> authors;
  Place place{1, 0};
  Author next_author;
  std::vector<EventKey> ids;
  std::vector<Ref> known, parts_known;
};

TEST(Cases, AgreeWithANaiveRecomputation) {
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    for (int step = 0; step < 180; ++step) {
      world.act();
      if (step % 20 == 0) world.compare();
    }
    world.compare();
    EXPECT_GT(world.parts_known.size(), 30u);  // else nothing was compared
    world.compare_restored();
    world.state.forget(world.rows, world.group);
    EXPECT_EQ(world.rows.size(), 0u);
    if (HasFailure()) return;
  }
}

// --- One case, by hand ---

struct OneCase {
  OneCase() {
    Opened opened{.card = {.label = "Лис", .unit = "в/ч 11111"}, .last_contact = {}, .clock = {}};
    say(speaker, kOpened, encode(opened));
    ref = ref_of(speaker, EventKey{{1}});
  }
  Ref say(const Author& author, uint16_t kind, const Bytes& body) {
    const EventKey id{{static_cast<uint8_t>(++place.number)}};
    state.fold({rows, group, author, false, AuthorRole::kMember, place},
               {id, kind, Instant{kToday.number * kDay_ms}, body});
    return ref_of(author, id);
  }
  struct Told {
    EntryKind kind;
    int32_t day;
    Sureness sureness = Sureness::kSure;
    Precision precision = Precision::kDay;
    std::optional<Ref> corrects = {};
    std::optional<ComplaintTo> to = {};
  };
  Ref tell(const Told& told) { return tell(speaker, told); }
  Ref tell(const Author& author, const Told& told) {
    EntryAdded body{.case_ref = ref, .kind = told.kind, .when = {told.precision, kToday.plus(told.day), {}}};
    body.sureness = told.sureness;
    body.corrects = told.corrects;
    body.to = told.to;
    body.open.text = "тайна";
    return say(author, kEntryAdded, encode(body));
  }
  CaseRow row() { return *find(rows, group, ref); }
  CaseState stands() { return row().standing.state; }
  bool contradictory() { return !row().standing.against.empty(); }

  MemoryRows rows;
  words::Analyzer analyzer;
  State state{analyzer};
  GroupKey group{};
  Author speaker{{1}}, other{{2}};
  Place place{1, 0};
  Ref ref;
};

TEST(Cases, NewestByEventDateAndSurerBeatsRumour) {
  OneCase man;
  EXPECT_EQ(man.stands(), CaseState::kUnknown);
  man.tell({EntryKind::kHeld, -5});
  man.tell({EntryKind::kRefused, -9});  // told later, happened earlier
  EXPECT_EQ(man.stands(), CaseState::kHeld);
  man.tell({EntryKind::kContact, -2});  // who is held and calls is held
  EXPECT_EQ(man.stands(), CaseState::kHeld);
  EXPECT_EQ(man.row().standing.fate, CaseState::kInTouch);
  EXPECT_EQ(man.row().contact(), kToday.plus(-2));
  EXPECT_FALSE(man.contradictory());
  const Ref rumour = man.tell({EntryKind::kSentBack, -1, Sureness::kRumour});
  EXPECT_EQ(man.stands(), CaseState::kHeld);
  EXPECT_TRUE(man.contradictory());
  man.tell({EntryKind::kNote, 0, Sureness::kSure, Precision::kDay, rumour});
  EXPECT_FALSE(man.contradictory());
  man.tell({EntryKind::kReleased, -1});
  EXPECT_EQ(man.stands(), CaseState::kReleased);
  man.tell({EntryKind::kHome, 0});
  EXPECT_EQ(man.stands(), CaseState::kHome);
  EXPECT_EQ(man.row().standing.fate, CaseState::kHome);
}

TEST(Cases, ContradictoryReportsShow) {
  OneCase man;
  const Ref killed = man.tell({EntryKind::kKilled, -6});
  EXPECT_EQ(man.stands(), CaseState::kKilled);
  const Ref call = man.tell({EntryKind::kContact, -3});
  EXPECT_EQ(man.stands(), CaseState::kInTouch);
  EXPECT_TRUE(man.contradictory());
  const Parts shown = parts(man.rows, man.group, man.row());
  for (const Entry& entry : shown.entries)
    EXPECT_EQ(entry.contradicts, entry.ref == killed || entry.ref == call);
  man.tell({EntryKind::kNote, 0, Sureness::kSure, Precision::kDay, killed});
  EXPECT_FALSE(man.contradictory());
  man.tell({EntryKind::kHome, -1});
  man.tell({EntryKind::kHeld, -1});
  EXPECT_TRUE(man.contradictory());
}

TEST(Cases, CorrectionsAddAndOnlySomeMay) {
  OneCase man;
  const Ref entry = man.tell({EntryKind::kHeld, -2});
  man.tell(man.other, {EntryKind::kHome, 0, Sureness::kSure, Precision::kDay, entry});
  EXPECT_EQ(man.stands(), CaseState::kHeld);
  EXPECT_EQ(refused(man.rows, man.group).size(), 1u);
  EXPECT_EQ(refused(man.rows, man.group)[0].author, man.other);
  const Ref theirs = man.tell(man.other, {EntryKind::kMissing, -1});
  EXPECT_EQ(man.stands(), CaseState::kMissing);
  man.tell(man.other, {EntryKind::kNote, 0, Sureness::kSure, Precision::kDay, theirs});
  EXPECT_EQ(man.stands(), CaseState::kHeld);
  EXPECT_EQ(parts(man.rows, man.group, man.row()).entries.size(), 3u);
}

TEST(Cases, SilenceCountsFromTheLastContact) {
  OneCase man;
  man.say(man.speaker, kSilenceSet, encode(SilenceSet{man.ref, {5, 8, 12, 20}}));
  EXPECT_EQ(silence_of(man.row(), kToday.plus(7)).level, SilenceLevel::kNone);
  EXPECT_FALSE(silence_of(man.row(), kToday).days);
  man.tell({EntryKind::kContact, -10});
  EXPECT_EQ(silence_of(man.row(), kToday).days, 10);
  EXPECT_EQ(silence_of(man.row(), kToday).level, SilenceLevel::kWatch);
  EXPECT_EQ(silence_of(man.row(), kToday.plus(2)).level, SilenceLevel::kAct);
  EXPECT_EQ(silence_of(man.row(), kToday.plus(2)).since, kToday.plus(2));
  EXPECT_EQ(silence_of(man.row(), kToday.plus(10)).level, SilenceLevel::kUrgent);
  man.tell({EntryKind::kHome, 0});
  EXPECT_EQ(silence_of(man.row(), kToday.plus(99)).level, SilenceLevel::kNone);
  EXPECT_EQ(clock_of(1), (Clock{1, 4, 8, 15}));
  EXPECT_EQ(clock_of(10), (Clock{10, 13, 20, 30}));
}

TEST(Cases, DeadlinesFollowTheData) {
  OneCase man;
  man.tell({EntryKind::kReportServed, -40});
  const Parts before = parts(man.rows, man.group, man.row());
  ASSERT_EQ(deadlines(before).size(), 1u);
  EXPECT_EQ(deadlines(before)[0].rule->id, "report_answer");
  EXPECT_EQ(deadlines(before)[0].due, kToday.plus(-7));
  EXPECT_EQ(man.row().next_due(), kToday.plus(-7));
  man.tell({EntryKind::kAnswer, -3});
  // Now the answer can be taken to court, for three months.
  EXPECT_EQ(man.row().next_due(), plus_months(kToday.plus(-3), 3));
  man.tell({.kind = EntryKind::kComplaint, .day = -1, .to = ComplaintTo::kCourt});
  EXPECT_EQ(man.row().next_due(), plus_months(kToday.plus(-1), 1));
  man.tell({.kind = EntryKind::kAnswer, .day = 0, .to = ComplaintTo::kCommander});
  EXPECT_EQ(man.row().next_due(), plus_months(kToday.plus(-1), 1));
}

TEST(Cases, WhatIsErasedLeavesTheRows) {
  OneCase man;
  man.tell({EntryKind::kHeld, -2});
  man.say(man.speaker, kPaperSaved, encode(PaperSaved{man.ref, "a", {1}}));
  man.say(man.speaker, kStepAdded, encode(StepAdded{man.ref, kToday, man.other, {1}}));
  man.say(man.other, kErased, encode(Erased{man.ref}));
  EXPECT_TRUE(find(man.rows, man.group, man.ref));
  man.say(man.speaker, kErased, encode(Erased{man.ref}));
  EXPECT_FALSE(find(man.rows, man.group, man.ref));
  kRefused.forget(man.rows, man.group);
  // The event that erased it, and that there was one.
  EXPECT_EQ(man.rows.size(), 2u);
  man.tell(man.other, {EntryKind::kHome, 0});
  EXPECT_EQ(refused(man.rows, man.group).size(), 1u);
}

// --- Data and days ---

TEST(Deadlines, TheDataReads) {
  ASSERT_FALSE(deadline_rules().empty());
  std::set<std::string_view> ids;
  for (const DeadlineRule& rule : deadline_rules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_EQ(find_rule(rule.id), &rule);
    EXPECT_TRUE(parse_day(rule.as_of)) << rule.id;
  }
  EXPECT_FALSE(parse_rules("rule a\nfrom nowhere\n"));
  EXPECT_FALSE(parse_rules("rule a\nfrom answer\nlength 3 weeks\n"));
  EXPECT_FALSE(parse_rules("from answer\n"));
  EXPECT_FALSE(parse_rules("rule a\nfrom answer\nlength 3 days\n"));  // no words
}

TEST(Days, AreTheCalendars) {
  EXPECT_EQ(parse_day("1970-01-01"), Day{0});
  EXPECT_EQ(parse_day("2022-09-21"), Day{19'256});
  EXPECT_EQ(text_of_day({19'256}), "2022-09-21");
  EXPECT_FALSE(parse_day("2022-02-29"));
  EXPECT_FALSE(parse_day("2022-9-21"));
  EXPECT_FALSE(parse_day("1899-12-31"));
  EXPECT_FALSE(parse_day("2100-01-01"));
  EXPECT_EQ(text_of_day(plus_months(*parse_day("2022-11-30"), 3)), "2023-02-28");
  EXPECT_EQ(text_of_day(end_of_month(*parse_day("2024-02-03"))), "2024-02-29");
  EXPECT_EQ(text_of_day(plus_working_days(*parse_day("2022-07-01"), 1)), "2022-07-04");  // from a Friday
  EXPECT_EQ(text_of_day(plus_working_days(*parse_day("2022-07-01"), 5)), "2022-07-08");
  EXPECT_EQ(day_of(Instant{-1}), Day{-1});
}

TEST(CaseEvents, WhatDoesNotReadIsRefused) {
  const Bytes good = encode(Opened{.card = {.label = "Лис"}, .last_contact = {}, .clock = {}});
  EXPECT_TRUE(decode<Opened>(good).ok());
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(decode<Opened>(BytesView(good).first(size)).ok());
  Bytes trailing = good;
  trailing.push_back(0);
  EXPECT_FALSE(decode<Opened>(trailing).ok());
  EXPECT_TRUE(check(Card{.label = "  "}).error().is(CaseError::kLabelEmpty));
  EXPECT_TRUE(check(Card{.label = "две\nстроки"}).error().is(CaseError::kTextInvalid));
  EXPECT_TRUE(check(Card{.label = std::string(kMostLineBytes + 1, 'a')}).error().is(CaseError::kTextTooLong));
  EXPECT_TRUE(check(Clock{5, 9, 8, 20}).error().is(CaseError::kWrongClock));
  EXPECT_TRUE(check(When{Precision::kDay, kToday, 5}).error().is(CaseError::kWrongDay));
}

}  // namespace
}  // namespace homeward::domain::cases
