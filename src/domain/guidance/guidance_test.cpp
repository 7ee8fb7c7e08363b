#include "domain/guidance/guidance.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace homeward::domain::guidance {
namespace {

Content some_content(SeededRandom& random, const std::string& title) {
  Content content{.title = title, .language = "ru", .summary = "Коротко о том, что делать."};
  if (random.below(2) != 0) content.audiences = {Audience::kContract, Audience::kMobilised};
  if (random.below(2) != 0) content.situations = {Situation::kHeld};
  for (uint64_t n = random.below(3); n > 0; --n)
    content.steps.push_back({"Шаг", "Написать рапорт в двух экземплярах", "Прошу принять рапорт", ""});
  if (random.below(3) == 0)
    content.papers.push_back({.paper = "r",
                              .title = "Рапорт",
                              .addressed_to = "Командиру {{unit}}",
                              .body = "Я, {{name}}, прошу",
                              .fields = {{.name = "unit", .type = FieldType::kUnit},
                                         {.name = "name", .type = FieldType::kName, .required = true}}});
  content.sample = random.below(2) != 0;
  return content;
}

// Guidance as lists, everything computed anew from all that was accepted.
struct Naive {
  struct Rev {
    Place place;
    Ref ref;
    uint32_t number;
    std::string title;
    bool from_file;
    Signature signature;
    std::map<Author, bool> opinions;
  };
  std::map<ArticleId, std::vector<Rev>> articles;
  std::map<ArticleId, Place> withdrawn;
  std::map<Ref, bool> proposals;  // open
  std::vector<Place> refused;
  size_t accepted = 0;

