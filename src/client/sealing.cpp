#include "client/sealing.h"

#include <set>

#include "client/devices.h"
#include "client/features.h"
#include "client/sealing_envelope.h"
#include "crypto/crypto.h"
#include "domain/sealing/sealing.h"

namespace homeward::client {
namespace {

namespace keys = domain::sealing;

constexpr size_t kSmallestPadded = 128;
constexpr size_t kPaddingStep = 4096;
constexpr size_t kKeyBytes = 32;

const Suite& suite() {
  const Suite* found = Suite::find(SuiteId::kX25519ChaChaSha256Ed25519);
  HW_ASSERT(found != nullptr);
  return *found;
}

SealingKeyId id_of(const keys::PublicKey& key) {
  return SealingKeyId::from(sha256(key).view().first(SealingKeyId::kSize));
}

// --- The private keys of this device ---

struct PrivateKey {
  uint32_t number = 0;
  Instant made;
  keys::PublicKey public_key;
  Secret private_key;
};

Bytes private_prefix(const group::GroupId& group, const group::PersonId& person) {
  Bytes key = copy_of(group);
  append(key, person);
  return key;
}

Bytes private_row(const group::GroupId& group, const group::PersonId& person, uint32_t number) {
  Writer key;
  key.raw(group).raw(person).u32(number);
  return key.take();
}

std::optional<PrivateKey> decode_private(BytesView key, BytesView value) {
  Reader number(key.last(4));
  Reader in(value);
  PrivateKey out;
  out.number = number.u32();
  out.made.ms = static_cast<int64_t>(in.u64());
  out.public_key = in.fixed<keys::PublicKey>();
  out.private_key = Secret(in.opaque(256));
  if (!in.finish().ok()) return std::nullopt;
  return out;
}

void put_private(Rows& rows, const group::GroupId& group, const group::PersonId& person,
                 const PrivateKey& key) {
  Writer out;
  out.reserve(128);
  out.u64(static_cast<uint64_t>(key.made.ms)).raw(key.public_key).opaque(key.private_key.view());
  rows.put(kSealingKeySpace, private_row(group, person, key.number), out.view());
  out.wipe_all();
}

// Newest first.
std::vector<PrivateKey> private_keys(Rows& rows, const group::GroupId& group, const group::PersonId& person,
                                     size_t limit) {
  std::vector<PrivateKey> out;
  Rows::Range range = prefix_range(private_prefix(group, person));
  range.backwards = true;
  range.limit = limit;
  rows.scan(kSealingKeySpace, range, [&](BytesView key, BytesView value) {
    if (std::optional<PrivateKey> one = decode_private(key, value)) out.push_back(std::move(*one));
    return true;
  });
  return out;
}

std::vector<PrivateKey> private_keys(Rows& rows, const group::Group& group, size_t limit = SIZE_MAX) {
  return private_keys(rows, group.id(), group.me(), limit);
}

// The key to seal to a person: the newest announced; this person's own also before the group has it.
std::optional<keys::PublicKey> current_key(Rows& rows, const group::Group& group,
                                           const group::PersonId& person) {
  if (const auto announced = keys::key_of(rows, key_of(group.id()), domain::Author::from(person)))
    return announced->key;
  if (person != group.me()) return std::nullopt;
  const std::vector<PrivateKey> mine = private_keys(rows, group, 1);
  if (mine.empty()) return std::nullopt;
  return mine.front().public_key;
}

Bytes bound_info(const group::GroupId& group, const SealedFor& bound) {
  Writer out;
  out.text("homeward sealed 1").text(bound.purpose).raw(group).raw(bound.author).opaque(bound.about);
  return out.take();
}

Secret padded(BytesView plaintext) {
  const size_t whole = plaintext.size() + 4;
  size_t size = kSmallestPadded;
  while (size < whole && size < kPaddingStep) size *= 2;
  if (size < whole) size = (whole + kPaddingStep - 1) / kPaddingStep * kPaddingStep;
  Secret out(size);
  Writer length;
  length.u32(static_cast<uint32_t>(plaintext.size()));
  std::ranges::copy(length.view(), out.bytes().begin());
  std::ranges::copy(plaintext, out.bytes().begin() + 4);
  return out;
}

std::optional<Secret> unpadded(const Secret& padded) {
  Reader in(padded.view());
  const uint32_t size = in.u32();
  if (!in.ok() || size > in.left()) return std::nullopt;
  return Secret(in.raw(size));
}

bool waits_to_announce(Rows& rows, const group::Group& group) {
  return std::ranges::any_of(group.waiting(rows), [](const group::Group::Waiting& one) {
    return one.event.kind == keys::kAnnounced;
  });
}

Result<> announce(const Client::Hand& hand, const PrivateKey& key) {
  HW_TRY(hand.post(keys::kAnnounced, keys::encode(keys::Announced{key.number, key.public_key})));
  return success();
}

}  // namespace

Result<> keep_sealing_key(const Client::Hand& hand) {
  const group::Group& group = hand.group;
  const auto announced = keys::key_of(hand.rows, key_of(group.id()), domain::Author::from(group.me()));
  std::vector<PrivateKey> newest = private_keys(hand.rows, group, 1);
  const PrivateKey* mine = newest.empty() ? nullptr : &newest.front();
  const bool known = mine != nullptr && announced && announced->key == mine->public_key;
  const bool lost = lost_a_device(hand.rows, group);
  const bool fresh = mine != nullptr && !lost && hand.now < mine->made.after_ms(kSealingKeyLasts_ms);
  if (known && fresh) return success();
  if (waits_to_announce(hand.rows, group)) return success();
  if (!lost && lacks_own_key(hand.rows, group)) return success();
  const bool overtaken = mine != nullptr && announced && announced->number >= mine->number;
  if (mine != nullptr && !known && !overtaken) return announce(hand, *mine);

  PrivateKey next;
  next.number = std::max(mine ? mine->number : 0, announced ? announced->number : 0) + 1;
  if (next.number == 0) return success();  // somebody with this person's keys used up all numbers
  next.made = hand.now;
  KeyPair pair = suite().generate_hpke_key_pair(hand.random);
  next.public_key = keys::PublicKey::from(pair.public_key);
  next.private_key = std::move(pair.private_key);
  HW_TRY(announce(hand, next));
  put_private(hand.rows, group.id(), group.me(), next);
  return success();
}

bool lacks_own_key(Rows& rows, const group::Group& group) {
  const auto announced = keys::key_of(rows, key_of(group.id()), domain::Author::from(group.me()));
  if (!announced || group.devices(group.me()).size() < 2) return false;
  const std::vector<PrivateKey> mine = private_keys(rows, group);
  // One of a higher number is mine and on its way.
  return std::ranges::none_of(mine, [&](const PrivateKey& one) {
    return one.public_key == announced->key || one.number > announced->number;
  });
}

uint32_t newest_sealing_key(Rows& rows, const group::Group& group) {
  const std::vector<PrivateKey> mine = private_keys(rows, group, 1);
  return mine.empty() ? 0 : mine.front().number;
}

// vector<V> of {u32 number; u64 made; public key[32]; opaque private key<V>}.
Bytes sealing_keys_of(Rows& rows, const group::GroupId& group, const group::PersonId& person) {
  Writer out;
  out.reserve(4096);
  const std::vector<PrivateKey> mine = private_keys(rows, group, person, SIZE_MAX);
  out.vector([&](Writer& inner) {
    for (auto one = mine.rbegin(); one != mine.rend(); ++one)
      inner.u32(one->number)
          .u64(static_cast<uint64_t>(one->made.ms))
          .raw(one->public_key)
          .opaque(one->private_key.view());
  });
  return out.take();
}

// Of two keys with one number, made by two devices at once, the one that the group knows stays.
void take_sealing_keys(Rows& rows, const group::GroupId& group, const group::PersonId& person,
                       BytesView things) {
  Reader in(things);
  Reader inner = in.vector();
  const auto announced = keys::key_of(rows, key_of(group), domain::Author::from(person));
  while (!inner.empty()) {
    PrivateKey one;
    one.number = inner.u32();
    one.made.ms = static_cast<int64_t>(inner.u64());
    one.public_key = keys::PublicKey::from(inner.raw(keys::PublicKey::kSize));
    one.private_key = Secret(inner.opaque(256));
    if (!inner.ok()) return;
    const bool known = rows.get(kSealingKeySpace, private_row(group, person, one.number)).has_value();
    const bool is_the_one = announced && announced->key == one.public_key;
    if (one.number != 0 && (!known || is_the_one)) put_private(rows, group, person, one);
  }
}

void forget_sealing_keys(Rows& rows, const group::GroupId& group) {
  rows.erase_range(kSealingKeySpace, prefix_range(group));
}

Result<Bytes> seal_to(const Client::Hand& hand, std::span<const group::PersonId> persons,
                      std::string_view purpose, BytesView about, BytesView plaintext) {
  if (plaintext.size() > kMostPlaintextBytes || persons.size() >= SealedEnvelope::kMostSlots)
    return SealingError::kTooLarge;
  if (private_keys(hand.rows, hand.group, 1).empty()) HW_TRY(keep_sealing_key(hand));
  std::set<group::PersonId> recipients(persons.begin(), persons.end());
  recipients.insert(hand.group.me());
  const Bytes info = bound_info(hand.group.id(), {purpose, hand.group.me(), about});
  const Secret content_key = hand.random.secret(kKeyBytes);
  SealedEnvelope out;
  for (const group::PersonId& person : recipients) {
    const auto key = current_key(hand.rows, hand.group, person);
    if (!key) continue;
    // A member may announce a key that is none: she then reads nothing, and nobody else is hindered.
    auto wrapped = suite().hpke_seal(*key, info, {}, content_key.view(), hand.random);
    if (wrapped.ok()) out.slots.push_back({id_of(*key), std::move(*wrapped)});
  }
  if (out.slots.empty()) return SealingError::kNoReader;
  out.box = box_seal(content_key.view(), info, padded(plaintext).view(), hand.random);
  return encode(out);
}

std::optional<Secret> open_sealed(Rows& rows, const group::Group& group, BytesView sealed,
                                  const SealedFor& bound) {
  const std::optional<SealedEnvelope> envelope = decode_envelope(sealed);
  if (!envelope) return std::nullopt;
  const Bytes info = bound_info(group.id(), bound);
  for (const PrivateKey& mine : private_keys(rows, group)) {
    const SealingKeyId id = id_of(mine.public_key);
    for (const SealedEnvelope::Slot& slot : envelope->slots) {
      if (slot.key != id) continue;
      const auto key = suite().hpke_open(mine.private_key.view(), slot.wrapped, info, {}, mine.public_key);
      if (!key.ok() || key->size() != kKeyBytes) continue;
      const auto content = box_open(key->view(), info, envelope->box);
      if (content.ok()) return unpadded(*content);
    }
  }
  return std::nullopt;
}

std::vector<group::PersonId> missing_keys(Rows& rows, const group::Group& group,
                                          std::span<const group::PersonId> persons) {
  std::vector<group::PersonId> out;
  for (const group::PersonId& person : persons)
    if (!current_key(rows, group, person)) out.push_back(person);
  return out;
}

bool is_sealed_to(Rows& rows, const group::Group& group, BytesView sealed,
                  std::span<const group::PersonId> persons) {
  const std::optional<SealedEnvelope> envelope = decode_envelope(sealed);
  if (!envelope) return false;
  std::set<SealingKeyId> wanted, slots;
  for (const group::PersonId& person : persons)
    if (const auto key = current_key(rows, group, person)) {
      // One that cannot be sealed to is not asked for.
      if (suite().check_hpke_public_key(*key).ok()) wanted.insert(id_of(*key));
    }
  for (const SealedEnvelope::Slot& slot : envelope->slots) slots.insert(slot.key);
  return wanted == slots;
}

namespace {

constexpr size_t kUnseenPadded = kMostUnseenBytes + 2;
constexpr size_t kMostUnseenPart = 1024;

Bytes unseen_info(const group::GroupId& group, const group::PersonId& author) {
  Writer out;
  out.text("homeward porch note 1").raw(group).raw(author);
  return out.take();
}

}  // namespace

Result<Bytes> seal_unseen(const Client::Hand& hand, const std::optional<group::PersonId>& person,
                          BytesView plaintext) {
  if (plaintext.size() > kMostUnseenBytes) return SealingError::kTooLarge;
  Bytes key;
  if (person) {
    const auto known = current_key(hand.rows, hand.group, *person);
    if (!known) return SealingError::kNoReader;
    key = copy_of(*known);
  } else {
    key = suite().generate_hpke_key_pair(hand.random).public_key;
  }
  Secret padded(kUnseenPadded);
  padded.bytes()[0] = static_cast<uint8_t>(plaintext.size() >> 8);
  padded.bytes()[1] = static_cast<uint8_t>(plaintext.size());
  std::ranges::copy(plaintext, padded.bytes().begin() + 2);
  const Bytes info = unseen_info(hand.group.id(), hand.group.me());
  auto sealed = suite().hpke_seal(key, info, {}, padded.view(), hand.random);
  if (!sealed.ok()) return SealingError::kNoReader;
  Writer out;
  out.opaque(sealed->kem_output).opaque(sealed->ciphertext);
  return out.take();
}

std::optional<Secret> open_unseen(Rows& rows, const group::Group& group, const group::PersonId& author,
                                  BytesView sealed) {
  Reader in(sealed);
  HpkeCiphertext box;
  box.kem_output = copy_of(in.opaque(kMostUnseenPart));
  box.ciphertext = copy_of(in.opaque(kMostUnseenPart));
  if (!in.finish().ok()) return std::nullopt;
  const Bytes info = unseen_info(group.id(), author);
  for (const PrivateKey& mine : private_keys(rows, group)) {
    const auto padded = suite().hpke_open(mine.private_key.view(), box, info, {}, mine.public_key);
    if (!padded.ok() || padded->size() != kUnseenPadded) continue;
    Reader content(padded->view());
    const size_t size = content.u16();
    if (size > kMostUnseenBytes) return std::nullopt;
    return Secret(content.raw(size));
  }
  return std::nullopt;
}

}  // namespace homeward::client
