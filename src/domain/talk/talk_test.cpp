#include "domain/talk/talk.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "codec/codec.h"

namespace homeward::domain::talk {
namespace {

// Talk as a list: what the rows must agree with.
struct NaiveTalk {
  struct Group {
    std::map<Place, Message> messages;
    Place up_to;
  };
  std::map<GroupKey, Group> groups;
  std::map<std::pair<GroupKey, Ref>, std::map<Author, Sign>> signs;

  void fold(const Context& context, const Event& event, const MessageSaid& said) {
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
    Message message{id, context.author, context.author_is_me, context.place, event.at, said.text};
    message.said_as = event.id;
    message.reply_to = said.reply_to;
    message.mentions = said.mentions;
    group.messages[context.place] = message;
  }
  uint64_t unread(const GroupKey& key) {
    uint64_t count = 0;
    for (const auto& [place, message] : groups[key].messages)
      if (!message.mine && !message.removed_by && place > groups[key].up_to) ++count;
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
    MessageSaid said{text};
    auto& list = naive.groups[group].messages;
    if (!list.empty() && random.below(3) == 0) said.reply_to = list.rbegin()->second.ref();
    if (random.below(4) == 0) said.mentions = {authors[0]};
    const Bytes body = encode(said);
    const Event event{id, kMessageKind, Instant{static_cast<int64_t>(random.below(1'000'000))}, body};
    state.fold(context, event);
    naive.fold(context, event, said);
  }
  // Somebody edits, removes or signs a message, whether she may or not.
  void touch() {
    const GroupKey group = groups[random.below(2)];
    auto& list = naive.groups[group].messages;
    if (list.empty()) return;
    auto chosen = list.begin();
    std::advance(chosen, static_cast<std::ptrdiff_t>(random.below(list.size())));
    Message& message = chosen->second;
    next[group].number += 1;
    const size_t who = random.below(3);
    const AuthorRole role = random.below(3) == 0 ? AuthorRole::kOrganizer : AuthorRole::kMember;
    const Context context{rows, group, authors[who], who == 0, role, next[group]};
    const Instant at{static_cast<int64_t>(1 + random.below(1'000'000))};
    const bool hers = message.author == context.author;
    switch (random.below(3)) {
      case 0: {
        const MessageEdited edited{message.ref(), some_text(random)};
        const Bytes body = encode(edited);
        state.fold(context, {random.fixed<EventKey>(), kEditedKind, at, body});
        if (!hers || message.removed_by) return;
        message.text = edited.text;
        message.mentions.clear();
        message.edited_at = at;
        return;
      }
      case 1: {
        const Bytes body = encode_ref(message.ref());
        state.fold(context, {random.fixed<EventKey>(), kRemovedKind, at, body});
        if ((!hers && role != AuthorRole::kOrganizer) || message.removed_by) return;
        message.text.clear();
        message.mentions.clear();
        message.reply_to.reset();
        message.removed_by = context.author;
        naive.signs.erase({group, message.ref()});
        return;
      }
      default: {
        const Sign sign = static_cast<Sign>(random.below(6));
        const Bytes body = encode(SignGiven{message.ref(), sign});
        state.fold(context, {random.fixed<EventKey>(), kSignKind, at, body});
        if (message.removed_by) return;
        if (sign == Sign::kNone)
          naive.signs[{group, message.ref()}].erase(context.author);
        else
          naive.signs[{group, message.ref()}][context.author] = sign;
      }
    }
  }
  void expire() {
    const GroupKey group = groups[random.below(2)];
    const Instant cutoff{static_cast<int64_t>(random.below(300'000))};
    auto& list = naive.groups[group].messages;
    const size_t gone = state.expire(rows, group, cutoff, Instant{1'000'000});
    EXPECT_EQ(gone, static_cast<size_t>(std::ranges::count_if(
                        list, [&](const auto& item) { return item.second.at < cutoff; })));
    for (const auto& [place, message] : list)
      if (message.at < cutoff) naive.signs.erase({group, message.ref()});
    std::erase_if(list, [&](const auto& item) { return item.second.at < cutoff; });
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
      uint64_t mentions = 0;
      for (const auto& [place, message] : naive.groups[group].messages) {
        EXPECT_EQ(place_of(rows, group, message.id), place);
        const auto& expected = naive.signs[{group, message.ref()}];
        const auto given = signs(rows, group, place);
        EXPECT_EQ(given.size(), expected.size());
        for (const SignOf& one : given) EXPECT_EQ(expected.at(one.person), one.sign);
        const bool mine = std::ranges::find(message.mentions, authors[1]) != message.mentions.end();
        if (place > naive.groups[group].up_to && mine) ++mentions;
      }
      if (unread(rows, group) > 0) {
        EXPECT_EQ(unread_mentions(rows, group, authors[1]), mentions);
      }
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
      naive.signs.erase({group, gone->second.ref()});
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
      if (world.random.below(2) == 0) world.touch();
      if (world.random.below(20) == 0) world.expire();
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
  EXPECT_EQ(fold(good, 0x01FF), 0u);
  for (uint16_t kind = kEditedKind; kind <= kUnpinnedKind; ++kind) EXPECT_EQ(fold(good, kind), 0u);
  EXPECT_EQ(fold(BytesView(good).first(good.size() - 1), kMessageKind), 0u);
  Bytes trailing = good;
  trailing.push_back(0);
  EXPECT_EQ(fold(trailing, kMessageKind), 0u);
  EXPECT_EQ(fold(Bytes{1, ' ', 0}, kMessageKind), 0u);
  EXPECT_EQ(fold(Bytes{1, 0xff, 0}, kMessageKind), 0u);
  EXPECT_GT(fold(good, kMessageKind), 0u);
}

TEST(Talk, FieldsOfLaterVersionsAreSkipped) {
  const Bytes later = {1, 'a', 6, 0, 8, 1, 9, 0, 9};  // the second field is cut
  EXPECT_FALSE(decode_message(later).ok());
  const Bytes whole = {1, 'a', 8, 0, 8, 1, 9, 0, 9, 1, 9};
  ASSERT_TRUE(decode_message(whole).ok());
  EXPECT_EQ(decode_message(whole)->text, "a");
  const Bytes unordered = {1, 'a', 8, 0, 9, 1, 9, 0, 8, 1, 9};
  EXPECT_FALSE(decode_message(unordered).ok());
}

TEST(Talk, BodiesReadBackAndHaveOneForm) {
  SeededRandom random(7);
  MessageSaid said{"да", random.fixed<Ref>(), {random.fixed<Author>()}};
  EXPECT_EQ(decode_message(encode(said)).value(), said);
  const MessageEdited edited{random.fixed<Ref>(), "нет", said.mentions};
  EXPECT_EQ(decode_edited(encode(edited)).value(), edited);
  const SignGiven sign{random.fixed<Ref>(), Sign::kHug};
  EXPECT_EQ(decode_sign(encode(sign)).value(), sign);
  const MessagePinned pinned{random.fixed<Ref>(), Instant{120'000}, "важно"};
  EXPECT_EQ(decode_pinned(encode(pinned)).value(), pinned);
  Bytes unknown_sign = encode(sign);
  unknown_sign.back() = 6;
  EXPECT_FALSE(decode_sign(unknown_sign).ok());
  said.mentions = {said.mentions[0], said.mentions[0]};
  EXPECT_FALSE(decode_message(encode(said)).ok());
}

TEST(Talk, WhatIsPinnedIsTheSameForWhoHasTheMessageAndWhoHasNot) {
  SeededRandom random(3);
  words::Analyzer analyzer;
  State state(analyzer);
  MemoryRows here, newcomer;
  const GroupKey group = random.fixed<GroupKey>();
  const Author anna = random.fixed<Author>();
  const Author bela = random.fixed<Author>();
  uint64_t number = 0;
  const auto fold = [&](const Author& author, AuthorRole role, uint16_t kind, const Bytes& body,
                        EventKey id = {}) {
    ++number;
    state.fold({here, group, author, false, role, {1, number}}, {id, kind, Instant{60'000}, body});
    if (kind != kMessageKind)
      state.fold({newcomer, group, author, false, role, {1, number}}, {id, kind, Instant{60'000}, body});
    EXPECT_EQ(state.snapshot(here, group), state.snapshot(newcomer, group));
  };
  const EventKey id = random.fixed<EventKey>();
  fold(anna, AuthorRole::kMember, kMessageKind, encode(MessageSaid{"встреча в среду"}), id);
  const Ref ref = ref_of(anna, id);
  const Bytes pin = encode(MessagePinned{ref, Instant{60'000}, "встреча в среду"});
  fold(bela, AuthorRole::kMember, kPinnedKind, pin);
  EXPECT_TRUE(pins(here, group).empty());
  fold(bela, AuthorRole::kAdviser, kPinnedKind, pin);
  ASSERT_EQ(pins(newcomer, group).size(), 1u);
  EXPECT_TRUE(is_pinned(here, group, ref));
  fold(anna, AuthorRole::kMember, kEditedKind, encode(MessageEdited{ref, "встреча в четверг"}));
  EXPECT_EQ(pins(newcomer, group)[0].text, "встреча в четверг");
  fold(bela, AuthorRole::kAdviser, kRemovedKind, encode_ref(ref));
  EXPECT_EQ(pins(newcomer, group).size(), 1u);
  MemoryRows restored;
  ASSERT_TRUE(state.restore(restored, group, state.snapshot(here, group)).ok());
  EXPECT_EQ(pins(restored, group), pins(here, group));
  fold(bela, AuthorRole::kOrganizer, kRemovedKind, encode_ref(ref));
  EXPECT_TRUE(pins(newcomer, group).empty());
  for (size_t i = 0; i < kMostPins + 3; ++i)
    fold(bela, AuthorRole::kOrganizer, kPinnedKind,
         encode(MessagePinned{random.fixed<Ref>(), Instant{0}, "x"}));
  EXPECT_EQ(pins(here, group).size(), kMostPins);
  Bytes cut = state.snapshot(here, group);
  cut.pop_back();
  EXPECT_FALSE(state.restore(restored, group, cut).ok());
}

TEST(Talk, WhatComesFromTheFutureCountsAsSaidNow) {
  SeededRandom random(5);
  words::Analyzer analyzer;
  State state(analyzer);
  MemoryRows rows;
  const GroupKey group = random.fixed<GroupKey>();
  constexpr int64_t kDay = 24 * 3'600 * 1'000;
  state.fold({rows, group, random.fixed<Author>(), false, AuthorRole::kMember, {1, 1}},
             {random.fixed<EventKey>(), kMessageKind, Instant{1'000 * kDay}, encode(MessageSaid{"потом"})});
  EXPECT_EQ(state.expire(rows, group, Instant{9 * kDay}, Instant{10 * kDay}), 0u);
  EXPECT_EQ(page(rows, group, {}, 1).messages[0].at.ms, 10 * kDay);
  EXPECT_EQ(state.expire(rows, group, Instant{10 * kDay + 1}, Instant{11 * kDay}), 1u);
  state.mark_read(rows, group);
  EXPECT_LE(rows.size(), 1u);
}

TEST(Talk, RowsOfTheFirstVersionReadAndExpire) {
  SeededRandom random(9);
  words::Analyzer analyzer;
  State state(analyzer);
  MemoryRows rows;
  const GroupKey group = random.fixed<GroupKey>();
  const EventKey id = random.fixed<EventKey>();
  const Author author = random.fixed<Author>();
  Bytes key = copy_of(group);
  words::append_place(key, {1, 1});
  Writer old;
  old.raw(id).raw(author).u8(0).u64(5'000).text("раньше");
  rows.put(kMessageSpace, key, old.view());
  EXPECT_EQ(page(rows, group, {}, 1).messages[0].said_as, id);
  state.note_times(rows, group);
  EXPECT_EQ(state.expire(rows, group, Instant{5'001}, Instant{6'000}), 1u);
  EXPECT_EQ(rows.size(), 0u);
}

TEST(Talk, LimitsOfText) {
  EXPECT_TRUE(check_text(std::string(kMostTextBytes, 'a')).ok());
  EXPECT_TRUE(check_text(std::string(kMostTextBytes + 1, 'a')).error().is(TalkError::kTextTooLong));
  EXPECT_TRUE(check_text(" \n").error().is(TalkError::kTextEmpty));
  EXPECT_TRUE(check_text("\xc3").error().is(TalkError::kTextInvalid));
}

}  // namespace
}  // namespace homeward::domain::talk
