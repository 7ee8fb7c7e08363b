#include "vault/slots.h"

#include "vault/test_support.h"

namespace homeward::vault {
namespace {

class SlotsTest : public VaultTest {
 protected:
  Payload payload() { return {1, SecretBytes<32>(random_.bytes(32))}; }
  Result<Payload> open_with(std::string_view passphrase) {
    return open_slots(files(), view_of(passphrase), kCheap);
  }
};

TEST_F(SlotsTest, HoldThePayload) {
  const Payload made = payload();
  ASSERT_TRUE(create_slots(files(), made, view_of("x"), kCheap, random_).ok());
  EXPECT_EQ(file(kSlotsFile).size(), kSlotsFileBytes);
  const auto found = open_with("x");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->file, 1);
  EXPECT_TRUE(found->key == made.key);
}

TEST_F(SlotsTest, EitherCopyIsEnoughAndTheOtherIsRepaired) {
  ASSERT_TRUE(create_slots(files(), payload(), view_of("x"), kCheap, random_).ok());
  const Bytes whole = file(kSlotsFile);
  for (size_t copy = 0; copy < kCopies; ++copy) {
    Bytes broken = whole;
    for (size_t i = 0; i < kSaltBytes + kSlotCount * kSlotBytes; ++i) broken[copy * kCopyBytes + i] ^= 0x5a;
    disk_.write_file("home/slots", broken);
    ASSERT_TRUE(open_with("x").ok()) << copy;
    // Now the other one may go.
    Bytes repaired = file(kSlotsFile);
    for (size_t i = 0; i < kCopyBytes; ++i) repaired[(1 - copy) * kCopyBytes + i] ^= 0x5a;
    disk_.write_file("home/slots", repaired);
    EXPECT_TRUE(open_with("x").ok()) << copy;
  }
}

TEST_F(SlotsTest, ShortFileIsNoVault) {
  ASSERT_TRUE(create_slots(files(), payload(), view_of("x"), kCheap, random_).ok());
  Bytes bytes = file(kSlotsFile);
  bytes.pop_back();
  disk_.write_file("home/slots", bytes);
  EXPECT_TRUE(open_with("x").error().is(VaultError::kNoVault));
}

// A second passphrase in another slot opens its own payload, and changing one leaves the other.
TEST_F(SlotsTest, TwoPassphrasesLiveSideBySide) {
  ASSERT_TRUE(create_slots(files(), payload(), view_of("x"), kCheap, random_).ok());
  Bytes bytes = file(kSlotsFile);
  const BytesView salt = BytesView(bytes).first(kSaltBytes);
  const auto key = hash_passphrase(view_of("y"), salt, kCheap, 32);
  Bytes plain(kPayloadBytes);
  plain[1] = kFormatVersion;
  // A slot that is not the first one's: found by trying.
  for (uint8_t slot = 0; slot < kSlotCount; ++slot) {
    Bytes label = copy_of(view_of("Homeward vault slot"));
    label.push_back(slot);
    const Bytes sealed = box_seal(key->view(), label, plain, random_);
    Bytes with = bytes;
    for (size_t copy = 0; copy < kCopies; ++copy) {
      std::ranges::copy(sealed, with.begin() + static_cast<std::ptrdiff_t>(copy * kCopyBytes + kSaltBytes +
                                                                           slot * kSlotBytes));
    }
    disk_.write_file("home/slots", with);
    if (open_with("x").ok()) break;
  }
  EXPECT_EQ(open_with("x")->file, 1);
  EXPECT_EQ(open_with("y")->file, 0);
  ASSERT_TRUE(rewrap_slot(files(), {view_of("y"), view_of("z")}, kCheap, random_).ok());
  EXPECT_EQ(open_with("x")->file, 1);
  EXPECT_EQ(open_with("z")->file, 0);
  EXPECT_TRUE(open_with("y").error().is(VaultError::kWrongPassphrase));
}

TEST_F(SlotsTest, LaterVersionsAreTooNew) {
  ASSERT_TRUE(create_slots(files(), payload(), view_of("x"), kCheap, random_).ok());
  Bytes bytes = file(kSlotsFile);
  const auto key = hash_passphrase(view_of("x"), BytesView(bytes).first(kSaltBytes), kCheap, 32);
  Bytes plain(kPayloadBytes);
  plain[1] = kFormatVersion + 1;
  for (uint8_t slot = 0; slot < kSlotCount; ++slot) {
    Bytes label = copy_of(view_of("Homeward vault slot"));
    label.push_back(slot);
    const Bytes sealed = box_seal(key->view(), label, plain, random_);
    std::ranges::copy(sealed, bytes.begin() + static_cast<std::ptrdiff_t>(kSaltBytes + slot * kSlotBytes));
  }
  disk_.write_file("home/slots", bytes);
  EXPECT_TRUE(open_with("x").error().is(VaultError::kTooNew));
}

}  // namespace
}  // namespace homeward::vault
