// Guidance and questions between clients: roles, signatures, files from group to group, what is sealed.
#include "client/guidance.h"

#include "client/features.h"
#include "client/questions.h"
#include "client/sealing.h"
#include "client/test_clients.h"

namespace homeward::client {
namespace {

namespace advice = domain::guidance;
using guidance::ArticleId;
using guidance::GuidanceRefusal;
using questions::QuestionRefusal;

advice::Content content_of(const std::string& title) {
  advice::Content content{.title = title, .language = "ru", .summary = "Образец"};
  content.steps.push_back({"Рапорт", "Напишите рапорт в двух экземплярах.", "", ""});
  return content;
}

guidance::Draft draft_of(const std::string& title) {
  return {.article = {},
          .content = content_of(title),
          .valid_from = {20220701},
          .check_by = {20220901},
          .law_date = {20220615},
          .proposal = {}};
}

class GuidanceClientTest : public ClientTest {
 protected:
  void make_adviser(Person& organizer, const group::GroupId& group, Person& who) {
    group::Change change;
    change.roles = {{who.client->find(group)->me(), group::Role::kAdviser}};
    ASSERT_TRUE(organizer.client->change_policy(group, change, now_).ok());
    settle(2);
    ASSERT_EQ(who.client->find(group)->my_role(), group::Role::kAdviser);
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
  guidance::Whole whole(Person& one, const group::GroupId& group, const ArticleId& article,
                        std::optional<uint32_t> index = {}) {
    guidance::Whole out;
    look(one, group, [&](const Client::Look& view) {
      auto found = guidance::whole(view, article, index);
      ASSERT_TRUE(found.ok()) << one.name;
      out = std::move(*found);
    });
    return out;
  }
  size_t count(Person& one, const group::GroupId& group, bool withdrawn = true) {
    size_t out = 0;
    look(one, group, [&](const Client::Look& view) {
      out = advice::list(view.rows, key_of(group), {.with_withdrawn = withdrawn}, 100).total;
    });
    return out;
  }
  std::vector<domain::Refused> refused(Person& one, const group::GroupId& group) {
    std::vector<domain::Refused> out;
    look(one, group,
         [&](const Client::Look& view) { out = advice::kRefusedList.list(view.rows, key_of(group)); });
    return out;
  }
  Result<> say(Person& one, const group::GroupId& group, uint16_t kind, const Bytes& body) {
    return one.client->change(group, now_, [&](const Client::Hand& hand) -> Result<> {
      HW_TRY(hand.post(kind, body));
      return success();
    });
  }
};

TEST_F(GuidanceClientTest, AdvisersPublishAndEverybodySeesWhoSigned) {
  Person &anna = person("Анна"), &bella = person("Белла"), &clara = person("Клара");
  const group::GroupId group = found(anna);
  bring_in(anna, group, bella);
  EXPECT_TRUE(guidance::publish(*anna.client, group, draft_of("нет"), now_)
                  .error()
                  .is(GuidanceRefusal::kAdvisersOnly));
  make_adviser(anna, group, bella);

  go_offline(bella);
  const auto made = guidance::publish(*bella.client, group, draft_of("Рапорт об отказе"), now_);
  ASSERT_TRUE(made.ok());
  EXPECT_TRUE(domain::is_queued(whole(bella, group, made->article).shown.place));
  EXPECT_EQ(count(anna, group), 0u);
  bella.is_online = true;
  settle(2);
  const guidance::Whole seen = whole(anna, group, made->article);
  EXPECT_FALSE(domain::is_queued(seen.shown.place));
  EXPECT_EQ(seen.revision.content, content_of("Рапорт об отказе"));
  EXPECT_TRUE(seen.signature_good);
  ASSERT_TRUE(seen.signer.has_value());
  EXPECT_EQ(*seen.signer, domain::Author::from(bella.client->find(group)->me()));

  // A member proposes, the adviser takes it in; the organizer can do neither's part.
  advice::Proposed proposed{
      .article = made->article, .content = content_of("Рапорт, яснее"), .note = "так проще"};
  ASSERT_TRUE(guidance::propose(*anna.client, group, proposed, now_).ok());
  settle(1);
  guidance::Draft draft = draft_of("Рапорт, яснее");
  draft.article = made->article;
  look(bella, group, [&](const Client::Look& view) {
    const auto open = advice::open_proposals(view.rows, key_of(group));
    ASSERT_EQ(open.size(), 1u);
    EXPECT_EQ(open[0].proposed, proposed);
    draft.proposal = open[0].ref;
  });
  const auto again = guidance::publish(*bella.client, group, draft, now_);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->index, 2u);
  settle(1);
  EXPECT_EQ(whole(anna, group, made->article).card.title, "Рапорт, яснее");
  EXPECT_EQ(whole(anna, group, made->article, 1).revision.content.title, "Рапорт об отказе");
  EXPECT_TRUE(guidance::turn_down(*bella.client, group, *draft.proposal, "", now_)
                  .error()
                  .is(GuidanceRefusal::kNoSuchProposal));
  EXPECT_TRUE(guidance::opine(*bella.client, group, {made->article, 1, true, ""}, now_)
                  .error()
                  .is(GuidanceRefusal::kOwnRevision));

