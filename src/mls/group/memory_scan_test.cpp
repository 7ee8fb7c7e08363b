// Secrets that are done with are nowhere in the process's memory: the heap, freed or not, the stack, static
// data. The test knows secrets by what it sees of the random numbers, of the rows and of saved commits, keeps
// only a masked half of each, and searches every writable mapping for them: after use, after errors, after
// moves. And once more as somebody else would look: in a core dump of another process that did the same.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "mls/group/rogue_for_test.h"

// What is freed stays as it was when it was freed, and is never used again: a secret that was not wiped
// cannot hide behind what came to lie in its place.
void* operator new(size_t size) {
  void* const memory = std::malloc(size);
  HW_ASSERT(memory != nullptr);
  return memory;
}
void operator delete(void*) noexcept {}
void operator delete(void*, size_t) noexcept {}

namespace homeward::mls {
namespace {

using namespace test;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kScans =
    false;  // the quarantine keeps what was freed before it could be wiped again, and slows all down
#else
constexpr bool kScans = true;
#endif

// The second half of secrets of 32 bytes.
constexpr size_t kNeedle = 16;

class Needles {
 public:
  void add(BytesView secret, const char* name) {
    if (secret.size() < 2 * kNeedle) return;
    const BytesView half = secret.subspan(kNeedle, kNeedle);
    Needle needle{{}, name};
    for (size_t i = 0; i < kNeedle; ++i) needle.masked[i] = half[i] ^ kMask;
    all_.push_back(needle);
    likely_[prefix(half.data())] = true;
  }
  size_t size() const { return all_.size(); }

  // How often any of them is found, and the name of one that is.
  struct Found {
    size_t times = 0;
    std::string names;
  };
  // Without the heap: it would take what is looked for into use again.
  Found search() const {
    static std::array<char, 1 << 17> text;
    const int maps = ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    size_t size = 0;
    for (ssize_t got = 1; got > 0; size += static_cast<size_t>(got)) {
      got = ::read(maps, text.data() + size, text.size() - 1 - size);
      HW_ASSERT(got >= 0);
    }
    ::close(maps);
    HW_ASSERT(size > 0 && size < text.size() - 1);
    text[size] = 0;
    Found out;
    for (char* line = text.data(); *line != 0;) {
      char* const end = std::strchr(line, '\n');
      HW_ASSERT(end != nullptr);
      *end = 0;
      unsigned long from = 0;
      unsigned long to = 0;
      char access[5] = {};
      const bool reads = std::sscanf(line, "%lx-%lx %4s", &from, &to, access) == 3;
      if (reads && access[0] == 'r' && access[1] == 'w' && std::strstr(line, "/dev/") == nullptr) {
        search(reinterpret_cast<const uint8_t*>(from), reinterpret_cast<const uint8_t*>(to), out);
      }
      line = end + 1;
    }
    return out;
  }
  Found search(BytesView in) const {
    Found out;
    search(in.data(), in.data() + in.size(), out);
    return out;
  }

 private:
  static constexpr uint8_t kMask = 0xa5;
  struct Needle {
    std::array<uint8_t, kNeedle> masked;
    const char* name;
  };
  static size_t prefix(const uint8_t* at) { return static_cast<size_t>(at[0]) << 8 | at[1]; }
  void search(const uint8_t* begin, const uint8_t* end, Found& out) const {
    for (const uint8_t* at = begin; at + kNeedle <= end; ++at) {
      if (!likely_[prefix(at)]) continue;
      for (const Needle& needle : all_) {
        size_t same = 0;
        while (same < kNeedle && (at[same] ^ kMask) == needle.masked[same]) ++same;
        if (same < kNeedle) continue;
        ++out.times;
        if (out.names.find(needle.name) == std::string::npos) out.names += std::string(needle.name) + "; ";
      }
    }
  }

  std::vector<Needle> all_;
  std::vector<bool> likely_ = std::vector<bool>(65536);
};

// Overwrites what calls that returned have left below this frame.
[[gnu::noinline]] void scrub_stack() {
  std::array<uint8_t, 1 << 14> below;
  wipe(below);
}

// Everything drawn is a secret: keys, seeds, path secrets. What the generator itself leaves on the stack is
// no matter of the library.
class RecordingRandom final : public Random {
 public:
  RecordingRandom(Needles& needles, uint64_t seed) : needles_(needles), source_(seed) {}
  void fill(MutableBytes out) override {
    source_.fill(out);
    scrub_stack();
    needles_.add(out, "random");
    // What is derived from it if it is where a path begins (section 7.4).
    Secret path_secret{BytesView(out)};
    for (int level = 0; level < 4 && out.size() == 32; ++level) {
      needles_.add(suite_.derive_secret(path_secret.view(), "node").view(), "node secret");
      path_secret = suite_.derive_secret(path_secret.view(), "path");
      needles_.add(path_secret.view(), "path or commit secret");
    }
  }

