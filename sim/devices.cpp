// Several devices of one person, lost ones, those who were away for too long, organizers who remove each
// other, and a committer whose commit is not good for all.
//
// What must hold besides: a further device comes in by its person's word and another person's, and nobody
// goes but by her own will, an organizer's, or as many members' words as the rules ask for.
#include <algorithm>

#include "group/impl.h"
#include "sim/world.h"

namespace homeward::group {

// The way into a group, for a world in which one of its members is hostile.
struct GroupInside {
  static auto& of(Group& group) { return *group.impl_; }
};

}  // namespace homeward::group

namespace homeward::sim {
namespace {

using client::Client;

auto& inside(Client& client, const group::GroupId& id) {
  // The world plays the hostile member: nobody else reaches into a client's group.
  return group::GroupInside::of(const_cast<group::Group&>(*client.find(id)));
}

bool is_active(const Node& node, const group::GroupId& id) {
  if (node.client == nullptr) return false;
  const group::Group* group = node.client->find(id);
  return group != nullptr && group->standing() == group::Standing::kActive;
}

}  // namespace

bool World::is_of_founder(const Node& node, const SimGroup& known) const {
  const Node& founder = nodes_[known.founder];
  if (node.index == known.founder) return true;
  if (founder.client == nullptr || node.client == nullptr) return true;  // not known just now
  const group::Group* here = node.client->find(known.id);
  return here != nullptr && here->me() == founder.client->find(known.id)->me();
}

// Neither the hostile member's own device nor another of hers.
bool World::follows_rules(const Node& node, const SimGroup& known) const {
  if (node.is_hostile) return false;
  if (!known.committer_of_rubbish || node.client == nullptr) return true;
  const group::Group* group = node.client->find(known.id);
  return group == nullptr || group->me() != *known.committer_of_rubbish;
}

void World::device_acts() {
  group::GroupId group;
  Node* node = some_node_in(group);
  switch (below(devices_often_ ? 6 : 12)) {
    case 0:
    case 1:
      if (node != nullptr) add_device(*node, group);
      return;
    case 2:
      if (node != nullptr) lose_device(*node, group);
      return;
    case 3:
      return commit_rubbish();
    case 4:
      return oust();
    case 5:
      if (chance(200)) return a_month_passes();
      if (node != nullptr) say_removal(*node, *std::ranges::find(groups_, group, &SimGroup::id));
      return;
    default:
      return;
  }
}

void World::add_device(Node& node, const group::GroupId& id) {
  Node& other = nodes_[1 + below(nodes_.size() - 1)];
  if (other.client == nullptr || other.is_hostile || other.client->find(id) != nullptr) return;
  for (const client::JoinSummary& join : other.client->joins())
    if (join.state == group::Joining::State::kSending || join.state == group::Joining::State::kWaiting)
      return;
  std::string link;
  with(node, [&](Client& client) {
    const auto made = client.invite_device(id, clock(node).after_ms(24 * kHour_ms), clock(node));
    if (made.ok()) link = made->link;
  });
  if (link.empty() || other.client == nullptr) return;
  trace("device", other.index, node.index);
  with(other, [&](Client& client) {
    if (client.join({.link = link, .my_name = "", .greeting = ""}, clock(other)).ok())
      ++outcome_.statistics.devices;
  });
}

// One of her own, or, by an organizer, another's; never one of the founder's, who has to stay whole.
void World::lose_device(Node& node, const group::GroupId& id) {
  const SimGroup& known = *std::ranges::find(groups_, id, &SimGroup::id);
  const group::Group& group = *node.client->find(id);
  const auto members = group.members();
  const group::Member& member = members[below(members.size())];
  const group::PersonId person = chance(500) ? group.me() : member.person;
  const Node& founder = nodes_[known.founder];
  if (founder.client == nullptr || person == founder.client->find(id)->me()) return;
  const auto devices = group.devices(person);
  const group::DeviceId device = devices[below(devices.size())].device;
  trace("lose device", node.index);
  with(node, [&](Client& client) {
    if (client.remove_device(id, device, clock(node)).ok()) ++outcome_.statistics.devices_lost;
  });
}

// The next commit of somebody is rubbish for some of the tree, or for all of it. Once in a world.
void World::commit_rubbish() {
  SimGroup& known = groups_[below(groups_.size())];
  if (known.committer_of_rubbish) return;
  Node& node = nodes_[below(nodes_.size())];
  if (!is_active(node, known.id) || is_of_founder(node, known)) return;
  if (node.client->find(known.id)->members().size() < 3) return;
  ++outcome_.statistics.rubbish;
  node.is_hostile = true;
  known.committer_of_rubbish = node.client->find(known.id)->me();
  const uint64_t which = below(4);  // 0: all of the tree
  trace("rubbish", node.index, which);
  with(node, [&](Client& client) {
    auto& impl = inside(client, known.id);
    impl.alter_path = [which, was_done = std::make_shared<bool>(false)](mls::UpdatePath& path) {
      if (std::exchange(*was_done, true)) return;
      for (size_t i = 0; i < path.nodes.size(); ++i)
        for (HpkeCiphertext& sealed : path.nodes[i].encrypted_path_secret)
          if (which == 0 || (i + which) % 2 == 0) sealed.ciphertext[0] ^= 1;
    };
    impl.saved.leaf_since = {};  // her leaf is old, so that she has something to commit
    impl.saved.routine.clear();
  });
}

// Two organizers remove each other at once; where there are not two, an organizer removes a sponsor.
void World::oust() {
  SimGroup& known = groups_[below(groups_.size())];
  std::vector<size_t> organizers;
  for (const Node& node : nodes_)
    if (is_active(node, known.id) && !is_of_founder(node, known) &&
        node.client->find(known.id)->my_role() == group::Role::kOrganizer)
      organizers.push_back(node.index);
  const auto removes = [&](Node& by, const group::PersonId& person) {
    trace("oust", by.index);
    known.may_go.insert(person);
    with(by, [&](Client& client) {
      if (client.remove(known.id, person, clock(by)).ok()) ++outcome_.statistics.removals;
    });
  };
  if (organizers.size() >= 2) {
    Node& a = nodes_[organizers[0]];
    Node& b = nodes_[organizers[1]];
    const group::PersonId of_a = a.client->find(known.id)->me();
    const group::PersonId of_b = b.client->find(known.id)->me();
    if (of_a == of_b) return;
    removes(a, of_b);
    if (b.client != nullptr) removes(b, of_a);
    return;
  }
  Node& founder = nodes_[known.founder];
  if (!is_active(founder, known.id)) return;
  const group::Group& group = *founder.client->find(known.id);
  if (group.my_role() != group::Role::kOrganizer) return;
  for (const group::JoinRequest& request : group.requests(clock(founder)))
    if (request.proposed && request.proposed_by != group.me()) return removes(founder, request.proposed_by);
}

void World::say_removal(Node& node, SimGroup& known) {
  const auto members = node.client->find(known.id)->members();
  const group::Member& member = members[below(members.size())];
  const Node& founder = nodes_[known.founder];
  if (founder.client == nullptr || member.person == founder.client->find(known.id)->me()) return;
  trace("word for removal", node.index);
  with(node, [&](Client& client) {
    const group::PersonId me = client.find(known.id)->me();
    (void)client.approve_removal(known.id, member.person, clock(node));
    known.removal_words[member.person].insert(me);
  });
}

// Everywhere; what nobody fetched the relay keeps no more.
void World::a_month_passes() {
  ++outcome_.statistics.months;
  trace("a month", 0);
  constexpr int64_t kMonth_ms = 31ll * 24 * kHour_ms;
  relay_offset_ms_ += kMonth_ms;
  for (Node& node : nodes_) node.clock_offset_ms += kMonth_ms;
  stop_relay();
}

// Of a device that fell out: where nobody can follow any more, the founder starts anew.
void World::attend_fallen(Node& node) {
  for (SimGroup& known : groups_) {
    if (node.client == nullptr || node.index != known.founder) continue;
    const auto stuck = node.client->find(known.id)->stuck();
    if (!stuck || !stuck->can_start_anew || faults_) continue;
    const bool somebody_follows = std::ranges::any_of(
        nodes_, [&](const Node& other) { return is_active(other, known.id) && follows_rules(other, known); });
    if (somebody_follows) continue;
    // The committer went on alone; what she does is of no interest any more.
    ++outcome_.statistics.anew;
    trace("anew", node.index);
    with(node, [&](Client& client) { (void)client.start_anew(known.id, clock(node)); });
  }
}

// --- Checks ---

void World::check_devices(Node& node, SimGroup& known, const SimGroup::Rules& before) {
  const group::Group& group = *node.client->find(known.id);
  for (const group::Member& member : group.members()) {
    if (member.devices < 2 || !before.present.contains(member.person)) continue;
    const auto devices = group.devices(member.person);
    if (devices.size() > group::kMostDevices) return fail("a member has too many devices");
    for (const group::MemberDevice& one : devices) {
      if (one.first || !known.devices.insert(one.device).second) continue;
      const auto said = known.device_words.find(member.person);
      std::vector<group::PersonId> approved = one.approved_by;
      if (options_.canary == Canary::kSneaksDevice) approved.clear();
      const size_t needed = std::min<size_t>(1, before.present.size() - 1);
      if (approved.size() < needed) return fail("a device came in on its owner's word alone");
      for (const group::PersonId& person : approved)
        if (person == member.person || said == known.device_words.end() || !said->second.contains(person))
          return fail("a device came in by a word that nobody said");
    }
  }
}

void World::check_gone(SimGroup& known, const SimGroup::Rules& before, const SimGroup::Rules& now) {
  for (const group::PersonId& person : before.present) {
    if (now.present.contains(person)) continue;
    if (options_.canary == Canary::kOusts) known.may_go.clear();
    if (known.may_go.contains(person)) continue;
    const auto words = known.removal_words.find(person);
    const size_t said = words == known.removal_words.end() ? 0 : words->second.size();
    const bool by_organizer =
        said > 0 && std::ranges::any_of(words->second, [&](const group::PersonId& by) {
          return std::ranges::find(before.policy.organizers, by) != before.policy.organizers.end();
        });
    if (by_organizer || said >= std::max<size_t>(2, before.policy.vouches)) continue;
    return fail("a member is gone whom nobody removed who may");
  }
}

}  // namespace homeward::sim
