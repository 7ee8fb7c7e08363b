// What a relay holds of a group looks like chance and comes in the padded sizes only: a group does what
// groups do, and everything that reached its relay is counted.
#include <cmath>

#include "client/test_clients.h"

namespace homeward::client {
namespace {

// Chi-squared of the values of bytes, in standard deviations from what chance has (255, whose deviation is
// the root of 510).
double deviation_of_bytes(const std::vector<Bytes>& all) {
  std::array<double, 256> count{};
  double total = 0;
  for (const Bytes& each : all) {
    for (const uint8_t byte : each) ++count[byte];
    total += static_cast<double>(each.size());
  }
  double chi_squared = 0;
  for (const double each : count) chi_squared += (each - total / 256) * (each - total / 256) / (total / 256);
  return std::abs(chi_squared - 255) / std::sqrt(510);
}

// The bit among the first `places` bytes that is most often the same, in standard deviations from half of the
// time: a head that all have in common, a counter or a length shows here.
double deviation_of_bits(const std::vector<Bytes>& all, size_t places) {
  double worst = 0;
  for (size_t bit = 0; bit < places * 8; ++bit) {
    double set = 0;
    for (const Bytes& each : all) set += (each[bit / 8] >> (bit % 8)) & 1;
    const double half = static_cast<double>(all.size()) / 2;
    worst = std::max(worst, std::abs(set - half) / std::sqrt(half / 2));
  }
  return worst;
}

// Among thousands of numbers chance goes this far once in many millions of runs.
constexpr double kChance = 6.5;

class EntriesLookRandom : public ClientTest {
 protected:
  void live() {
    Person& anna = person("Анна");
    Person& bella = person("Белла");
    Person& clara = person("Клара");
    const auto group = found(anna);
    bring_in(anna, group, bella);
    bring_in(anna, group, clara, &bella);
    for (int i = 0; i < 200; ++i) {
      Person& author = people_[static_cast<size_t>(i) % people_.size()];
      // The same words over and over, of every length.
      const std::string text(static_cast<size_t>(1 + i * 17 % 3'000), 'a');
      ASSERT_TRUE(author.client->say(group, {text}, now_).ok());
      settle();
    }
    for (const auto& [id, entries] : queues_) {
      ids_.push_back(copy_of(id.view()));
      entries_.insert(entries_.end(), entries.begin(), entries.end());
    }
  }
  std::vector<Bytes> ids_, entries_;
};

TEST_F(EntriesLookRandom, InAllThatAGroupSends) {
  live();
  ASSERT_GT(entries_.size(), 200u);
  std::set<size_t> sizes;
  for (const Bytes& entry : entries_) {
    EXPECT_TRUE(wire::is_entry_size(entry.size())) << entry.size();
    sizes.insert(entry.size());
  }
  EXPECT_GE(sizes.size(), 3u) << "too little variety to say anything";
  EXPECT_LT(deviation_of_bytes(entries_), kChance);
  EXPECT_LT(deviation_of_bits(entries_, wire::kSmallestEntry), kChance);
  EXPECT_LT(deviation_of_bytes(ids_), kChance);
}

TEST_F(EntriesLookRandom, AndTheCheckBites) {
  live();
  std::vector<Bytes> with_head = entries_, with_text = entries_;
  for (Bytes& entry : with_head) entry[5] &= 0xFE;
  EXPECT_GT(deviation_of_bits(with_head, wire::kSmallestEntry), kChance);
  for (Bytes& entry : with_text) std::fill_n(entry.begin() + 40, 16, uint8_t{'a'});
  EXPECT_GT(deviation_of_bytes(with_text), kChance);
}

}  // namespace
}  // namespace homeward::client
