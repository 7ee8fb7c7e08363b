// The commands about cases through one node, without a network: what is written shows at once.
#include <gtest/gtest.h>

#include "api/test_host.h"

namespace homeward::api {
namespace {

class CaseCommands : public testing::Test {
 protected:
  CaseCommands() {
    call("vault.create", {{"passphrase", "сосна левый утюг дождь кафель"}});
    const auto made = call("group.create", {{"name", "Дом"}, {"my_name", "Мария"}});
    group_ = std::string(made.at("group").as_string());
  }
  json::object answer(const char* name, json::object args) { return node_.call(name, args); }
  json::object call(const char* name, json::object args) {
    json::object got = answer(name, std::move(args));
    EXPECT_TRUE(got.contains("result")) << name << " " << json::serialize(got);
    return got.contains("result") && got.at("result").is_object() ? got.at("result").as_object()
                                                                  : json::object();
  }
  std::string refusal(const char* name, json::object args) {
    const json::object got = answer(name, std::move(args));
    return got.contains("error") ? std::string(got.at("error").at("code").as_string()) : "";
  }
  std::string open() {
    return std::string(
        call("case.create",
             {{"group", group_},
              {"card",
               {{"label", "Лис"}, {"category", "contract"}, {"unit", "в/ч 11111"}, {"region", "RU-BU"}}},
              {"sealed", {{"name", "Имярек Невидимкин"}, {"birth_day", "2000-01-02"}}},
              {"readers", json::array()},
              {"last_contact", "2022-07-20"},
              {"usual_silence_days", 7}})
            .at("case_id")
            .as_string());
  }
  std::string tell(const std::string& id, const char* kind, const char* day, json::object more = {}) {
    json::object args{{"group", group_},      {"case_id", id},
                      {"kind", kind},         {"when", {{"precision", "day"}, {"day", day}}},
                      {"known_by", "family"}, {"sureness", "sure"}};
    for (auto& [key, value] : more) args[key] = value;
    return std::string(call("case.add_entry", args).at("entry").as_string());
  }
  json::object view(const std::string& id) { return call("case.view", {{"group", group_}, {"case_id", id}}); }