 private:
  const Suite& suite_ = *Suite::find(SuiteId::kX25519ChaChaSha256Ed25519);
  Needles& needles_;
  SeededRandom source_;
};

struct Person {
  KeyPair signature_key;
  NewKeyPackage made;
};

// Not a fixture's member functions by chance: nothing of a secret may lie in the test's own frames, so all of
// it is in functions that have returned when the search begins.
class Stage {
 public:
  Stage(Needles& needles, uint64_t seed) : random(needles, seed) {}

  const Suite& suite = *Suite::find(SuiteId::kX25519ChaChaSha256Ed25519);
  RecordingRandom random;

  Person person(const char* name) {
    Person out;
    out.signature_key = suite.generate_signature_key_pair(random);
    KeyPackageParams params;
    params.credential = Credential::basic(view_of(name));
    auto made = create_key_package(suite, params, out.signature_key, random);
    HW_ASSERT(made.ok());
    out.made = *std::move(made);
    return out;
  }
  Group found() {
    CreateParams params;
    params.group_id = copy_of(view_of("group"));
    params.signature_key = suite.generate_signature_key_pair(random);
    params.credential = Credential::basic(view_of("founder"));
    params.capabilities = Capabilities::ours();
    auto group = Group::create(params, random);
    HW_ASSERT(group.ok());
    return *std::move(group);
  }
  Result<Joined> join(BytesView welcome, const Person& who) {
    JoinParams params;
    params.welcome = welcome;
    params.key_package = &who.made.package;
    params.secrets = &who.made.secrets;
    return Group::join(params);
  }
};

// The secrets of an epoch, of the tree and of the ratchets, as the rows have them.
void note_rows(const Group& group, Needles& out) {
  for (const PartChange& part : group.all_parts()) {
    const BytesView value = part.value->view();
    if (part.id[0] == 'n') out.add(value, "secret tree");
    if (part.id[0] == 'r') {
      Reader in(value);
      const uint32_t generation = in.u32();
      const BytesView secret = in.opaque();
      out.add(secret, "ratchet");
      out.add(group.suite().derive_tree_secret(secret, "key", generation, 32).view(), "message key");
    }
    if (part.id[0] != 'e') continue;
    Reader in(value);
    for (int open = 0; open < 3; ++open) in.opaque();
    for (int secret = 0; secret < 8; ++secret) out.add(in.opaque(), "epoch");
    Reader tree(in.opaque());
    tree.u32();
    out.add(tree.opaque(), "leaf key");
    for (uint8_t more = tree.u8(); more > 0; --more) {
      tree.u32();
      out.add(tree.opaque(), "tree key");
    }
  }
}

void note_welcome(const Suite& suite, BytesView message, const Person& who, Needles& out) {
  const auto decoded = decode_message(message);
  const auto& welcome = std::get<Welcome>(*decoded);
  const auto plaintext =
      suite.decrypt_with_label(who.made.secrets.init_key.view(), "Welcome", welcome.encrypted_group_info,
                               welcome.secrets[0].encrypted_group_secrets);
  const auto secrets = decode_group_secrets(plaintext->view());
  out.add(secrets->joiner_secret.view(), "joiner secret");
  if (secrets->path_secret) out.add(secrets->path_secret->view(), "path secret");
}

struct TwoGroups {
  Group a;
  Group b;
};

TwoGroups two_members(Stage& stage, Needles& needles) {
  Group a = stage.found();
  note_rows(a, needles);
  const Person who = stage.person("second");
  CommitParams params;
  params.proposals = {Add{who.made.package}};
  params.force_path = true;
  auto pending = a.commit(params, stage.random);
  HW_ASSERT(pending.ok());
  const Bytes welcome = copy_of(*pending->welcome());
  note_welcome(stage.suite, welcome, who, needles);
  auto joined = stage.join(welcome, who);
  HW_ASSERT(joined.ok() && a.merge_pending(*std::move(pending)).ok());
  return {std::move(a), std::move(joined->group)};
}

void life(Needles& needles) {
  Stage stage(needles, 2);
  TwoGroups groups = two_members(stage, needles);
  note_rows(groups.a, needles);
  note_rows(groups.b, needles);
  for (int round = 0; round < 3; ++round) {
    const auto message =
        groups.a.protect({.data = view_of("words"), .despite_proposals = true}, stage.random);
    HW_ASSERT(message.ok() && groups.b.open(*message).ok());
    note_rows(groups.b, needles);
    auto pending = groups.b.commit({}, stage.random);
    HW_ASSERT(pending.ok());
    const Secret saved = pending->save();
    auto restored = groups.b.restore_pending(saved.view());
    HW_ASSERT(restored.ok() && take_commit(groups.a, restored->message()).ok());
    HW_ASSERT(groups.b.merge_pending(*std::move(restored)).ok());
    note_rows(groups.a, needles);
    note_rows(groups.b, needles);
    auto update = groups.a.propose_update({}, {}, stage.random);
    HW_ASSERT(update.ok());
    note_rows(groups.a, needles);
  }
  // Rows are read back, and groups move.
  std::vector<PartChange> rows = groups.a.all_parts();
  std::vector<Part> parts;
  for (const PartChange& row : rows) parts.push_back({row.id, row.value->view()});
  auto again = Group::restore(parts, {});
  HW_ASSERT(again.ok());
  Group moved = *std::move(again);
  Group third = std::move(moved);
  moved = std::move(groups.b);
  third = std::move(moved);
  static_cast<void>(third.export_secret("label", {}, 32));
  needles.add(third.export_secret("label", {}, 32).view(), "exported");
}

void errors(Needles& needles) {
  Stage stage(needles, 3);
  TwoGroups groups = two_members(stage, needles);
  note_rows(groups.a, needles);
  const auto message = groups.a.protect({.data = view_of("words")}, stage.random);
  Bytes broken = *message;
  broken.back() ^= 1;
  HW_ASSERT(!groups.b.open(broken).ok());
  // Commits that fail late: a key that is missing, one that is wrong, a path that does not open.
  PreSharedKeyId id;
  id.psk_id = {1};
  id.psk_nonce = Bytes(32, 1);
  CommitParams params;
  params.proposals = {PreSharedKey{id}};
  params.force_path = true;
  HW_ASSERT(!groups.a.commit(params, stage.random).ok());
  const Bytes key = stage.random.bytes(32);
  params.psks = [&](const PreSharedKeyId&) { return Secret(key); };
  auto pending = groups.a.commit(params, stage.random);
  HW_ASSERT(pending.ok());
  const auto opened = groups.b.open(pending->message());
  HW_ASSERT(opened.ok());
  for (const PskLookup& psks :
       {PskLookup{}, PskLookup([](const PreSharedKeyId&) { return Secret(Bytes(32, 9)); })}) {
    auto candidate = groups.b.check_commit(*opened);
    HW_ASSERT(candidate.ok());
    HW_ASSERT(!groups.b.complete(*std::move(candidate), psks).ok());
  }
  wipe({const_cast<uint8_t*>(key.data()), key.size()});
  // A Welcome whose tree or keys are not what they should be.
  const Person who = stage.person("third");
  CommitParams add;
  add.proposals = {Add{who.made.package}};
  add.force_path = true;
  add.tree = TreeInWelcome::kSeparate;
  const auto adding = groups.a.commit(add, stage.random);
  HW_ASSERT(adding.ok() && !stage.join(*adding->welcome(), who).ok());
  const Person stranger = stage.person("stranger");
  HW_ASSERT(!stage.join(*adding->welcome(), stranger).ok());
}

// A core dump of a process of its own that did `work` and then waits, as gdb writes it; empty where this
// machine lets nobody look at a process.
Bytes core_after(void (*work)()) {
  int ready[2];
  HW_ASSERT(::pipe(ready) == 0);
  const pid_t child = ::fork();
  HW_ASSERT(child >= 0);
  if (child == 0) {
    ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    work();
    const char done = 1;
    static_cast<void>(::write(ready[1], &done, 1));
    for (;;) ::pause();
  }
  char done = 0;
  ::close(ready[1]);
  const bool worked = ::read(ready[0], &done, 1) == 1;
  ::close(ready[0]);
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("homeward-core-" + std::to_string(child));
  Bytes core;
  if (worked && std::filesystem::create_directory(folder)) {
    const std::string pid = std::to_string(child);
    const std::string gcore = "gcore -a -o " + (folder / "core").string() + " " + pid + " >/dev/null 2>&1";
    if (std::system(gcore.c_str()) == 0 || std::system(("sudo -n " + gcore).c_str()) == 0) {
      static_cast<void>(std::system(("[ -r " + (folder / "core.").string() + pid +
                                     " ] || sudo -n chmod a+r " + (folder / "core.").string() + pid)
                                        .c_str()));
      std::ifstream file(folder / ("core." + pid), std::ios::binary);
      core.assign(std::istreambuf_iterator<char>(file), {});
    }
    std::filesystem::remove_all(folder);
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return core;
}

void life_and_errors() {
  Needles needles;
  life(needles);
  errors(needles);
}
constexpr uint64_t kCarelessSeed = 9;  // of no other test: the dump stays in this memory
void leave_one_lying() {
  Needles needles;
  RecordingRandom random(needles, kCarelessSeed);
  static const Bytes careless = random.bytes(32);
}

TEST(MemoryScan, ACoreDumpHoldsNothing) {
  if (!kScans) GTEST_SKIP() << "with AddressSanitizer freed memory is kept aside";
  const Bytes clean = core_after(&life_and_errors);
  ASSERT_FALSE(clean.empty()) << "no core dump could be made: gdb's gcore is needed";
  const Bytes careless = core_after(&leave_one_lying);
  Needles needles;
  RecordingRandom random(needles, kCarelessSeed);
  static_cast<void>(random.bytes(32));
  EXPECT_GE(needles.search(careless).times, 1u);
  life(needles);
  errors(needles);
  const Needles::Found found = needles.search(clean);
  EXPECT_EQ(found.times, 0u) << found.names;
}

TEST(MemoryScan, TheSearchFindsWhatIsThere) {
  if (!kScans) GTEST_SKIP() << "with AddressSanitizer freed memory is kept aside";
  Needles needles;
  RecordingRandom random(needles, 1);
  {
    const Secret held = random.secret(32);
    EXPECT_GE(needles.search().times, 1u);
  }
  EXPECT_EQ(needles.search().times, 0u);
  {
    const Bytes careless = random.bytes(32);
    EXPECT_GE(needles.search().times, 1u);
  }
  EXPECT_GE(needles.search().times, 1u);  // freed and never wiped: the search sees that, too
}

TEST(MemoryScan, NothingIsLeftOfALife) {
  if (!kScans) GTEST_SKIP() << "with AddressSanitizer freed memory is kept aside";
  Needles needles;
  life(needles);
  EXPECT_GT(needles.size(), 100u);
  const Needles::Found found = needles.search();
  EXPECT_EQ(found.times, 0u) << found.names;
}

TEST(MemoryScan, NothingIsLeftOfErrors) {
  if (!kScans) GTEST_SKIP() << "with AddressSanitizer freed memory is kept aside";
  Needles needles;
  errors(needles);
  EXPECT_GT(needles.size(), 40u);
  const Needles::Found found = needles.search();
  EXPECT_EQ(found.times, 0u) << found.names;
}

// While the groups live: the old epoch's secrets are gone, the new one's are there.
TEST(MemoryScan, AnEpochThatWasLeftIsGone) {
  if (!kScans) GTEST_SKIP() << "with AddressSanitizer freed memory is kept aside";
  Needles all;
  Stage stage(all, 4);
  TwoGroups groups = two_members(stage, all);
  Needles old_epoch;
  const auto note_old = [&](const Group& group) {
    for (const PartChange& part : group.all_parts()) {
      if (part.id[0] == 'n') old_epoch.add(part.value->view(), "secret tree");
      if (part.id[0] != 'e') continue;
      Reader in(part.value->view());
      for (int open = 0; open < 3; ++open) in.opaque();
      for (int secret = 0; secret < 8; ++secret) old_epoch.add(in.opaque(), "epoch");
    }
  };
  note_old(groups.a);
  note_old(groups.b);
  EXPECT_GT(old_epoch.search().times, 0u);
  auto pending = groups.a.commit({}, stage.random);
  ASSERT_TRUE(pending.ok());
  ASSERT_TRUE(take_commit(groups.b, pending->message()).ok());
  ASSERT_TRUE(groups.a.merge_pending(*std::move(pending)).ok());
  const Needles::Found found = old_epoch.search();
  EXPECT_EQ(found.times, 0u) << found.names;
  Needles new_epoch;
  note_rows(groups.a, new_epoch);
  EXPECT_GT(new_epoch.search().times, 0u);
}

}  // namespace
}  // namespace homeward::mls
