// The commands of the loss register through one node, without a network.
#include <gtest/gtest.h>

#include "api/test_host.h"

namespace homeward::api {
namespace {

class LossCommands : public testing::Test {
 protected:
  LossCommands() {
    call("vault.create", {{"passphrase", "сосна левый утюг дождь кафель"}});
    group_ = text(call("group.create", {{"name", "Дом"}, {"my_name", "Мария"}}).at("group"));
  }
  static std::string text(const json::value& value) { return std::string(value.as_string()); }
  json::object call(const char* name, json::object args) {
    json::object got = node_.call(name, args);
    EXPECT_TRUE(got.contains("result")) << name << " " << json::serialize(got);
    return got.contains("result") && got.at("result").is_object() ? got.at("result").as_object()
                                                                  : json::object();
  }
  std::string refusal(const char* name, json::object args) {
    const json::object got = node_.call(name, args);
    return got.contains("error") ? text(got.at("error").at("code")) : "";
  }
  static json::object source(const char* publisher, json::object facts = {}) {
    return {{"kind", "press"},
            {"publisher", publisher},
            {"link", "https://example.org/1"},
            {"date", "2022-07-20"},
            {"facts", facts}};
  }
  // Invented names.
  std::string add(const char* surname, const char* publisher, json::object facts) {
    return text(call("losses.add", {{"group", group_},
                                    {"names", {{{"surname", surname}, {"given", "Лев"}}}},
                                    {"names_are_public", false},
                                    {"sources", {source(publisher, facts)}}})
                    .at("record"));
  }
  json::object list(json::object more = {}) {
    more["group"] = group_;
    return call("losses.list", more);
  }
  json::object get(const std::string& record) {
    return call("losses.get", {{"group", group_}, {"record", record}});
  }
  json::object args(const std::string& record, json::object more) {
    more["group"] = group_;
    more["record"] = record;
    return more;
  }