  // A changed program of the organizer's: nothing changes, everybody's device knows it.
  look(bella, group, [&](const Client::Look& view) {
    advice::kLog.scan(view.rows, key_of(group), [&](const domain::Context&, const domain::Event& event) {
      if (event.kind != advice::kPublishedKind) return true;
      EXPECT_TRUE(say(anna, group, event.kind, copy_of(event.body)).ok());
      return false;
    });
  });
  settle(1);
  for (Person* one : {&anna, &bella}) {
    ASSERT_EQ(refused(*one, group).size(), 1u) << one->name;
    EXPECT_EQ(refused(*one, group)[0].author, domain::Author::from(anna.client->find(group)->me()));
    EXPECT_EQ(whole(*one, group, made->article).revisions.size(), 2u);
  }
  // A revision of hers with a signature that is none: her text, but shown as unsigned.
  advice::Revision forged = whole(bella, group, made->article).revision;
  forged.number = 3;
  ASSERT_TRUE(say(bella, group, advice::kPublishedKind,
                  advice::encode(advice::Published{{advice::encode(forged), {}}, std::nullopt}))
                  .ok());
  settle(1);
  EXPECT_FALSE(whole(anna, group, made->article).signature_good);
  EXPECT_FALSE(whole(anna, group, made->article).signer.has_value());

