// What members do, and what befalls them.
#include <algorithm>

#include "client/porch.h"
#include "sim/world.h"

namespace homeward::sim {

using client::Client;

void World::begin() {
  start_relay();
  const size_t count = 2 + below(4);
  canary_victim_ = 1;
  for (size_t i = 0; i < count; ++i) {
    Node& node = nodes_.emplace_back();
    node.index = i;
    node.name = std::string(kPlanted) + " member " + std::to_string(i);
    node.disk = std::make_unique<SimDisk>();
    node.clock_offset_ms = static_cast<int64_t>(below(4000)) - 2000;
    start(node);
  }
  const size_t group_count = 1 + below(5) / 4;
  for (size_t i = 0; i < group_count; ++i) {
    Node& founder = nodes_[i];
    with(founder, [&](Client& client) {
      const auto made = client.create_group({.name = std::string(kPlanted) + " group",
                                             .my_name = founder.name,
                                             .relay = "sim",
                                             .vouches = static_cast<uint8_t>(1 + below(2))},
                                            clock(founder));
      if (!made.ok()) return fail("a group cannot be founded");
      groups_.push_back({.id = *made, .founder = founder.index});
    });
  }
  if (has_porch_ && !failed()) open_porch();
  // Most are asked at once, others as it happens; where there is a porch, most into that.
  for (Node& node : nodes_)
    if (node.index > 0 && !failed())
      invite(nodes_[0], has_porch_ && node.index > 1 ? groups_.back().id : groups_[0].id);
}

std::vector<group::GroupId> World::groups_of(Node& node) {
  std::vector<group::GroupId> out;
  if (node.client == nullptr) return out;
  for (const SimGroup& group : groups_) {
    const group::Group* found = node.client->find(group.id);
    if (found != nullptr && found->standing() == group::Standing::kActive) out.push_back(group.id);
  }
  return out;
}

Node* World::some_node_in(group::GroupId& group) {
  Node& node = nodes_[below(nodes_.size())];
  const auto groups = groups_of(node);
  if (groups.empty()) return nullptr;
  group = groups[below(groups.size())];
  return &node;
}

void World::act() {
  for (Node& node : nodes_)
    if (chance(400)) attend(node, 700);
  group::GroupId group;
  Node* node = some_node_in(group);
  if (reforms_ && node != nullptr && chance(300))
    return reform(*node, *std::ranges::find(groups_, group, &SimGroup::id));
  if (chance(devices_often_ ? 250 : 60)) return device_acts();
  if (has_porch_ && chance(400))
    for (Node& one : nodes_) at_the_porch(one);
  const uint64_t what = below(100);
  if (has_files_) fetch_files(nodes_[below(nodes_.size())], 200);
  if (what < 5 && has_files_) {
    if (node != nullptr) attach(*node, group);
  } else if (what < 55) {
    if (node != nullptr) post(*node, group);
  } else if (what < 62) {
    if (node != nullptr) invite(*node, group);
  } else if (what < 66) {
    remove_somebody();
  } else if (what < 68) {
    if (node != nullptr) leave(*node);
  } else if (what < 74) {
    if (node != nullptr) touch(*node, group);
  } else if (what < 78) {
    if (node != nullptr) reform(*node, *std::ranges::find(groups_, group, &SimGroup::id));
  } else if (what < 86) {
    if (node != nullptr) families(*node, group);
  } else {
    strike();
  }
}

void World::post(Node& node, const group::GroupId& group) {
  const group::Group* of = node.client->find(group);
  Post post{.node = node.index,
            .group = group,
            .author = of->me(),
            .id = std::nullopt,
            .text = {},
            .forbidden = {}};
  post.text = std::string(kPlanted) + " письмо word" + std::to_string(below(5)) + " number" +
              std::to_string(posts_.size()) + mark_of(group);
  std::set<group::PersonId> present;
  for (const group::Member& member : of->members()) present.insert(member.person);
  for (const SimGroup& known : groups_) {
    if (known.id != group) continue;
    for (const group::PersonId& person : known.gone)
      if (!present.contains(person)) post.forbidden.insert(person);
  }
  trace("post", node.index, posts_.size());
  with(node, [&](Client& client) {
    const auto posted = client.post(group, post.text, clock(node));
    if (posted.ok()) post.id = *posted;
    const bool was_refused = !posted.ok() && posted.error().is(client::ClientError::kDiskFull);
    if (!was_refused) posts_.push_back(post);
  });
}

void World::invite(Node& node, const group::GroupId& group) {
  // Somebody who is neither in the group nor on the way into one.
  Node& guest = nodes_[1 + below(nodes_.size() - 1)];
  if (guest.client == nullptr || node.client == nullptr) return;
  const group::Group* there = guest.client->find(group);
  if (there != nullptr && there->standing() != group::Standing::kRemoved &&
      there->standing() != group::Standing::kLeft && there->standing() != group::Standing::kDeviceRemoved)
    return;
  for (const client::JoinSummary& join : guest.client->joins())
    if (join.state == group::Joining::State::kSending || join.state == group::Joining::State::kWaiting)
      return;
  std::string link;
  with(node, [&](Client& client) {
    const auto made = client.invite(group, clock(node).after_ms(24 * kHour_ms), clock(node));
    if (made.ok()) link = made->link;
  });
  if (link.empty()) return;
  trace("join", guest.index, node.index);
  with(guest, [&](Client& client) {
    const auto asked = client.join(
        {.link = link, .my_name = guest.name, .greeting = std::string(kPlanted) + " hello"}, clock(guest));
    if (asked.ok()) ++outcome_.statistics.joins;
  });
}

void World::attend(Node& node, uint64_t willing_per_mille) {
  attend_fallen(node);
  for (const group::GroupId& group : groups_of(node)) {
    if (node.client == nullptr) return;
    approve_changes(node, *std::ranges::find(groups_, group, &SimGroup::id));
    if (node.client == nullptr) return;
    for (const group::JoinRequest& request : node.client->find(group)->requests(clock(node))) {
      if (!chance(willing_per_mille) || node.client == nullptr) continue;
      if (request.can_object && faults_ && chance(30)) {
        with(node,
             [&](Client& client) { (void)client.object(group, request.id, "не знаю её", clock(node)); });
        continue;
      }
      if (!request.can_propose && !request.can_confirm) continue;
      trace(request.can_propose ? "propose" : "confirm", node.index);
      bool hindered = false;
      with(node, [&](Client& client) {
        const auto done = request.can_propose ? client.propose(group, request.id, "a neighbour", clock(node))
                                              : client.confirm(group, request.id, clock(node));
        hindered = !done.ok() && (done.error().is(client::PorchError::kNotThere) ||
                                  done.error().is(client::PorchError::kTooEarly));
        if (request.device_of && request.can_confirm)
          std::ranges::find(groups_, group, &SimGroup::id)
              ->device_words[*request.device_of]
              .insert(client.find(group)->me());
      });
      if (hindered && !faults_) drop_request(node, group, request.id);
    }
  }
}

void World::remove_somebody() {
  SimGroup& group = groups_[below(groups_.size())];
  Node& founder = nodes_[group.founder];
  if (founder.client == nullptr) return;
  if (founder.client->find(group.id)->standing() != group::Standing::kActive) return;
  const auto members = founder.client->find(group.id)->members();
  const group::Member& member = members[below(members.size())];
  if (member.me) return;
  trace("remove", founder.index);
  group.may_go.insert(member.person);
  with(founder, [&](Client& client) {
    if (client.remove(group.id, member.person, clock(founder)).ok()) ++outcome_.statistics.removals;
  });
}

void World::leave(Node& node) {
  const auto groups = groups_of(node);
  const group::GroupId group = groups[below(groups.size())];
  SimGroup& known = *std::ranges::find(groups_, group, &SimGroup::id);
  if (is_of_founder(node, known)) return;
  trace("leave", node.index);
  known.may_go.insert(node.client->find(group)->me());
  with(node, [&](Client& client) {
    if (client.leave(group, clock(node)).ok()) ++outcome_.statistics.leaves;
  });
}

void World::strike() {
  const size_t index = below(nodes_.size());
  Node& node = nodes_[index];
  switch (below(8)) {
    case 0:
      return stop(node);
    case 1:
      trace("power goes", index);
      return node.disk->cut_power_after(below(40));
    case 2:
      trace("relay power goes", 0);
      return relay_disk_->cut_power_after(below(40));
    case 3:
      return stop_relay();
    case 4:
      trace("cut off", index);
      node.is_cut_off = true;
      cut_all(node);
      return clockwork_.after_ms(static_cast<int64_t>(below(180)) * kSecond_ms,
                                 [this, index] { nodes_[index].is_cut_off = false; });
    case 5: {
      ++outcome_.statistics.full_disks;
      const bool is_relay = below(4) == 0;
      trace("disk full", is_relay ? 999 : index);
      SimDisk* disk = is_relay ? relay_disk_.get() : node.disk.get();
      disk->set_free_bytes(below(30'000));
      return clockwork_.after_ms(static_cast<int64_t>(below(120)) * kSecond_ms,
                                 [disk] { disk->set_free_bytes(UINT64_MAX); });
    }
    case 6: {
      ++outcome_.statistics.jumps;
      const int64_t far = below(4) == 0 ? 3 * 24 * kHour_ms : 10 * kMinute_ms;
      node.clock_offset_ms += static_cast<int64_t>(below(static_cast<uint64_t>(2 * far))) - far;
      return trace("clock jumps", index);
    }
    case 7:
      // A founder stays whole, so that somebody's talk is complete.
      if (index < groups_.size() || node.client == nullptr) return;
      if (!node.old_copy.empty() && chance(500)) return put_old_copy_back(node);
      node.old_copy.clear();
      for (const std::string& path : node.disk->files())
        node.old_copy[path] = node.disk->read_file(path).value_or(Bytes{});
      return;
  }
}

void World::heal() {
  trace("heal", 0);
  faults_ = false;
  base_latency_ms_ = 5;
  relay_disk_->set_free_bytes(UINT64_MAX);
  if (!relay_disk_->has_power()) stop_relay();
  relay_disk_->cut_power_after(UINT64_MAX);
  if (relay_ == nullptr) start_relay();
  for (Node& node : nodes_) {
    node.is_cut_off = false;
    node.disk->set_free_bytes(UINT64_MAX);
    if (!node.disk->has_power() || chance(300)) stop(node);
    node.disk->cut_power_after(UINT64_MAX);
    start(node);
  }
}

}  // namespace homeward::sim
