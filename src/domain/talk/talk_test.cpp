#include "domain/talk/talk.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace homeward::domain::talk {
namespace {

// Talk as a list: what the rows must agree with.
struct NaiveTalk {
  struct Group {
    std::map<Place, Message> messages;
    Place up_to;
  };
  std::map<GroupKey, Group> groups;

  void fold(const Context& context, const Event& event, const std::string& text) {
    Group& group = groups[context.group];
    EventKey id = event.id;
    for (;;) {
      const auto same =
          std::ranges::find_if(group.messages, [&](const auto& entry) { return entry.second.id == id; });
      if (same == group.messages.end()) break;
      if (same->second.author == context.author) return;
      for (size_t i = 16; i-- > 0;)
        if (++id.data[i] != 0) break;
    }
    group.messages[context.place] = {id, context.author, context.author_is_me, context.place, event.at, text};
  }
  uint64_t unread(const GroupKey& key) {
    uint64_t count = 0;
    for (const auto& [place, message] : groups[key].messages)
      if (!message.mine && place > groups[key].up_to) ++count;
    return count;
  }
  std::vector<Message> before(const GroupKey& key, std::optional<Place> place, size_t limit) {
    std::vector<Message> out;
    for (const auto& [at, message] : groups[key].messages)
      if (!place || at < *place) out.push_back(message);
    if (out.size() > limit) out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(limit));
    return out;
  }
  // All messages that hold all words, by looking at each message alone.
  std::vector<Message> search(words::Analyzer& analyzer, const GroupKey& key, const std::string& query,
                              size_t limit) {
    std::vector<Message> out;
    const auto words = analyzer.query(query);
    for (auto entry = groups[key].messages.rbegin(); entry != groups[key].messages.rend(); ++entry) {
      const auto terms = analyzer.terms(entry->second.text);
      const bool all = std::ranges::all_of(words, [&](const words::Analyzer::Word& word) {
        return std::ranges::any_of(terms, [&](const std::string& term) {
          return term == word.stem || (!word.prefix.empty() && term.starts_with(word.prefix));
        });
      });
      if (all && !words.empty() && out.size() < limit) out.push_back(entry->second);
    }
    return out;
  }
};

const std::vector<std::string> kVocabulary = {"рапорт", "рапорты", "дом",   "домой",  "звонок", "звонила",
                                              "ёлка",   "елки",    "юрист", "юриста", "call",   "calls",
                                              "32",     "Ёж",      "сын",   "сыну",   "!!!",    "🙂"};

std::string some_text(SeededRandom& random) {
  std::string text;
  for (uint64_t n = 1 + random.below(6); n > 0; --n)
    text += kVocabulary[random.below(kVocabulary.size())] + " ";
  if (random.below(2) != 0) text.pop_back();
  return text;
}

struct World {
  explicit World(uint64_t seed) : random(seed) {
    for (auto& group : groups) group = random.fixed<GroupKey>();
    for (auto& author : authors) author = random.fixed<Author>();
  }
  void say() {
    const GroupKey group = groups[random.below(2)];
    next[group].number += 1;
    if (random.below(10) == 0) next[group] = {next[group].epoch + 1, 1};
    const size_t who = random.below(3);
    Context context{rows, group, authors[who], who == 0, AuthorRole::kMember, next[group]};
    // Sometimes an id that was used before, by the same person or another.
    EventKey id =
        random.below(8) == 0 && !ids.empty() ? ids[random.below(ids.size())] : random.fixed<EventKey>();
    ids.push_back(id);
    const std::string text = some_text(random);
    const Bytes body = encode(MessageSaid{text});
    const Event event{id, kMessageKind, Instant{static_cast<int64_t>(random.below(1'000'000))}, body};
    state.fold(context, event);
    naive.fold(context, event, text);
  }
  void compare() {
    for (const GroupKey& group : groups) {
      const size_t limit = 1 + random.below(10);
      std::optional<Place> before;
      if (random.below(2) != 0) before = Place{next[group].epoch, random.below(next[group].number + 2)};
      const Page got = page(rows, group, before, limit);
      EXPECT_EQ(got.messages, naive.before(group, before, limit));
      EXPECT_EQ(got.more, naive.before(group, before, limit + 1).size() > limit);
      EXPECT_EQ(unread(rows, group), naive.unread(group));
      const std::string query = some_text(random);
      EXPECT_EQ(search(rows, analyzer, group, query, limit), naive.search(analyzer, group, query, limit))
          << query;
      for (const auto& [place, message] : naive.groups[group].messages)
        EXPECT_EQ(place_of(rows, group, message.id), place);
    }
  }
  void change() {
    const GroupKey group = groups[random.below(2)];
    auto& list = naive.groups[group].messages;
    if (random.below(2) != 0) {
      state.mark_read(rows, group);
      if (!list.empty())
        naive.groups[group].up_to = std::max(naive.groups[group].up_to, list.rbegin()->first);
    } else if (!list.empty()) {
      auto gone = list.begin();
      std::advance(gone, static_cast<std::ptrdiff_t>(random.below(list.size())));
      state.remove(rows, group, gone->first);
      list.erase(gone);
    }
  }