  TestHost host_{{.language = "ru", .seed = 7, .now = {19'200 * kDay_ms}}};
  Node node_{host_};
  std::string group_;
};

const json::object kKilled{
    {"state", "killed"}, {"region", "RU-BU"}, {"died", "2022-03"}, {"unit", "11 бригада"}};

TEST_F(LossCommands, ASecondIndependentSourceConfirms) {
  const std::string man = add("Ковалёв", "Газета", kKilled);
  auto view = get(man);
  EXPECT_EQ(text(view.at("card").at("names").at(0)), "Ковалёв Лев");
  EXPECT_EQ(view.at("card").at("confirmed"), false);
  json::object second = source("Другая газета", {{"state", "killed"}, {"region", "RU-ZAB"}, {"age_low", 21}});
  second["quotes"] = 1;
  call("losses.add_source", args(man, {{"source", second}, {"reason", "ещё одна"}}));
  EXPECT_EQ(get(man).at("card").at("confirmed"), false) << "it repeats the first";
  call("losses.judge", args(man, {{"source", 2}, {"counts", true}, {"reason", "у неё свой источник"}}));
  view = get(man);
  EXPECT_EQ(view.at("card").at("confirmed"), true);
  EXPECT_EQ(view.at("card").at("regions").as_array().size(), 2u) << "what differs stays";
  EXPECT_EQ(view.at("card").at("age_high"), 21);
  ASSERT_EQ(view.at("history").as_array().size(), 3u);
  EXPECT_EQ(view.at("history").at(2).at("what"), "judged");
  EXPECT_EQ(text(view.at("history").at(2).at("reason")), "у неё свой источник");
  EXPECT_EQ(list().at("confirmed"), 1);

  call("losses.correct", args(man, {{"source", 2}, {"facts", kKilled}, {"reason", "опечатка"}}));
  EXPECT_EQ(get(man).at("card").at("regions").as_array().size(), 1u);
  EXPECT_EQ(refusal("losses.set_names",
                    args(man, {{"names", {{{"surname", "KOVALEV"}}}}, {"reason", "другое написание"}})),
            "not_possible_now")
      << "the record itself waits to be sent";
  EXPECT_EQ(get(man).at("may_rename"), false);

  EXPECT_EQ(
      refusal("losses.judge", args(man, {{"source", 1}, {"counts", true}, {"quotes", 1}, {"reason", "x"}})),
      "quotes_itself");
  EXPECT_EQ(refusal("losses.add_source", args(man, {{"source", second}, {"reason", " "}})), "reason_needed");
  EXPECT_EQ(refusal("losses.correct", args(man, {{"source", 9}, {"facts", kKilled}, {"reason", "x"}})),
            "bad_arguments");
  EXPECT_EQ(refusal("losses.get", {{"group", group_}, {"record", "AAAA"}}), "no_loss");
  EXPECT_EQ(refusal("losses.add", {{"group", group_},
                                   {"names", json::array()},
                                   {"names_are_public", false},
                                   {"sources", {source("  ")}}}),
            "text_empty");
  json::object unpublished = source("Газета");
  unpublished.erase("link");
  EXPECT_EQ(refusal("losses.add", {{"group", group_},
                                   {"names", {{{"surname", "Орлов"}}}},
                                   {"names_are_public", true},
                                   {"sources", {unpublished}}}),
            "not_published");
}

TEST_F(LossCommands, ListFiltersAndWithdrawals) {
  const std::string man = add("Ковалёв", "Газета", kKilled);
  add("Орлов", "Канал", {{"state", "missing"}, {"region", "RU-TY"}, {"district", "Улус-Хем"}});
  EXPECT_EQ(list().at("found"), 2);
  EXPECT_EQ(list({{"state", "missing"}}).at("found"), 1);
  EXPECT_EQ(list({{"region", "RU-BU"}}).at("found"), 1);
  EXPECT_EQ(list({{"unit", "11-Бригада"}}).at("found"), 1);
  EXPECT_EQ(list({{"query", "ковалев"}}).at("found"), 1);
  EXPECT_EQ(list({{"query", "улус"}}).at("found"), 1);
  EXPECT_EQ(list({{"confirmed", true}}).at("found"), 0);
  const auto first = list({{"limit", 1}});
  EXPECT_EQ(first.at("more"), true);
  const auto rest = list({{"limit", 1}, {"after", first.at("records").at(0).at("record")}});
  EXPECT_EQ(rest.at("more"), false);
  EXPECT_EQ(text(rest.at("records").at(0).at("record")), man);

  const json::object withdraw{{"group", group_},
                              {"kind", "record"},
                              {"id", man},
                              {"withdrawn", true},
                              {"reason", "это другой человек"}};
  call("losses.withdraw", withdraw);
  EXPECT_EQ(refusal("losses.withdraw", withdraw), "already_done");
  EXPECT_EQ(list().at("found"), 1);
  EXPECT_EQ(list({{"withdrawn", true}}).at("found"), 2);
  EXPECT_EQ(text(get(man).at("reason")), "это другой человек");
  json::object back = withdraw;
  back["withdrawn"] = false;
  call("losses.withdraw", back);
  EXPECT_EQ(list().at("at_least"), 2);
}

TEST_F(LossCommands, PairsOneWordEach) {
  const std::string a = add("Ковалёв", "Газета", kKilled);
  const std::string b = add("Ковалев", "Канал", kKilled);
  const json::object pair{{"group", group_}, {"a", a}, {"b", b}};
  json::object word = pair;
  word["verdict"] = "same";
  call("losses.decide", word);
  auto pairs = call("losses.pairs", {{"group", group_}});
  ASSERT_EQ(pairs.at("mine").as_array().size(), 1u);
  EXPECT_EQ(pairs.at("mine").at(0).at("outcome"), "waits") << "a hard one takes two";
  EXPECT_EQ(list().at("unresolved"), 1);
  EXPECT_EQ(list().at("at_least"), 1);
  EXPECT_EQ(list().at("at_most"), 2);
  call("losses.undo", pair);
  EXPECT_EQ(refusal("losses.undo", pair), "already_done");
  EXPECT_EQ(list().at("unresolved"), 0);
  word["b"] = word["a"];
  EXPECT_EQ(refusal("losses.decide", word), "bad_arguments");
}

TEST_F(LossCommands, FilesAndClaims) {
  const char* wrong = "iso,month_confirmed,deaths\nRU-BU,2022-07,5\nRU-BU,2022-07,many\n";
  const auto import = [&](json::object more) {
    more["group"] = group_;
    return call("losses.import", more);
  };
  const auto refused = import({{"text", wrong}, {"publisher", "Волонтёры"}});
  EXPECT_EQ(refused.at("problem").at("line"), 3);
  EXPECT_EQ(refused.at("problem").at("column"), 15);
  EXPECT_EQ(list().at("at_most"), 0) << "nothing in part";
  const char* right = "iso,month_confirmed,deaths\nRU-BU,2022-07,5\nunknown,2022-07,2\n";
  const auto looked = import({{"text", right}, {"publisher", "Волонтёры"}, {"look_only", true}});
  EXPECT_EQ(looked.at("men"), 7);
  EXPECT_EQ(looked.at("without_region"), 2);
  EXPECT_EQ(list().at("at_most"), 0);
  const auto upload = call("losses.upload", {{"text", "iso,month_confirmed,deaths\nRU-BU,20"}}).at("upload");
  const auto taken = import({{"upload", upload}, {"text", "22-07,5\n"}, {"publisher", "Волонтёры"}});
  EXPECT_EQ(taken.at("kind"), "counts");
  EXPECT_EQ(list().at("at_least"), 5);
  auto lists = call("losses.lists", {{"group", group_}});
  EXPECT_EQ(lists.at("lists").at(0).at("men"), 5);
  EXPECT_EQ(text(lists.at("lists").at(0).at("from_month")), "2022-07");
  call("losses.withdraw", {{"group", group_},
                           {"kind", taken.at("withdraw_kind")},
                           {"id", taken.at("id")},
                           {"withdrawn", true},
                           {"reason", "не тот файл"}});
  EXPECT_EQ(list().at("at_least"), 0);

  const auto people =
      import({{"text", "surname,given,state,region_iso\nКовалёв,Лев,killed,RU-BU\nОрлов,Пётр,,\n"},
              {"publisher", "Список"}});
  EXPECT_EQ(people.at("men"), 2);
  EXPECT_EQ(list().at("found"), 2);
  EXPECT_EQ(text(list({{"query", "орлов"}}).at("records").at(0).at("names").at(0)), "Орлов Пётр");
  call("losses.withdraw", {{"group", group_},
                           {"kind", people.at("withdraw_kind")},
                           {"id", people.at("id")},
                           {"withdrawn", true},
                           {"reason", "не тот файл"}});
  EXPECT_EQ(list().at("found"), 0);

  json::object claim{{"subject", "RU military"}, {"kind", "killed"},  {"as_of", "2022-03-25"},
                     {"value", "1351"},          {"unit", "persons"}, {"claimant", "Ministry"},
                     {"basis", "official"}};
  call("losses.add_claim", {{"group", group_}, {"claim", claim}});
  auto claims = call("losses.claims", {{"group", group_}});
  EXPECT_EQ(text(claims.at("claims").at(0).at("claim").at("value")), "1351");
  claim["warning"] = "опечатка в пересказе";
  call("losses.add_claim",
       {{"group", group_}, {"claim", claim}, {"replaces", claims.at("claims").at(0).at("id")}});
  claims = call("losses.claims", {{"group", group_}});
  EXPECT_EQ(claims.at("claims").as_array().size(), 2u);
  claim["low"] = "5";
  EXPECT_EQ(refusal("losses.add_claim", {{"group", group_}, {"claim", claim}}), "loss_figures_invalid");
}

TEST_F(LossCommands, WhoVerifies) {
  const auto known = call("losses.verifiers", {{"group", group_}});
  EXPECT_EQ(known.at("may_name"), true);
  ASSERT_EQ(known.at("members").as_array().size(), 1u);
  EXPECT_EQ(known.at("members").at(0).at("by_role"), true);
  EXPECT_EQ(refusal("losses.name_verifier",
                    {{"group", group_}, {"member", "AAAA"}, {"verifies", true}, {"reason", "x"}}),
            "no_member");
}

}  // namespace
}  // namespace homeward::api
