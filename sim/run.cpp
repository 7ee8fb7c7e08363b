// sim/run --seeds A..B [--canary swap|forget|fold|crown|one|porch|sneak|oust] [--trace] [--once]: runs
// worlds, prints the first seed that fails with its trace, and ends with 1 then.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "sim/world.h"

using namespace homeward::sim;

namespace {

int usage() {
  std::fprintf(stderr,
               "run --seeds A..B [--canary swap|forget|fold|crown|one|porch|sneak|oust] [--trace] [--once] "
               "[--go-on]\n");
  return 2;
}

void print(const Statistics& all, uint64_t seeds, double seconds) {
  std::printf(
      "%llu seeds in %.1f s (%.1f ms a seed): %llu events, %llu posts, %llu taken in, %llu epochs, %llu "
      "joins, "
      "%llu removals, %llu leaves, %llu crashes, %llu of the relay, %llu cuts, %llu doubled, %llu full "
      "disks, %llu jumps, "
      "%llu old copies, %llu changes of rules, %llu touches, %llu groups expired, %llu acts of families, "
      "%llu asked further in, %llu came in, "
      "%llu devices asked, %llu taken out, %llu fell out, "
      "%llu commits of rubbish, %llu groups begun anew, %llu months, %llu files sent, %llu read\n",
      static_cast<unsigned long long>(seeds), seconds, seconds * 1000 / static_cast<double>(seeds),
      static_cast<unsigned long long>(all.events), static_cast<unsigned long long>(all.posts),
      static_cast<unsigned long long>(all.taken_in), static_cast<unsigned long long>(all.epochs),
      static_cast<unsigned long long>(all.joins), static_cast<unsigned long long>(all.removals),
      static_cast<unsigned long long>(all.leaves), static_cast<unsigned long long>(all.crashes),
      static_cast<unsigned long long>(all.relay_crashes), static_cast<unsigned long long>(all.cuts),
      static_cast<unsigned long long>(all.doubled), static_cast<unsigned long long>(all.full_disks),
      static_cast<unsigned long long>(all.jumps), static_cast<unsigned long long>(all.old_copies),
      static_cast<unsigned long long>(all.changes), static_cast<unsigned long long>(all.touches),
      static_cast<unsigned long long>(all.expired), static_cast<unsigned long long>(all.family_acts),
      static_cast<unsigned long long>(all.notes), static_cast<unsigned long long>(all.brought_in),
      static_cast<unsigned long long>(all.devices), static_cast<unsigned long long>(all.devices_lost),
      static_cast<unsigned long long>(all.fell_out), static_cast<unsigned long long>(all.rubbish),
      static_cast<unsigned long long>(all.anew), static_cast<unsigned long long>(all.months),
      static_cast<unsigned long long>(all.files), static_cast<unsigned long long>(all.files_read));
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  unsigned long long first = 1, last = 200;
  bool once = false, go_on = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view name = arguments[i];
    const char* value = i + 1 < count ? arguments[i + 1] : "";
    if (name == "--seeds") {
      const int read = std::sscanf(value, "%llu..%llu", &first, &last);
      if (read == 1) last = first;
      if (read < 1 || last < first) return usage();
      ++i;
    } else if (name == "--canary") {
      options.canary = std::strcmp(value, "swap") == 0     ? Canary::kSwapsEntries
                       : std::strcmp(value, "forget") == 0 ? Canary::kForgetsEntries
                       : std::strcmp(value, "crown") == 0  ? Canary::kCrownsOne
                       : std::strcmp(value, "one") == 0    ? Canary::kObeysOne
                       : std::strcmp(value, "porch") == 0  ? Canary::kTellsPorch
                       : std::strcmp(value, "sneak") == 0  ? Canary::kSneaksDevice
                       : std::strcmp(value, "oust") == 0   ? Canary::kOusts
                                                           : Canary::kBreaksFold;
      ++i;
    } else if (name == "--trace") {
      options.keeps_trace = options.verbose = true;
    } else if (name == "--once") {
      once = true;
    } else if (name == "--go-on") {
      go_on = true;
    } else {
      return usage();
    }
  }
  Statistics all;
  uint64_t failures = 0;
  const auto started = std::chrono::steady_clock::now();
  for (options.seed = first; options.seed <= last; ++options.seed) {
    const Outcome outcome = once ? run(options) : run_twice(options);
    all.add(outcome.statistics);
    if (outcome.failure.empty()) continue;
    ++failures;
    std::printf("%s\n", outcome.failure.c_str());
    if (go_on) continue;
    options.keeps_trace = true;
    for (const std::string& line : run(options).lines) std::printf("  %s\n", line.c_str());
    return 1;
  }
  print(all, last - first + 1,
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
  if (failures != 0) std::printf("%llu failed\n", static_cast<unsigned long long>(failures));
  return failures == 0 ? 0 : 1;
}