  size_t newest(const ArticleId& id) {
    const auto& all = articles.at(id);
    size_t best = 0;
    for (size_t i = 1; i < all.size(); ++i)
      if (all[i].number > all[best].number || (all[i].number == all[best].number && !all[i].from_file))
        best = i;
    return best;
  }
  bool add(const ArticleId& id, Rev rev) {
    articles[id].push_back(std::move(rev));
    return true;
  }
};

struct World {
  explicit World(uint64_t seed) : random(seed), group(random.fixed<GroupKey>()) {
    for (auto& author : authors) author = random.fixed<Author>();
    for (auto& id : ids) id = random.fixed<ArticleId>();
  }
  AuthorRole role_of(size_t who) const {
    return who < 2 ? AuthorRole::kAdviser : who == 2 ? AuthorRole::kOrganizer : AuthorRole::kMember;
  }
  Signed revision(const ArticleId& id, uint32_t number, const std::string& title) {
    Revision statement{.article = id,
                       .number = number,
                       .signer = random.fixed<Signer>(),
                       .at = {60'000},
                       .valid_from = {20220701},
                       .check_by = {20220901},
                       .law_date = {20220615},
                       .content = some_content(random, title)};
    return {encode(statement), random.fixed<Signature>()};
  }
  Signed withdrawal(const ArticleId& id) {
    return {encode(Withdrawal{id, random.fixed<Signer>(), {0}, "Закон изменился", std::nullopt}),
            random.fixed<Signature>()};
  }
  void step() {
    const size_t who = random.below(4);
    place.number += 1;
    if (random.below(9) == 0) place = {place.epoch + 1, 1};
    const EventKey key = random.fixed<EventKey>();
    const Ref ref = ref_of(authors[who], key);
    const ArticleId id = ids[random.below(ids.size())];
    const std::string title = "Статья " + std::to_string(random.below(1000));
    const auto known = naive.articles.find(id);
    const uint32_t top = known == naive.articles.end() ? 0 : known->second[naive.newest(id)].number;
    const bool adviser = role_of(who) == AuthorRole::kAdviser;
    const auto say = [&](uint16_t kind, BytesView body) {
      state.fold({rows, group, authors[who], false, role_of(who), place}, {key, kind, {1000}, body});
    };
    bool accepted = false;
    bool allowed = adviser;
    switch (random.below(6)) {
      case 0: {
        const auto number = static_cast<uint32_t>(1 + random.below(top + 2));
        const Signed bytes = revision(id, number, title);
        std::optional<Ref> takes;
        if (!naive.proposals.empty() && random.below(2) != 0) takes = some(naive.proposals);
        say(kPublishedKind, encode(Published{bytes, takes}));
        if (adviser && number <= top + 1) {
          accepted = naive.add(id, {place, ref, number, title, false, bytes.signature, {}});
          if (takes) naive.proposals[*takes] = false;
        }
        break;
      }
      case 1: {
        const auto number = static_cast<uint32_t>(1 + random.below(top + 4));
        const Signed bytes = files.empty() || random.below(2) != 0 ? revision(id, number, title)
                                                                   : files[random.below(files.size())];
        files.push_back(bytes);
        say(kImportedKind, encode(bytes));
        const Revision statement = std::get<Revision>(*decode_statement(bytes.statement));
        bool same = false;
        for (const Naive::Rev& rev : naive.articles[statement.article])
          same |= rev.signature == bytes.signature;
        if (naive.articles[statement.article].empty()) naive.articles.erase(statement.article);
        if (adviser && !same)
          accepted =
              naive.add(statement.article,
                        {place, ref, statement.number, statement.content.title, true, bytes.signature, {}});
        break;
      }
      case 2: {
        Proposed proposed{.article = std::nullopt, .content = some_content(random, title), .note = "Прошу"};
        if (random.below(2) != 0) proposed.article = id;
        say(kProposedKind, encode(proposed));
        allowed = true;
        if (!proposed.article || top > 0) accepted = naive.proposals.emplace(ref, true).second;
        break;
      }
      case 3: {
        if (naive.proposals.empty()) return;
        const Ref proposal = some(naive.proposals);
        say(kTurnedDownKind, encode(TurnedDown{proposal, "нет"}));
        allowed = adviser || author_of(proposal) == authors[who];
        if (allowed && naive.proposals[proposal]) {
          naive.proposals[proposal] = false;
          accepted = true;
        }
        break;
      }
      case 4: {
        if (top == 0) return;
        auto& all = naive.articles[id];
        Naive::Rev& rev = all[random.below(all.size())];
        const bool agrees = random.below(2) != 0;
        say(kOpinionKind, encode(Opinion{id, rev.ref, agrees, agrees ? "" : "Так нельзя"}));
        if (adviser && author_of(rev.ref) != authors[who]) {
          rev.opinions[authors[who]] = agrees;
          accepted = true;
        }
        break;
      }
      default: {
        if (random.below(4) != 0) return;
        const bool file = random.below(2) != 0;
        say(file ? kImportedKind : kWithdrawnKind, encode(withdrawal(id)));
        if (adviser && (!file || !naive.withdrawn.contains(id))) {
          naive.withdrawn[id] = place;
          accepted = true;
        }
        break;
      }
    }
    if (!allowed) naive.refused.push_back(place);
    if (accepted) ++naive.accepted;
  }
  Ref some(const std::map<Ref, bool>& map) {
    auto at = map.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(random.below(map.size())));
    return at->first;
  }
  void compare(Rows& where) {
    std::vector<ArticleId> expected;
    for (const auto& [id, all] : naive.articles) expected.push_back(id);
    std::ranges::sort(expected, [&](const ArticleId& a, const ArticleId& b) {
      return naive.articles[a][naive.newest(a)].place > naive.articles[b][naive.newest(b)].place;
    });
    const Listing shown = list(where, group, {.with_withdrawn = true}, 100);
    ASSERT_EQ(shown.articles.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      const Card& card = shown.articles[i].card;
      ASSERT_EQ(card.article, expected[i]);
      const auto& all = naive.articles[expected[i]];
      const Naive::Rev& rev = all[naive.newest(expected[i])];
      EXPECT_EQ(card.newest.index, naive.newest(expected[i]) + 1);
      EXPECT_EQ(card.count, all.size());
      EXPECT_EQ(card.title, rev.title);
      EXPECT_EQ(card.newest.ref, rev.ref);
      EXPECT_EQ(card.withdrawn, naive.withdrawn.contains(expected[i]));
      uint32_t yes = 0, no = 0;
      for (const auto& [who, agrees] : rev.opinions) ++(agrees ? yes : no);
      EXPECT_EQ(card.endorsed, yes);
      EXPECT_EQ(card.disagreed, no);
      EXPECT_EQ(revisions(where, group, expected[i]).size(), all.size());
      const auto text = statement_at(where, group, rev.place);
      ASSERT_TRUE(text.has_value());
      EXPECT_EQ(std::get<Revision>(text->statement).content.title, rev.title);
    }
    size_t open = 0;
    for (const auto& [ref, is_open] : naive.proposals) open += is_open ? 1 : 0;
    EXPECT_EQ(open_proposals(where, group).size(), open);
    EXPECT_EQ(withdrawals(where, group).size(), naive.withdrawn.size());
    // Each title's number finds its article, and none that is withdrawn.
    for (const ArticleId& id : expected) {
      const std::string& title = naive.articles[id][naive.newest(id)].title;
      const Listing found = search(where, analyzer, group, title.substr(title.rfind(' ') + 1), {}, 100);
      const bool is_there =
          std::ranges::any_of(found.articles, [&](const Listed& one) { return one.card.article == id; });
      EXPECT_EQ(is_there, !naive.withdrawn.contains(id)) << title;
    }
  }

