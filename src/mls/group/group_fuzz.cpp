// A member who is fed a group's real messages, broken by the fuzzer: nothing crashes, and what is refused
// changes nothing.
//
// The input picks steps: which message of a fixed history comes next, and which of its bytes change; or raw
// bytes as a message, a Welcome or a saved row. Two members take the same messages; whenever both are in one
// epoch, they agree.
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
    messages.push_back(copy_of(groups[0].commit({}, world.random)->message()));
    messages.push_back(*groups[0].protect(talk, world.random));
  }

  World world;
  Newcomer newcomer;
  Disk first;
  Disk second;
  std::vector<Bytes> messages;
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
  auto staged = group.complete(*std::move(candidate));
  if (staged.ok()) HW_ASSERT(group.merge(*std::move(staged)).ok());
  return true;
}

void agree(const Group& a, const Group& b) {
  if (a.epoch() != b.epoch()) return;
  HW_ASSERT(equal(a.tree_hash(), b.tree_hash()));
  HW_ASSERT(equal(a.epoch_authenticator(), b.epoch_authenticator()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static History history;
  Reader in(BytesView(data, size));
  Group first = *load(history.first);
  Group second = *load(history.second);
  for (int steps = 0; steps < 12 && !in.empty(); ++steps) {
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
