#include "mls/schedule/secret_tree.h"

#include <bit>

#include "mls/types.h"

namespace homeward::mls {

namespace {

constexpr uint32_t kLastGeneration = UINT32_MAX - 1;

// Nodes from the root down to a leaf, in the numbering of RFC 9420, appendix C.
std::vector<uint32_t> path_from_root(uint32_t leaf_count, uint32_t leaf) {
  std::vector<uint32_t> path;
  const uint32_t target = 2 * leaf;
  uint32_t node = leaf_count - 1;
  for (uint32_t half = leaf_count / 2; half > 0; half /= 2) {
    path.push_back(node);
    node = target < node ? node - half : node + half;
  }
  path.push_back(node);
  return path;
}

void encode_key(Writer& out, const AeadKey& key) { out.opaque(key.key.view()).opaque(key.nonce.view()); }

}  // namespace

SecretTree::SecretTree(const Suite& suite, uint32_t leaf_count, Secret encryption_secret)
    : SecretTree(suite, leaf_count) {
  HW_ASSERT(std::has_single_bit(leaf_count));
  nodes_.emplace(leaf_count - 1, std::move(encryption_secret));
  changed_.insert({Row::Kind::kNode, leaf_count - 1, {}});
}

SecretTree SecretTree::empty(const Suite& suite, uint32_t leaf_count) {
  HW_ASSERT(std::has_single_bit(leaf_count));
  return {suite, leaf_count};
}

SecretTree::Row SecretTree::row_of(LeafIndex leaf, RatchetType type) {
  return {Row::Kind::kRatchet, leaf.value, type};
}

AeadKey SecretTree::key_of(const Secret& ratchet_secret, uint32_t generation) const {
  return {suite_->derive_tree_secret(ratchet_secret.view(), "key", generation, suite_->key_size()),
          suite_->derive_tree_secret(ratchet_secret.view(), "nonce", generation, suite_->nonce_size())};
}

void SecretTree::advance(Secret& ratchet_secret, uint32_t generation) const {
  ratchet_secret =
      suite_->derive_tree_secret(ratchet_secret.view(), "secret", generation, suite_->hash_size());
}

Result<SecretTree::Derived> SecretTree::derive_leaf(LeafIndex leaf) const {
  if (leaf.value >= leaf_count_) return Error(MlsError::kUnknownSender, "leaf outside the secret tree");
  const std::vector<uint32_t> path = path_from_root(leaf_count_, leaf.value);
  size_t depth = path.size();
  while (depth > 0 && !nodes_.contains(path[depth - 1])) --depth;
  if (depth == 0) return Error(MlsError::kUnknownSender, "no secret left for this leaf");
  Derived out;
  out.ancestor = path[depth - 1];
  Secret secret = nodes_.at(out.ancestor).clone();
  for (size_t i = depth; i < path.size(); ++i) {
    const bool goes_left = path[i] < path[i - 1];
    const uint32_t beside = 2 * path[i - 1] - path[i];
    Secret left = suite_->expand_with_label(secret.view(), "tree", view_of("left"), suite_->hash_size());
    Secret right = suite_->expand_with_label(secret.view(), "tree", view_of("right"), suite_->hash_size());
    out.nodes.emplace_back(beside, goes_left ? std::move(right) : std::move(left));
    secret = goes_left ? std::move(left) : std::move(right);
  }
  out.handshake.secret = suite_->expand_with_label(secret.view(), "handshake", {}, suite_->hash_size());
  out.application.secret = suite_->expand_with_label(secret.view(), "application", {}, suite_->hash_size());
  return out;
}

void SecretTree::install(LeafIndex leaf, uint32_t ancestor, std::vector<std::pair<uint32_t, Secret>> nodes,
                         Ratchet handshake, Ratchet application) {
  nodes_.erase(ancestor);
  changed_.insert({Row::Kind::kNode, ancestor, {}});
  for (auto& [node, secret] : nodes) {
    changed_.insert({Row::Kind::kNode, node, {}});
    nodes_.insert_or_assign(node, std::move(secret));
  }
  ratchets_.insert_or_assign({leaf.value, RatchetType::kHandshake}, std::move(handshake));
  ratchets_.insert_or_assign({leaf.value, RatchetType::kApplication}, std::move(application));
  changed_.insert(row_of(leaf, RatchetType::kHandshake));
  changed_.insert(row_of(leaf, RatchetType::kApplication));
}

Result<SecretTree::Next> SecretTree::next(LeafIndex leaf, RatchetType type) {
  if (!ratchets_.contains({leaf.value, type})) {
    HW_LET(Derived derived, derive_leaf(leaf));
    install(leaf, derived.ancestor, std::move(derived.nodes), std::move(derived.handshake),
            std::move(derived.application));
  }
  Ratchet& ratchet = ratchets_.at({leaf.value, type});
  if (ratchet.next_generation > kLastGeneration)
    return Error(MlsError::kGenerationTooFar, "ratchet is at its end");
  Next out{key_of(ratchet.secret, ratchet.next_generation), ratchet.next_generation};
  advance(ratchet.secret, ratchet.next_generation);
  ++ratchet.next_generation;
  changed_.insert(row_of(leaf, type));
  return out;
}

uint32_t SecretTree::next_generation(LeafIndex leaf, RatchetType type) const {
  const auto found = ratchets_.find({leaf.value, type});
  return found == ratchets_.end() ? 0 : found->second.next_generation;
}

bool SecretTree::is_used(LeafIndex leaf, RatchetType type, uint32_t generation) const {
  const auto found = ratchets_.find({leaf.value, type});
  if (found == ratchets_.end()) return false;
  return generation < found->second.next_generation && !found->second.skipped.contains(generation);
}

Result<SecretTree::Prepared> SecretTree::prepare(LeafIndex leaf, RatchetType type, uint32_t generation,
                                                 const RatchetLimits& limits) const {
  if (leaf.value >= leaf_count_) return Error(MlsError::kUnknownSender, "leaf outside the secret tree");
  Prepared out;
  out.leaf_ = leaf;
  out.type_ = type;
  out.generation_ = generation;
  uint32_t at = 0;
  const auto found = ratchets_.find({leaf.value, type});
  if (found != ratchets_.end()) {
    const Ratchet& ratchet = found->second;
    at = ratchet.next_generation;
    if (generation < at) {
      const auto kept = ratchet.skipped.find(generation);
      if (kept == ratchet.skipped.end()) return Error(MlsError::kGenerationUsed, "9.2/used: the key is gone");
      out.from_skipped_ = true;
      out.key_ = {kept->second.key.clone(), kept->second.nonce.clone()};
      return out;
    }
  }
  if (generation > kLastGeneration || generation - at > limits.max_forward) {
    return Error(MlsError::kGenerationTooFar, "generation too far ahead");
  }
  Secret secret;
  if (found != ratchets_.end()) {
    secret = found->second.secret.clone();
  } else {
    HW_LET(Derived derived, derive_leaf(leaf));
    secret = (type == RatchetType::kHandshake ? derived.handshake : derived.application).secret.clone();
    out.consumed_ancestor_ = derived.ancestor;
    out.nodes_ = std::move(derived.nodes);
    out.new_ratchets_.emplace(std::move(derived.handshake), std::move(derived.application));
  }
  for (; at < generation; ++at) {
    if (generation - at <= limits.max_skipped) out.newly_skipped_.emplace_back(at, key_of(secret, at));
    advance(secret, at);
  }
  out.key_ = key_of(secret, generation);
  advance(secret, generation);
  out.ratchet_secret_ = std::move(secret);
  return out;
}

void SecretTree::consume(Prepared prepared, const RatchetLimits& limits) {
  if (prepared.new_ratchets_) {
    install(prepared.leaf_, prepared.consumed_ancestor_, std::move(prepared.nodes_),
            std::move(prepared.new_ratchets_->first), std::move(prepared.new_ratchets_->second));
  }
  Ratchet& ratchet = ratchets_.at({prepared.leaf_.value, prepared.type_});
  changed_.insert(row_of(prepared.leaf_, prepared.type_));
  if (prepared.from_skipped_) {
    ratchet.skipped.erase(prepared.generation_);
    return;
  }
  for (auto& [generation, key] : prepared.newly_skipped_) ratchet.skipped.emplace(generation, std::move(key));
  while (ratchet.skipped.size() > limits.max_skipped) ratchet.skipped.erase(ratchet.skipped.begin());
  ratchet.secret = std::move(prepared.ratchet_secret_);
  ratchet.next_generation = prepared.generation_ + 1;
}

std::set<SecretTree::Row> SecretTree::take_changes() { return std::exchange(changed_, {}); }

std::set<SecretTree::Row> SecretTree::rows() const {
  std::set<Row> out;
  for (const auto& [node, secret] : nodes_) out.insert({Row::Kind::kNode, node, {}});
  for (const auto& [key, ratchet] : ratchets_) out.insert({Row::Kind::kRatchet, key.first, key.second});
  return out;
}

std::optional<Secret> SecretTree::value(const Row& row) const {
  Writer out;
  if (row.kind == Row::Kind::kNode) {
    const auto found = nodes_.find(row.index);
    if (found == nodes_.end()) return {};
    return found->second.clone();
  }
  const auto found = ratchets_.find({row.index, row.type});
  if (found == ratchets_.end()) return {};
  const Ratchet& ratchet = found->second;
  out.reserve(16 + ratchet.secret.size() +
              ratchet.skipped.size() * (8 + suite_->key_size() + suite_->nonce_size()));
  out.u32(ratchet.next_generation).opaque(ratchet.secret.view());
  for (const auto& [generation, key] : ratchet.skipped) {
    out.u32(generation);
    encode_key(out, key);
  }
  return out.take_secret();
}

Result<> SecretTree::put(const Row& row, BytesView value) {
  if (row.kind == Row::Kind::kNode) {
    if (row.index >= 2 * leaf_count_ - 1 || value.size() != suite_->hash_size()) {
      return Error(MlsError::kMalformed, "saved secret tree node");
    }
    nodes_.insert_or_assign(row.index, Secret(value));
    return success();
  }
  Reader in(value);
  Ratchet ratchet;
  ratchet.next_generation = in.u32();
  ratchet.secret = Secret(in.opaque());
  while (!in.empty()) {
    const uint32_t generation = in.u32();
    AeadKey key{Secret(in.opaque()), Secret(in.opaque())};
    ratchet.skipped.emplace(generation, std::move(key));
  }
  if (!in.finish().ok() || row.index >= leaf_count_ || ratchet.secret.size() != suite_->hash_size()) {
    return Error(MlsError::kMalformed, "saved ratchet");
  }
  ratchets_.insert_or_assign({row.index, row.type}, std::move(ratchet));
  return success();
}

AeadKey sender_data_key(const Suite& suite, BytesView sender_data_secret, BytesView ciphertext) {
  const BytesView sample = ciphertext.first(std::min(ciphertext.size(), suite.hash_size()));
  return {suite.expand_with_label(sender_data_secret, "key", sample, suite.key_size()),
          suite.expand_with_label(sender_data_secret, "nonce", sample, suite.nonce_size())};
}

}  // namespace homeward::mls