  SeededRandom random;
  GroupKey group;
  MemoryRows rows;
  words::Analyzer analyzer;
  State state{analyzer};
  Naive naive;
  std::array<Author, 4> authors;
  std::array<ArticleId, 5> ids;
  std::vector<Signed> files;
  Place place{1, 0};
};

TEST(Guidance, AgreesWithANaiveRecomputation) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    for (int i = 0; i < 80; ++i) {
      world.step();
      if (i % 20 == 19) world.compare(world.rows);
    }
    const auto refused = kRefusedList.list(world.rows, world.group);
    ASSERT_EQ(refused.size(), world.naive.refused.size());
    for (size_t i = 0; i < refused.size(); ++i)
      EXPECT_EQ(refused[i].place, world.naive.refused[refused.size() - 1 - i]);
    size_t logged = 0;
    kLog.scan(world.rows, world.group, [&](const Context&, const Event&) { return ++logged != 0; });
    EXPECT_EQ(logged, world.naive.accepted);

    // A newcomer gets the same, and what she gives on is the same again.
    const Bytes snapshot = world.state.snapshot(world.rows, world.group);
    MemoryRows fresh;
    ASSERT_TRUE(world.state.restore(fresh, world.group, snapshot).ok());
    world.compare(fresh);
    EXPECT_EQ(world.state.snapshot(fresh, world.group), snapshot);
    world.state.forget(world.rows, world.group);
    EXPECT_EQ(world.rows.size(), 0u);
  }
}

struct Small {
  Small() {
    adviser.data[0] = 1;
    member.data[0] = 2;
    article.data[0] = 7;
  }
  void say(const Author& author, AuthorRole role, uint16_t kind, BytesView body) {
    ++place.number;
    EventKey key;
    key.data[0] = static_cast<uint8_t>(place.number);
    key.data[1] = static_cast<uint8_t>(place.number >> 8);
    state.fold({rows, group, author, false, role, place}, {key, kind, {0}, body});
  }
  Signed signed_one(const ArticleId& id, uint32_t number, Content content) {
    Signed out{encode(Revision{.article = id,
                               .number = number,
                               .valid_from = {20220701},
                               .check_by = {20220901},
                               .law_date = {20220615},
                               .content = std::move(content)}),
               {}};
    out.signature.data[0] = static_cast<uint8_t>(++signatures);
    return out;
  }
  void publish(const ArticleId& id, uint32_t number, Content content) {
    say(adviser, AuthorRole::kAdviser, kPublishedKind,
        encode(Published{signed_one(id, number, std::move(content)), std::nullopt}));
  }
  std::vector<std::string> titles(std::string_view query, const Filter& filter = {}) {
    std::vector<std::string> out;
    for (const Listed& one : search(rows, analyzer, group, query, filter, 20).articles)
      out.push_back(one.card.title);
    return out;
  }
  MemoryRows rows;
  words::Analyzer analyzer;
  State state{analyzer};
  GroupKey group;
  Author adviser, member;
  ArticleId article;
  Place place{1, 0};
  int signatures = 0;
};

