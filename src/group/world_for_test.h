// A small world for the tests of this room: devices with their rows, and a relay that is a map of queues.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "group/group.h"
#include "group/impl.h"
#include "group/spaces.h"

namespace homeward::group {

// The way into a group for tests that play a hostile member.
struct GroupInside {
  static auto& of(Group& group) { return *group.impl_; }
};

// Keeps every event it folds, in order: equal logs are equal states.
class LogFold final : public Fold {
 public:
  static constexpr Space kSpace = 0x9000;
  void fold(const Context& context, const Event& event) override {
    Writer row;
    row.raw(context.author).raw(event.id).u16(event.kind).opaque(event.body);
    row.u8(static_cast<uint8_t>(context.author_role));
    Bytes key = copy_of(context.group);
    append_key_u64(key, context.position.epoch);
    append_key_u64(key, context.position.number);
    EXPECT_FALSE(context.rows.get(kSpace, key)) << "two events at one position";
    context.rows.put(kSpace, key, row.view());
    if (!texts_) return;
    texts_->push_back(text_of(event.body));
  }
  Bytes snapshot(Rows& rows, const GroupId& group) override {
    Writer out;
    rows.scan(kSpace, prefix_range(group), [&](BytesView key, BytesView value) {
      out.opaque(key).opaque(value);
      return true;
    });
    return out.take();
  }
  Result<> restore(Rows& rows, const GroupId& group, BytesView snapshot, bool) override {
    rows.erase_range(kSpace, prefix_range(group));
    Reader in(snapshot);
    while (!in.empty()) {
      const BytesView key = in.opaque();
      rows.put(kSpace, key, in.opaque());
    }
    return in.finish();
  }
  void forget(Rows& rows, const GroupId& group) override { rows.erase_range(kSpace, prefix_range(group)); }
  void watch(std::vector<std::string>* texts) { texts_ = texts; }

 private:
  std::vector<std::string>* texts_ = nullptr;
};

// Entries by queue, numbered from 1.
class TinyRelay {
 public:
  uint64_t append(const wire::QueueId& queue, const Bytes& entry) {
    auto& entries = queues[queue];
    for (size_t i = 0; i < entries.size(); ++i)
      if (entries[i] == entry) return i + 1;
    entries.push_back(entry);
    return entries.size();
  }
  std::map<wire::QueueId, std::vector<Bytes>> queues;
};

// One device: a group or a join over its own rows, reloaded from them before every call if `forgetful`.
struct Device {
  explicit Device(uint64_t seed) : random(seed) {}
  MemoryRows rows;
  SeededRandom random;
  LogFold fold;
  std::vector<std::string> texts;
  Happenings happened;
  std::unique_ptr<Group> group;
  std::unique_ptr<Joining> joining;
  bool online = true;
  bool forgetful = false;

  Turn turn(Instant now) { return {rows, random, now, fold, happened}; }
  Group& g() { return *group; }
  void reload() {
    fold.watch(&texts);
    if (group) {
      const GroupId id = group->id();
      auto loaded = Group::load(id, rows);
      ASSERT_TRUE(loaded.ok()) << loaded.error().context();
      group = std::move(*loaded);
    }
    if (joining) {
      auto loaded = Joining::load(joining->id(), rows);
      ASSERT_TRUE(loaded.ok()) << loaded.error().context();
      joining = std::move(*loaded);
    }
  }
  size_t count_warnings(Warning::Kind kind) {
    const auto all = group->warnings(rows);
    return static_cast<size_t>(std::ranges::count(all, kind, &Warning::kind));
  }
  template <class What>
  size_t count() const {
    return static_cast<size_t>(std::ranges::count_if(
        happened, [](const Happening& item) { return std::holds_alternative<What>(item); }));
  }
};

class World {
 public:
  std::map<std::string, TinyRelay> relays;
  TinyRelay& relay = relays["relay.example"];
  std::set<std::string> gone;  // relays that nobody reaches
  Instant now{1'660'000'000'000};
  std::vector<std::unique_ptr<Device>> devices;
  uint64_t next_seed = 1;

  Device& add_device() {
    devices.push_back(std::make_unique<Device>(next_seed++));
    devices.back()->fold.watch(&devices.back()->texts);
    return *devices.back();
  }
  Device& found(uint8_t vouches = 1) {
    Device& device = add_device();
    auto group = Group::found({"Дом", "Ayana", "relay.example", vouches}, device.turn(now));
    EXPECT_TRUE(group.ok());
    device.group = std::move(*group);
    return device;
  }

