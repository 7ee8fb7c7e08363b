// Random keys, fingerprints, answers and erasures by members who may and may not, against a model of a few
// maps; and what a newcomer gets.
#include "domain/doubles/doubles.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "domain/cases/cases.h"

namespace homeward::domain::doubles {
namespace {

constexpr size_t kPersons = 4;
constexpr size_t kCases = 6;  // the speaker of case i is person i % kPersons

Author author(size_t number) {
  Author out;
  out.data[0] = static_cast<uint8_t>(number + 1);
  return out;
}
Ref case_of(size_t number) {
  EventKey id;
  id.data[0] = static_cast<uint8_t>(number + 1);
  return ref_of(author(number % kPersons), id);
}
Fingerprint fingerprint(size_t number) {
  Fingerprint out;
  out.data[0] = static_cast<uint8_t>(number % 4 + 1);
  out.data[1] = static_cast<uint8_t>(number);
  return out;
}
KeyName key_name(size_t number) {
  KeyName out;
  out.data[0] = static_cast<uint8_t>(number);
  return out;
}

// The naive model.
struct Model {
  std::optional<size_t> key;
  std::set<size_t> erased;
  std::map<size_t, std::pair<size_t, std::set<size_t>>> published;  // case → key, fingerprints
  std::map<std::pair<size_t, size_t>, bool> answers;

  bool offered(size_t mine, size_t other) const {
    if (mine % kPersons == other % kPersons || !key) return false;
    const auto a = published.find(mine), b = published.find(other);
    if (a == published.end() || b == published.end()) return false;
    if (a->second.first != *key || b->second.first != *key) return false;
    return std::ranges::any_of(a->second.second, [&](size_t one) {
      return fingerprint(one).data[0] != static_cast<uint8_t>(Of::kSurname) && b->second.second.contains(one);
    });
  }
  Said said(size_t mine, size_t other) const {
    const auto found = answers.find({mine, other});
    return found == answers.end() ? Said::kNothing : found->second ? Said::kYes : Said::kNo;
  }
  void erase(size_t one) {
    erased.insert(one);
    published.erase(one);
    std::erase_if(
        answers, [&](const auto& answer) { return answer.first.first == one || answer.first.second == one; });
  }
};

class Doubles : public testing::Test {
 protected:
  Context context(Rows& into, const Author& who) {
    return {into, group, who, false, AuthorRole::kMember, {1, ++number}};
  }
  void open_cases() {
    for (size_t i = 0; i < kCases; ++i) {
      cases::Opened opened;
      opened.card.label = "дело";
      EventKey id;
      id.data[0] = static_cast<uint8_t>(i + 1);
      cases.fold(context(rows, author(i % kPersons)), {id, cases::kOpened, {}, cases::encode(opened)});
    }
  }
  bool fold(size_t who, uint16_t kind, BytesView body) {
    EventKey id;
    id.data[1] = static_cast<uint8_t>(number);
    id.data[2] = static_cast<uint8_t>(number >> 8);
    return state.fold(context(rows, author(who)), {id, kind, {}, body});
  }
  void expect_same(const Model& model) {
    EXPECT_EQ(key(rows, group).has_value(), model.key.has_value());
    std::set<std::pair<Ref, Ref>> joined_by_model;
    for (size_t a = 0; a < kCases; ++a) {
      std::vector<Pair> expected;
      for (size_t b = 0; b < kCases; ++b) {
        if (model.offered(a, b) || model.answers.contains({a, b}))
          expected.push_back({case_of(a), case_of(b), model.said(a, b), model.said(b, a)});
        if (a < b && model.said(a, b) == Said::kYes && model.said(b, a) == Said::kYes)
          joined_by_model.insert(std::minmax(case_of(a), case_of(b)));
      }
      std::ranges::sort(expected, {}, &Pair::other);
      const Ref mine = case_of(a);
      const auto got = pairs_of(rows, group, author_of(mine), std::span(&mine, 1));
      ASSERT_EQ(got, expected) << "case " << a;
    }
    const auto all = joined(rows, group);
    EXPECT_EQ(std::set(all.begin(), all.end()), joined_by_model);
  }