Content titled(const std::string& title, const std::string& summary = "", const std::string& text = "") {
  Content content{.title = title, .language = "ru", .summary = summary};
  if (!text.empty()) content.steps.push_back({"", text, "", ""});
  return content;
}

TEST(Guidance, OnlyAdvisersPublishAndOrganizersSeeWhoTried) {
  Small world;
  const Bytes body = encode(Published{world.signed_one(world.article, 1, titled("Отпуск")), std::nullopt});
  for (const AuthorRole role : {AuthorRole::kMember, AuthorRole::kOrganizer})
    world.say(world.member, role, kPublishedKind, body);
  EXPECT_EQ(list(world.rows, world.group, {}, 10).total, 0u);
  EXPECT_TRUE(world.state.snapshot(world.rows, world.group) == Bytes{0});
  const auto refused = kRefusedList.list(world.rows, world.group);
  ASSERT_EQ(refused.size(), 2u);
  EXPECT_EQ(refused[0].author, world.member);
  EXPECT_EQ(refused[0].kind, kPublishedKind);
  for (size_t i = 0; i < RefusedList::kMost + 5; ++i)
    world.say(world.member, AuthorRole::kMember, kPublishedKind, body);
  EXPECT_EQ(kRefusedList.list(world.rows, world.group).size(), RefusedList::kMost);
}

TEST(Guidance, AWithdrawalBeatsWhatComesAfterIt) {
  Small world;
  world.say(world.adviser, AuthorRole::kAdviser, kWithdrawnKind,
            encode(Signed{encode(Withdrawal{.article = world.article, .reason = "Закон изменился"}), {}}));
  EXPECT_EQ(withdrawals(world.rows, world.group).size(), 1u);
  world.say(world.adviser, AuthorRole::kAdviser, kImportedKind,
            encode(world.signed_one(world.article, 40, titled("Рапорт об отказе"))));
  const auto card = card_of(world.rows, world.group, world.article);
  ASSERT_TRUE(card.has_value());
  EXPECT_TRUE(card->withdrawn);
  EXPECT_TRUE(world.titles("рапорт").empty());
  EXPECT_EQ(world.titles("рапорт", {.with_withdrawn = true}).size(), 1u);
  EXPECT_EQ(state_on({20220801}, card->newest, card->withdrawn), ArticleState::kWithdrawn);
  world.publish(world.article, 41, titled("Рапорт снова"));
  EXPECT_TRUE(card_of(world.rows, world.group, world.article)->withdrawn);
}