  SeededRandom random;
  MemoryRows rows;
  words::Analyzer analyzer;
  State state{analyzer};
  NaiveTalk naive;
  std::array<GroupKey, 2> groups;
  std::array<Author, 3> authors;
  std::map<GroupKey, Place> next;
  std::vector<EventKey> ids;
};

TEST(Talk, AgreesWithANaiveRecomputation) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    for (int step = 0; step < 60; ++step) {
      if (world.random.below(5) == 0) world.change();
      world.say();
      if (step % 6 == 0) world.compare();
    }
    world.compare();
    for (const GroupKey& group : world.groups)
      for (const auto& [place, message] : world.naive.groups[group].messages)
        world.state.remove(world.rows, group, place);
    // What remains is the mark of what was read, and forgetting takes that too.
    EXPECT_LE(world.rows.size(), 2u);
    for (const GroupKey& group : world.groups) world.state.forget(world.rows, group);
    EXPECT_EQ(world.rows.size(), 0u);
  }
}

TEST(Talk, WhatDoesNotReadChangesNothing) {
  MemoryRows rows;
  words::Analyzer analyzer;
  State state(analyzer);
  const Context context{rows, {}, {}, false, AuthorRole::kMember, {1, 1}};
  const Bytes good = encode(MessageSaid{"да"});
  const auto fold = [&](BytesView body, uint16_t kind) {
    state.fold(context, {{}, kind, {}, body});
    return rows.size();
  };
  EXPECT_EQ(fold(good, kMessageKind + 1), 0u);
  EXPECT_EQ(fold(BytesView(good).first(good.size() - 1), kMessageKind), 0u);
  Bytes trailing = good;
  trailing.push_back(0);
  EXPECT_EQ(fold(trailing, kMessageKind), 0u);
  EXPECT_EQ(fold(Bytes{1, ' ', 0}, kMessageKind), 0u);
  EXPECT_EQ(fold(Bytes{1, 0xff, 0}, kMessageKind), 0u);
  EXPECT_GT(fold(good, kMessageKind), 0u);
}

TEST(Talk, FieldsOfLaterVersionsAreSkipped) {
  const Bytes later = {1, 'a', 6, 0, 1, 1, 9, 0, 2};  // the second field is cut
  EXPECT_FALSE(decode_message(later).ok());
  const Bytes whole = {1, 'a', 8, 0, 1, 1, 9, 0, 2, 1, 9};
  ASSERT_TRUE(decode_message(whole).ok());
  EXPECT_EQ(decode_message(whole)->text, "a");
  const Bytes unordered = {1, 'a', 8, 0, 2, 1, 9, 0, 1, 1, 9};
  EXPECT_FALSE(decode_message(unordered).ok());
}

TEST(Talk, LimitsOfText) {
  EXPECT_TRUE(check_text(std::string(kMostTextBytes, 'a')).ok());
  EXPECT_TRUE(check_text(std::string(kMostTextBytes + 1, 'a')).error().is(TalkError::kTextTooLong));
  EXPECT_TRUE(check_text(" \n").error().is(TalkError::kTextEmpty));
  EXPECT_TRUE(check_text("\xc3").error().is(TalkError::kTextInvalid));
}

}  // namespace
}  // namespace homeward::domain::talk
