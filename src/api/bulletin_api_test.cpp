// The commands about figures and bulletins through one node, without a network.
#include <gtest/gtest.h>

#include <thread>

#include "api/test_host.h"
#include "api/view.h"
#include "client/client.h"
#include "domain/losses/losses.h"

namespace homeward::api {
namespace {

namespace losses = domain::losses;

class FigureCommands : public testing::Test {
 protected:
  FigureCommands() {
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
  template <class Body>
  void post(uint16_t kind, const Body& body) {
    change_in(node_, group_, [&](const client::Client::Hand& hand) -> Result<> {
      HW_TRY(hand.post(kind, losses::encode(body)));
      return success();
    });
  }
  void list_losses() {
    losses::ListAdded list;
    list.source.kind = losses::SourceKind::kPress;
    list.source.publisher = "Газета";
    const losses::Month july = (2022 - 1970) * 12 + 6;
    list.rows = {{.region = "RU-BU", .month = july, .men = 60},
                 {.region = "RU-BU", .month = july - 2, .men = 40},
                 {.region = "RU-TY", .month = july, .men = 40},
                 {.region = "RU-MOW", .month = july - 1, .men = 12},
                 {.region = "", .month = july, .men = 7}};
    post(losses::kListAdded, list);
  }
  // Men on three lists that overlap: kinds of sources.
  void add_records() {
    losses::RecordsAdded added;
    const auto source = [](losses::SourceKind kind, const char* publisher) {
      losses::Source out;
      out.kind = kind;
      out.publisher = publisher;
      out.facts.state = losses::LossState::kKilled;
      out.facts.region = "RU-BU";
      return out;
    };
    for (uint32_t i = 0; i < 120; ++i) {
      losses::NewRecord record;
      if (i % 2 == 0) record.sources.push_back(source(losses::SourceKind::kPress, "Газета"));
      if (i % 3 == 0) record.sources.push_back(source(losses::SourceKind::kOfficial, "Администрация"));
      if (i % 5 < 2) record.sources.push_back(source(losses::SourceKind::kCemetery, "Кладбище"));
      if (record.sources.empty()) continue;
      added.records.push_back(std::move(record));
    }
    post(losses::kRecordsAdded, added);
  }
  json::object wait_for_estimate() {
    for (int i = 0; i < 2'000; ++i) {
      json::object status = call("losses.estimate_state", {{"group", group_}});
      if (text(status.at("state")) != "running") return status;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ADD_FAILURE() << "it never ended";
    return {};
  }

  TestHost host_{
      TestHost::Start{.language = "ru", .seed = 7, .now = Instant{1'658'300'000'000}}};  // 20 July 2022
  Node node_{host_};
  std::string group_;
};

TEST_F(FigureCommands, RatesHaveIntervalsRanksAndAFunnel) {
  list_losses();
  const json::object table =
      call("losses.rates", {{"group", group_}, {"per", "residents"}, {"reference", "RU-MOW"}});
  const json::array& regions = table.at("regions").as_array();
  ASSERT_EQ(regions.size(), 85U);
  EXPECT_EQ(text(regions[0].at("region")), "RU-TY");
  EXPECT_EQ(regions[1].at("deaths").as_int64(), 100);
  EXPECT_NEAR(regions[1].at("rate").as_double(), 100 / 977'951.0 * 100'000, 1e-9);
  EXPECT_LT(regions[1].at("low").as_double(), regions[1].at("rate").as_double());
  EXPECT_EQ(text(regions[0].at("funnel")), "very_high");
  EXPECT_GT(regions[0].at("first").as_double(), 0.5);
  EXPECT_GT(regions[1].at("ratio_low").as_double(), 10);
  EXPECT_EQ(table.at("without_region").as_int64(), 7);
  EXPECT_EQ(table.at("deaths").as_int64(), 159);
  EXPECT_EQ(table.at("funnel").as_array().size(), 61U);
  // A period leaves the others out.
  const json::object may =
      call("losses.rates",
           {{"group", group_}, {"per", "men"}, {"from_month", "2022-05"}, {"until_month", "2022-05"}});
  EXPECT_EQ(text(may.at("regions").at(0).at("region")), "RU-BU");
  EXPECT_EQ(may.at("regions").at(0).at("deaths").as_int64(), 40);
  EXPECT_EQ(refusal("losses.rates", {{"group", group_}, {"per", "men"}, {"from_month", "May"}}),
            "bad_arguments");
  EXPECT_EQ(refusal("losses.rates", {{"group", group_}, {"per", "men"}, {"reference", "XX"}}),
            "bad_arguments");
}

TEST_F(FigureCommands, AnEmptyRegisterHasNoughts) {
  const json::object table = call("losses.rates", {{"group", group_}, {"per", "men"}});
  EXPECT_EQ(table.at("deaths").as_int64(), 0);
  EXPECT_TRUE(table.at("funnel").as_array().empty());
  EXPECT_TRUE(call("losses.growth", {{"group", group_}}).at("months").as_array().empty());
}

TEST_F(FigureCommands, GrowthIsMonthByMonthWithoutGaps) {
  list_losses();
  const json::object growth = call("losses.growth", {{"group", group_}});
  EXPECT_EQ(json::serialize(growth.at("months")), R"(["2022-05","2022-06","2022-07"])");
  EXPECT_EQ(json::serialize(growth.at("rows").at(0).at("counts")), "[40,12,107]");
  EXPECT_EQ(text(growth.at("rows").at(1).at("region")), "RU-BU");
  EXPECT_EQ(json::serialize(growth.at("rows").at(1).at("counts")), "[40,0,60]");
}

TEST_F(FigureCommands, AnEstimateRunsBesideAndAnswers) {
  add_records();
  const json::object lists = call("losses.estimate_lists", {{"group", group_}, {"by", "kind"}});
  EXPECT_EQ(text(lists.at("lists").at(0).at("key")), "press");
  EXPECT_EQ(lists.at("lists").at(0).at("men").as_int64(), 60);
  const json::object begun = call(
      "losses.estimate", {{"group", group_}, {"by", "kind"}, {"lists", {"press", "official", "cemetery"}}});
  EXPECT_NE(text(begun.at("state")), "none");
  const json::object done = wait_for_estimate();
  ASSERT_EQ(text(done.at("state")), "done");
  const json::object& answer = done.at("answer").as_object();
  EXPECT_EQ(answer.at("observed").as_int64(), 96);
  EXPECT_FALSE(answer.at("too_few_lists").as_bool());
  // They are independent by construction: 120 in truth.
  EXPECT_NEAR(answer.at("profile").at("estimate").as_double(), 120, 12);
  EXPECT_GT(answer.at("effective").as_int64(), 100);
}

TEST_F(FigureCommands, TwoListsAreRefusedInTheAnswer) {
  add_records();
  call("losses.estimate", {{"group", group_}, {"by", "kind"}, {"lists", {"press", "official"}}});
  const json::object done = wait_for_estimate();
  EXPECT_TRUE(done.at("answer").at("too_few_lists").as_bool());
  EXPECT_FALSE(done.at("answer").as_object().contains("profile"));
}

TEST_F(FigureCommands, AnEstimateStopsWhenAskedAndWithTheLock) {
  std::string cells = "a,b,c,d,e,f,count\n";
  for (int on = 1; on < 64; ++on) {
    for (int list = 0; list < 6; ++list) cells += (on >> list & 1) != 0 ? "1," : "0,";
    cells += std::to_string(4'000 >> __builtin_popcount(static_cast<unsigned>(on))) + "\n";
  }
  const json::object args{{"group", group_}, {"lists", json::array()}, {"cells", cells}};
  EXPECT_EQ(text(call("losses.estimate", args).at("state")), "running");
  call("losses.estimate_stop", {{"group", group_}});
  EXPECT_EQ(text(wait_for_estimate().at("state")), "stopped");
  call("losses.estimate", args);
  node_.lock();
  EXPECT_EQ(refusal("losses.estimate_state", {{"group", group_}}), "locked");
  EXPECT_EQ(refusal("losses.estimate", {{"group", group_}, {"lists", json::array()}, {"cells", "a,b\n"}}),
            "locked");
}

TEST_F(FigureCommands, WhatIsNoTableOfCellsIsRefused) {
  EXPECT_EQ(
      refusal("losses.estimate", {{"group", group_}, {"lists", json::array()}, {"cells", "a,b\n1,1\n"}}),
      "bad_cells");
  EXPECT_EQ(refusal("losses.estimate",
                    {{"group", group_}, {"by", "kind"}, {"lists", {"press", "official", "list"}}}),
            "bad_cells");
  EXPECT_EQ(refusal("losses.estimate", {{"group", group_}, {"lists", json::array()}}), "bad_arguments");
}

// --- Bulletins ---

TEST_F(FigureCommands, OneOrganizerAloneMakesNoBulletin) {
  list_losses();
  const json::object before = call("bulletin.view", {{"group", group_}});
  EXPECT_TRUE(before.at("may_prepare").as_bool());
  EXPECT_EQ(before.at("threshold").as_int64(), 5);
  EXPECT_EQ(before.at("organizers").as_int64(), 1);
  EXPECT_EQ(refusal("bulletin.files", {{"group", group_}}), "not_approved");
  EXPECT_EQ(refusal("bulletin.prepare", {{"group", group_}, {"threshold", 2}, {"statements", json::array()}}),
            "bad_arguments");
  const std::string draft =
      text(call("bulletin.prepare",
                {{"group", group_}, {"publisher", "Группа семей"}, {"statements", json::array()}})
               .at("draft"));
  const json::object view = call("bulletin.draft", {{"group", group_}, {"draft", draft}});
  EXPECT_TRUE(view.at("same_bytes").as_bool());
  EXPECT_TRUE(view.at("may_approve").as_bool());
  EXPECT_EQ(text(view.at("draft").at("as_of")), "2022-07-20");
  ASSERT_EQ(view.at("files").as_array().size(), 8U);
  EXPECT_NE(text(view.at("files").at(3).at("text")).find("Группа семей"), std::string::npos);
  const std::string digest = text(view.at("draft").at("digest"));
  EXPECT_EQ(
      refusal("bulletin.approve", {{"group", group_}, {"draft", draft}, {"digest", std::string(64, '0')}}),
      "figures_changed");
  call("bulletin.approve", {{"group", group_}, {"draft", draft}, {"digest", digest}});
  EXPECT_EQ(refusal("bulletin.approve", {{"group", group_}, {"draft", draft}, {"digest", digest}}),
            "already_done");
  EXPECT_EQ(refusal("bulletin.files", {{"group", group_}, {"draft", draft}}), "not_approved");
  // Figures that change make it void.
  list_losses();
  EXPECT_FALSE(call("bulletin.draft", {{"group", group_}, {"draft", draft}}).at("may_approve").as_bool());
  call("bulletin.discard", {{"group", group_}, {"draft", draft}, {"reason", "цифры изменились"}});
  EXPECT_EQ(refusal("bulletin.discard", {{"group", group_}, {"draft", draft}}), "already_done");
  EXPECT_EQ(text(call("bulletin.view", {{"group", group_}}).at("drafts").at(0).at("standing")), "discarded");
}

TEST_F(FigureCommands, StatementsAreWrittenAgreedToAndTakenBack) {
  const std::string mine =
      text(call("bulletin.write", {{"group", group_}, {"text", "Мы ждём."}, {"attribution", "мать"}})
               .at("statement"));
  const json::object shown = call("bulletin.view", {{"group", group_}}).at("statements").at(0).as_object();
  EXPECT_TRUE(shown.at("consented").as_bool());
  EXPECT_TRUE(shown.at("may_take_back").as_bool());
  EXPECT_EQ(refusal("bulletin.consent", {{"group", group_}, {"statement", mine}}), "already_done");
  call("bulletin.take_back", {{"group", group_}, {"statement", mine}});
  EXPECT_EQ(text(call("bulletin.view", {{"group", group_}}).at("statements").at(0).at("text")), "");
  EXPECT_EQ(refusal("bulletin.prepare", {{"group", group_}, {"statements", {mine}}}), "no_consent");
  EXPECT_EQ(refusal("bulletin.write", {{"group", group_}, {"text", " "}, {"attribution", "мать"}}),
            "text_empty");
  EXPECT_EQ(refusal("bulletin.write",
                    {{"group", group_}, {"speaker", "AAAA"}, {"text", "x"}, {"attribution", "мать"}}),
            "no_member");
  EXPECT_EQ(refusal("bulletin.take_back", {{"group", group_}, {"statement", "AAAA"}}), "no_statement");
  EXPECT_EQ(refusal("bulletin.draft", {{"group", group_}, {"draft", "AAAA"}}), "no_bulletin");
}

}  // namespace
}  // namespace homeward::api
