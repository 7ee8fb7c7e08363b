// Guidance and questions as the page asks for them: a node of one, its refusals in words, what a member may
// do without an adviser.
#include <gtest/gtest.h>

#include "api/base64.h"
#include "api/test_host.h"

namespace homeward::api {
namespace {

class GuidanceApiTest : public testing::Test {
 protected:
  void SetUp() override {
    call("vault.create", {{"passphrase", "слово"}});
    group_ = call("group.create", {{"name", "Дом"}, {"my_name", "Анна"}}).at("group").as_string();
  }
  json::object call(std::string_view name, json::object args) {
    const json::object answer = node_.call(name, args);
    EXPECT_TRUE(answer.contains("result")) << name << " " << json::serialize(answer);
    return answer.contains("result") ? answer.at("result").as_object() : json::object();
  }
  json::object ask(std::string_view name, json::object args) {
    args["group"] = group_;
    return call(name, std::move(args));
  }
  std::string refusal(std::string_view name, json::object args) {
    args["group"] = group_;
    const json::object answer = node_.call(name, args);
    if (!answer.contains("error")) return "";
    EXPECT_FALSE(answer.at("error").at("message").as_string().empty());
    return std::string(answer.at("error").at("code").as_string());
  }
  static json::object content(const char* title) {
    return {{"title", title},
            {"language", "ru"},
            {"summary", "Коротко"},
            {"audiences", {"family", "contract"}},
            {"situations", {"held"}},
            {"steps", {{{"title", "Шаг"}, {"text", "Текст"}, {"say", "Назовите статью"}}}},
            {"papers",
             {{{"paper", "r"},
               {"title", "Рапорт"},
               {"addressed_to", "Командиру"},
               {"body", "Я, {{name}}"},
               {"fields",
                {{{"name", "name"},
                  {"label", "Имя"},
                  {"explain", ""},
                  {"type", "name"},
                  {"required", true},
                  {"choices", json::array()}}}},
               {"copies", 2}}}},
            {"threats", json::array()},
            {"sources", json::array()},
            {"contacts", json::array()},
            {"sample", true}};
  }
  static json::object published(json::object what) {
    return {{"content", std::move(what)},
            {"valid_from", "2022-07-01"},
            {"check_by", "2022-09-01"},
            {"law_date", "2022-06-15"}};
  }

