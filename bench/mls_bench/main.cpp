// mls_bench [--members N,…] [--json]: what MLS costs here, against the floor that its primitives set.
//
// In one run it measures the primitives of suite 0x0003, computes each operation's floor by counting them
// (the formulas are printed), measures the operations at every N, and prints time, floor and ratio. Times are
// the process's CPU time, the best of several runs, so that a busy machine disturbs little.
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/mls_bench/warm_group.h"

namespace homeward::mls::bench {
namespace {

double now_us() {
  timespec at{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
  return static_cast<double>(at.tv_sec) * 1e6 + static_cast<double>(at.tv_nsec) / 1e3;
}

// The best of `rounds` times.
template <class Work>
double best_us(int rounds, Work&& work) {
  double best = 1e300;
  for (int i = 0; i < rounds; ++i) {
    const double begin = now_us();
    work();
    best = std::min(best, now_us() - begin);
  }
  return best;
}

struct Primitives {
  double K, DH, S, V, seal, open, derive, hmac, aead;
};

// Verifying takes a time that depends on its input, and one input over and over teaches the processor its
// branches: many keys and texts, each once a round.
double verify_us(const Suite& suite, Random& random) {
  struct Signed {
    Bytes key, text, signature;
  };
  std::vector<Signed> all;
  for (int i = 0; i < 100; ++i) {
    const KeyPair key = suite.generate_signature_key_pair(random);
    Bytes text = random.bytes(100);
    Bytes signature = *suite.sign(key.private_key.view(), text);
    all.push_back({key.public_key, std::move(text), std::move(signature)});
  }
  return best_us(5,
                 [&] {
                   for (const Signed& one : all)
                     static_cast<void>(suite.verify(one.key, one.text, one.signature).ok());
                 }) /
         100;
}

// A GroupInfo with the tree in it: signed, encrypted, and hashed once for HPKE.
double group_info_us(const Suite& suite, size_t size_bytes, Random& random) {
  const Bytes info = random.bytes(size_bytes);
  const Bytes key = random.bytes(32);
  const KeyPair signer = suite.generate_signature_key_pair(random);
  return best_us(5, [&] {
    static_cast<void>(suite.sign(signer.private_key.view(), info).ok());
    suite.aead_seal(key, BytesView(key).first(12), {}, info);
    suite.hash(info);
  });
}

Primitives measure_primitives(const Suite& suite, Random& random) {
  constexpr int kRounds = 200;
  Primitives p{};
  const KeyPair hpke = suite.generate_hpke_key_pair(random);
  const KeyPair signature = suite.generate_signature_key_pair(random);
  const Bytes text = random.bytes(100);
  const Bytes key = random.bytes(32);
  const Bytes signed_text = *suite.sign(signature.private_key.view(), text);
  p.K = best_us(kRounds, [&] { suite.generate_hpke_key_pair(random); });
  p.S = best_us(kRounds, [&] { static_cast<void>(suite.sign(signature.private_key.view(), text).ok()); });
  p.V = verify_us(suite, random);
  const HpkeCiphertext sealed = *suite.hpke_seal(hpke.public_key, {}, {}, key, random);
  p.seal = best_us(kRounds,
                   [&] { static_cast<void>(suite.hpke_seal(hpke.public_key, {}, {}, key, random).ok()); });
  p.open = best_us(kRounds,
                   [&] { static_cast<void>(suite.hpke_open(hpke.private_key.view(), sealed, {}, {}).ok()); });
  p.DH = p.seal - p.K;
  p.derive = best_us(kRounds, [&] { static_cast<void>(suite.derive_key_pair(key).ok()); });
  p.hmac = best_us(kRounds, [&] { suite.hmac(key, key); });
  const Bytes nonce(12);
  p.aead = best_us(kRounds, [&] { suite.aead_seal(key, nonce, {}, text); });
  return p;
}

struct Operation {
  const char* name;
  const char* formula;
  size_t members;
  double time_us;
  double floor_us;
};

// The epoch's secrets: joiner, member, welcome, epoch and the nine below, with both transcript hashes and the
// tag.
double schedule_floor(const Primitives& p) { return 18 * p.hmac; }

class Bench {
 public:
  Bench() : suite_(*Suite::find(SuiteId::kX25519ChaChaSha256Ed25519)), random_(1) {
    primitives_ = measure_primitives(suite_, random_);
  }

  void run(size_t members) {
    const Primitives& p = primitives_;
    const auto n = static_cast<double>(members);
    double depth = 0;
    while ((size_t{1} << static_cast<unsigned>(depth)) < members) ++depth;

    note("key_package", "2K+2S", members, 2 * p.K + 2 * p.S,
         best_us(20, [&] { new_member(suite_, random_); }));
    WarmGroup world(suite_, random_, members);
    note("create_and_add", "(N-1)(2V+seal)+2S", members, (n - 1) * (2 * p.V + p.seal) + 2 * p.S,
         best_us(members > 200 ? 1 : 5, [&] { world.create_and_add(); }));
    note("join", "(N+1)V+open+0.4N", members, (n + 1) * p.V + p.open + 0.4 * n,
         best_us(members > 200 ? 2 : 5, [&] { world.join_last(); }));
    world.warm();
    const double path_make = (depth + 1) * p.derive + depth * p.seal;
    note("commit", "(d+1)derive+d.seal+2S+schedule", members, path_make + 2 * p.S + schedule_floor(p),
         best_us(9, [&] { world.commit({}); }));
    const double path_take = p.open + p.derive;
    note("process_commit", "2V+open+derive+schedule", members, 2 * p.V + path_take + schedule_floor(p),
         best_us(
             5,
             [&] {
               world.prepare_other_commit({});
               world.timed([&] { world.process(); });
             },
             world));
    const std::vector<Proposal> add{Add{world.stranger().package}};
    note("add_create", "2V+seal+S+GroupInfo", members,
         2 * p.V + p.seal + p.S + group_info_us(suite_, world.tree_bytes(), random_) + schedule_floor(p),
         best_us(9, [&] { world.commit(add); }));
    note("add_process", "3V+schedule", members, 3 * p.V + schedule_floor(p),
         best_us(
             5,
             [&] {
               world.prepare_other_commit(add);
               world.timed([&] { world.process(); });
             },
             world));
    const std::vector<Proposal> remove{Remove{LeafIndex{static_cast<uint32_t>(members - 2)}}};
    const double more_seals = depth * p.seal;  // the blanked path's resolution
    note("remove_create", "(d+1)derive+2d.seal+2S+schedule", members,
         path_make + more_seals + 2 * p.S + schedule_floor(p), best_us(9, [&] { world.commit(remove); }));
    note("remove_process", "2V+open+derive+schedule", members, 2 * p.V + path_take + schedule_floor(p),
         best_us(
             5,
             [&] {
               world.prepare_other_commit(remove);
               world.timed([&] { world.process(); });
             },
             world));
    note("protect", "S+5hmac+2aead", members, p.S + 5 * p.hmac + 2 * p.aead,
         best_us(50, [&] { world.protect(); }));
    note("unprotect", "V+5hmac+2aead", members, p.V + 5 * p.hmac + 2 * p.aead,
         best_us(
             50,
             [&] {
               world.prepare_message();
               world.timed([&] { world.unprotect(); });
             },
             world));
  }

  void print_text() const {
    const Primitives& p = primitives_;
    std::printf(
        "primitives, us: K %.1f  DH %.1f  S %.1f  V %.1f  seal %.1f  open %.1f  derive %.1f  hmac %.2f  aead "
        "%.2f\n",
        p.K, p.DH, p.S, p.V, p.seal, p.open, p.derive, p.hmac, p.aead);
    std::printf("%-16s %8s %14s %14s %7s  %s\n", "operation", "members", "time us", "floor us", "ratio",
                "floor");
    for (const Operation& o : operations_) {
      std::printf("%-16s %8zu %14.1f %14.1f %7.2f  %s\n", o.name, o.members, o.time_us, o.floor_us,
                  o.time_us / o.floor_us, o.formula);
    }
  }

  void print_json() const {
    const Primitives& p = primitives_;
    std::printf(
        "{\"machine\":\"%s\",\"primitives_us\":{\"K\":%.2f,\"DH\":%.2f,\"S\":%.2f,\"V\":%.2f,\"seal\":%.2f,"
        "\"open\":%.2f,\"derive\":%.2f,\"hmac\":%.3f,\"aead\":%.3f},\"operations\":[",
        machine().c_str(), p.K, p.DH, p.S, p.V, p.seal, p.open, p.derive, p.hmac, p.aead);
    const char* between = "";
    for (const Operation& o : operations_) {
      std::printf("%s{\"name\":\"%s\",\"members\":%zu,\"time_us\":%.2f,\"floor_us\":%.2f,\"ratio\":%.3f}",
                  between, o.name, o.members, o.time_us, o.floor_us, o.time_us / o.floor_us);
      between = ",";
    }
    std::printf("]}\n");
  }

 private:
  void note(const char* name, const char* formula, size_t members, double floor_us, double time_us) {
    operations_.push_back({name, formula, members, time_us, floor_us});
  }

  // For work that prepares before it measures: the world times the part that counts.
  template <class Work>
  static double best_us(int rounds, Work&& work, WarmGroup& world) {
    world.clock = now_us;
    double best = 1e300;
    for (int i = 0; i < rounds; ++i) {
      work();
      best = std::min(best, world.last_us);
    }
    return best;
  }
  template <class Work>
  static double best_us(int rounds, Work&& work) {
    return bench::best_us(rounds, work);
  }

  static std::string machine() {
    std::string name = "unknown";
    if (FILE* file = std::fopen("/proc/cpuinfo", "r")) {
      char line[256];
      while (std::fgets(line, sizeof line, file) != nullptr) {
        const std::string_view text(line);
        if (!text.starts_with("model name")) continue;
        name = text.substr(text.find(':') + 2);
        std::erase_if(name, [](char c) { return c == '\n' || c == '"' || c == '\\'; });
        break;
      }
      std::fclose(file);
    }
    return name;
  }

  const Suite& suite_;
  SeededRandom random_;
  Primitives primitives_{};
  std::vector<Operation> operations_;
};

std::vector<size_t> parse_members(const char* text) {
  std::vector<size_t> out;
  while (*text != 0) {
    char* end = nullptr;
    out.push_back(std::strtoul(text, &end, 10));
    if (end == text || out.back() < 4) return {};
    text = *end == ',' ? end + 1 : end;
  }
  return out;
}

}  // namespace
}  // namespace homeward::mls::bench

int main(int argc, char** argv) {
  using namespace homeward::mls::bench;
  std::vector<size_t> members{10, 100, 1'000};
  bool json = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument(argv[i]);
    if (argument == "--json") {
      json = true;
    } else if (argument == "--members" && i + 1 < argc) {
      members = parse_members(argv[++i]);
    } else {
      members.clear();
    }
  }
  if (members.empty()) {
    std::fprintf(stderr, "usage: mls_bench [--members N,...] [--json]    (each N at least 4)\n");
    return 2;
  }
  Bench bench;
  for (const size_t n : members) bench.run(n);
  json ? bench.print_json() : bench.print_text();
  return 0;
}
