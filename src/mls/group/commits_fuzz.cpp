// Members who take one commit each, as the fuzzer makes or breaks it: the public checks come to the same
// verdict and the same next tree for all, and all who enter an epoch have one tree hash and one
// authenticator.
//
// The input picks steps: a member or an outsider commits what it says; the commit's content is then changed,
// signed anew with her key and tagged as hers, so that what follows signature and tag is reached; or the
// content is the input's own bytes. One reader is restored from her saved rows before each step. An honest
// commit must be taken by all.
#include <algorithm>

#include "base/assert.h"
#include "mls/group/rogue_for_test.h"

using namespace homeward;
using namespace homeward::mls;
using namespace homeward::mls::test;

namespace {

constexpr size_t kMembers = 5;
constexpr auto kPolicy = static_cast<ExtensionType>(0xf00d);

// Everything expensive, made once.
struct Beginning {
  Beginning() : world(SuiteId::kX25519ChaChaSha256Ed25519, 12), outsider(world.newcomer()) {
    for (Group& group : world.group_of(kMembers)) disks.push_back(rows_of(group));
    for (int i = 0; i < 8; ++i) newcomers.push_back(world.newcomer({static_cast<uint16_t>(kPolicy)}));
  }
  World world;
  Newcomer outsider;
  std::vector<Newcomer> newcomers;
  std::vector<Disk> disks;
};

std::optional<Secret> any_psk(const PreSharedKeyId& id) {
  if (id.type == PskType::kExternal) return Secret(view_of("pre-shared"));
  return {};
}

class Run {
 public:
  Run(Beginning& begun, BytesView input) : begun_(begun), in_(input), random_(9) {
    for (const Disk& disk : begun.disks) members_.push_back(*load(disk));
  }

  void run() {
    for (int step = 0; step < 10 && !in_.empty(); ++step) {
      const uint8_t what = in_.u8();
      Group& restarted = members_[what % members_.size()];
      restarted = *load(rows_of(restarted));
      if (what < 0x40) {
        propose();
      } else if (what < 0xa0) {
        commit();
      } else if (what < 0xc0) {
        join_from_outside();
      } else {
        commit_of_bytes();
      }
      if (members_.size() < 2) return;
    }
  }

 private:
  LeafIndex any_leaf() { return LeafIndex{in_.u8() % (2 * static_cast<uint32_t>(kMembers))}; }

  Proposal any_proposal() {
    switch (in_.u8() % 6) {
      case 0:
        return Add{begun_.newcomers[in_.u8() % begun_.newcomers.size()].made.package};
      case 1:
        return Remove{any_leaf()};
      case 2: {
        PreSharedKeyId id;
        id.psk_id = {in_.u8()};
        id.psk_nonce = Bytes(32, in_.u8());
        return PreSharedKey{id};
      }
      case 3: {
        GroupContextExtensions out;
        if (in_.u8() % 2 == 0) out.extensions.push_back({kPolicy, {in_.u8()}});
        return out;
      }
      case 4:
        return Add{begun_.outsider.made.package};
      default:
        return in_.u8() == 7 ? Proposal(ReInit{{1}, 1, 3, {}}) : Proposal(Remove{any_leaf()});
    }
  }

  void propose() {
    const size_t who = in_.u8() % members_.size();
    MessageParams params;
    if (in_.u8() % 2 == 0) params.wire_format = WireFormat::kPublicMessage;
    auto proposed = in_.u8() % 3 == 0 ? members_[who].propose_update({}, params, random_)
                                      : members_[who].propose(any_proposal(), params, random_);
    if (!proposed.ok()) return;
    const size_t forgets = in_.u8();  // who does not hear of it, if it is a member
    for (size_t i = 0; i < members_.size(); ++i) {
      if (i == who || i == forgets) continue;
      const auto opened = members_[i].open(proposed->message);
      HW_ASSERT(opened.ok() && members_[i].add_proposal(*opened).ok());
    }
  }

