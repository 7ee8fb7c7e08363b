// The vault: everything a member keeps, in one encrypted store that moves in transactions
// (docs/formats/vault.md).
//
// On disk a vault's home is a folder of three files, `slots`, `a` and `b`, each of which looks like random
// bytes to whoever lacks a passphrase; one of `a` and `b` may be nothing but random bytes, and who looks
// cannot tell whether it is. A passphrase (Argon2id) opens one of eight slots, which names a file and holds
// the random key of its database.
//
// Guarantees: what `Transaction::commit` accepted survives a crash at any moment, and nothing of what it did
// not accept does. An erased or replaced value is overwritten in the database at once and in the log beside
// it at the next `checkpoint`. Keys and cached pages are wiped when the vault goes.
//
// All access to files goes through the sqlite3_vfs that `VaultFiles` names, so that a simulation can supply
// its own disk.
#pragma once

#include <memory>
#include <string>

#include "base/rows.h"
#include "crypto/crypto.h"

namespace homeward {

enum class VaultError : uint16_t {
  kNoVault = 1,      // nothing there, or a creation that never finished
  kExists,           // a vault is there already
  kWrongPassphrase,  // opens no slot (or the slots are damaged: the two cannot be told apart)
  kInUse,            // another program has it open
  kDamaged,          // the passphrase was right, the database is not whole
  kTooNew,           // written by a later version
  kDiskFull,         // nothing changed; reading goes on
  kIo,               // the disk refuses; nothing changed
  kOutOfMemory,      // for the passphrase (256 MiB) or a page
  kCannotOpen,       // no such folder, no permission
};
constexpr Room room_of(VaultError) { return Room::kVault; }

struct VaultFiles {
  std::string folder;  // must exist, for this user alone
  const char* vfs =
      nullptr;  // a registered sqlite3_vfs that outlives the vault; null: the operating system's
};

class Vault {
 public:
  // True if a vault was created in this folder.
  static Result<bool> exists(const VaultFiles& files);

  // Makes a new vault and opens it. `cost` must be the same at every later unlock; programs use the default,
  // tests and simulations a smaller one. A creation cut short leaves nothing that `exists`; whatever it left
  // is overwritten. Errors: kExists, kDiskFull, kIo, kInUse, kOutOfMemory, kCannotOpen.
  static Result<Vault> create(const VaultFiles& files, BytesView passphrase, PassphraseCost cost,
                              Random& random);

  // Costs one Argon2id whether or not the passphrase is right. Errors: all but kExists.
  static Result<Vault> open(const VaultFiles& files, BytesView passphrase, PassphraseCost cost);

  // Wraps the key anew: `next` opens the vault from now on, `current` no longer does. After a crash or kIo on
  // the way, the first unlock that succeeds, with either, settles which of the two it is. The database's key
  // stays: an old copy of the file `slots` with the old passphrase still opens later copies of the database.
  // Errors: kWrongPassphrase (for `current`; nothing changed), kIo, kOutOfMemory.
  struct Passphrases {
    BytesView current;
    BytesView next;
  };
  Result<> change_passphrase(const Passphrases& passphrases, PassphraseCost cost, Random& random);

  // Moves the log into the database and overwrites it, so that erased values are gone from the disk. Happens
  // by itself once the log has grown to 1 MiB, and on closing; call it when there is nothing else to do. No
  // transaction may be open. A failure loses nothing; the next one tries again.
  Result<> checkpoint();

  // Bytes of the database file.
  Result<uint64_t> size_bytes();

  Vault(Vault&&) noexcept;
  Vault& operator=(Vault&&) noexcept;
  // Locks: checkpoints if it can, wipes keys, closes. No transaction may be open.
  ~Vault();

  struct State;  // vault.cpp

 private:
  friend class Transaction;
  explicit Vault(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// One transaction (or, with `kRead`, one consistent look) at a vault; at most one at a time. The vault may
// move meanwhile but must stay alive and open.
//
//   Transaction transaction(vault);
//   machine.step(transaction, …);
//   HW_TRY(transaction.commit());   // durable from here on
//
// As `Rows` demands, nothing fails before `commit`: the first failure is remembered, everything after it does
// nothing. Keys and values are at most 2^30 bytes together.
class Transaction final : public Rows {
 public:
  enum class Access : uint8_t { kRead, kWrite };
  explicit Transaction(Vault& vault, Access access = Access::kWrite);
  ~Transaction() override;  // rolls back what was not committed
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  std::optional<Bytes> get(Space space, BytesView key) override;
  void put(Space space, BytesView key, BytesView value) override;
  void erase(Space space, BytesView key) override;
  void scan(Space space, const Range& range, const Visit& visit) override;
  void erase_range(Space space, const Range& range) override;

  // The first failure so far, if any.
  const std::optional<Error>& failure() const { return failure_; }

  // Success: everything written is on disk. Failure: nothing of it is. Either way the transaction is over.
  // Errors: kDiskFull, kIo, kDamaged, kOutOfMemory.
  Result<> commit();

 private:
  bool usable() const;
  void fail(const Error& error);

  Vault::State* state_;
  std::optional<Error> failure_;
  Access access_;
  bool over_ = false;
  int visiting_ = 0;
};

}  // namespace homeward
