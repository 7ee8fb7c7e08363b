// A member who is fed a group's real messages, broken by the fuzzer: nothing crashes, and what is refused
// changes nothing.
//
// The history has every kind of message and goes on for eight epochs: proposals of members, an outsider's
// commit, a pre-shared key, other extensions of the group, a re-initialisation at the end. The input picks
// steps: which message comes next, and which of its bytes change; or raw bytes as a message, a Welcome or a
// saved row. Two members take the same messages; whenever both are in one epoch, they agree.
#include "base/assert.h"
#include "mls/group/group_world_for_test.h"

using namespace homeward;
using namespace homeward::mls;
using namespace homeward::mls::test;

namespace {

// Everything expensive, made once.
struct History {
  History() : world(SuiteId::kX25519ChaChaSha256Ed25519, 11), newcomer(world.newcomer()) {
    std::vector<Group> groups = world.group_of(4);
    first = rows_of(groups[1]);
    second = rows_of(groups[2]);
    MessageParams open_form;
    open_form.wire_format = WireFormat::kPublicMessage;
    auto update = groups[3].propose_update({}, {}, world.random);
    auto removal = groups[0].propose(Remove{groups[3].own_leaf()}, open_form, world.random);
    messages = {update->message, removal->message};
    Group::ProtectParams talk;
    talk.data = view_of("words");
    talk.despite_proposals = true;
    messages.push_back(*groups[0].protect(talk, world.random));
    messages.push_back(*groups[3].protect(talk, world.random));
    CommitParams with_refs;
    with_refs.refs = {removal->ref};
    with_refs.proposals = {Add{newcomer.made.package}};
    auto big = groups[0].commit(with_refs, world.random);
    messages.push_back(copy_of(big->message()));
    welcome = copy_of(*big->welcome());
    CommitParams in_the_open;
    in_the_open.wire_format = WireFormat::kPublicMessage;
    messages.push_back(copy_of(groups[0].commit(in_the_open, world.random)->message()));
    HW_ASSERT(groups[0].merge_pending(*std::move(big)).ok());
    fork = messages.size();
    messages.push_back(copy_of(groups[0].commit({}, world.random)->message()));
    messages.push_back(*groups[0].protect(talk, world.random));
    go_on(groups[0]);
  }

  // From the second epoch on, by the founder, in whose place an outsider is at the end.
  void go_on(Group& founder) {
    const auto commit = [&](Group& by, const CommitParams& params) {
      auto pending = by.commit(params, world.random);
      HW_ASSERT(pending.ok());
      messages.push_back(copy_of(pending->message()));
      HW_ASSERT(by.merge_pending(*std::move(pending)).ok());
      Group::ProtectParams talk;
      talk.data = view_of("more words");
      messages.push_back(*by.protect(talk, world.random));
    };
    CommitParams with_psk;
    with_psk.proposals = {PreSharedKey{{.psk_id = {1}, .psk_nonce = world.random.bytes(32)}}};
    with_psk.psks = any_psk;
    commit(founder, with_psk);
    const std::vector<ExternalSender> senders{{service.public_key, Credential::basic(view_of("service"))}};
    CommitParams with_senders;
    with_senders.proposals = {
        GroupContextExtensions{{{ExtensionType::kExternalSenders, encode_external_senders(senders)}}}};
    with_senders.wire_format = WireFormat::kPublicMessage;
    commit(founder, with_senders);
    const Proposal removal = Remove{LeafIndex{0}};
    OutsideProposal from_outside;
    from_outside.suite = world.suite.id();
    from_outside.group_id = founder.group_id();
    from_outside.epoch = founder.epoch();
    from_outside.sender = {SenderType::kExternal, {}, 0};
    from_outside.proposal = &removal;
    from_outside.signature_key = service.private_key.view();
    messages.push_back(*propose_from_outside(from_outside));
    commit(founder, {});
    const Bytes info = *founder.group_info({});
    ExternalJoinParams outsider;
    outsider.group_info = info;
    outsider.credential = Credential::basic(view_of("outsider"));
    outsider.signature_key = &service;
    outsider.capabilities = Capabilities::ours();
    outsider.replaces = LeafIndex{0};
    auto joined = Group::join_external(outsider, world.random);
    HW_ASSERT(joined.ok());
    messages.push_back(joined->message);
    commit(joined->group, {});
    CommitParams ending;
    ending.proposals = {ReInit{{1}, 1, 3, {}}};
    messages.push_back(copy_of(joined->group.commit(ending, world.random)->message()));
  }