  TestHost host_{{.language = "ru", .seed = 1, .now = {1'657'843'200'000}}};
  Node node_{host_};
  std::string group_;
};

TEST_F(GuidanceApiTest, WithoutAnAdviserNobodyPublishesAndAnybodyProposes) {
  EXPECT_EQ(refusal("guidance.publish", published(content("Рапорт"))), "advisers_only");
  EXPECT_EQ(refusal("guidance.import", {{"file", "SFdHVUlERTEA"}, {"trust", true}}), "advisers_only");
  ask("guidance.propose", {{"content", content("Рапорт")}, {"note", "нужно всем"}});
  const json::object proposals = ask("guidance.proposals", {});
  ASSERT_EQ(proposals.at("proposals").as_array().size(), 1u);
  const json::object& one = proposals.at("proposals").as_array()[0].as_object();
  EXPECT_EQ(one.at("by_name"), "Анна");
  json::object expected = content("Рапорт");
  expected["audiences"] = {"contract", "family"};
  EXPECT_EQ(one.at("content"), expected);
  EXPECT_EQ(ask("guidance.list", {}).at("proposals"), 1);
  ask("guidance.turn_down", {{"proposal", one.at("proposal")}, {"reason", "сама передумала"}});
  EXPECT_EQ(refusal("guidance.turn_down", {{"proposal", one.at("proposal")}}), "no_proposal");
  EXPECT_TRUE(ask("guidance.proposals", {}).at("proposals").as_array().empty());
  EXPECT_TRUE(ask("group.refused", {}).at("refused").as_array().empty());
}

TEST_F(GuidanceApiTest, WhatIsWrongIsSaidInWords) {
  json::object bad_day = published(content("Рапорт"));
  bad_day["check_by"] = "2022-02-30";
  EXPECT_EQ(refusal("guidance.publish", bad_day), "bad_arguments");
  bad_day["check_by"] = "2022-06-01";
  EXPECT_EQ(refusal("guidance.publish", bad_day), "bad_arguments");
  EXPECT_EQ(refusal("guidance.publish", published(content(" "))), "text_empty");
  json::object unknown_field = content("Рапорт");
  unknown_field["papers"].as_array()[0].as_object()["body"] = "{{nobody}}";
  EXPECT_EQ(refusal("guidance.propose", {{"content", unknown_field}, {"note", ""}}), "paper_invalid");
  json::object bad_source = content("Рапорт");
  bad_source["sources"] = {{{"title", "Закон"}, {"date", "вчера"}, {"text", ""}}};
  EXPECT_EQ(refusal("guidance.propose", {{"content", bad_source}, {"note", ""}}), "date_invalid");
  for (const char* id : {"", "xx", "AAAAAAAAAAAAAAAAAAAAAA"})
    EXPECT_EQ(refusal("guidance.article", {{"article", id}}), "no_article") << id;
  EXPECT_EQ(refusal("guidance.import", {{"file", "SFdHVUlERTF"}}), "bad_file");
  EXPECT_EQ(refusal("guidance.import", {{"file", "SFdHVUlERTEB"}}), "bad_file");
  EXPECT_TRUE(ask("guidance.import", {{"file", "SFdHVUlERTEA"}}).at("articles").as_array().empty());
}

TEST_F(GuidanceApiTest, AQuestionIsAskedAddedToAndClosed) {
  const json::object asked = {
      {"text", "Что делать?"}, {"reach", "everyone"}, {"urgency", "urgent"}, {"situation", "held"}};
  const json::value id = ask("question.ask", asked).at("question");
  json::object sealed = asked;
  sealed["reach"] = "advisers";
  EXPECT_EQ(refusal("question.ask", sealed), "no_adviser");
  json::object empty = asked;
  empty["text"] = "\n";
  EXPECT_EQ(refusal("question.ask", empty), "text_empty");
  host_.pass_ms(25 * 3'600'000);
  const json::object list = ask("question.list", {});
  ASSERT_EQ(list.at("questions").as_array().size(), 1u);
  const json::object& one = list.at("questions").as_array()[0].as_object();
  EXPECT_EQ(one.at("author_name"), "Анна");
  EXPECT_EQ(one.at("situation"), "held");
  EXPECT_EQ(one.at("queued"), true);
  EXPECT_EQ(list.at("advisers"), 0);
  EXPECT_EQ(refusal("question.answer", {{"question", id}, {"text", "Ждать"}}), "advisers_only");
  EXPECT_EQ(refusal("question.to_article", {{"question", id}}), "advisers_only");
  ask("question.add", {{"question", id}, {"text", "Держат третий день"}});
  const json::object view = ask("question.view", {{"question", id}});
  EXPECT_EQ(view.at("replies").as_array().size(), 1u);
  EXPECT_EQ(view.at("replies").as_array()[0].at("kind"), "asker");
  EXPECT_EQ(view.at("can_answer"), false);
  EXPECT_EQ(view.at("can_close"), true);
  ask("question.close", {{"question", id}});
  EXPECT_EQ(ask("question.view", {{"question", id}}).at("item").at("state"), "answered");
  EXPECT_EQ(refusal("question.view", {{"question", "xx"}}), "no_question");
}

TEST(Base64, IsThatOfBrowsers) {
  EXPECT_EQ(to_base64(Bytes{0xfb, 0xff, 0xfe, 0x01}), "+//+AQ==");
  EXPECT_EQ(from_base64("+//+AQ=="), (Bytes{0xfb, 0xff, 0xfe, 0x01}));
  EXPECT_EQ(from_base64("+//+AQ"), (Bytes{0xfb, 0xff, 0xfe, 0x01}));
  EXPECT_EQ(from_base64("&&&&"), std::nullopt);
}

}  // namespace
}  // namespace homeward::api