  bring_in(anna, group, clara, &bella);
  settle(2);
  EXPECT_EQ(whole(clara, group, made->article).revisions.size(), 3u);
  EXPECT_TRUE(whole(clara, group, made->article, 1).signature_good);
  EXPECT_EQ(clara.client->shared_state_hash(group), anna.client->shared_state_hash(group));
}

TEST_F(GuidanceClientTest, AWithdrawalReachesWhoReadIt) {
  Person &anna = person("Анна"), &bella = person("Белла");
  const group::GroupId group = found(anna);
  bring_in(anna, group, bella);
  make_adviser(anna, group, bella);
  const ArticleId old = guidance::publish(*bella.client, group, draft_of("Рапорт"), now_)->article;
  const ArticleId next = guidance::publish(*bella.client, group, draft_of("Сначала юрист"), now_)->article;
  settle(1);
  guidance::opened(*anna.client, group, old, now_);
  EXPECT_TRUE(guidance::withdraw(*anna.client, group, {old, "х", {}}, now_)
                  .error()
                  .is(GuidanceRefusal::kAdvisersOnly));
  ASSERT_TRUE(guidance::withdraw(*bella.client, group, {old, "Закон изменился", next}, now_).ok());
  settle(1);
  const guidance::Whole seen = whole(anna, group, old);
  ASSERT_TRUE(seen.withdrawn.has_value());
  EXPECT_EQ(seen.withdrawn->statement.reason, "Закон изменился");
  EXPECT_EQ(seen.withdrawn->replacement_title, "Сначала юрист");
  EXPECT_EQ(count(anna, group, false), 1u);
  const auto news = [&] {
    std::vector<ArticleId> out;
    look(anna, group, [&](const Client::Look& view) { out = guidance::withdrawn_since_opened(view); });
    return out;
  };
  EXPECT_EQ(news(), std::vector<ArticleId>{old});
  guidance::opened(*anna.client, group, old, now_);
  EXPECT_TRUE(news().empty());
  guidance::Draft more = draft_of("Рапорт снова");
  more.article = old;
  EXPECT_TRUE(
      guidance::publish(*bella.client, group, more, now_).error().is(GuidanceRefusal::kArticleWithdrawn));
}

TEST_F(GuidanceClientTest, FilesCarryArticlesAndWithdrawalsToOtherGroups) {
  Person &anna = person("Анна"), &bella = person("Белла"), &dora = person("Дора"), &eva = person("Ева");
  const group::GroupId here = found(anna), there = found(dora);
  bring_in(anna, here, bella);
  bring_in(dora, there, eva);
  make_adviser(anna, here, bella);
  make_adviser(dora, there, eva);
  const ArticleId article = guidance::publish(*bella.client, here, draft_of("Рапорт"), now_)->article;
  settle(1);
  const auto old_file = guidance::export_file(*anna.client, here, {article});
  ASSERT_TRUE(old_file.ok());

  EXPECT_TRUE(
      guidance::import_file(*dora.client, there, *old_file, now_).error().is(GuidanceRefusal::kAdvisersOnly));
  const auto shown = guidance::preview(*dora.client, there, *old_file);
  ASSERT_TRUE(shown.ok());
  ASSERT_EQ(shown->size(), 1u);
  EXPECT_EQ((*shown)[0].title, "Рапорт");
  EXPECT_EQ((*shown)[0].outcome, guidance::ImportOutcome::kNew);
  EXPECT_EQ((*shown)[0].signed_by, std::nullopt);
  EXPECT_EQ(guidance::fingerprint((*shown)[0].signer),
            guidance::fingerprint(whole(anna, here, article).revision.signer));
  ASSERT_TRUE(guidance::import_file(*eva.client, there, *old_file, now_).ok());
  settle(1);
  EXPECT_TRUE(whole(dora, there, article).signature_good);
  EXPECT_TRUE(whole(dora, there, article).shown.from_file);
  EXPECT_EQ((*guidance::preview(*dora.client, there, *old_file))[0].outcome, guidance::ImportOutcome::kSame);

  // Any byte changed in it: the whole file is refused, and nothing of it is taken.
  for (size_t at = 8; at < old_file->size(); at += 7) {
    Bytes bad = *old_file;
    bad[at] ^= 1;
    const auto taken = guidance::import_file(*eva.client, there, bad, now_);
    ASSERT_FALSE(taken.ok()) << at;
    EXPECT_TRUE(taken.error().is(GuidanceRefusal::kBadFile) ||
                taken.error().is(GuidanceRefusal::kBadSignature));
  }

  ASSERT_TRUE(guidance::withdraw(*bella.client, here, {article, "Закон изменился", {}}, now_).ok());
  settle(1);
  const auto new_file = guidance::export_file(*anna.client, here, {});
  ASSERT_TRUE(new_file.ok());
  const auto everything = guidance::preview(*eva.client, there, *new_file);
  for (const guidance::Imported& one : *everything)
    EXPECT_EQ(one.outcome, guidance::ImportOutcome::kWithdrawn);
  ASSERT_TRUE(guidance::import_file(*eva.client, there, *new_file, now_).ok());
  settle(1);
  EXPECT_TRUE(whole(dora, there, article).withdrawn.has_value());
  // The old copy turns up again.
  EXPECT_EQ((*guidance::preview(*eva.client, there, *old_file))[0].outcome,
            guidance::ImportOutcome::kWithdrawn);
  ASSERT_TRUE(guidance::import_file(*eva.client, there, *old_file, now_).ok());
  settle(1);
  EXPECT_EQ(count(dora, there, false), 0u);
}

TEST_F(GuidanceClientTest, WhatIsSealedToTheAdvisersOnlyTheyAndTheAskerRead) {
  Person &anna = person("Анна"), &bella = person("Белла"), &clara = person("Клара");
  const group::GroupId group = found(anna);
  bring_in(anna, group, bella);
  bring_in(anna, group, clara, &bella);
  settle(5);
  const questions::Asking asking{.words = {.text = "Сын на учениях, что делать?",
                                           .audience = advice::Audience::kContract,
                                           .situation = advice::Situation::kNotYetSent},
                                 .reach = domain::questions::Reach::kAdvisers,
                                 .urgent = true};
  EXPECT_TRUE(questions::ask(*clara.client, group, asking, now_).error().is(QuestionRefusal::kNoAdviser));
  make_adviser(anna, group, bella);
  settle(5);
  for (Person* one : {&anna, &bella, &clara}) {
    look(*one, group, [&](const Client::Look& view) {
      std::vector<group::PersonId> all;
      for (const group::Member& member : view.group.members()) all.push_back(member.person);
      EXPECT_TRUE(missing_keys(view.rows, view.group, all).empty()) << one->name;
    });
  }
  const auto ref = questions::ask(*clara.client, group, asking, now_);
  ASSERT_TRUE(ref.ok());
  settle(1);
  const auto words = [&](Person& one) {
    std::optional<domain::questions::Words> out;
    look(one, group, [&](const Client::Look& view) { out = questions::queue(view).at(0).words; });
    return out;
  };
  EXPECT_EQ(words(clara), asking.words);
  EXPECT_EQ(words(bella), asking.words);
  EXPECT_EQ(words(anna), std::nullopt);

  const questions::Replying answer{
      *ref,
      questions::ReplyKind::kAnswer,
      {.text = "Клара, пусть Клары сын звонит: +7 (900) 000-00-00 или a@b.example."}};
  EXPECT_TRUE(questions::reply(*anna.client, group, answer, now_).error().is(QuestionRefusal::kAdvisersOnly));
  EXPECT_TRUE(questions::reply(*bella.client, group, {*ref, questions::ReplyKind::kAdd, answer.words}, now_)
                  .error()
                  .is(QuestionRefusal::kNotYours));
  ASSERT_TRUE(questions::reply(*bella.client, group, answer, now_).ok());
  settle(1);
  const auto replies = [&](Person& one) {
    std::vector<std::optional<std::string>> out;
    look(one, group, [&](const Client::Look& view) {
      const auto about = questions::whole(view, *ref);
      for (const auto& reply : about->replies)
        out.push_back(reply.words ? std::optional(reply.words->text) : std::nullopt);
    });
    return out;
  };
  EXPECT_EQ(replies(clara), (std::vector<std::optional<std::string>>{answer.words.text}));
  EXPECT_EQ(replies(anna), (std::vector<std::optional<std::string>>{std::nullopt}));
  const auto news = [&](Person& one) {
    size_t out = 0;
    look(one, group, [&](const Client::Look& view) { out = questions::with_news(view).size(); });
    return out;
  };
  EXPECT_EQ(news(clara), 1u);
  EXPECT_EQ(news(bella), 0u);
  questions::seen(*clara.client, group, *ref, now_);
  EXPECT_EQ(news(clara), 0u);
  look(bella, group, [&](const Client::Look& view) {
    const auto draft = questions::draft(view, *ref, "ru");
    ASSERT_TRUE(draft.ok());
    ASSERT_EQ(draft->steps.size(), 1u);
    EXPECT_EQ(draft->steps[0].text, "… пусть … сын звонит: … или …");
    EXPECT_EQ(draft->title, "");
  });
  look(anna, group, [&](const Client::Look& view) {
    EXPECT_TRUE(questions::draft(view, *ref, "ru").error().is(QuestionRefusal::kAdvisersOnly));
  });
}

TEST_F(GuidanceClientTest, AnOpenQuestionIsAskedBackAddedToAndClosed) {
  Person &anna = person("Анна"), &bella = person("Белла");
  const group::GroupId group = found(anna);
  bring_in(anna, group, bella);
  make_adviser(anna, group, bella);
  const auto ref =
      questions::ask(*anna.client, group, {.words = {.text = "Можно ли почтой?"}, .urgent = true}, now_);
  ASSERT_TRUE(ref.ok());
  settle(1);
  const auto question = [&](Person& one) {
    domain::questions::Question out;
    look(one, group, [&](const Client::Look& view) { out = questions::whole(view, *ref)->shown.question; });
    return out;
  };
  using domain::questions::QuestionState;
  ASSERT_TRUE(
      questions::reply(*bella.client, group, {*ref, questions::ReplyKind::kAskBack, {.text = "Когда?"}}, now_)
          .ok());
  settle(1);
  EXPECT_EQ(question(anna).state, QuestionState::kAskedBack);
  ASSERT_TRUE(
      questions::reply(*anna.client, group, {*ref, questions::ReplyKind::kAdd, {.text = "Завтра"}}, now_)
          .ok());
  settle(1);
  EXPECT_EQ(question(bella).state, QuestionState::kOpen);
  EXPECT_FALSE(domain::questions::is_overdue(question(bella), now_.after_ms(23 * 60 * kMinute_ms)));
  EXPECT_TRUE(domain::questions::is_overdue(question(bella), now_.after_ms(25 * 60 * kMinute_ms)));
  ASSERT_TRUE(questions::close(*anna.client, group, *ref, now_).ok());
  settle(1);
  EXPECT_EQ(question(bella).state, QuestionState::kAnswered);
  EXPECT_EQ(question(bella).answers, 0u);
}

}  // namespace
}  // namespace homeward::client