  words::Analyzer analyzer;
  cases::State cases{analyzer};
  State state;
  MemoryRows rows;
  GroupKey group{};
  uint64_t number = 0;
};

TEST_F(Doubles, RandomHistoriesGiveWhatTheModelGives) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SeededRandom random(seed);
    rows = MemoryRows();
    number = 0;
    open_cases();
    Model model;
    for (size_t step = 0; step < 60; ++step) {
      const size_t who = random.below(kPersons);
      const size_t a = random.below(kCases), b = random.below(kCases);
      const bool may = a % kPersons == who && !model.erased.contains(a);
      switch (random.below(8)) {
        case 0: {
          const size_t name = random.below(2);
          const bool took = fold(who, kKeyKind, encode(KeyAnnounced{{}, key_name(name)}));
          EXPECT_EQ(took, !model.key);
          if (took) model.key = name;
          break;
        }
        case 1:
        case 2:
        case 3: {
          const size_t name = random.below(4) == 0 ? 1 - model.key.value_or(0) : model.key.value_or(0);
          std::set<size_t> chosen;
          for (size_t i = 0; i < 3; ++i) chosen.insert(random.below(8));
          FingerprintsPublished body{case_of(a), key_name(name), {}};
          for (const size_t one : chosen) body.fingerprints.push_back(fingerprint(one));
          std::ranges::sort(body.fingerprints);
          EXPECT_EQ(fold(who, kFingerprintsKind, encode(body)), may);
          if (may) model.published[a] = {name, chosen};
          break;
        }
        case 7:
          if (random.below(6) == 0 && may) {
            cases.fold(context(rows, author(who)),
                       {{}, cases::kErased, {}, cases::encode(cases::Erased{case_of(a)})});
            state.forget_case(rows, group, case_of(a));
            model.erase(a);
          }
          break;
        default: {
          if (a == b) break;
          const bool agree = random.below(3) != 0;
          const bool takes = may && !model.erased.contains(b);
          EXPECT_EQ(fold(who, kAnswerKind, encode(Answer{case_of(a), case_of(b), agree})), takes);
          if (takes) model.answers[{a, b}] = agree;
        }
      }
    }
    expect_same(model);
    // A newcomer folds the logs anew and has the same rows but for the notes of what was refused.
    MemoryRows other;
    ASSERT_TRUE(cases.restore(other, group, cases.snapshot(rows, group)).ok());
    ASSERT_TRUE(state.restore(other, group, state.snapshot(rows, group)).ok());
    for (const Space space : {kLog.space, kKeySpace, kByFingerprintSpace, kCaseSpace, kAnswerSpace}) {
      std::map<Bytes, Bytes> here, there;
      const auto collect = [&](MemoryRows& from, std::map<Bytes, Bytes>& to) {
        from.scan(space, prefix_range(group), [&](BytesView row_key, BytesView value) {
          to[copy_of(row_key)] = copy_of(value);
          return true;
        });
      };
      collect(rows, here);
      collect(other, there);
      EXPECT_EQ(here, there) << "seed " << seed << " space " << space;
    }
  }
}

TEST_F(Doubles, BodiesReadBackAndOthersDoNot) {
  EXPECT_EQ(*decode_key(encode(KeyAnnounced{{}, key_name(3)})), (KeyAnnounced{{}, key_name(3)}));
  const FingerprintsPublished published{case_of(1), key_name(1), {fingerprint(0), fingerprint(1)}};
  EXPECT_EQ(*decode_fingerprints(encode(published)), published);
  EXPECT_FALSE(
      decode_fingerprints(encode(FingerprintsPublished{case_of(1), {}, {fingerprint(1), fingerprint(0)}}))
          .ok());
  EXPECT_FALSE(decode_answer(encode(Answer{case_of(1), case_of(1), true})).ok());
  EXPECT_FALSE(decode_answer(view_of("x")).ok());
}

}  // namespace
}  // namespace homeward::domain::doubles
