#include "bench/group/report.h"

#include <cstdio>

namespace homeward::bench {
namespace {

constexpr double kMostDay_kb = 400, kMostSmallDay_kb = 150, kMostMonth_s = 6;
constexpr size_t kSmall = 50;

}  // namespace

void print_text(const Found& found) {
  std::printf("A group of %zu members, built in %.0f s of processor time\n", found.members,
              found.build_cpu_s);
  if (found.fifty_persons > 0)
    std::printf("  adding %zu at once: %llu commit(s), %.0f KB received by one who was there\n",
                found.fifty_persons, static_cast<unsigned long long>(found.fifty_commits), found.fifty_kb);
  std::printf("  a day: %zu messages, %zu joins, %zu removals, %llu epochs; everybody awake\n",
              found.messages, found.joins, found.removals, static_cast<unsigned long long>(found.epochs));
  std::printf(
      "    one member: received %.0f KB (most %.0f), sent %.1f KB, processor %.0f ms, vault +%.0f KB\n",
      found.median.received_kb, found.most.received_kb, found.median.sent_kb, found.median.cpu_ms,
      found.median.vault_kb);
  std::printf("    entries by size:");
  for (const auto& [size, count] : found.entries_by_size)
    std::printf("  %zu B x %llu", size, static_cast<unsigned long long>(count));
  std::printf("\n");
  if (found.later_kb > 0) std::printf("    later days: received %.0f KB a day\n", found.later_kb);
  for (const CaughtUp& one : found.caught_up)
    std::printf(
        "  away %2d days: %llu messages, %llu epochs: %.0f KB, processor %.2f s, %llu round trips, "
        "vault +%.0f KB; %.0f s at 200 ms, %.0f s at 1 s\n",
        one.days, static_cast<unsigned long long>(one.messages), static_cast<unsigned long long>(one.epochs),
        one.received_kb, one.cpu_s, static_cast<unsigned long long>(one.round_trips), one.vault_kb,
        one.seconds_at(0.2), one.seconds_at(1));
}

void print_json(const std::vector<Found>& all) {
  std::printf("[");
  for (size_t i = 0; i < all.size(); ++i) {
    const Found& found = all[i];
    std::printf(
        "%s{\"members\":%zu,\"build_cpu_s\":%.1f,\"fifty\":{\"persons\":%zu,\"commits\":%llu,\"kb\":%.1f},",
        i == 0 ? "" : ",", found.members, found.build_cpu_s, found.fifty_persons,
        static_cast<unsigned long long>(found.fifty_commits), found.fifty_kb);
    std::printf(
        "\"day\":{\"messages\":%zu,\"joins\":%zu,\"removals\":%zu,\"epochs\":%llu,\"received_kb\":%.1f,"
        "\"most_kb\":%.1f,\"sent_kb\":%.1f,\"cpu_ms\":%.1f,\"vault_kb\":%.1f,\"later_kb\":%.1f,\"entries\":{",
        found.messages, found.joins, found.removals, static_cast<unsigned long long>(found.epochs),
        found.median.received_kb, found.most.received_kb, found.median.sent_kb, found.median.cpu_ms,
        found.median.vault_kb, found.later_kb);
    bool first = true;
    for (const auto& [size, count] : found.entries_by_size) {
      std::printf("%s\"%zu\":%llu", first ? "" : ",", size, static_cast<unsigned long long>(count));
      first = false;
    }
    std::printf("}},\"away\":[");
    for (size_t j = 0; j < found.caught_up.size(); ++j) {
      const CaughtUp& one = found.caught_up[j];
      std::printf(
          "%s{\"days\":%d,\"messages\":%llu,\"epochs\":%llu,\"received_kb\":%.1f,\"cpu_s\":%.3f,"
          "\"round_trips\":%llu,\"vault_kb\":%.1f,\"s_at_200ms\":%.1f,\"s_at_1s\":%.1f}",
          j == 0 ? "" : ",", one.days, static_cast<unsigned long long>(one.messages),
          static_cast<unsigned long long>(one.epochs), one.received_kb, one.cpu_s,
          static_cast<unsigned long long>(one.round_trips), one.vault_kb, one.seconds_at(0.2),
          one.seconds_at(1));
    }
    std::printf("]}");
  }
  std::printf("]\n");
}

bool within_limits(const Found& found) {
  bool fits = true;
  const auto limit = [&](const char* what, double is, double most) {
    if (is <= most) return;
    std::fprintf(stderr, "group_bench: %s is %.1f, over %.1f\n", what, is, most);
    fits = false;
  };
  limit("a day's traffic in KB", found.median.received_kb,
        found.members <= kSmall ? kMostSmallDay_kb : kMostDay_kb);
  if (found.fifty_persons > 0)
    limit("commits for fifty at once", static_cast<double>(found.fifty_commits), 1);
  for (const CaughtUp& one : found.caught_up) limit("catching up, seconds", one.cpu_s, kMostMonth_s);
  return fits;
}

}  // namespace homeward::bench
