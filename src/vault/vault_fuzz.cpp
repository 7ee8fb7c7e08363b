// Damaged files of a home, as whoever has write access could leave them. Nothing crashes; what opens shows
// only what was once committed.
//
// The input is a list of changes: a byte that picks a file and what to do, two bytes of a place in it, one
// byte of value.
#include <set>

#include "sim/sim_disk.h"
#include "vault/vault.h"

namespace homeward {
namespace {

constexpr PassphraseCost kCheap{.memory_bytes = 8192, .passes = 1};

struct Original {
  std::vector<std::pair<std::string, Bytes>> files;
  std::set<Bytes> once;  // key and value, joined, of everything ever committed
};

// Taken while open, so that there is a log too.
const Original& original() {
  static const Original* const kOriginal = [] {
    auto* out = new Original;
    sim::SimDisk disk;
    SeededRandom random(1);
    auto vault = Vault::create({"home", disk.vfs_name()}, view_of("x"), kCheap, random);
    HW_ASSERT(vault.ok());
    for (uint64_t i = 0; i < 40; ++i) {
      Transaction transaction(*vault);
      Bytes key;
      append_key_u64(key, i % 15);
      const Bytes value = random.bytes(i * 20);
      transaction.put(0, key, value);
      append(key, value);
      out->once.insert(key);
      HW_ASSERT(transaction.commit().ok());
      if (i == 20) HW_ASSERT(vault->checkpoint().ok());
    }
    for (const std::string& name : disk.files()) out->files.emplace_back(name, *disk.read_file(name));
    return out;
  }();
  return *kOriginal;
}

void change(Bytes& bytes, uint8_t what, size_t place, uint8_t value) {
  if (bytes.empty()) return;
  const size_t at = place % bytes.size();
  switch (what % 6) {
    case 0:
      bytes[at] ^= value;
      break;
    case 1:
      bytes.resize(at);
      break;
    case 2:
      bytes.resize(bytes.size() + value);
      break;
    case 3:
      std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(), value);
      break;
    case 4:
      bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    default:  // one page in another's place
      if (bytes.size() >= 8192) {
        const size_t pages = bytes.size() / 4096;
        std::memmove(bytes.data() + value % pages * 4096, bytes.data() + place % pages * 4096, 4096);
      }
  }
}

}  // namespace
}  // namespace homeward

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace homeward;
  sim::SimDisk disk;
  auto files = original().files;
  for (size_t at = 0; at + 4 <= size && at < 64; at += 4) {
    Bytes& bytes = files[data[at] % files.size()].second;
    change(bytes, data[at] / 8, static_cast<size_t>(data[at + 1] << 8 | data[at + 2]), data[at + 3]);
  }
  for (const auto& [name, bytes] : files) disk.write_file(name, bytes);
  auto vault = Vault::open({"home", disk.vfs_name()}, view_of("x"), kCheap);
  if (!vault.ok()) return 0;
  Transaction look(*vault);
  look.scan(0, {}, [&](BytesView key, BytesView value) {
    Bytes both = copy_of(key);
    append(both, value);
    HW_ASSERT(original().once.contains(both));
    return true;
  });
  look.put(0, view_of("k"), view_of("v"));
  (void)look.commit();
  return 0;
}
