// What a core file of a locked program would show.
#include <cstdio>
#include <fstream>
#include <string>

#include "vault/slots.h"
#include "vault/test_support.h"

namespace homeward {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kMayReadAllMemory = false;
#else
constexpr bool kMayReadAllMemory = true;
#endif

constexpr uint8_t kMask = 0x5a;  // so that the search does not find what it searches for

Bytes masked(BytesView bytes) {
  Bytes out;
  for (const uint8_t byte : bytes) out.push_back(byte ^ kMask);
  return out;
}

// Where in this process's writable memory the bytes stand.
int count_in_memory(const Bytes& masked_bytes) {
  int hits = 0;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    uintptr_t from = 0, until = 0;
    char rights[8] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &from, &until, rights) != 3) continue;
    if (std::string_view(rights).substr(0, 2) != "rw") continue;
    const uint8_t* memory = reinterpret_cast<const uint8_t*>(from);
    for (size_t at = 0; at + masked_bytes.size() <= until - from; ++at) {
      size_t same = 0;
      while (same < masked_bytes.size() && (memory[at + same] ^ kMask) == masked_bytes[same]) ++same;
      if (same == masked_bytes.size()) ++hits;
    }
  }
  return hits;
}

TEST_F(VaultTest, KeysAndRowsAreGoneFromMemoryWhenLocked) {
  if (!kMayReadAllMemory) GTEST_SKIP() << "reads memory it does not own";
  Bytes row = random_.bytes(32);
  const Bytes masked_row = masked(row);
  Bytes masked_key;
  {
    Vault vault = create();
    Transaction transaction(vault);
    transaction.put(0, view_of("k"), row);
    ASSERT_TRUE(transaction.commit().ok());
    masked_key = masked(vault::open_slots(files(), view_of(kPassphrase), kCheap)->key.view());
    EXPECT_GT(count_in_memory(masked_key), 0);
    EXPECT_GT(count_in_memory(masked_row), 0);
  }
  wipe(row);
  EXPECT_EQ(count_in_memory(masked_key), 0);
  EXPECT_EQ(count_in_memory(masked_row), 0);
}

}  // namespace
}  // namespace homeward
