#include "bench/mls_bench/warm_group.h"

namespace homeward::mls::bench {

Made new_member(const Suite& suite, Random& random) {
  KeyPair signature_key = suite.generate_signature_key_pair(random);
  KeyPackageParams params;
  params.credential = Credential::basic(view_of("a member of a benchmark"));
  auto made = create_key_package(suite, params, signature_key, random);
  HW_ASSERT(made.ok());
  return {std::move(signature_key), std::move(made->package), std::move(made->secrets)};
}

WarmGroup::WarmGroup(const Suite& suite, Random& random, size_t members)
    : suite_(suite), random_(random), stranger_(new_member(suite, random)) {
  for (size_t i = 1; i < members; ++i) members_.push_back(new_member(suite, random));
}

void WarmGroup::create_and_add() {
  CreateParams params;
  params.suite = suite_.id();
  params.group_id = random_.bytes(32);
  params.signature_key = suite_.generate_signature_key_pair(random_);
  params.credential = Credential::basic(view_of("founder"));
  params.capabilities = Capabilities::ours();
  auto group = Group::create(params, random_);
  HW_ASSERT(group.ok());
  CommitParams commit;
  for (const Made& member : members_) commit.proposals.push_back(Add{member.package});
  auto pending = group->commit(commit, random_);
  HW_ASSERT(pending.ok());
  welcome_ = copy_of(*pending->welcome());
  HW_ASSERT(group->merge_pending(*std::move(pending)).ok());
  founder_ = *std::move(group);
}

void WarmGroup::join_last() {
  JoinParams params;
  params.welcome = welcome_;
  params.key_package = &members_.back().package;
  params.secrets = &members_.back().secrets;
  HW_ASSERT(Group::join(params).ok());
}

Group WarmGroup::speaker(size_t at) const {
  const Made& who = members_[at - 1];
  std::vector<PartChange> rows = founder_->all_parts();
  std::vector<Part> parts;
  Writer identity, epoch, half;
  for (const PartChange& row : rows) {
    BytesView value = row.value->view();
    if (row.id == Bytes{'i'}) {
      identity.u8(1).u16(static_cast<uint16_t>(suite_.id())).opaque(who.signature_key.private_key.view());
      value = identity.view();
    }
    if (row.id == Bytes{'e'}) {
      half.u32(static_cast<uint32_t>(at)).opaque(who.secrets.encryption_key.view()).u8(0);
      Reader in(value);
      for (int i = 0; i < 11; ++i) epoch.opaque(in.opaque());
      epoch.opaque(half.view()).u8(0);
      value = epoch.view();
    }
    if (row.id[0] == 'r') continue;
    parts.push_back({row.id, value});
  }
  auto group = Group::restore(parts, {});
  HW_ASSERT(group.ok());
  return *std::move(group);
}

void WarmGroup::warm() {
  // One commit of every second leaf fills each parent; the founder's own path first, then others'.
  for (size_t at = 2; at <= members_.size(); at += 2) {
    Group other = speaker(at);
    auto pending = other.commit({}, random_);
    HW_ASSERT(pending.ok());
    const auto opened = founder_->open(pending->message());
    HW_ASSERT(opened.ok());
    auto candidate = founder_->check_commit(*opened);
    HW_ASSERT(candidate.ok());
    auto staged = founder_->complete(*std::move(candidate));
    HW_ASSERT(staged.ok());
    HW_ASSERT(founder_->merge(*std::move(staged)).ok());
  }
  auto own = founder_->commit({}, random_);
  HW_ASSERT(own.ok() && founder_->merge_pending(*std::move(own)).ok());
  // Somebody in the other half of the tree, who has not committed yet: the common ancestor is the root.
  size_t half = 1;
  while (2 * half <= members_.size()) half *= 2;
  other_ = speaker(half < members_.size() ? half + 1 : 1);
}

void WarmGroup::commit(const std::vector<Proposal>& proposals) {
  CommitParams params;
  params.proposals = proposals;
  HW_ASSERT(founder_->commit(params, random_).ok());
}

void WarmGroup::prepare_other_commit(const std::vector<Proposal>& proposals) {
  CommitParams params;
  params.proposals = proposals;
  auto pending = other_->commit(params, random_);
  HW_ASSERT(pending.ok());
  message_ = copy_of(pending->message());
}

void WarmGroup::process() {
  const auto opened = founder_->open(message_);
  HW_ASSERT(opened.ok());
  auto candidate = founder_->check_commit(*opened);
  HW_ASSERT(candidate.ok());
  HW_ASSERT(founder_->complete(*std::move(candidate)).ok());
}

void WarmGroup::protect() {
  const std::array<uint8_t, 100> data{};
  HW_ASSERT(founder_->protect({data, {}, {}, false}, random_).ok());
}

void WarmGroup::prepare_message() {
  const std::array<uint8_t, 100> data{};
  message_ = *other_->protect({data, {}, {}, false}, random_);
}

void WarmGroup::unprotect() { HW_ASSERT(founder_->open(message_).ok()); }

}  // namespace homeward::mls::bench
