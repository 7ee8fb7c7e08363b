#include "vault/slots.h"

#include "vault/vfs_file.h"

namespace homeward::vault {
namespace {

// What box_seal binds a slot to: that it is one, and which.
Bytes slot_label(size_t slot) {
  Bytes out = copy_of(view_of("Homeward vault slot"));
  out.push_back(static_cast<uint8_t>(slot));
  return out;
}

size_t slot_at(size_t slot) { return kSaltBytes + slot * kSlotBytes; }

struct Copy {
  Bytes bytes;
  BytesView salt() const { return BytesView(bytes).first(kSaltBytes); }
  BytesView slot(size_t slot) const { return BytesView(bytes).subspan(slot_at(slot), kSlotBytes); }
};

// A slot that opened, and the copy it stands in.
struct Opened {
  size_t copy = 0;
  size_t slot = 0;
  Secret payload;
};

Result<Secret> wrapping_key(BytesView passphrase, BytesView salt, PassphraseCost cost) {
  Result<Secret> key = hash_passphrase(passphrase, salt, cost, 32);
  if (!key.ok()) return Error(VaultError::kOutOfMemory, "passphrase");
  return key;
}

Bytes seal_slot(BytesView key, size_t slot, BytesView payload, Random& random) {
  Bytes sealed = box_seal(key, slot_label(slot), payload, random);
  HW_ASSERT(sealed.size() == kSlotBytes);
  return sealed;
}

Secret encode(const Payload& payload) {
  Secret out(kPayloadBytes);
  MutableBytes bytes = out.bytes();
  bytes[0] = kFormatVersion >> 8;
  bytes[1] = kFormatVersion & 0xff;
  bytes[2] = payload.file;
  std::ranges::copy(payload.key.view(), bytes.begin() + 3);
  return out;
}

Result<Payload> decode(BytesView bytes) {
  const auto version = static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
  if (version > kFormatVersion) return Error(VaultError::kTooNew, "slot");
  if (version == 0 || bytes[2] > 1) return Error(VaultError::kDamaged, "slot");
  return Payload{bytes[2], SecretBytes<32>(bytes.subspan(3, 32))};
}

Result<std::vector<Copy>> read_copies(VfsFile& file) {
  std::vector<Copy> copies(kCopies);
  for (size_t i = 0; i < kCopies; ++i) {
    copies[i].bytes.resize(kCopyBytes);
    HW_TRY(file.read(i * kCopyBytes, copies[i].bytes));
  }
  return copies;
}

// The first copy first: after a change cut short it holds the new passphrase and the second the old one.
// Argon2id runs once, unless the copies' salts differ, which only damage can cause.
Result<Opened> open_any(const std::vector<Copy>& copies, BytesView passphrase, PassphraseCost cost) {
  Secret key;
  for (size_t i = 0; i < kCopies; ++i) {
    if (i == 0 || !equal(copies[i].salt(), copies[i - 1].salt())) {
      HW_LET(key, wrapping_key(passphrase, copies[i].salt(), cost));
    }
    for (size_t slot = 0; slot < kSlotCount; ++slot) {
      Result<Secret> payload = box_open(key.view(), slot_label(slot), copies[i].slot(slot));
      if (payload.ok() && payload->size() == kPayloadBytes) return Opened{i, slot, std::move(*payload)};
    }
  }
  return Error(VaultError::kWrongPassphrase, "slots");
}

// Brings the other copy to what opened. Only this slot: the others' owners are unknown here.
Result<> repair(VfsFile& file, const std::vector<Copy>& copies, const Opened& opened) {
  const Copy& good = copies[opened.copy];
  const size_t other = 1 - opened.copy;
  const bool same_salt = equal(copies[other].salt(), good.salt());
  if (same_salt && equal(copies[other].slot(opened.slot), good.slot(opened.slot))) return success();
  if (!same_salt) HW_TRY(file.write(other * kCopyBytes, good.salt()));
  HW_TRY(file.write(other * kCopyBytes + slot_at(opened.slot), good.slot(opened.slot)));
  return file.sync();
}

Result<VfsFile> open_existing(const VaultFiles& files) {
  HW_LET(const bool there, slots_exist(files));
  if (!there) return Error(VaultError::kNoVault, "slots");
  return VfsFile::open(files, kSlotsFile, VfsFile::Mode::kWrite);
}

}  // namespace

Result<bool> slots_exist(const VaultFiles& files) {
  HW_LET(const bool there, VfsFile::exists(files, kSlotsFile));
  if (!there) return false;
  HW_LET(VfsFile file, VfsFile::open(files, kSlotsFile, VfsFile::Mode::kRead));
  HW_LET(const uint64_t size, file.size_bytes());
  return size >= kSlotsFileBytes;
}

Result<> create_slots(const VaultFiles& files, const Payload& payload, BytesView passphrase,
                      PassphraseCost cost, Random& random) {
  Bytes copy = random.bytes(kCopyBytes);
  const size_t slot = random.bytes(1)[0] % kSlotCount;
  HW_LET(const Secret key, wrapping_key(passphrase, BytesView(copy).first(kSaltBytes), cost));
  const Secret plain = encode(payload);
  const Bytes sealed = seal_slot(key.view(), slot, plain.view(), random);
  std::ranges::copy(sealed, copy.begin() + static_cast<std::ptrdiff_t>(slot_at(slot)));
  HW_LET(VfsFile file, VfsFile::open(files, kSlotsFile, VfsFile::Mode::kCreate));
  HW_TRY(file.truncate(0));
  for (size_t i = 0; i < kCopies; ++i) {
    HW_TRY(file.write(i * kCopyBytes, copy));
    HW_TRY(file.sync());
  }
  return success();
}

Result<Payload> open_slots(const VaultFiles& files, BytesView passphrase, PassphraseCost cost) {
  HW_LET(VfsFile file, open_existing(files));
  HW_LET(const std::vector<Copy> copies, read_copies(file));
  HW_LET(const Opened opened, open_any(copies, passphrase, cost));
  HW_LET(Payload payload, decode(opened.payload.view()));
  // A repair that fails is tried again at the next unlock.
  (void)repair(file, copies, opened);
  return payload;
}

Result<> rewrap_slot(const VaultFiles& files, const Vault::Passphrases& passphrases, PassphraseCost cost,
                     Random& random) {
  HW_LET(VfsFile file, open_existing(files));
  HW_LET(const std::vector<Copy> copies, read_copies(file));
  HW_LET(const Opened opened, open_any(copies, passphrases.current, cost));
  const BytesView salt = copies[opened.copy].salt();
  HW_LET(const Secret key, wrapping_key(passphrases.next, salt, cost));
  const Bytes sealed = seal_slot(key.view(), opened.slot, opened.payload.view(), random);
  for (size_t i = 0; i < kCopies; ++i) {
    if (!equal(copies[i].salt(), salt)) HW_TRY(file.write(i * kCopyBytes, salt));
    HW_TRY(file.write(i * kCopyBytes + slot_at(opened.slot), sealed));
    HW_TRY(file.sync());
  }
  return success();
}

}  // namespace homeward::vault
