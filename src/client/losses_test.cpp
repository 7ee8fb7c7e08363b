// The register among several clients: who reads names, what an import does, which pairs are found.
#include "client/features.h"
#include "client/losses_import.h"
#include "client/losses_pairs.h"
#include "client/test_clients.h"
#include "losses_stats/test_data.h"

namespace homeward::client {
namespace {

namespace losses = domain::losses;

class LossesTest : public ClientTest {
 protected:
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
  template <class Act>
  Result<> change(Person& one, const group::GroupId& group, Act&& act) {
    const Result<> done = one.client->change(group, now_, act);
    settle();
    return done;
  }
  // Invented.
  static NewLoss loss(const char* surname, const char* given, const char* publisher) {
    NewLoss out;
    losses::Source source;
    source.publisher = publisher;
    source.facts.region = "RU-BU";
    source.facts.state = losses::LossState::kKilled;
    out.record.sources.push_back(source);
    out.sealed.names.push_back({surname, given, ""});
    return out;
  }
  losses::RecordId add(Person& one, const group::GroupId& group, const NewLoss& what) {
    losses::RecordId id;
    EXPECT_TRUE(change(one, group, [&](const Client::Hand& hand) -> Result<> {
                  HW_LET(id, add_loss(hand, what));
                  return success();
                }).ok());
    return id;
  }
  std::string name_of(Person& one, const group::GroupId& group, const losses::RecordId& id) {
    std::string out;
    look(one, group, [&](const Client::Look& view) {
      const auto record = losses::record(view.rows, key_of(group), id);
      if (!record) {
        out = "no record";
        return;
      }
      const SealedMan man = man_of(view.rows, view.group, *record);
      out = man.names.empty() ? "sealed" : whole_name(man.names[0]);
    });
    return out;
  }
  Result<> name_verifier(Person& by, const group::GroupId& group, Person& who, bool verifies) {
    const auto person = domain::Author::from(who.client->find(group)->me());
    return change(by, group, [&](const Client::Hand& hand) -> Result<> {
      HW_TRY(say_loss(hand, losses::kVerifierNamed, losses::VerifierNamed{person, verifies, "ведёт список"}));
      return success();
    });
  }
};

TEST_F(LossesTest, NamesAreForThoseWhoVerify) {
  Person& anna = person("Анна");  // founds the group: an organizer
  Person& vera = person("Вера");
  Person& olga = person("Ольга");
  const auto group = found(anna);
  bring_in(anna, group, vera);
  bring_in(anna, group, olga, &vera);
  settle(2);

  const auto hers = add(vera, group, loss("Ковалёв", "Лев", "семья"));
  const auto annas = add(anna, group, loss("Орлов", "Иван", "Газета"));
  EXPECT_EQ(name_of(vera, group, hers), "Ковалёв Лев") << "who wrote it reads it";
  EXPECT_EQ(name_of(anna, group, hers), "Ковалёв Лев");
  EXPECT_EQ(name_of(olga, group, hers), "sealed");
  EXPECT_EQ(name_of(vera, group, annas), "sealed");
  look(vera, group, [&](const Client::Look& view) { EXPECT_FALSE(i_verify(view.rows, view.group)); });

  ASSERT_TRUE(name_verifier(anna, group, olga, true).ok());
  settle(2);
  EXPECT_EQ(name_of(olga, group, annas), "Орлов Иван") << "sealed anew by who wrote it";
  EXPECT_EQ(name_of(olga, group, hers), "Ковалёв Лев");
  EXPECT_EQ(name_of(vera, group, annas), "sealed");
  ASSERT_TRUE(name_verifier(anna, group, olga, false).ok());
  settle(2);
  const auto later = add(anna, group, loss("Седов", "Пётр", "Газета"));
  EXPECT_EQ(name_of(olga, group, later), "sealed");

  // A newcomer receives the register without the names.
  Person& nina = person("Нина");
  bring_in(anna, group, nina, &vera);
  settle(2);
  EXPECT_EQ(name_of(nina, group, annas), "sealed");
  EXPECT_EQ(anna.client->shared_state_hash(group), nina.client->shared_state_hash(group));
  EXPECT_EQ(anna.client->shared_state_hash(group), vera.client->shared_state_hash(group));

  // Corrected names go to the same readers.
  ASSERT_TRUE(change(anna, group, [&](const Client::Hand& hand) {
                return set_names(hand, hers, {.names = {{"Ковалев", "Лев", "Викторович"}}, .birth = {}},
                                 "полное имя");
              }).ok());
  EXPECT_EQ(name_of(vera, group, hers), "Ковалев Лев Викторович");
  EXPECT_FALSE(change(olga, group, [&](const Client::Hand& hand) {
                 return set_names(hand, annas, {.names = {{"Чужой", "", ""}}, .birth = {}}, "подмена");
               }).ok());
}

TEST_F(LossesTest, AnImportIsAllOrNothing) {
  const auto wrong = [&](const char* csv, size_t line, size_t column) {
    const auto read = read_import(csv, {.publisher = "p", .link = {}, .date = {}});
    ASSERT_FALSE(read.ok()) << csv;
    EXPECT_EQ(read.problem().line, line) << read.problem().expected;
    EXPECT_EQ(read.problem().column, column) << read.problem().expected;
  };
  wrong("a,b\n1,2\n", 1, 0);
  wrong("iso,month_confirmed,deaths\nRU-BU,2022-07,5\nRU-BU,2022-13,5\n", 3, 7);
  wrong("iso,month_confirmed,deaths\nRU-BU,2022-07,five\n", 2, 15);
  wrong("iso,month_confirmed,deaths\nBuryatia,2022-07,5\n", 2, 1);
  wrong("iso,deaths\ntotal,5\n", 2, 0);
  wrong("surname,state\nКовалёв,gone\n", 2, 9);
  wrong("claimant,as_of,subject,value,basis\nx,2022-07-20,y,1.2345,official\n", 2, 16);
  wrong("claimant,as_of,subject,value,basis\nx,2022-07-20,y,,official\n", 2, 0);
  EXPECT_FALSE(read_import("surname\nКовалёв\n", {}).ok()) << "nobody says so";
  EXPECT_FALSE(
      read_import("surname\nКовалёв\n", {.publisher = "p", .link = {}, .date = {}, .names_are_public = true})
          .ok())
      << "public names need a page";

  const auto counts = read_import("iso,month_confirmed,deaths\nRU-BU,2022-07,5\nunknown,,2\ntotal,,7\n",
                                  {.publisher = "p", .link = {}, .date = {}});
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->men, 7u);
  EXPECT_EQ(counts->passed_over, 1u);
  EXPECT_EQ(text_of_thousandths(*parse_thousandths("30.86")), "30.86");
  EXPECT_EQ(text_of_thousandths(*parse_thousandths("1351")), "1351");
  EXPECT_FALSE(parse_thousandths("1.").has_value());
  EXPECT_FALSE(parse_thousandths("-1").has_value());
}

TEST_F(LossesTest, FilesAsPublishedComeIn) {
  Person& anna = person("Анна");
  Person& vera = person("Вера");
  const auto group = found(anna);
  bring_in(anna, group, vera);
  REFERENCE(counts, "deaths/crowdsourced_region_month_2022.csv");
  REFERENCE(claims, "claims.csv");
  REFERENCE(people, "linkage/cyrillic_dev.csv");
  const auto bring = [&](const std::string& file, const char* publisher) {
    const auto read = read_import(file, {.publisher = publisher, .link = {}, .date = {}});
    ASSERT_TRUE(read.ok()) << read.problem().line << " " << read.problem().expected;
    ASSERT_TRUE(change(anna, group, [&](const Client::Hand& hand) -> Result<> {
                  HW_TRY(post_import(hand, *read));
                  return success();
                }).ok());
  };
  bring(counts, "counts");
  bring(claims, "");
  bring(people, "");
  look(vera, group, [&](const Client::Look& view) {
    const auto table = losses::tabulate(view.rows, key_of(group), {});
    EXPECT_EQ(table.records, 2034u);
    EXPECT_EQ(losses::claims(view.rows, key_of(group)).size(), 73u);
    EXPECT_EQ(losses::unfinished_imports(view.rows, key_of(group)), 0u);
    LossPairs none;
    EXPECT_TRUE(none.pairs(view.rows, view.group).empty()) << "she reads no names";
  });

  // The pairs that a verifier is shown hold the truth (cyrillic_dev is invented, its truth known).
  look(anna, group, [&](const Client::Look& view) {
    LossPairs found;
    const auto& pairs = found.pairs(view.rows, view.group);
    EXPECT_EQ(found.compared(), 2034u);
    size_t sure = 0;
    for (const LossPair& one : pairs) sure += one.permille > losses::kHardTo ? 1 : 0;
    EXPECT_GT(sure, 300u);
    EXPECT_GT(pairs.size(), sure);
    EXPECT_EQ(&found.pairs(view.rows, view.group), &pairs) << "worked out once";
  });
}

}  // namespace
}  // namespace homeward::client
