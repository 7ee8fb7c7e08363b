// A group fed with entries from a hostile relay and a hostile member. The first byte says how deep the rest
// goes: raw entry; content under the outer seal; MLS message with a good signature; event and claims in a
// good MLS message; several entries of any number. Nothing may crash, and no such input may end the epoch or
// take in what is no event.
#include "crypto/crypto.h"
#include "group/impl.h"
#include "group/seal.h"

namespace homeward::group {

struct GroupInside {
  static auto& of(Group& group) { return *group.impl_; }
};

namespace {

class NoFold final : public Fold {
 public:
  void fold(const Context&, const Event&) override {}
  Bytes snapshot(Rows&, const GroupId&) override { return {}; }
  Result<> restore(Rows&, const GroupId&, BytesView, bool) override { return success(); }
  void forget(Rows&, const GroupId&) override {}
};

// Two members in one epoch, as they were saved.
struct Scene {
  Scene() {
    auto founded = Group::found({"G", "A", "relay", 1}, turn(good));
    id = (*founded)->id();
    std::vector<std::vector<Bytes>> queues;
    (*founded)->take_in(wire::queue_id((*founded)->wanted_reads()[0].access), 1, {}, 0, turn(good));
    auto invite = (*founded)->invite(now.after_ms(kDay_ms), turn(good));
    auto joining = Joining::ask({invite->link, "B", ""}, turn(bad));
    const auto request = (*joining)->next_send(turn(bad));
    (*joining)->sent(request->handle, 1, turn(bad));
    const std::vector<Bytes> asked{request->entry};
    (*founded)->take_in(wire::queue_id((*founded)->wanted_reads()[1].access), 1, asked, 1, turn(good));
    HW_ASSERT((*founded)->propose((*founded)->requests(now)[0].id, "", turn(good)).ok());
    uint64_t number = 0;
    std::unique_ptr<Group> entered;
    while (!entered) {
      const auto queue = wire::queue_id((*founded)->wanted_reads()[0].access);
      const auto send = (*founded)->next_send(turn(good));
      HW_ASSERT(send.has_value());
      const std::vector<Bytes> entry{send->entry};
      if (wire::queue_id(send->access) != queue) {
        entered = (*joining)->take_in(wire::queue_id(send->access), 1, entry, turn(bad));
        continue;
      }
      ++number;
      (*founded)->sent(send->handle, number, turn(good));
      (*founded)->take_in(queue, number, entry, number, turn(good));
    }
  }
  Turn turn(MemoryRows& rows) {
    happened.clear();
    return {rows, random, now, fold, happened};
  }
  MemoryRows good, bad;
  SeededRandom random{7};
  Instant now{1'660'000'000'000};
  NoFold fold;
  Happenings happened;
  GroupId id;
};

Bytes sealed_by(auto& impl, BytesView content, Random& random) {
  auto entry = seal_entry(impl.queue.seal_key(), impl.queue.id(), content, random);
  return entry.ok() ? std::move(*entry) : Bytes();
}

}  // namespace
}  // namespace homeward::group

using namespace homeward;
using namespace homeward::group;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Scene scene;
  if (size < 2 || size > 64 * 1024) return 0;
  MemoryRows rows = scene.good;
  MemoryRows bad_rows = scene.bad;
  auto good = std::move(*Group::load(scene.id, rows));
  auto bad = std::move(*Group::load(scene.id, bad_rows));
  auto& impl = GroupInside::of(*bad);
  const BytesView rest{data + 2, size - 2};
  Bytes entry;
  if (data[0] % 5 == 0) entry = copy_of(rest);
  if (data[0] % 5 == 1) entry = sealed_by(impl, rest, scene.random);
  if (data[0] % 5 == 2 || data[0] % 5 == 3) {
    Bytes message = copy_of(rest);
    if (data[0] % 5 == 3) {
      const size_t cut = std::min<size_t>(data[1], rest.size());
      const Bytes claims = data[1] == 255 ? encode(impl.claims()) : copy_of(rest.first(cut));
      mls::Group::ProtectParams params;
      params.data = data[1] == 255 ? rest : rest.subspan(cut);
      params.authenticated_data = claims;
      message = std::move(*impl.mls->protect(params, scene.random));
    }
    const auto signature =
        impl.mls->sign_with_label(kEntryLabel, entry_signature_content(impl.queue.id(), message));
    entry = sealed_by(impl, encode(SignedMessage{message, *signature}), scene.random);
  }
  const uint64_t epoch = good->epoch();
  const std::vector<Bytes> entries(data[0] % 5 == 4 ? data[1] % 4 : 1, entry);
  uint64_t first = 1;
  uint64_t last = entries.size();
  if (data[0] % 5 == 4 && rest.size() >= 16) {
    Reader in(rest);
    first = in.u64();
    last = in.u64();
  }
  const auto queue = wire::queue_id(good->wanted_reads()[0].access);
  good->take_in(queue, first, entries, last, scene.turn(rows));
  HW_ASSERT(good->epoch() == epoch && good->standing() == Standing::kActive);
  HW_ASSERT(Group::load(scene.id, rows).ok());
  return 0;
}
