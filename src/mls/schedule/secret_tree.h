// The secret tree and the sender ratchets of one epoch (RFC 9420, section 9).
//
// Only what is not consumed yet is held: at first the root alone; a sender's first message consumes the
// secrets on her path and leaves those beside it. A reader asks in two steps: `prepare` answers a key and
// changes nothing, `consume` uses it up, once the message proved true. So a forged message costs work but no
// keys (section 9.2: what was used to decrypt successfully is deleted at once).
//
// The state is a set of small rows, a secret or a ratchet each; the tree remembers which rows changed, so
// that a message writes a few hundred bytes whatever the size of the group.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "mls/schedule/key_schedule.h"
#include "mls/types.h"

namespace homeward::mls {

enum class RatchetType : uint8_t { kHandshake = 0, kApplication = 1 };

// How far a message may be ahead of the ratchet it needs. Not part of the saved state.
struct RatchetLimits {
  uint32_t max_forward = 10'000;  // a generation further ahead than this is refused: kGenerationTooFar
  uint32_t max_skipped = 0;  // keys kept per ratchet for messages that come out of order; 0: generations must
                             // strictly increase, and the keys of skipped ones are dropped at once
};

class SecretTree {
 public:
  // For a tree of `leaf_count` leaves, a power of two.
  SecretTree(const Suite& suite, uint32_t leaf_count, Secret encryption_secret);

  // The next unused key of a leaf's ratchet, for sending; uses it up. Error kGenerationTooFar after 2^32 − 1.
  struct Next {
    AeadKey key;
    uint32_t generation = 0;
  };
  Result<Next> next(LeafIndex leaf, RatchetType type);
  // The generation that `next` would use.
  uint32_t next_generation(LeafIndex leaf, RatchetType type) const;

  struct Ratchet {
    Secret secret;
    uint32_t next_generation = 0;
    std::map<uint32_t, AeadKey> skipped;
  };
  // A key for reading and what `consume` will change. Belongs to the state it came from.
  class Prepared {
   public:
    const AeadKey& key() const { return key_; }

   private:
    friend class SecretTree;
    AeadKey key_;
    LeafIndex leaf_{};
    RatchetType type_{};
    uint32_t generation_ = 0;
    bool from_skipped_ = false;
    uint32_t consumed_ancestor_ = 0;                           // if the leaf had no ratchets yet
    std::vector<std::pair<uint32_t, Secret>> nodes_;           // secrets beside the path
    std::optional<std::pair<Ratchet, Ratchet>> new_ratchets_;  // handshake, application
    Secret ratchet_secret_;                                    // of generation_ + 1
    std::vector<std::pair<uint32_t, AeadKey>> newly_skipped_;
  };
  // Errors: kUnknownSender (no such leaf), kGenerationUsed, kGenerationTooFar.
  Result<Prepared> prepare(LeafIndex leaf, RatchetType type, uint32_t generation,
                           const RatchetLimits& limits) const;
  void consume(Prepared prepared, const RatchetLimits& limits);

  bool is_used(LeafIndex leaf, RatchetType type, uint32_t generation) const;

  // --- Rows ---
  struct Row {
    enum class Kind : uint8_t { kNode = 'n', kRatchet = 'r' };
    Kind kind = Kind::kNode;
    uint32_t index = 0;                          // node index, or leaf index
    RatchetType type = RatchetType::kHandshake;  // of a ratchet
    auto operator<=>(const Row&) const = default;
  };
  std::set<Row> take_changes();                       // since the last call; all rows the first time
  std::set<Row> rows() const;                         // all there are now
  std::optional<Secret> value(const Row& row) const;  // nothing: it is gone
  // Rebuilds a tree from rows.
  static SecretTree empty(const Suite& suite, uint32_t leaf_count);
  Result<> put(const Row& row, BytesView value);

 private:
  SecretTree(const Suite& suite, uint32_t leaf_count) : suite_(&suite), leaf_count_(leaf_count) {}
  struct Derived {
    uint32_t ancestor = 0;
    std::vector<std::pair<uint32_t, Secret>> nodes;
    Ratchet handshake;
    Ratchet application;
  };
  Result<Derived> derive_leaf(LeafIndex leaf) const;
  void install(LeafIndex leaf, uint32_t ancestor, std::vector<std::pair<uint32_t, Secret>> nodes,
               Ratchet handshake, Ratchet application);
  AeadKey key_of(const Secret& ratchet_secret, uint32_t generation) const;
  void advance(Secret& ratchet_secret, uint32_t generation) const;
  static Row row_of(LeafIndex leaf, RatchetType type);

  const Suite* suite_;
  uint32_t leaf_count_;
  std::map<uint32_t, Secret> nodes_;
  std::map<std::pair<uint32_t, RatchetType>, Ratchet> ratchets_;
  std::set<Row> changed_;
};

// Key and nonce that protect the sender data of a message with this ciphertext (section 6.3.2).
AeadKey sender_data_key(const Suite& suite, BytesView sender_data_secret, BytesView ciphertext);

}  // namespace homeward::mls