  TestHost host_{{.language = "en", .seed = 5, .now = {19'200 * kDay_ms}}};
  Node node_{host_};
  std::string group_;
};

TEST_F(CaseCommands, OneCaseFromOpeningToErasing) {
  const std::string id = open();
  json::object file = view(id);
  EXPECT_EQ(file["sealed"].at("name"), "Имярек Невидимкин");
  EXPECT_EQ(file["card"].at("state"), "unknown");
  EXPECT_EQ(file["card"].at("queued"), true);
  EXPECT_EQ(file["card"].at("silent_days"), 7);
  EXPECT_EQ(file["clock"].at("watch_days"), 10);

  const std::string held =
      tell(id, "held", "2022-07-25", {{"place", "в подвале"}, {"text", "узнала от жены К."}});
  tell(id, "note", "2022-07-26", {{"corrects", held}});
  tell(id, "refused", "2022-07-26", {{"text", "написал рапорт"}, {"reach", "everyone"}});
  file = view(id);
  ASSERT_EQ(file["timeline"].as_array().size(), 3u);
  EXPECT_EQ(file["timeline"].at(0).at("corrected"), true);
  EXPECT_EQ(file["timeline"].at(0).at("text"), "узнала от жены К.");
  EXPECT_EQ(file["timeline"].at(0).at("sealed"), true);
  EXPECT_EQ(file["card"].at("state"), "refused");

  const auto page = call("case.list", {{"group", group_}});
  EXPECT_EQ(page.at("total"), 1);
  EXPECT_EQ(page.at("cases").at(0).at("label"), "Лис");
  EXPECT_EQ(call("case.list", {{"group", group_}, {"query", "лис"}}).at("total"), 1);
  EXPECT_EQ(call("case.list", {{"group", group_}, {"state", "held"}}).at("total"), 0);

  EXPECT_EQ(refusal("case.erase", {{"group", group_}, {"case_id", id}, {"word", "Волк"}}), "bad_arguments");
  call("case.erase", {{"group", group_}, {"case_id", id}, {"word", "Лис"}});
  EXPECT_EQ(refusal("case.view", {{"group", group_}, {"case_id", id}}), "no_case");
  EXPECT_EQ(call("case.list", {{"group", group_}}).at("total"), 0);
}

TEST_F(CaseCommands, StepsDeadlinesAndSilenceAreDue) {
  const std::string id = open();
  tell(id, "report_served", "2022-07-01", {{"how", "in_person_stamp"}});
  const std::string step = std::string(
      call("case.add_step",
           {{"group", group_}, {"case_id", id}, {"text", "позвонить юристу"}, {"due", "2022-07-29"}})
          .at("step")
          .as_string());
  json::object file = view(id);
  ASSERT_EQ(file["deadlines"].as_array().size(), 1u);
  EXPECT_EQ(file["deadlines"].at(0).at("due"), "2022-08-03");
  EXPECT_EQ(file["deadlines"].at(0).at("days_left"), 7);
  EXPECT_EQ(file["steps"].at(0).at("text"), "позвонить юристу");
  EXPECT_EQ(file["card"].at("next_due"), "2022-07-29");
  EXPECT_TRUE(file["advice"].is_null());

  host_.pass_ms(kDay_ms * 10);  // 2022-08-06
  const auto due = call("case.due", {}).at("items").as_array();
  ASSERT_EQ(due.size(), 3u);
  std::vector<std::string> kinds;
  for (const auto& item : due) kinds.emplace_back(item.at("kind").as_string());
  EXPECT_EQ(kinds, (std::vector<std::string>{"step", "deadline", "silence"}));
  std::vector<std::string> today;
  const json::object needs_her = call("today.list", {});
  for (const auto& item : needs_her.at("items").as_array()) today.emplace_back(item.at("kind").as_string());
  EXPECT_NE(std::ranges::find(today, "case_due"), today.end());
  EXPECT_NE(std::ranges::find(today, "case_silent"), today.end());
  EXPECT_EQ(view(id)["advice"].at("what"), "tracing_request");

  call("case.done_step", {{"group", group_}, {"case_id", id}, {"step", step}});
  EXPECT_EQ(refusal("case.done_step", {{"group", group_}, {"case_id", id}, {"step", step}}), "already_done");
  tell(id, "answer", "2022-08-06");
  tell(id, "contact", "2022-08-06", {{"known_by", "he_called"}});
  file = view(id);
  EXPECT_EQ(file["deadlines"].at(0).at("met"), true);
  EXPECT_EQ(file["card"].at("silent_days"), 0);
  EXPECT_EQ(file["card"].at("next_due"), "2022-11-06");
}

TEST_F(CaseCommands, PapersStayInTheCase) {
  const std::string id = open();
  call("case.save_paper", {{"group", group_},
                           {"case_id", id},
                           {"article", "abc"},
                           {"revision", 2},
                           {"paper", "report"},
                           {"title", "Рапорт об отказе"},
                           {"values", json::array{json::object{{"name", "who"}, {"value", "Имярек"}}}}});
  json::object file = view(id);
  ASSERT_EQ(file["papers"].as_array().size(), 1u);
  EXPECT_EQ(file["papers"].at(0).at("title"), "Рапорт об отказе");
  const auto paper = call("case.read_paper",
                          {{"group", group_}, {"case_id", id}, {"saved", file["papers"].at(0).at("saved")}});
  EXPECT_EQ(paper.at("values").at(0).at("value"), "Имярек");
  EXPECT_EQ(paper.at("revision"), 2);
}

TEST_F(CaseCommands, ArgumentsAreChecked) {
  const std::string id = open();
  const auto entry = [&](json::object when) {
    return refusal("case.add_entry", {{"group", group_},
                                      {"case_id", id},
                                      {"kind", "held"},
                                      {"when", std::move(when)},
                                      {"known_by", "family"},
                                      {"sureness", "sure"}});
  };
  EXPECT_EQ(entry({{"precision", "day"}, {"day", "2022-02-30"}}), "bad_arguments");
  EXPECT_EQ(entry({{"precision", "day"}, {"day", "2022-02-03"}, {"time", "10:00"}}), "bad_arguments");
  EXPECT_EQ(entry({{"precision", "exact"}, {"day", "2022-02-03"}, {"time", "10:60"}}), "bad_arguments");
  EXPECT_EQ(entry({{"precision", "exact"}, {"day", "2022-02-03"}, {"time", "10:59"}}), "");
  EXPECT_EQ(refusal("case.view", {{"group", group_}, {"case_id", "x"}}), "no_case");
  const json::object silence{{"group", group_}, {"case_id", id}, {"usual_days", 5},
                             {"watch_days", 9}, {"act_days", 8}, {"urgent_days", 20}};
  EXPECT_EQ(refusal("case.set_silence", silence), "bad_arguments");
  EXPECT_EQ(
      refusal(
          "case.seal",
          {{"group", group_}, {"case_id", id}, {"sealed", {{"name", "А"}}}, {"readers", json::array{"x"}}}),
      "no_member");
}

}  // namespace
}  // namespace homeward::api