TEST(Guidance, StatesFollowTheDay) {
  const RevisionRow row{.valid_from = {20220701}, .check_by = {20220901}};
  EXPECT_EQ(state_on({20220630}, row, false), ArticleState::kNotYet);
  EXPECT_EQ(state_on({20220701}, row, false), ArticleState::kCurrent);
  EXPECT_EQ(state_on({20220901}, row, false), ArticleState::kCurrent);
  EXPECT_EQ(state_on({20220902}, row, false), ArticleState::kStale);
  EXPECT_EQ(date_of({1'657'843'200'000}), Date{20220715});
  EXPECT_EQ(date_of({951'782'400'000}), Date{20000229});
  EXPECT_EQ(date_of({-1}), Date{19691231});
  EXPECT_EQ(parse_date("2022-02-29"), std::nullopt);
  EXPECT_EQ(parse_date("2024-02-29"), Date{20240229});
  EXPECT_EQ(text_of(Date{20240229}), "2024-02-29");
  EXPECT_EQ(parse_date("2022-2-9"), std::nullopt);
}

TEST(GuidanceSearch, FormsYoAndMistakesOfOneLetter) {
  Small world;
  ArticleId other = world.article, third = world.article;
  other.data[1] = 1;
  third.data[1] = 2;
  world.publish(world.article, 1, titled("Рапорт об отказе", "Как подать рапорт письменно"));
  world.publish(other, 1,
                titled("Жалоба в военную прокуратуру", "Если рапорт не приняли", "Ещё раз подать рапорт."));
  world.publish(third, 1, titled("Leave at home", "What to do when he is on leave"));
  const std::vector<std::string> both = {"Рапорт об отказе", "Жалоба в военную прокуратуру"};
  for (const char* query :
       {"рапорт", "рапорты", "РАПОРТОМ", "рапор", "рапрот", "раппорт", "рапотр", "райорт"})
    EXPECT_EQ(world.titles(query), both) << query;
  const std::vector<std::string> complaint = {"Жалоба в военную прокуратуру"};
  for (const char* query :
       {"прокуратура", "прокуротура", "прокурaтуру", "пркуратуру", "жалобу", "жалобв", "ещё", "еще"})
    EXPECT_EQ(world.titles(query), complaint) << query;
  EXPECT_EQ(world.titles("leaves"), std::vector<std::string>{"Leave at home"});
  EXPECT_EQ(world.titles("laeve"), std::vector<std::string>{"Leave at home"});
  EXPECT_TRUE(world.titles("совсем другое дело").empty());
  EXPECT_TRUE(world.titles("  ,.! ").empty());
  // A sentence as people write it finds what has some of its words, the best first.
  EXPECT_EQ(world.titles("сыночка рапорт приняли"), (std::vector<std::string>{both[1], both[0]}));
}

TEST(GuidanceSearch, ANewRevisionTakesTheOldWordsAway) {
  Small world;
  world.publish(world.article, 1, titled("Трибунал", "восемь лет"));
  EXPECT_EQ(world.titles("трибунал").size(), 1u);
  world.publish(world.article, 2, titled("Угрозы", "что из них правда"));
  EXPECT_TRUE(world.titles("трибунал").empty());
  EXPECT_TRUE(world.titles("трибунл").empty());
  EXPECT_EQ(world.titles("угроза").size(), 1u);
  const Content content =
      titled("т", "Одно. Другое. Если вам угрожают трибуналом, попросите назвать статью.");
  EXPECT_NE(index::snippet(content, {{"нигде"}, {"трибунал"}}).find("трибуналом"), std::string::npos);
}

TEST(GuidanceSearch, OneLetterIsOneLetter) {
  using index::within_one_letter;
  EXPECT_TRUE(within_one_letter("рапорт", "рапорт"));
  EXPECT_TRUE(within_one_letter("рапорт", "рапот"));
  EXPECT_TRUE(within_one_letter("рапорт", "рапортт"));
  EXPECT_TRUE(within_one_letter("рапорт", "рапорд"));
  EXPECT_TRUE(within_one_letter("рапорт", "раопрт"));
  EXPECT_FALSE(within_one_letter("рапорт", "рапо"));
  EXPECT_FALSE(within_one_letter("рапорт", "рпорд"));
  EXPECT_FALSE(within_one_letter("рапорт", "арпотр"));
  // Every single mistake in a longer word is found through one of its halves.
  Small world;
  world.publish(world.article, 1, titled("прокуратура"));
  const std::vector<std::string> letters = {"п", "р", "о", "к", "у", "р", "а", "т", "у", "р", "а"};
  for (size_t at = 0; at < letters.size(); ++at) {
    for (int kind = 0; kind < 4; ++kind) {
      std::vector<std::string> wrong = letters;
      const auto here = wrong.begin() + static_cast<std::ptrdiff_t>(at);
      if (kind == 0) wrong.erase(here);
      if (kind == 1) *here = "ж";
      if (kind == 2) wrong.insert(here, "ж");
      if (kind == 3 && at + 1 < wrong.size()) std::swap(wrong[at], wrong[at + 1]);
      std::string word;
      for (const std::string& letter : wrong) word += letter;
      EXPECT_EQ(world.titles(word).size(), 1u) << word;
    }
  }
}

TEST(GuidanceSearch, FiltersByAudienceAndSituation) {
  Small world;
  Content held = titled("Держат в яме");
  held.situations = {Situation::kHeld};
  held.audiences = {Audience::kContract};
  world.publish(world.article, 1, held);
  EXPECT_EQ(world.titles("держат", {.audience = Audience::kContract}).size(), 1u);
  EXPECT_EQ(world.titles("держат", {.audience = Audience::kConscript}).size(), 0u);
  EXPECT_EQ(world.titles("держат", {.situation = Situation::kHeld}).size(), 1u);
  EXPECT_EQ(world.titles("держат", {.situation = Situation::kOnLeave}).size(), 0u);
  EXPECT_EQ(list(world.rows, world.group, {.situation = Situation::kOnLeave}, 5).total, 0u);
  ArticleId all = world.article;
  all.data[1] = 9;
  world.publish(all, 1, titled("Держат связь"));
  EXPECT_EQ(list(world.rows, world.group, {.situation = Situation::kOnLeave}, 5).total, 1u);
}

TEST(GuidancePapers, AreFilledAndChecked) {
  const Paper paper{.paper = "r",
                    .title = "Рапорт",
                    .addressed_to = "Командиру {{unit}}",
                    .body = "Я, {{name}}, с {{day}} прошу. {{reason}} {{name}}",
                    .fields = {{.name = "unit", .type = FieldType::kUnit, .required = true},
                               {.name = "name", .type = FieldType::kName, .required = true},
                               {.name = "day", .type = FieldType::kDate},
                               {.name = "count", .type = FieldType::kNumber},
                               {.name = "reason", .type = FieldType::kChoice, .choices = {"А", "Б"}}}};
  Content content = titled("т");
  content.papers = {paper};
  EXPECT_TRUE(check(content).ok());
  Filled filled = fill(paper, "ru",
                       {{"unit", "в/ч 00000"},
                        {"name", " Иванов {{unit}}\nИван "},
                        {"day", "2022-07-15"},
                        {"count", "2,5"},
                        {"reason", "Б"}});
  EXPECT_TRUE(filled.problems.empty());
  EXPECT_EQ(filled.addressed_to, "Командиру в/ч 00000");
  EXPECT_EQ(filled.text, "Я, Иванов { {unit}} Иван, с 15 июля 2022 г. прошу. Б Иванов { {unit}} Иван");
  filled = fill(paper, "en",
                {{"unit", " "},
                 {"day", "15.07.2022"},
                 {"count", "два"},
                 {"reason", "В"},
                 {"more", "x"},
                 {"name", std::string(5000, 'x')}});
  const std::vector<FieldProblem> expected = {
      {"unit", Problem::kMissing},     {"name", Problem::kTooLong},      {"day", Problem::kNotADate},
      {"count", Problem::kNotANumber}, {"reason", Problem::kNotAChoice}, {"more", Problem::kUnknownField}};
  EXPECT_EQ(filled.problems, expected);
  EXPECT_NE(filled.text.find("____"), std::string::npos);
  content.papers[0].body = "{{nobody}}";
  EXPECT_TRUE(check(content).error().is(GuidanceError::kPaperInvalid));
  content.papers = {paper, paper};
  EXPECT_TRUE(check(content).error().is(GuidanceError::kPaperInvalid));
}

TEST(Guidance, WhatDoesNotReadChangesNothing) {
  Small world;
  SeededRandom random(5);
  const Bytes good =
      encode(Published{world.signed_one(world.article, 1, some_content(random, "т")), std::nullopt});
  for (size_t cut = 0; cut < good.size(); ++cut) {
    world.say(world.adviser, AuthorRole::kAdviser, kPublishedKind, BytesView(good).first(cut));
    ASSERT_EQ(world.rows.size(), 0u) << cut;
  }
  world.say(world.adviser, AuthorRole::kAdviser, 0x02F0, good);
  world.publish(world.article, 2, titled("не первая"));
  EXPECT_EQ(world.rows.size(), 0u);
  world.say(world.adviser, AuthorRole::kAdviser, kPublishedKind, good);
  EXPECT_GT(world.rows.size(), 0u);
}

TEST(Guidance, FilesReadBack) {
  Small world;
  SeededRandom random(6);
  std::vector<Signed> statements;
  for (int i = 0; i < 5; ++i)
    statements.push_back(world.signed_one(world.article, 1, some_content(random, "т")));
  statements.push_back({encode(Withdrawal{.article = world.article, .reason = "р"}), {}});
  const Bytes file = encode_file(statements);
  ASSERT_TRUE(decode_file(file).ok());
  EXPECT_EQ(*decode_file(file), statements);
  for (size_t cut = 0; cut < file.size(); ++cut) EXPECT_FALSE(decode_file(BytesView(file).first(cut)).ok());
}

}  // namespace
}  // namespace homeward::domain::guidance
