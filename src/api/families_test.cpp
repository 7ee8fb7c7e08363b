// The commands about rolls, tallies, doubles and files through one node, without a network.
#include <gtest/gtest.h>

#include "api/test_host.h"

namespace homeward::api {
namespace {

class FamilyCommands : public testing::Test {
 protected:
  FamilyCommands() {
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
  std::string open(const char* label, const char* name) {
    return text(
        call("case.create",
             {{"group", group_},
              {"card",
               {{"label", label}, {"category", "contract"}, {"unit", "11 бригада"}, {"region", "RU-BU"}}},
              {"sealed", {{"name", name}, {"birth_day", "2000-01-02"}}},
              {"readers", json::array()}})
            .at("case_id"));
  }
  json::object report(json::object more = {}) {
    json::object args{{"group", group_},
                      {"text", "Из ста отправленных назад десять убиты, двадцать ранены"},
                      {"unit", "37 бригада"},
                      {"region", "RU-BU"},
                      {"from_day", "2022-07-18"},
                      {"until_day", "2022-07-24"},
                      {"figures",
                       {{{"state", "sent_back"}, {"count", 100}},
                        {{"state", "killed"}, {"count", 10}},
                        {{"state", "wounded"}, {"count", 20}}}},
                      {"out_of", 100},
                      {"source", "press"},
                      {"sureness", "likely"},
                      {"overlaps", json::array()}};
    for (auto& [key, value] : more) args[key] = value;
    return args;
  }
  json::object line(const char* name, const char* kind) { return {{"name", name}, {"kind", kind}}; }
  json::object roll(json::array lines) {
    return {{"group", group_},
            {"when", {{"precision", "exact"}, {"day", "2022-07-26"}, {"time", "21:40"}}},
            {"caller", "сосед по палате"},
            {"known_by", "he_called"},
            {"sureness", "sure"},
            {"unit", "11 бригада"},
            {"lines", std::move(lines)}};
  }
  static json::object row(const json::object& table, std::string_view label) {
    for (const json::value& one : table.at("rows").as_array())
      if (text(one.at("label")) == label) return one.as_object();
    return {};
  }
  static json::object cell(const json::object& row, size_t state) {
    return row.at("cells").at(state).as_object();
  }

  TestHost host_{{.language = "ru", .seed = 6, .now = {19'200 * kDay_ms}}};
  Node node_{host_};
  std::string group_;
};

TEST_F(FamilyCommands, FourteenMenOnOneRoll) {
  const std::string known = open("Лис", "Ковалёв Лев Викторович");
  const auto matches = call("roll.match", {{"group", group_}, {"name", "Kovalev"}, {"unit", "11-бригада"}});
  ASSERT_EQ(matches.at("matches").as_array().size(), 1u);
  EXPECT_EQ(matches.at("matches").at(0).at("why"), "name");
  EXPECT_EQ(text(matches.at("matches").at(0).at("case_id")), known);
  EXPECT_EQ(matches.at("matches").at(0).at("speaks").at("me"), true);
  EXPECT_EQ(call("roll.match", {{"group", group_}, {"name", "лис"}}).at("matches").at(0).at("why"),
            "nickname");
  EXPECT_TRUE(call("roll.match", {{"group", group_}, {"name", "Орлов"}}).at("matches").as_array().empty());

  json::array lines;
  json::object first = line("Ковалёв", "refused");
  first["case_id"] = known;
  first["message"] = "скажите маме, что живой";
  lines.push_back(first);
  for (int i = 1; i < 14; ++i) lines.push_back(line(i % 2 == 0 ? "Бадмаев А." : "«Тихий»", "refused"));
  const auto saved = call("roll.save", roll(lines));
  EXPECT_EQ(saved.at("made"), 13);
  EXPECT_EQ(saved.at("matched"), 1);
  const auto list = call("roll.list", {{"group", group_}});
  ASSERT_EQ(list.at("rolls").as_array().size(), 1u);
  EXPECT_EQ(list.at("rolls").at(0).at("lines"), 14);
  EXPECT_EQ(list.at("rolls").at(0).at("made"), 13);
  const auto view = call("roll.view", {{"group", group_}, {"roll", saved.at("roll")}});
  ASSERT_EQ(view.at("entries").as_array().size(), 14u);
  EXPECT_EQ(view.at("caller"), "сосед по палате");
  EXPECT_EQ(view.at("item").at("when").at("time"), "21:40");
  EXPECT_EQ(view.at("entries").at(0).at("label"), "Лис");
  EXPECT_EQ(view.at("entries").at(1).at("label"), "Тихий");
  EXPECT_EQ(view.at("entries").at(2).at("label"), "Б.А.");
  EXPECT_EQ(view.at("entries").at(2).at("new_case"), true);
  const auto file = call("case.view", {{"group", group_}, {"case_id", known}});
  EXPECT_EQ(file.at("timeline").at(0).at("text"), "скажите маме, что живой");

  const auto table = call("tally.view", {{"group", group_}, {"by", "unit"}});
  EXPECT_EQ(cell(row(table, "11 бригада"), 1).at("at_least"), 14);
  EXPECT_EQ(refusal("roll.save", roll({})), "bad_arguments");
  EXPECT_EQ(refusal("roll.save", roll({line("  ", "note")})), "text_empty");
  json::object stranger = line("Орлов", "note");
  stranger["case_id"] = "AAAA";
  EXPECT_EQ(refusal("roll.save", roll({stranger})), "no_case");
  EXPECT_EQ(refusal("roll.view", {{"group", group_}, {"roll", "AAAA"}}), "no_roll");
  EXPECT_EQ(call("roll.list", {{"group", group_}}).at("rolls").as_array().size(), 1u)
      << "nothing of a refused one";
}

TEST_F(FamilyCommands, ReportsAndTallies) {
  const std::string first = text(call("report.add", report()).at("report"));
  open("Лис", "Ковалёв Лев");
  auto table = call("tally.view", {{"group", group_}, {"by", "unit"}});
  EXPECT_EQ(table.at("cases"), 1);
  EXPECT_EQ(table.at("reports"), 1);
  const auto brigade = row(table, "37 бригада");
  EXPECT_EQ(cell(brigade, 9).at("state"), "killed");
  EXPECT_EQ(cell(brigade, 9).at("at_least"), 10);
  EXPECT_EQ(cell(brigade, 9).at("small"), false);
  EXPECT_EQ(brigade.at("men_at_most"), 100);
  const auto fox = row(table, "11 бригада");
  EXPECT_EQ(cell(fox, 10).at("at_least"), 1) << "unknown";
  EXPECT_EQ(cell(fox, 10).at("small"), true);
  EXPECT_EQ(table.at("total").at("men_at_least"), 101);

  const auto made_of = call(
      "tally.sources", {{"group", group_}, {"by", "unit"}, {"key", fox.at("key")}, {"state", "unknown"}});
  ASSERT_EQ(made_of.at("cases").as_array().size(), 1u);
  EXPECT_EQ(made_of.at("cases").at(0).at("label"), "Лис");
  const auto killed =
      call("tally.sources", {{"group", group_}, {"by", "unit"}, {"key", "*"}, {"state", "killed"}});
  EXPECT_EQ(text(killed.at("reports").at(0).at("report")), first);
  EXPECT_EQ(call("tally.view", {{"group", group_}, {"by", "month"}, {"from_month", "2022-08"}}).at("reports"),
            0);
  EXPECT_EQ(refusal("tally.view", {{"group", group_}, {"by", "month"}, {"from_month", "2022-13"}}),
            "bad_arguments");

  const std::string csv = text(call("tally.csv", {{"group", group_}, {"by", "unit"}}).at("text"));
  EXPECT_NE(csv.find("\"погибли, не меньше\""), std::string::npos);
  EXPECT_NE(csv.find("\"37 бригада\",100,100"), std::string::npos);

  // Corrected: the old one stays and does not count.
  json::object better = report({{"corrects", first}});
  better["figures"] = json::array{json::object{{"state", "killed"}, {"count", 11}}};
  call("report.add", better);
  const auto list = call("report.list", {{"group", group_}});
  ASSERT_EQ(list.at("reports").as_array().size(), 2u);
  EXPECT_TRUE(list.at("reports").at(1).as_object().contains("corrected_by"));
  EXPECT_EQ(list.at("reports").at(1).at("may_correct"), false);
  EXPECT_EQ(refusal("report.add", better), "already_done");
  table = call("tally.view", {{"group", group_}, {"by", "unit"}});
  EXPECT_EQ(cell(row(table, "37 бригада"), 9).at("at_most"), 11);
  const auto newest = list.at("reports").at(0).at("report");
  call("report.withdraw", {{"group", group_}, {"report", newest}, {"reason", "газета ошиблась"}});
  EXPECT_EQ(refusal("report.withdraw", {{"group", group_}, {"report", newest}}), "already_done");
  EXPECT_EQ(call("tally.view", {{"group", group_}, {"by", "unit"}}).at("reports"), 0);

  EXPECT_EQ(refusal("report.withdraw", {{"group", group_}, {"report", "AAAA"}}), "no_report");
  EXPECT_EQ(refusal("report.add", report({{"out_of", 5}})), "figures_invalid");
  EXPECT_EQ(refusal("report.add", report({{"until_day", "2022-07-01"}})), "figures_invalid");
  EXPECT_EQ(refusal("report.add", report({{"text", " "}})), "text_empty");
  EXPECT_EQ(refusal("report.add", report({{"overlaps", json::array{"AAAA"}}})), "no_report");
}

TEST_F(FamilyCommands, ACaseLeavesAndComesBackAndItsDaysGoIntoACalendar) {
  const std::string id = open("Лис", "Ковалёв Лев");
  call("case.add_step",
       {{"group", group_}, {"case_id", id}, {"text", "позвонить юристу, срочно"}, {"due", "2022-07-29"}});
  const auto calendar = call("case.calendar", {{"group", group_}, {"case_id", id}});
  EXPECT_NE(text(calendar.at("text")).find("DTSTART;VALUE=DATE:20220729\r\n"), std::string::npos);
  EXPECT_NE(text(calendar.at("text")).find("SUMMARY:позвонить юристу\\, срочно"), std::string::npos);

  const auto file = call("case.take_away", {{"group", group_}, {"case_id", id}, {"passphrase", "с собой"}});
  EXPECT_EQ(refusal("case.take_away", {{"group", group_}, {"case_id", id}, {"passphrase", ""}}),
            "passphrase_empty");
  const auto bring = [&](const json::value& bytes, const char* passphrase) -> json::object {
    return {{"group", group_}, {"file", bytes}, {"passphrase", passphrase}};
  };
  EXPECT_EQ(refusal("case.bring", bring(file.at("file"), "чужая")), "wrong_passphrase");
  EXPECT_EQ(refusal("case.bring", bring("AAAA", "с собой")), "bad_file");
  EXPECT_EQ(refusal("case.bring", bring("не base64", "с собой")), "bad_file");
  EXPECT_EQ(call("case.list", {{"group", group_}}).at("total"), 1) << "nothing changed";
  const auto brought = call("case.bring", bring(file.at("file"), "с собой"));
  const auto view = call("case.view", {{"group", group_}, {"case_id", brought.at("case_id")}});
  EXPECT_EQ(view.at("sealed").at("name"), "Ковалёв Лев");
  EXPECT_EQ(view.at("steps").at(0).at("text"), "позвонить юристу, срочно");
  ASSERT_EQ(view.at("timeline").as_array().size(), 1u);
  EXPECT_EQ(view.at("timeline").at(0).at("kind"), "note");
  EXPECT_TRUE(call("case.doubles", {{"group", group_}}).at("doubles").as_array().empty());
  EXPECT_EQ(refusal("case.answer_double", {{"group", group_}, {"double_id", "AAAA"}, {"agree", true}}),
            "no_double");
}

}  // namespace
}  // namespace homeward::api
