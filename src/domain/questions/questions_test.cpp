#include "domain/questions/questions.h"

#include <gtest/gtest.h>

#include <map>

namespace homeward::domain::questions {
namespace {

// Questions as lists of what was accepted; every answer is computed from those.
struct Naive {
  struct One {
    bool urgent = false;
    Reach reach = Reach::kEveryone;
    std::vector<std::tuple<uint16_t, Instant, std::string>> said;  // the question first
  };
  std::map<Ref, One> questions;
  size_t refused = 0;

  static QuestionState state(const One& one) {
    QuestionState out = QuestionState::kOpen;
    for (const auto& [kind, at, text] : one.said) {
      if (kind == kAnsweredKind || kind == kClosedKind) out = QuestionState::kAnswered;
      if (kind == kAskedBackKind) out = QuestionState::kAskedBack;
      if (kind == kAddedKind) out = QuestionState::kOpen;
    }
    return out;
  }
  static bool overdue(const One& one, Instant now) {
    Instant since;
    for (const auto& [kind, at, text] : one.said)
      if (kind == kAskedKind || kind == kAddedKind) since = at;
    return one.urgent && state(one) == QuestionState::kOpen && now.ms - since.ms >= kOverdueAfter_ms;
  }
};

struct World {
  explicit World(uint64_t seed) : random(seed), group(random.fixed<GroupKey>()) {
    for (auto& author : authors) author = random.fixed<Author>();
  }
  void step() {
    const size_t who = random.below(4);
    const AuthorRole role = who == 0   ? AuthorRole::kAdviser
                            : who == 1 ? AuthorRole::kOrganizer
                                       : AuthorRole::kMember;
    ++place.number;
    now.ms += static_cast<int64_t>(random.below(8 * 3'600'000));
    const EventKey id = random.fixed<EventKey>();
    const auto say = [&](uint16_t kind, BytesView body) {
      state.fold({rows, group, authors[who], false, role, place}, {id, kind, now, body});
    };
    const std::string text = "т" + std::to_string(place.number);
    const bool is_sealed = random.below(3) == 0;
    if (naive.questions.empty() || random.below(4) == 0) {
      Asked asked{.reach = is_sealed ? Reach::kAdvisers : Reach::kEveryone,
                  .urgent = random.below(2) != 0,
                  .readers = {},
                  .content = is_sealed ? copy_of(view_of(text)) : encode(Words{.text = text})};
      if (is_sealed) asked.readers = {authors[0]};
      say(kAskedKind, encode(asked));
      naive.questions[ref_of(authors[who], id)] = {asked.urgent, asked.reach, {{kAskedKind, now, text}}};
      return;
    }
    auto at = naive.questions.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(random.below(naive.questions.size())));
    auto& [ref, one] = *at;
    const bool mine = author_of(ref) == authors[who];
    const auto kind = static_cast<uint16_t>(kAnsweredKind + random.below(4));
    if (kind == kClosedKind) {
      say(kind, encode_closed(ref));
      if (!mine && role != AuthorRole::kAdviser)
        ++naive.refused;
      else if (Naive::state(one) != QuestionState::kAnswered)
        one.said.emplace_back(kind, now, "");
      return;
    }
    const bool reads = one.reach == Reach::kAdvisers || random.below(6) != 0;
    Bytes content = one.reach == Reach::kAdvisers ? copy_of(view_of(text)) : encode(Words{.text = text});
    if (!reads) content.push_back(1);
    say(kind, encode(Reply{ref, content}));
    if (kind == kAddedKind ? !mine : role != AuthorRole::kAdviser)
      ++naive.refused;
    else if (reads)
      one.said.emplace_back(kind, now, text);
  }
  void compare(Rows& where) {
    const std::vector<Question> all = queue(where, group, now);
    ASSERT_EQ(all.size(), naive.questions.size());
    for (size_t i = 0; i < all.size(); ++i) {
      const Naive::One& one = naive.questions.at(all[i].ref);
      EXPECT_EQ(all[i].state, Naive::state(one));
      EXPECT_EQ(all[i].urgent, one.urgent);
      EXPECT_EQ(is_overdue(all[i], now), Naive::overdue(one, now));
      if (i > 0) {
        EXPECT_GE(Naive::overdue(naive.questions.at(all[i - 1].ref), now), Naive::overdue(one, now));
      }
      const auto first = asked(where, group, all[i]);
      ASSERT_TRUE(first.has_value());
      const auto text_in = [&](const Said& said) {
        return one.reach == Reach::kAdvisers ? text_of(BytesView(said.content))
                                             : decode_words(said.content)->text;
      };
      EXPECT_EQ(text_in(first->said), std::get<2>(one.said[0]));
      std::vector<std::string> texts;
      for (const auto& [kind, at, text] : one.said)
        if (kind != kAskedKind && kind != kClosedKind) texts.push_back(text);
      std::vector<std::string> got;
      for (const Said& said : replies(where, group, all[i].ref)) got.push_back(text_in(said));
      EXPECT_EQ(got, texts);
    }
  }

  SeededRandom random;
  GroupKey group;
  MemoryRows rows;
  State state;
  Naive naive;
  std::array<Author, 4> authors;
  Place place{1, 0};
  Instant now{1'657'000'000'000};
};

TEST(Questions, AgreeWithANaiveRecomputation) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    for (int i = 0; i < 60; ++i) {
      world.step();
      if (i % 10 == 9) world.compare(world.rows);
    }
    EXPECT_EQ(kRefusedList.list(world.rows, world.group).size(), world.naive.refused);
    const Bytes snapshot = world.state.snapshot(world.rows, world.group);
    MemoryRows fresh;
    ASSERT_TRUE(world.state.restore(fresh, world.group, snapshot).ok());
    world.compare(fresh);
    EXPECT_EQ(world.state.snapshot(fresh, world.group), snapshot);
    world.state.forget(world.rows, world.group);
    EXPECT_EQ(world.rows.size(), 0u);
  }
}

TEST(Questions, WhatDoesNotReadChangesNothing) {
  MemoryRows rows;
  State state;
  const Asked asked{.content = encode(Words{.text = "Что делать?"})};
  const Bytes good = encode(asked);
  const auto fold = [&](BytesView body) {
    state.fold({rows, {}, {}, false, AuthorRole::kMember, {1, 1}}, {{}, kAskedKind, {}, body});
    return rows.size();
  };
  for (size_t cut = 0; cut < good.size(); ++cut) EXPECT_EQ(fold(BytesView(good).first(cut)), 0u) << cut;
  EXPECT_EQ(fold(encode(Asked{.reach = Reach::kAdvisers, .content = asked.content})), 0u);  // for nobody
  EXPECT_EQ(fold(encode(Asked{.content = {1, 2, 3}})), 0u);
  EXPECT_GT(fold(good), 0u);
  EXPECT_TRUE(check(Words{.text = " \n"}).error().is(QuestionError::kTextEmpty));
  EXPECT_TRUE(
      check(Words{.text = std::string(kMostTextBytes + 1, 'a')}).error().is(QuestionError::kTextTooLong));
  EXPECT_TRUE(check(Words{.text = "\xff"}).error().is(QuestionError::kTextInvalid));
}

}  // namespace
}  // namespace homeward::domain::questions
