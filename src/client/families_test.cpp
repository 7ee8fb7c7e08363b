// What families do together: rolls of many men, men found twice, figures counted once, a case taken along.
#include "client/calendar.h"
#include "client/case_files.h"
#include "client/doubles.h"
#include "client/features.h"
#include "client/rolls.h"
#include "client/tallies.h"
#include "client/test_clients.h"

namespace homeward::client {
namespace {

namespace cases = domain::cases;
namespace tallies = domain::tallies;
using domain::Ref;

const cases::Day kDay{19'190};

class FamiliesTest : public ClientTest {
 protected:
  // Invented names.
  NewCase case_of(std::string label, std::string name, std::string birth_day, std::string unit) {
    NewCase made;
    made.opened.card = {.label = std::move(label),
                        .category = cases::Category::kContract,
                        .unit = std::move(unit),
                        .region = "RU-BU",
                        .rank = {}};
    made.sealed = SealedCaseFields{};
    made.sealed->name = std::move(name);
    made.sealed->birth_day = std::move(birth_day);
    return made;
  }
  Ref open(Person& one, const group::GroupId& group, const NewCase& made) {
    Ref ref;
    EXPECT_TRUE(one.client
                    ->change(group, now_,
                             [&](const Client::Hand& hand) -> Result<> {
                               HW_LET(ref, open_case(hand, made));
                               return success();
                             })
                    .ok());
    settle();
    return ref;
  }
  void say(Person& one, const group::GroupId& group, const Ref& ref, cases::EntryKind kind) {
    cases::EntryAdded entry;
    entry.case_ref = ref;
    entry.kind = kind;
    entry.when.day = kDay;
    ASSERT_TRUE(one.client
                    ->change(group, now_,
                             [&](const Client::Hand& hand) -> Result<> {
                               HW_TRY(add_entry(hand, entry, {}, {}));
                               return success();
                             })
                    .ok());
    settle();
  }
  template <class Act>
  void look(Person& one, const group::GroupId& group, Act&& act) {
    ASSERT_TRUE(one.client
                    ->look(group,
                           [&](const Client::Look& view) -> Result<> {
                             act(view);
                             return success();
                           })
                    .ok());
  }
  std::optional<cases::CaseRow> row(Person& one, const group::GroupId& group, const Ref& ref) {
    std::optional<cases::CaseRow> out;
    look(one, group, [&](const Client::Look& view) { out = cases::find(view.rows, key_of(group), ref); });
    return out;
  }
  tallies::Table table(Person& one, const group::GroupId& group) {
    tallies::Table out;
    look(one, group, [&](const Client::Look& view) {
      const Men men = men_of(view.rows, group);
      out = tallies::tabulate(men.men, tallies::reports(view.rows, key_of(group)), {});
    });
    return out;
  }
  std::vector<domain::doubles::Pair> doubles_of(Person& one, const group::GroupId& group) {
    std::vector<domain::doubles::Pair> out;
    look(one, group, [&](const Client::Look& view) { out = my_doubles(view); });
    return out;
  }
  void answer(Person& one, const group::GroupId& group, const domain::doubles::Pair& pair, bool agree) {
    ASSERT_TRUE(one.client
                    ->change(group, now_,
                             [&](const Client::Hand& hand) {
                               return answer_double(hand, {pair.mine, pair.other, agree});
                             })
                    .ok());
    settle();
  }
};

TEST_F(FamiliesTest, ARollIsWrittenOfflineAndReachesEveryFamily) {
  Person& anna = person("Анна");
  Person& vera = person("Вера");
  const auto group = found(anna);
  bring_in(anna, group, vera);
  const Ref known = open(anna, group, case_of("Барс", "Ковалёв Лев Викторович", "1999-03-02", "11 бригада"));
  settle(1);

  RollIndex hers;
  look(vera, group, [&](const Client::Look& view) {
    const auto by_nickname = hers.match(view, "bars", "", 8);
    ASSERT_EQ(by_nickname.size(), 1u);
    EXPECT_EQ(by_nickname[0].by, MatchedBy::kNickname);
    const auto by_fingerprint = hers.match(view, "Kovalyov", "11-бригада", 8);
    ASSERT_EQ(by_fingerprint.size(), 1u);
    EXPECT_EQ(by_fingerprint[0].case_ref, known);
    EXPECT_EQ(by_fingerprint[0].by, MatchedBy::kFingerprint);
    EXPECT_TRUE(hers.match(view, "Ковалёв", "99 полк", 8).size() <= 1);
    EXPECT_TRUE(hers.match(view, "Бадмаев", "", 8).empty());
    EXPECT_TRUE(hers.match(view, "", "", 8).empty());
  });
  RollIndex own;
  look(anna, group, [&](const Client::Look& view) {
    const auto by_name = own.match(view, "Ковалев", "", 8);
    ASSERT_EQ(by_name.size(), 1u);
    EXPECT_EQ(by_name[0].by, MatchedBy::kName);
  });

  go_offline(vera);
  NewRoll roll;
  roll.when.day = kDay;
  roll.caller = "солдат с чужого телефона";
  roll.unit = "11 бригада";
  roll.lines.push_back({.name = "Ковалёв",
                        .unit = {},
                        .kind = cases::EntryKind::kHeld,
                        .message = "жив, не волнуйтесь",
                        .case_ref = known,
                        .label = {}});
  for (const char* name : {"Бадмаев Аюр", "«Тихий»", "сосед"})
    roll.lines.push_back({.name = name,
                          .unit = {},
                          .kind = cases::EntryKind::kRefused,
                          .message = {},
                          .case_ref = std::nullopt,
                          .label = {}});
  std::map<Ref, std::vector<group::PersonId>> readers;
  readers[known] = readers_of(*vera.client->find(group), *row(vera, group, known));
  SavedRoll saved;
  ASSERT_TRUE(vera.client
                  ->change(group, now_,
                           [&](const Client::Hand& hand) -> Result<> {
                             HW_LET(saved, save_roll(hand, roll, readers));
                             return success();
                           })
                  .ok());
  EXPECT_EQ(saved.made, 3u);
  EXPECT_EQ(saved.matched, 1u);
  look(vera, group, [&](const Client::Look& view) {
    EXPECT_EQ(hers.match(view, "Бадмаев", "", 8).size(), 1u) << "what waits to be sent is found too";
    const auto rolls = domain::rolls::rolls(view.rows, key_of(group));
    ASSERT_EQ(rolls.size(), 1u);
    EXPECT_EQ(open_caller(view, rolls[0]), roll.caller);
  });

  vera.is_online = true;
  settle(20);
  look(anna, group, [&](const Client::Look& view) {
    const auto his = cases::find(view.rows, key_of(group), known);
    EXPECT_EQ(his->standing.state, cases::CaseState::kHeld);
    const cases::Parts parts = cases::parts(view.rows, key_of(group), *his);
    ASSERT_EQ(parts.entries.size(), 1u);
    EXPECT_EQ(open_details(view, known, *parts.entries[0].sealed)->text, "жив, не волнуйтесь");
    EXPECT_TRUE(cases::has_news(view.rows, key_of(group), *his, domain::Author::from(view.group.me())));
    const auto rolls = domain::rolls::rolls(view.rows, key_of(group));
    ASSERT_EQ(rolls.size(), 1u);
    EXPECT_EQ(open_caller(view, rolls[0]), std::nullopt) << "for her who wrote it";
    std::vector<std::string> labels;
    for (const auto& line : rolls[0].said.lines)
      labels.push_back(cases::find(view.rows, key_of(group), line.case_ref)->card.label);
    EXPECT_EQ(labels, (std::vector<std::string>{"Барс", "Б.А.", "Тихий", "сосед"}));
    EXPECT_EQ(entry_kind(view.rows, group, known, rolls[0].said.lines[0].entry), cases::EntryKind::kHeld);
  });
  EXPECT_EQ(anna.client->shared_state_hash(group), vera.client->shared_state_hash(group));
}

TEST_F(FamiliesTest, TwoCasesOfOneManCountOnceWhenBothAgree) {
  Person& anna = person("Анна");
  Person& vera = person("Вера");
  const auto group = found(anna);
  bring_in(anna, group, vera);
  const Ref hers = open(anna, group, case_of("Лёва", "Ковалёв Лев Викторович", "1999-03-02", "11 бригада"));
  const Ref other = open(vera, group, case_of("Л.К.", "Kovalev L.", "1999", ""));
  open(vera, group, case_of("А.Б.", "Бадмаев Аюр", "1999-01-01", ""));
  settle(5);
  say(anna, group, hers, cases::EntryKind::kRefused);
  say(vera, group, other, cases::EntryKind::kRefused);

  EXPECT_EQ(table(anna, group).total.cell(tallies::Counted::kRefused).at_least, 2u);
  ASSERT_EQ(doubles_of(anna, group).size(), 1u);
  const auto pair = doubles_of(anna, group)[0];
  EXPECT_EQ(pair.mine, hers);
  EXPECT_EQ(pair.other, other);
  answer(anna, group, pair, true);
  EXPECT_EQ(table(vera, group).total.cell(tallies::Counted::kRefused).at_least, 2u) << "one is not enough";
  ASSERT_EQ(doubles_of(vera, group).size(), 1u);
  EXPECT_EQ(doubles_of(vera, group)[0].other_said, domain::doubles::Said::kYes);
  answer(vera, group, doubles_of(vera, group)[0], true);
  for (Person* one : {&anna, &vera}) {
    EXPECT_EQ(table(*one, group).total.cell(tallies::Counted::kRefused).at_least, 1u);
    EXPECT_EQ(table(*one, group).total.men.at_most, 2u);
  }
  answer(vera, group, doubles_of(vera, group)[0], false);
  EXPECT_EQ(table(anna, group).total.cell(tallies::Counted::kRefused).at_least, 2u);
  EXPECT_TRUE(doubles_of(anna, group)[0].refused());

  // Erased: what was said of it elsewhere goes too, for those here and those who come.
  ASSERT_TRUE(anna.client
                  ->change(group, now_,
                           [&](const Client::Hand& hand) -> Result<> {
                             HW_TRY(hand.post(cases::kErased, cases::encode(cases::Erased{hers})));
                             return success();
                           })
                  .ok());
  settle(5);
  EXPECT_TRUE(doubles_of(vera, group).empty());
  Person& olga = person("Ольга");
  bring_in(vera, group, olga, &anna);
  if (olga.client->find(group) == nullptr) settle(10);
  ASSERT_NE(olga.client->find(group), nullptr);
  EXPECT_EQ(olga.client->shared_state_hash(group), vera.client->shared_state_hash(group));
  EXPECT_EQ(table(olga, group).total.men.at_most, 2u);
}

TEST_F(FamiliesTest, AnInformerAnswersForNobodyElse) {
  Person& anna = person("Анна");
  Person& vera = person("Вера");
  Person& informer = person("Некто");
  const auto group = found(anna);
  bring_in(anna, group, vera);
  bring_in(anna, group, informer, &vera);
  const Ref a = open(anna, group, case_of("Лёва", "Ковалёв Лев", "1999-03-02", ""));
  const Ref b = open(vera, group, case_of("Барс", "Бадмаев Аюр", "1998-03-02", ""));
  settle(5);
  ASSERT_TRUE(informer.client
                  ->change(group, now_,
                           [&](const Client::Hand& hand) -> Result<> {
                             HW_TRY(answer_double(hand, {a, b, true}));
                             HW_TRY(answer_double(hand, {b, a, true}));
                             HW_TRY(hand.post(
                                 domain::doubles::kFingerprintsKind,
                                 domain::doubles::encode(domain::doubles::FingerprintsPublished{a, {}, {}})));
                             return success();
                           })
                  .ok());
  settle(5);
  look(anna, group, [&](const Client::Look& view) {
    EXPECT_TRUE(domain::doubles::joined(view.rows, key_of(group)).empty());
    EXPECT_EQ(domain::doubles::kRefused.list(view.rows, key_of(group)).size(), 3u);
    EXPECT_FALSE(domain::doubles::fingerprints_of(view.rows, key_of(group), a)->fingerprints.empty());
  });
  look(informer, group, [&](const Client::Look& view) {
    EXPECT_EQ(open_fields(view, *cases::find(view.rows, key_of(group), a)), std::nullopt);
  });
}

TEST_F(FamiliesTest, ACaseIsTakenAlongAndBroughtIntoAnotherGroup) {
  Person& anna = person("Анна");
  const auto first = found(anna);
  const auto second = found(anna);
  const Ref ref = open(anna, first, case_of("Лёва", "Ковалёв Лев", "1999-03-02", "11 бригада"));
  say(anna, first, ref, cases::EntryKind::kRefused);
  ASSERT_TRUE(
      anna.client
          ->change(first, now_,
                   [&](const Client::Hand& hand) -> Result<> {
                     cases::EntryAdded held;
                     held.case_ref = ref;
                     held.kind = cases::EntryKind::kHeld;
                     held.when.day = kDay.plus(2);
                     HW_TRY(add_entry(hand, held, {.text = "подвал", .place = {}, .held_with = {}}, {}));
                     HW_TRY(add_step(
                         hand,
                         {.case_ref = ref, .text = "позвонить", .due = kDay.plus(9), .who = hand.group.me()},
                         {}));
                     HW_TRY(save_paper(hand, ref, {.title = "рапорт", .values = {{"дата", "1"}}}, {}));
                     return success();
                   })
          .ok());
  settle(1);
  CarriedCase carried;
  look(anna, first,
       [&](const Client::Look& view) { carried = carry(view, *cases::find(view.rows, key_of(first), ref)); });
  ASSERT_EQ(carried.entries.size(), 2u);
  EXPECT_EQ(carried.entries[1].sealed.text, "подвал");
  EXPECT_EQ(carried.steps.size(), 1u);
  EXPECT_EQ(carried.papers.size(), 1u);

  const auto file = write_case_file(carried, view_of("с собой"), kCheap, anna.random);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(text_of(*file).find("подвал"), std::string::npos);
  const auto refused = [&](const Bytes& bytes, std::string_view passphrase, CarryError error) {
    const auto read = read_case_file(bytes, view_of(passphrase));
    return !read.ok() && read.error().is(error);
  };
  EXPECT_TRUE(refused(*file, "чужая", CarryError::kWrongPassphrase));
  EXPECT_TRUE(refused(*file, "", CarryError::kWrongPassphrase));
  for (const size_t at : {size_t{0}, size_t{15}, file->size() / 2, file->size() - 1}) {
    Bytes broken = *file;
    broken[at] ^= 1;
    EXPECT_TRUE(refused(broken, "с собой", CarryError::kBadFile)) << at;
  }
  EXPECT_TRUE(refused(Bytes(file->begin(), file->end() - 1), "с собой", CarryError::kBadFile));
  EXPECT_TRUE(refused({}, "с собой", CarryError::kBadFile));
  EXPECT_FALSE(write_case_file(carried, {}, kCheap, anna.random).ok());
  const auto read = read_case_file(*file, view_of("с собой"));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, carried);

  Ref brought;
  ASSERT_TRUE(anna.client
                  ->change(second, now_,
                           [&](const Client::Hand& hand) -> Result<> {
                             HW_LET(brought, bring_case(hand, *read, "принесено"));
                             return success();
                           })
                  .ok());
  settle(1);
  look(anna, second, [&](const Client::Look& view) {
    const auto his = cases::find(view.rows, key_of(second), brought);
    ASSERT_TRUE(his);
    EXPECT_EQ(his->card, carried.opened.card);
    EXPECT_EQ(his->standing.state, cases::CaseState::kHeld);
    EXPECT_EQ(open_fields(view, *his)->name, "Ковалёв Лев");
    const cases::Parts parts = cases::parts(view.rows, key_of(second), *his);
    ASSERT_EQ(parts.entries.size(), 3u);
    EXPECT_EQ(parts.entries[0].body.when.day, kDay);
    EXPECT_EQ(open_details(view, brought, *parts.entries[1].sealed)->text, "подвал");
    EXPECT_EQ(open_step(view, brought, parts.steps.at(0).sealed), "позвонить");
    EXPECT_EQ(open_paper(view, brought, parts.papers.at(0).sealed)->title, "рапорт");
  });
}

// --- Small things ---

TEST(Rolls, LabelsNameNobody) {
  EXPECT_EQ(label_of("Ковалёв"), "К.");
  EXPECT_EQ(label_of("Ковалёв Лев Викторович"), "К.Л.В.");
  EXPECT_EQ(label_of(" Ким-Ли А.Б."), "К.Л.А.Б.");
  EXPECT_EQ(label_of("«Барс»"), "Барс");
  EXPECT_EQ(label_of("барс"), "барс");
  EXPECT_EQ(label_of("  "), "?");
}

TEST(Doubles, FingerprintsNeedTheKeyAndMeetAcrossSpellings) {
  domain::doubles::Key key, other;
  other.data[0] = 1;
  const auto full = fingerprints_of_man(key, "Ковалёв Лев Викторович", "1999-03-02");
  EXPECT_EQ(full.size(), 4u);
  EXPECT_EQ(fingerprints_of_man(key, "KOVALEV Lev Viktorovich", "1999"), full);
  EXPECT_TRUE(std::ranges::is_sorted(full));
  const auto shared = [&](const auto& a, const auto& b) {
    std::vector<domain::doubles::Fingerprint> both;
    std::ranges::set_intersection(a, b, std::back_inserter(both));
    return both.size();
  };
  EXPECT_EQ(shared(full, fingerprints_of_man(other, "Ковалёв Лев Викторович", "1999-03-02")), 0u);
  EXPECT_EQ(shared(full, fingerprints_of_man(key, "Ковалёв Л.", "1999")), 2u) << "initial and year, surname";
  EXPECT_EQ(shared(full, fingerprints_of_man(key, "Ковалёв Лев", "1998")), 1u) << "another year: surname";
  EXPECT_TRUE(fingerprints_of_man(key, "", "1999").empty());
}

TEST(Calendar, LinesAreFoldedBetweenCharactersAndTextIsEscaped) {
  const std::string summary = "Ответ прокурора; срок, последний \\ день — " + std::string(200, 'x');
  const std::string file = calendar_file(
      std::vector<CalendarEntry>{
          {.uid = "a@homeward", .summary = summary, .description = "раз\nдва", .day = kDay}},
      Instant{1'658'000'000'000});
  std::string unfolded;
  size_t start = 0;
  while (start < file.size()) {
    const size_t end = file.find("\r\n", start);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - start, 75u);
    const std::string_view line = std::string_view(file).substr(start, end - start);
    EXPECT_EQ(line.find('\n'), std::string_view::npos);
    EXPECT_FALSE(!line.empty() && (static_cast<unsigned char>(line.back()) & 0xC0) == 0xC0);
    unfolded += line.starts_with(" ") ? std::string(line.substr(1)) : "\n" + std::string(line);
    start = end + 2;
  }
  EXPECT_NE(unfolded.find("\nSUMMARY:Ответ прокурора\\; срок\\, последний \\\\ день — "), std::string::npos);
  EXPECT_NE(unfolded.find("\nDESCRIPTION:раз\\nдва\n"), std::string::npos);
  EXPECT_NE(unfolded.find("\nDTSTART;VALUE=DATE:20220717\n"), std::string::npos);
  EXPECT_NE(unfolded.find("\nDTEND;VALUE=DATE:20220718\n"), std::string::npos);
  EXPECT_NE(unfolded.find("\nDTSTAMP:20220716T193320Z\n"), std::string::npos);
  EXPECT_NE(unfolded.find("\nBEGIN:VALARM\n"), std::string::npos);
}

}  // namespace
}  // namespace homeward::client