  static std::optional<Secret> any_psk(const PreSharedKeyId&) { return Secret(view_of("pre-shared")); }

  World world;
  Newcomer newcomer;
  KeyPair service = world.suite.generate_signature_key_pair(world.random);
  Disk first;
  Disk second;
  std::vector<Bytes> messages;
  size_t fork = 0;  // a commit that came second
  Bytes welcome;
};

// Takes a message as far as it goes; answers whether anything was accepted.
bool take(Group& group, BytesView message) {
  const auto peeked = group.peek(message);
  auto opened = group.open(message);
  if (!opened.ok()) return false;
  HW_ASSERT(peeked.ok() && !peeked->own);
  if (opened->content_type() == ContentType::kProposal) {
    static_cast<void>(group.add_proposal(*opened));
    return true;
  }
  if (opened->content_type() == ContentType::kApplication) return true;
  auto candidate = group.check_commit(*opened);
  if (!candidate.ok()) return true;
  auto staged = group.complete(*std::move(candidate), History::any_psk);
  if (staged.ok()) HW_ASSERT(group.merge(*std::move(staged)).ok());
  return true;
}

void agree(const Group& a, const Group& b) {
  if (a.epoch() != b.epoch()) return;
  HW_ASSERT(equal(a.tree_hash(), b.tree_hash()));
  HW_ASSERT(equal(a.epoch_authenticator(), b.epoch_authenticator()));
}

// Untouched, the history leads both members to its end.
bool leads_to_its_end(const History& history) {
  Group first = *load(history.first);
  Group second = *load(history.second);
  for (size_t i = 0; i < history.messages.size(); ++i) {
    if (i == history.fork) continue;
    take(first, history.messages[i]);
    take(second, history.messages[i]);
    agree(first, second);
  }
  return first.epoch() == 8 && first.reinit() != nullptr && second.epoch() == 8;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static History history;
  static const bool whole = leads_to_its_end(history);
  HW_ASSERT(whole);
  Reader in(BytesView(data, size));
  Group first = *load(history.first);
  Group second = *load(history.second);
  for (int steps = 0; steps < 24 && !in.empty(); ++steps) {
    const uint8_t what = in.u8();
    if (what < 0xc0) {
      Bytes message = history.messages[what % history.messages.size()];
      const uint8_t changes = what / history.messages.size() % 3;
      for (uint8_t i = 0; i < changes; ++i) {
        const size_t at = in.u16() % message.size();
        message[at] ^= in.u8();
      }
      const Disk before = rows_of(first);
      if (!take(first, message)) HW_ASSERT(rows_of(first) == before);
      take(second, message);
      agree(first, second);
    } else if (what < 0xe0) {
      const BytesView raw = in.raw(std::min<size_t>(in.u16(), in.left()));
      const Disk before = rows_of(first);
      if (!take(first, raw)) HW_ASSERT(rows_of(first) == before);
    } else if (what < 0xf0) {
      Bytes welcome = history.welcome;
      const size_t at = in.u16() % welcome.size();
      const uint8_t change = in.u8();
      welcome[at] ^= change;
      HW_ASSERT(history.world.join(welcome, history.newcomer).ok() == (change == 0));
    } else {
      Disk disk = history.first;
      auto row = disk.begin();
      std::advance(row, in.u8() % disk.size());
      if (row->second.empty()) continue;
      row->second[in.u16() % row->second.size()] ^= in.u8();
      auto restored = load(disk);
      if (restored.ok()) take(*restored, history.messages[what % history.messages.size()]);
    }
  }
  return 0;
}