  void commit() {
    const size_t who = in_.u8() % members_.size();
    CommitParams params;
    params.wire_format = WireFormat::kPublicMessage;
    params.psks = any_psk;
    const uint8_t flags = in_.u8();
    params.force_path = (flags & 1) != 0;
    if ((flags & 2) != 0) {
      for (const PendingProposal& pending : members_[who].pending_proposals())
        params.refs.push_back(pending.ref);
    }
    for (uint8_t more = flags >> 2 & 3; more > 0; --more) params.proposals.push_back(any_proposal());
    const Rogue rogue(members_[who]);
    auto pending = members_[who].commit(params, random_);
    if (!pending.ok()) return;
    if ((flags & 0x30) != 0) {
      PublicMessage message = std::get<PublicMessage>(*decode_message(pending->message()));
      if (mutate(message.content)) deliver(who, rogue.send(message.content.body));
      return;
    }
    if ((flags & 0x40) != 0) return;  // it came second
    const bool by_reference = !params.refs.empty();
    const Bytes sent = copy_of(pending->message());
    const StagedCommit& mine = pending->staged();
    const auto staged = deliver(who, sent);
    for (size_t i = 0; i < members_.size(); ++i) {
      if (i == who) continue;
      // Who did not hear of a proposal misses it; everybody else takes what an honest member sends.
      HW_ASSERT(by_reference || staged[i].went != Went::kRefused);
      if (staged[i].went != Went::kReady) continue;
      HW_ASSERT(equal(staged[i].next->tree_hash(), mine.tree_hash()));
      HW_ASSERT(equal(staged[i].next->epoch_authenticator(), mine.epoch_authenticator()));
    }
    enter(who, *std::move(pending), sent);
  }

  enum class Went : uint8_t { kRefused, kRemoved, kNotForMe, kReady };
  struct Taken {
    Went went = Went::kRefused;
    bool checked = false;
    Bytes tree_hash;
    std::optional<StagedCommit> next;
  };

  // Everybody but the sender takes the message as far as it goes; nobody enters.
  std::vector<Taken> deliver(size_t sender, BytesView message) {
    std::vector<Taken> out;
    for (size_t i = 0; i < members_.size(); ++i) {
      out.emplace_back();
      if (i == sender) continue;
      take(members_[i], message, out.back());
      for (size_t j = 0; j < i; ++j) {
        if (j != sender) agree(i, j, out);
      }
    }
    return out;
  }

  static void take(Group& group, BytesView message, Taken& out) {
    const Disk before = rows_of(group);
    const auto opened = group.open(message);
    HW_ASSERT(opened.ok());  // it is signed and tagged by its sender
    auto candidate = group.check_commit(*opened);
    if (!candidate.ok()) {
      out.went = candidate.error().is(MlsError::kMissingProposal) ? Went::kNotForMe : Went::kRefused;
    } else {
      out.checked = true;
      RatchetTree tree = candidate->tree();
      out.tree_hash = copy_of(tree.tree_hash());
      auto staged = group.complete(*std::move(candidate), any_psk);
      if (staged.ok()) {
        out.went = Went::kReady;
        out.next = std::move(*staged);
      } else {
        out.went = staged.error().is(MlsError::kRemoved) ? Went::kRemoved : Went::kNotForMe;
      }
    }
    HW_ASSERT(rows_of(group) == before);  // a PublicMessage uses no key up, and nobody entered
  }

  // The proposals that a member heard of.
  std::vector<Bytes> known_to(size_t member) const {
    std::vector<Bytes> out;
    for (const PendingProposal& pending : members_[member].pending_proposals())
      out.push_back(copy_of(pending.ref));
    std::sort(out.begin(), out.end());
    return out;
  }

  void agree(size_t i, size_t j, const std::vector<Taken>& taken) const {
    if (known_to(i) == known_to(j)) HW_ASSERT(taken[i].checked == taken[j].checked);
    if (taken[i].checked && taken[j].checked) HW_ASSERT(taken[i].tree_hash == taken[j].tree_hash);
    if (taken[i].next && taken[j].next) {
      HW_ASSERT(taken[i].next->epoch() == taken[j].next->epoch());
      HW_ASSERT(equal(taken[i].next->tree_hash(), taken[j].next->tree_hash()));
      HW_ASSERT(equal(taken[i].next->epoch_authenticator(), taken[j].next->epoch_authenticator()));
    }
  }

