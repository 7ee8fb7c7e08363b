#include "mls/tree/ratchet_tree.h"

#include <algorithm>

#include "mls/tree/ratchet_tree_blocks.h"

namespace homeward::mls {

namespace {

constexpr uint32_t kAllLeaves = UINT32_MAX;

uint32_t block_of(LeafIndex leaf) { return leaf.value / kBlockLeaves; }
uint32_t in_block(LeafIndex leaf) { return leaf.value % kBlockLeaves; }
uint32_t bit_of(LeafIndex leaf) { return 1u << in_block(leaf); }

size_t blocks_for(uint32_t depth, uint32_t levels) {
  return depth > levels ? size_t{1} << (depth - levels) : 1;
}

// First of a block's parents that are `low` levels above its lowest.
constexpr uint32_t first_at(uint32_t low) { return 32 - (32u >> low); }

uint32_t capability_key(Capability list, uint16_t value) {
  return (static_cast<uint32_t>(list) << 16) | value;
}

// Adds `by` to the count of each of the sorted `keys`, each at most once there.
template <class Count>
void add_counts(std::vector<Count>& counts, const std::vector<uint32_t>& keys, int by) {
  size_t found = 0;
  for (auto [key, count] = std::pair{keys.begin(), counts.begin()};
       key != keys.end() && count != counts.end();) {
    if (count->key < *key) {
      ++count;
    } else if (*key < count->key) {
      ++key;
    } else {
      count->count += static_cast<uint32_t>(by);
      ++found, ++key, ++count;
    }
  }
  if (found == keys.size()) {
    if (by < 0) std::erase_if(counts, [](const Count& count) { return count.count == 0; });
    return;
  }
  HW_ASSERT(by > 0);
  std::vector<Count> merged;
  merged.reserve(counts.size() + keys.size() - found);
  auto key = keys.begin();
  for (const Count& count : counts) {
    for (; key != keys.end() && *key < count.key; ++key) merged.push_back({*key, static_cast<uint32_t>(by)});
    if (key != keys.end() && *key == count.key) ++key;
    merged.push_back(count);
  }
  for (; key != keys.end(); ++key) merged.push_back({*key, static_cast<uint32_t>(by)});
  counts = std::move(merged);
}

}  // namespace

RatchetTree::RatchetTree(const Suite& suite)
    : suite_(&suite),
      leaves_(1),
      encryption_keys_(std::make_shared<KeyIndex>(0)),
      signature_keys_(std::make_shared<KeyIndex>(0)) {}
RatchetTree::RatchetTree(const RatchetTree&) = default;
RatchetTree::RatchetTree(RatchetTree&&) noexcept = default;
RatchetTree& RatchetTree::operator=(const RatchetTree&) = default;
RatchetTree& RatchetTree::operator=(RatchetTree&&) noexcept = default;
RatchetTree::~RatchetTree() = default;

// ---------------------------------------------------------------------------------------------------------------------
// Blocks

RatchetTree::Slot RatchetTree::slot_of(NodeIndex parent) {
  const uint32_t above = level(parent) - 1;
  const uint32_t low = above % kTierLevels;
  const uint32_t in_level = position(parent);
  const uint32_t width_log = kTierLevels - 1 - low;
  return {above / kTierLevels, in_level >> width_log, first_at(low) + (in_level & ((1u << width_log) - 1))};
}

const RatchetTree::LeafBlock* RatchetTree::leaf_block(LeafIndex leaf) const {
  return block_of(leaf) < leaves_.size() ? leaves_[block_of(leaf)].get() : nullptr;
}

const RatchetTree::ParentBlock* RatchetTree::parent_block(const Slot& slot) const {
  if (slot.tier >= tiers_.size() || slot.block >= tiers_[slot.tier].size()) return nullptr;
  return tiers_[slot.tier][slot.block].get();
}

RatchetTree::LeafBlock& RatchetTree::own_leaf_block(LeafIndex leaf) {
  std::shared_ptr<LeafBlock>& block = leaves_[block_of(leaf)];
  if (!block) {
    block = std::make_shared<LeafBlock>();
    block->hashes.resize(kBlockLeaves * suite_->hash_size());
  } else if (block.use_count() > 1) {
    block = std::make_shared<LeafBlock>(*block);
  }
  return *block;
}

// `whole` asks for room for all parents; otherwise for the top's hash at least.
RatchetTree::ParentBlock& RatchetTree::own_parent_block(const Slot& slot, bool whole) {
  std::shared_ptr<ParentBlock>& block = tiers_[slot.tier][slot.block];
  const size_t hash_size = suite_->hash_size();
  if (!block) {
    block = std::make_shared<ParentBlock>();
    block->bytes.resize(whole ? kBlockParents * stride() : hash_size);
  } else if (block.use_count() > 1) {
    block = std::make_shared<ParentBlock>(*block);
  }
  if (whole && is_top_only(*block)) {
    const Bytes top = std::move(block->bytes);
    block->bytes = Bytes(kBlockParents * stride());
    std::ranges::copy(top, block->bytes.end() - static_cast<ptrdiff_t>(hash_size));
  }
  return *block;
}

size_t RatchetTree::stride() const { return suite_->kem_output_size() + 2 * suite_->hash_size(); }
bool RatchetTree::is_top_only(const ParentBlock& block) const {
  return block.bytes.size() == suite_->hash_size();
}

// Growing adds blank nodes; shrinking needs the leaves that go to be blank.
void RatchetTree::set_depth(uint32_t depth) {
  HW_ASSERT(depth <= kMaxDepth);
  const bool shrinks = depth < depth_;
  depth_ = depth;
  leaves_.resize(blocks_for(depth, kTierLevels));
  tiers_.resize((depth + kTierLevels - 1) / kTierLevels);
  for (uint32_t tier = 0; tier < tiers_.size(); ++tier)
    tiers_[tier].resize(blocks_for(depth, kTierLevels * (tier + 1)));
  if (!shrinks || tiers_.empty()) return;
  // The topmost block may hold parents that are no longer in the tree.
  const uint32_t tier = static_cast<uint32_t>(tiers_.size()) - 1;
  if (!tiers_[tier][0]) return;
  for (uint32_t at = 0; at < kBlockParents; ++at) {
    const auto low = static_cast<uint32_t>(std::countl_one(at << 27));
    const uint32_t at_level = tier * kTierLevels + low + 1;
    const NodeIndex node = node_at(at_level, at - first_at(low));
    if (at_level <= depth && node.value < node_count(depth)) continue;
    clear_parent(node);
    drop_hash(node);
  }
}

void RatchetTree::drop_hash(NodeIndex node) {
  if (is_leaf(node)) {
    const LeafBlock* block = leaf_block(leaf_of(node));
    if (block && (block->hashed & bit_of(leaf_of(node))))
      own_leaf_block(leaf_of(node)).hashed &= ~bit_of(leaf_of(node));
    return;
  }
  const Slot slot = slot_of(node);
  const ParentBlock* block = parent_block(slot);
  if (block && (block->hashed & slot.bit())) own_parent_block(slot, false).hashed &= ~slot.bit();
}

void RatchetTree::drop_hashes_above(LeafIndex leaf) {
  NodeIndex node = node_of(leaf);
  drop_hash(node);
  for (uint32_t up = 0; up < depth_; ++up) {
    node = parent(node);
    drop_hash(node);
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Single nodes

void RatchetTree::put_leaf(LeafIndex at, LeafNode content) {
  LeafBlock& block = own_leaf_block(at);
  LeafNode& place = block.leaves[in_block(at)];
  const bool was_present = !place.empty();
  const bool same_capabilities = was_present && place.credential_type() == content.credential_type() &&
                                 equal(place.encoded_capabilities(), content.encoded_capabilities());
  if (!same_capabilities) count_capabilities(content, 1);
  if (was_present && !same_capabilities) count_capabilities(place, -1);
  if (!was_present) ++members_;
  place = std::move(content);
  block.present |= bit_of(at);
  note_key(encryption_keys_, node_of(at).value, place.encryption_key());
  note_key(signature_keys_, at.value, place.signature_key());
}

void RatchetTree::clear_leaf(LeafIndex at) {
  LeafBlock& block = own_leaf_block(at);
  LeafNode& place = block.leaves[in_block(at)];
  count_capabilities(place, -1);
  place = LeafNode();
  block.present &= ~bit_of(at);
  --members_;
  no_blank_before_ = std::min(no_blank_before_, at.value);
}

void RatchetTree::set_parent(NodeIndex node, BytesView key, BytesView parent_hash) {
  const Slot slot = slot_of(node);
  ParentBlock& block = own_parent_block(slot, true);
  const size_t key_size = suite_->kem_output_size();
  HW_ASSERT(key.size() == key_size && (parent_hash.empty() || parent_hash.size() == suite_->hash_size()));
  uint8_t* const place = block.bytes.data() + slot.at * stride();
  std::ranges::copy(key, place);
  std::ranges::copy(parent_hash, place + key_size);
  block.present |= slot.bit();
  block.with_parent_hash &= ~slot.bit();
  if (!parent_hash.empty()) block.with_parent_hash |= slot.bit();
  note_key(encryption_keys_, node.value, key);
}

void RatchetTree::clear_parent(NodeIndex node) {
  const Slot slot = slot_of(node);
  const ParentBlock* shared = parent_block(slot);
  if (!shared || !(shared->present & slot.bit())) return;
  set_unmerged(node, {});
  own_parent_block(slot, true).present &= ~slot.bit();
}

void RatchetTree::set_unmerged(NodeIndex node, std::span<const LeafIndex> leaves) {
  const Slot slot = slot_of(node);
  const ParentBlock* shared = parent_block(slot);
  if (leaves.empty() && (!shared || shared->unmerged_begin[slot.at] == shared->unmerged_begin[slot.at + 1]))
    return;
  ParentBlock& block = own_parent_block(slot, true);
  const uint32_t begin = block.unmerged_begin[slot.at];
  const uint32_t end = block.unmerged_begin[slot.at + 1];
  block.unmerged.erase(block.unmerged.begin() + begin, block.unmerged.begin() + end);
  block.unmerged.insert(block.unmerged.begin() + begin, leaves.begin(), leaves.end());
  const uint32_t by = static_cast<uint32_t>(leaves.size()) - (end - begin);  // may wrap below zero
  for (uint32_t at = slot.at + 1; at <= kBlockParents; ++at) block.unmerged_begin[at] += by;
}

void RatchetTree::add_unmerged(NodeIndex node, LeafIndex leaf) {
  const Slot slot = slot_of(node);
  ParentBlock& block = own_parent_block(slot, true);
  const auto begin = block.unmerged.begin() + block.unmerged_begin[slot.at];
  const auto end = block.unmerged.begin() + block.unmerged_begin[slot.at + 1];
  const auto place = std::lower_bound(begin, end, leaf);
  if (place != end && *place == leaf) return;  // only in a tree that was not validated
  block.unmerged.insert(place, leaf);
  for (uint32_t at = slot.at + 1; at <= kBlockParents; ++at) ++block.unmerged_begin[at];
}

void RatchetTree::blank_direct_path(LeafIndex leaf) {
  NodeIndex node = node_of(leaf);
  for (uint32_t up = 0; up < depth_; ++up) {
    node = parent(node);
    clear_parent(node);
  }
}

void RatchetTree::count_capabilities(const LeafNode& leaf, int by) {
  std::vector<uint32_t> keys;
  keys.reserve(32);
  leaf.for_each_capability(
      [&](Capability list, uint16_t value) { keys.push_back(capability_key(list, value)); });
  std::ranges::sort(keys);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  add_counts(capabilities_, keys, by);
  add_counts(credentials_in_use_, {static_cast<uint32_t>(leaf.credential_type())}, by);
}

void RatchetTree::note_key(std::shared_ptr<KeyIndex>& index, uint32_t node, BytesView key) {
  if (!index->insert(key, node)) rebuild(index);
}

// A new index of the keys that are in the tree now; the old one stays with the copies that share it.
void RatchetTree::rebuild(std::shared_ptr<KeyIndex>& index) {
  const bool encryption = &index == &encryption_keys_;
  size_t parents = 0;
  for (const ParentBlocks& tier : tiers_) {
    for (const auto& block : tier) parents += block ? static_cast<size_t>(std::popcount(block->present)) : 0;
  }
  auto made = std::make_shared<KeyIndex>(members_ + (encryption ? parents : 0));
  for_each_member([&](LeafIndex at, const LeafNode& leaf) {
    if (encryption) {
      made->insert(leaf.encryption_key(), node_of(at).value);
    } else {
      made->insert(leaf.signature_key(), at.value);
    }
  });
  if (encryption) for_each_parent([&](NodeIndex node) { made->insert(encryption_key(node), node.value); });
  index = std::move(made);
}

// ---------------------------------------------------------------------------------------------------------------------
// Changes

LeafIndex RatchetTree::leftmost_blank() const {
  uint32_t at = no_blank_before_;
  while (at < leaf_slot_count()) {
    const LeafBlock* block = leaf_block({at});
    const uint32_t taken = block ? block->present >> (at % kBlockLeaves) : 0;
    const auto run = static_cast<uint32_t>(std::countr_one(taken));
    at += run;
    if (at % kBlockLeaves != 0 || run == 0) break;
  }
  no_blank_before_ = std::min(at, leaf_slot_count());
  return {no_blank_before_};
}

LeafIndex RatchetTree::make_room() {
  const LeafIndex at = leftmost_blank();
  if (!contains(at)) set_depth(depth_ + 1);
  return at;
}

LeafIndex RatchetTree::add(LeafNode content) {
  const LeafIndex at = make_room();
  put_leaf(at, std::move(content));
  NodeIndex node = node_of(at);
  for (uint32_t up = 0; up < depth_; ++up) {
    node = parent(node);
    if (!is_blank(node)) add_unmerged(node, at);
  }
  drop_hashes_above(at);
  return at;
}

Result<> RatchetTree::update(LeafIndex at, LeafNode content) {
  if (leaf(at) == nullptr) return Error(MlsError::kNotMember, "12.1.2: update of a blank leaf");
  put_leaf(at, std::move(content));
  blank_direct_path(at);
  drop_hashes_above(at);
  return success();
}

Result<> RatchetTree::remove(LeafIndex at) {
  if (leaf(at) == nullptr) return Error(MlsError::kNotMember, "12.1.3: removal of a blank leaf");
  clear_leaf(at);
  blank_direct_path(at);
  drop_hashes_above(at);
  truncate();
  return success();
}

void RatchetTree::set_leaf(LeafIndex at, LeafNode content) {
  HW_ASSERT(contains(at));
  put_leaf(at, std::move(content));
  drop_hashes_above(at);
}

// Section 7.7: no more leaves than the rightmost member needs.
void RatchetTree::truncate() {
  size_t block = leaves_.size();
  while (block > 0 && !(leaves_[block - 1] && leaves_[block - 1]->present)) --block;
  if (block == 0) return set_depth(0);
  const auto last = static_cast<uint32_t>(std::bit_width(leaves_[block - 1]->present)) - 1;
  const uint32_t depth = depth_for({static_cast<uint32_t>(block - 1) * kBlockLeaves + last});
  if (depth < depth_) set_depth(depth);
}

Digest RatchetTree::set_path(LeafIndex leaf, std::span<const BytesView> keys) {
  const FilteredPath path = filtered_direct_path(leaf);
  HW_ASSERT(keys.size() == path.size());
  blank_direct_path(leaf);
  drop_hashes_above(leaf);
  // From the root down, so that each hash covers all that is above it (section 7.9).
  Digest above;
  for (size_t at = path.size(); at-- > 0;) {
    set_parent(path[at].node, keys[at], above);
    above = parent_hash_input(path[at].node, node_hash(path[at].copath));
  }
  return above;
}

// ---------------------------------------------------------------------------------------------------------------------
// Queries

const LeafNode* RatchetTree::leaf(LeafIndex at) const {
  const LeafBlock* block = leaf_block(at);
  return block && (block->present & bit_of(at)) ? &block->leaves[in_block(at)] : nullptr;
}

bool RatchetTree::is_blank(NodeIndex node) const {
  if (is_leaf(node)) return leaf(leaf_of(node)) == nullptr;
  const Slot slot = slot_of(node);
  const ParentBlock* block = parent_block(slot);
  return !block || !(block->present & slot.bit());
}

BytesView RatchetTree::encryption_key(NodeIndex node) const {
  if (is_leaf(node)) {
    const LeafNode* found = leaf(leaf_of(node));
    return found ? found->encryption_key() : BytesView{};
  }
  if (is_blank(node)) return {};
  const Slot slot = slot_of(node);
  return BytesView(parent_block(slot)->bytes).subspan(slot.at * stride(), suite_->kem_output_size());
}

BytesView RatchetTree::parent_hash(NodeIndex node) const {
  if (is_blank(node)) return {};
  const Slot slot = slot_of(node);
  const ParentBlock* block = parent_block(slot);
  if (!(block->with_parent_hash & slot.bit())) return {};
  return BytesView(block->bytes).subspan(slot.at * stride() + suite_->kem_output_size(), suite_->hash_size());
}

std::span<const LeafIndex> RatchetTree::unmerged_leaves(NodeIndex node) const {
  if (is_leaf(node) || is_blank(node)) return {};
  const Slot slot = slot_of(node);
  const ParentBlock* block = parent_block(slot);
  const uint32_t begin = block->unmerged_begin[slot.at];
  return std::span(block->unmerged).subspan(begin, block->unmerged_begin[slot.at + 1] - begin);
}

std::optional<LeafIndex> RatchetTree::next_member(LeafIndex from) const {
  for (size_t block = block_of(from); block < leaves_.size(); ++block) {
    uint32_t present = leaves_[block] ? leaves_[block]->present : 0;
    if (block == block_of(from)) present &= kAllLeaves << in_block(from);
    if (present == 0) continue;
    return LeafIndex{static_cast<uint32_t>(block) * kBlockLeaves +
                     static_cast<uint32_t>(std::countr_zero(present))};
  }
  return std::nullopt;
}

std::optional<LeafIndex> RatchetTree::find_by_signature_key(BytesView key,
                                                            std::optional<LeafIndex> except) const {
  const auto found = signature_keys_->find(key, [&](uint32_t at) {
    const LeafNode* candidate = leaf({at});
    return candidate && except != LeafIndex{at} && equal(candidate->signature_key(), key);
  });
  if (!found) return std::nullopt;
  return LeafIndex{*found};
}

std::optional<NodeIndex> RatchetTree::find_by_encryption_key(BytesView key,
                                                             std::optional<NodeIndex> except) const {
  const auto found = encryption_keys_->find(key, [&](uint32_t at) {
    return except != NodeIndex{at} && !is_blank({at}) && equal(encryption_key({at}), key);
  });
  if (!found) return std::nullopt;
  return NodeIndex{*found};
}

Result<> RatchetTree::check_unique(LeafIndex at) const {
  const LeafNode* checked = leaf(at);
  if (checked == nullptr) return Error(MlsError::kNotMember, "7.3: blank leaf");
  if (find_by_signature_key(checked->signature_key(), at)) {
    return Error(MlsError::kDuplicateKey, "7.3/signature-key: of another member");
  }
  if (find_by_encryption_key(checked->encryption_key(), node_of(at))) {
    return Error(MlsError::kDuplicateKey, "7.3/encryption-key: of another node");
  }
  return success();
}

bool RatchetTree::all_list(Capability list, uint16_t value) const {
  const auto found =
      std::ranges::lower_bound(capabilities_, capability_key(list, value), {}, &CapabilityCount::key);
  const bool known = found != capabilities_.end() && found->key == capability_key(list, value);
  return (known ? found->count : 0) == members_;
}

Result<> RatchetTree::check_credential_types(const LeafNode& checked) const {
  if (!all_list(Capability::kCredential, static_cast<uint16_t>(checked.credential_type()))) {
    return Error(MlsError::kInvalidLeaf, "7.3/credential-for-all: a type that not all members support");
  }
  for (const CapabilityCount& in_use : credentials_in_use_) {
    if (!checked.lists(Capability::kCredential, static_cast<uint16_t>(in_use.key))) {
      return Error(MlsError::kInvalidLeaf, "7.3/credentials-in-use: a member's type is not supported");
    }
  }
  return success();
}

bool RatchetTree::is_empty_below(NodeIndex node) const {
  const auto member = next_member(first_leaf(node));
  if (member && *member <= last_leaf(node)) return false;
  // Only a tree that was not validated has parents without leaves below them.
  for (uint32_t at_level = level(node); at_level > 0; --at_level) {
    const Slot first = slot_of(node_at(at_level, first_leaf(node).value >> at_level));
    const Slot last = slot_of(node_at(at_level, last_leaf(node).value >> at_level));
    for (uint32_t block = first.block; block <= last.block && first.tier < tiers_.size(); ++block) {
      const ParentBlock* found = parent_block({first.tier, block, 0});
      if (!found) continue;
      const uint32_t from = block == first.block ? first.at : first_at((at_level - 1) % kTierLevels);
      const uint32_t until = block == last.block ? last.at : first_at((at_level - 1) % kTierLevels + 1) - 1;
      if (found->present & (kAllLeaves << from) & (kAllLeaves >> (31 - until))) return false;
    }
  }
  return true;
}

FilteredPath RatchetTree::filtered_direct_path(LeafIndex leaf) const {
  FilteredPath path;
  NodeIndex child = node_of(leaf);
  for (uint32_t up = 0; up < depth_; ++up) {
    const NodeIndex copath = sibling(child);
    child = parent(child);
    if (!is_empty_below(copath)) path.push_back({child, copath});
  }
  return path;
}

void RatchetTree::resolution(NodeIndex node, std::vector<NodeIndex>& out) const {
  if (!is_blank(node)) {
    out.push_back(node);
    for (const LeafIndex leaf : unmerged_leaves(node)) out.push_back(node_of(leaf));
    return;
  }
  if (is_leaf(node)) return;
  if (level(node) == kTierLevels && is_virtual(node)) return;
  resolution(left(node), out);
  resolution(right(node), out);
}

size_t RatchetTree::memory_bytes() const {
  constexpr size_t kAllocation = 16;  // a usual allocator's own, as for a shared_ptr's counts
  size_t sum = sizeof *this + encryption_keys_->memory_bytes() + signature_keys_->memory_bytes();
  sum += (capabilities_.capacity() + credentials_in_use_.capacity()) * sizeof(CapabilityCount);
  sum += leaves_.capacity() * sizeof leaves_[0];
  for (const auto& block : leaves_) {
    if (!block) continue;
    sum += sizeof *block + block->hashes.capacity() + 3 * kAllocation;
    sum += static_cast<size_t>(std::popcount(block->present)) *
           (LeafNode::memory_beyond_encoded() + 2 * kAllocation);
  }
  for (const ParentBlocks& tier : tiers_) {
    sum += tier.capacity() * sizeof tier[0];
    for (const auto& block : tier) {
      if (!block) continue;
      sum += sizeof *block + block->bytes.capacity() + 3 * kAllocation;
      if (block->unmerged.capacity() > 0) sum += block->unmerged.capacity() * sizeof(LeafIndex) + kAllocation;
    }
  }
  return sum;
}

}  // namespace homeward::mls