  // Reads everything there is for one device, once; true if anything was new.
  bool read(Device& device) {
    bool any = false;
    if (device.group) {
      if (device.forgetful) device.reload();
      for (const WantedRead& wanted : device.g().wanted_reads()) any |= read_queue(device, wanted);
    }
    if (device.joining) {
      for (const WantedRead& wanted : device.joining->wanted_reads()) {
        const auto queue = wire::queue_id(wanted.access);
        const auto& entries = relays[device.joining->relay()].queues[queue];
        if (entries.size() <= wanted.after || gone.contains(device.joining->relay())) continue;
        any = true;
        const std::vector<Bytes> fresh(entries.begin() + static_cast<long>(wanted.after), entries.end());
        auto group = device.joining->take_in(queue, wanted.after + 1, fresh, device.turn(now));
        if (group) device.group = std::move(group);
      }
    }
    return any;
  }
  bool read_queue(Device& device, const WantedRead& wanted) {
    const auto queue = wire::queue_id(wanted.access);
    const std::string from = wanted.relay.empty() ? device.g().relay() : wanted.relay;
    if (gone.contains(from)) return false;
    const auto& entries = relays[from].queues[queue];
    const bool was_caught_up = device.g().caught_up();
    const std::vector<Bytes> fresh(
        entries.begin() + static_cast<long>(std::min(wanted.after, entries.size())), entries.end());
    device.g().take_in(queue, wanted.after + 1, fresh, entries.size(), device.turn(now), wanted.relay);
    return !fresh.empty() || (was_caught_up != device.g().caught_up() && !device.forgetful);
  }
  // Sends at most one entry; true if it did.
  bool send(Device& device) {
    std::optional<WantedSend> wanted;
    const bool for_group = device.group != nullptr;
    if (for_group && device.forgetful) read(device);
    std::string over = for_group ? device.g().relay() : std::string();
    if (for_group && !gone.contains(over)) wanted = device.g().next_send(device.turn(now));
    for (const auto& [name, one] : relays) {
      if (wanted || !for_group || gone.contains(name) || name == device.g().relay()) continue;
      over = name;
      wanted = device.g().next_send(device.turn(now), name);
    }
    if (for_group && device.forgetful) device.reload();
    if (wanted) {
      const uint64_t number = relays[over].append(wire::queue_id(wanted->access), wanted->entry);
      device.g().sent(wanted->handle, number, device.turn(now));
      return true;
    }
    if (!device.joining) return false;
    wanted = device.joining->next_send(device.turn(now));
    if (!wanted) return false;
    device.joining->sent(
        wanted->handle, relays[device.joining->relay()].append(wire::queue_id(wanted->access), wanted->entry),
        device.turn(now));
    return true;
  }
  // Everybody online reads and sends until nothing moves.
  void settle() {
    for (int round = 0; round < 2'000; ++round) {
      bool any = false;
      for (auto& device : devices) {
        if (!device->online) continue;
        any |= read(*device);
        any |= send(*device);
      }
      if (!any) return;
    }
    FAIL() << "the world does not come to rest";
  }
  // From now on nobody reaches this relay.
  void lose(const std::string& name) {
    gone.insert(name);
    for (auto& device : devices)
      if (device->group && device->g().relay() == name) device->g().disconnected();
  }
  // Lets time pass, so that every turn to commit comes.
  void pass(int64_t ms) {
    const Instant until = now.after_ms(ms);
    while (now < until) {
      now = std::min(until, now.after_ms(1'000));
      for (auto& device : devices)
        if (device->online && device->group) device->g().tick(device->turn(now));
      settle();
    }
  }

  // Asks by a link, as far as the sponsor's list.
  RequestId ask(Device& sponsor, Device& newcomer, const std::string& name) {
    auto invite = sponsor.g().invite(now.after_ms(kDay_ms), sponsor.turn(now));
    EXPECT_TRUE(invite.ok());
    auto joining = Joining::ask({invite->link, name, "hello"}, newcomer.turn(now));
    EXPECT_TRUE(joining.ok());
    newcomer.joining = std::move(*joining);
    settle();
    for (const JoinRequest& request : sponsor.g().requests(now))
      if (request.name == name && request.words == newcomer.joining->words()) return request.id;
    ADD_FAILURE() << "the request did not arrive";
    return {};
  }
  // The whole way in; every member in `confirming` confirms.
  Device& join(Device& sponsor, const std::string& name, std::vector<Device*> confirming = {}) {
    Device& newcomer = add_device();
    newcomer.forgetful = sponsor.forgetful;
    const RequestId request = ask(sponsor, newcomer, name);
    EXPECT_TRUE(sponsor.g().propose(request, "my neighbour", sponsor.turn(now)).ok());
    settle();
    for (Device* member : confirming) {
      const auto confirmed = member->g().confirm(request, member->turn(now));
      EXPECT_TRUE(confirmed.ok()) << confirmed.error().context();
      settle();
    }
    EXPECT_TRUE(newcomer.group) << "the newcomer is not in";
    return newcomer;
  }
  EventId say(Device& device, std::string_view text) {
    auto id = device.g().post(kTalkKinds, view_of(text), device.turn(now));
    EXPECT_TRUE(id.ok());
    return id.ok() ? *id : EventId{};
  }
  // Same epoch, same everything.
  void expect_agreement() {
    Device* first = nullptr;
    for (auto& device : devices) {
      if (!device->group || !device->online || !device->g().caught_up()) continue;
      if (!first) {
        first = device.get();
        continue;
      }
      EXPECT_EQ(first->g().epoch(), device->g().epoch());
      EXPECT_EQ(first->g().epoch_authenticator_hash(), device->g().epoch_authenticator_hash());
      EXPECT_EQ(first->g().shared_state_hash(first->rows, first->fold),
                device->g().shared_state_hash(device->rows, device->fold));
    }
  }
};

}  // namespace homeward::group