  // The committer and all who can enter; the others are out of the group.
  void enter(size_t committer, PendingCommit pending, BytesView message) {
    std::vector<Group> next;
    for (size_t i = 0; i < members_.size(); ++i) {
      if (i == committer) {
        HW_ASSERT(members_[i].merge_pending(std::move(pending)).ok());
        next.push_back(std::move(members_[i]));
      } else if (take_commit(members_[i], message, any_psk).ok()) {
        next.push_back(std::move(members_[i]));
      }
    }
    members_ = std::move(next);
    all_agree();
  }

  void all_agree() const {
    for (const Group& group : members_) {
      HW_ASSERT(group.epoch() == members_[0].epoch());
      HW_ASSERT(equal(group.tree_hash(), members_[0].tree_hash()));
      HW_ASSERT(equal(group.epoch_authenticator(), members_[0].epoch_authenticator()));
      HW_ASSERT(equal(group.confirmed_transcript_hash(), members_[0].confirmed_transcript_hash()));
    }
  }

  // Changes bytes of the commit; answers whether it still reads as one.
  bool mutate(FramedContent& content) {
    Writer out;
    encode_content_body(out, content);
    Bytes body = out.take();
    for (uint8_t changes = 1 + in_.u8() % 3; changes > 0; --changes) {
      const size_t at = in_.u16() % body.size();
      body[at] ^= in_.u8();
    }
    return read(content, body);
  }
  static bool read(FramedContent& content, BytesView body) {
    Reader in(body);
    auto changed = decode_content_body(in, ContentType::kCommit);
    if (!in.finish().ok()) return false;
    content.body = std::move(changed);
    return true;
  }

  void commit_of_bytes() {
    const size_t who = in_.u8() % members_.size();
    FramedContent content;
    if (read(content, in_.raw(std::min<size_t>(in_.u16(), in_.left())))) {
      deliver(who, Rogue(members_[who]).send(content.body));
    }
  }

  void join_from_outside() {
    const auto info = members_[in_.u8() % members_.size()].group_info({});
    if (!info.ok()) return;
    ExternalJoinParams params;
    params.group_info = *info;
    params.credential = Credential::basic(view_of("outsider"));
    params.signature_key = &begun_.outsider.signature_key;
    params.capabilities = Capabilities::ours();
    params.capabilities.extensions = {static_cast<uint16_t>(kPolicy)};
    const uint8_t flags = in_.u8();
    if ((flags & 1) != 0) params.replaces = any_leaf();
    auto joined = Group::join_external(params, random_);
    if (!joined.ok()) return;
    if ((flags & 2) == 0) {
      const auto staged = deliver(members_.size(), joined->message);
      for (const Taken& taken : staged) HW_ASSERT(taken.went == Went::kReady || taken.went == Went::kRemoved);
      std::vector<Group> next;
      for (Group& group : members_) {
        if (take_commit(group, joined->message).ok()) next.push_back(std::move(group));
      }
      next.push_back(std::move(joined->group));
      members_ = std::move(next);
      all_agree();
      return;
    }
    PublicMessage message = std::get<PublicMessage>(*decode_message(joined->message));
    if (!mutate(message.content) || !message.content.commit().path) return;
    const LeafNode& leaf = message.content.commit().path->leaf_node;
    if (!equal(leaf.signature_key(), begun_.outsider.signature_key.public_key)) return;
    message.auth.signature =
        *sign_content(members_[0].suite(), begun_.outsider.signature_key.private_key.view(),
                      WireFormat::kPublicMessage, message.content, Rogue(members_[0]).context_bytes);
    deliver(members_.size(), encode_message(message));
  }

  Beginning& begun_;
  Reader in_;
  SeededRandom random_;
  std::vector<Group> members_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Beginning begun;
  Run(begun, BytesView(data, size)).run();
  return 0;
}
