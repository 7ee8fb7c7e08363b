// Roles, rules, and what members do with messages; that nobody's rules were changed without those who must
// agree; that what expired left no row.
#include <algorithm>

#include "sim/world.h"

namespace homeward::sim {
namespace {

using client::Client;

bool same_rules(const group::PolicyView& a, const group::PolicyView& b) {
  return a.name == b.name && a.vouches == b.vouches && a.retention_days == b.retention_days &&
         a.organizers == b.organizers && a.advisers == b.advisers && a.closes == b.closes &&
         a.porch == b.porch && a.is_porch == b.is_porch;
}

// The rules that follow from a change, worked out here anew.
group::PolicyView after(group::PolicyView policy, const group::Change& change) {
  policy.name = change.name.value_or(policy.name);
  policy.vouches = change.vouches.value_or(policy.vouches);
  policy.retention_days = change.retention_days.value_or(policy.retention_days);
  policy.closes = change.closes.value_or(policy.closes);
  if (change.porch && policy.is_porch) policy.is_porch = change.porch->days;
  if (change.porch && !policy.is_porch) {
    policy.porch.reset();
    if (change.porch->group != group::GroupId{}) policy.porch = change.porch;
  }
  for (const group::RoleChange& item : change.roles) {
    std::erase(policy.organizers, item.person);
    std::erase(policy.advisers, item.person);
    if (item.role == group::Role::kOrganizer) policy.organizers.push_back(item.person);
    if (item.role == group::Role::kAdviser) policy.advisers.push_back(item.person);
  }
  std::ranges::sort(policy.organizers);
  std::ranges::sort(policy.advisers);
  return policy;
}

group::Role role_in(const group::PolicyView& policy, const group::PersonId& person) {
  if (std::ranges::find(policy.organizers, person) != policy.organizers.end()) return group::Role::kOrganizer;
  if (std::ranges::find(policy.advisers, person) != policy.advisers.end()) return group::Role::kAdviser;
  return group::Role::kMember;
}

// Of a canary: somebody without the right to it made herself organizer, and every device took it.
void crown_somebody(SimGroup& known, SimGroup::Rules& now) {
  const auto person = std::ranges::find_if(now.present, [&](const group::PersonId& one) {
    return role_in(now.policy, one) != group::Role::kOrganizer;
  });
  if (person == now.present.end()) return;
  SimChange& kept = known.changes[group::ChangeId{}];
  kept.change.roles = {{*person, group::Role::kOrganizer}};
  kept.approvers = {*person};
  now.policy = after(now.policy, kept.change);
}

}  // namespace

bool is_enough(const SimChange& made, const SimGroup::Rules& before) {
  const group::PolicyView& policy = before.policy;
  const group::Change& change = made.change;
  const auto said_yes = [&](const group::PersonId& person) { return made.approvers.contains(person); };
  const bool is_one_role = change.roles.size() == 1 && !change.name && !change.vouches &&
                           !change.retention_days && !change.closes && !change.porch;
  if (policy.organizers.empty()) {
    const size_t needed = std::min<size_t>(std::max<size_t>(2, policy.vouches), before.present.size());
    const auto words = static_cast<size_t>(std::ranges::count_if(before.present, said_yes));
    return is_one_role && change.roles[0].role == group::Role::kOrganizer && words >= needed;
  }
  if (is_one_role && said_yes(change.roles[0].person) &&
      change.roles[0].role < role_in(policy, change.roles[0].person))
    return true;
  const auto organizers = static_cast<size_t>(std::ranges::count_if(policy.organizers, said_yes));
  return organizers >= std::min<size_t>(2, policy.organizers.size());
}

void World::reform(Node& node, SimGroup& known) {
  const group::Group& group = *node.client->find(known.id);
  const group::PersonId founder = nodes_[known.founder].client != nullptr
                                      ? nodes_[known.founder].client->find(known.id)->me()
                                      : group.me();
  const auto members = group.members();
  const group::Member& member = members[below(members.size())];
  group::Change change;
  switch (below(5)) {
    case 0:
      change.name = std::string(kPlanted) + " group " + std::to_string(below(4));
      break;
    case 1:
      change.vouches = static_cast<uint8_t>(1 + below(2));
      break;
    case 2:
      if (node.index != known.founder || below(4) != 0) return;
      change.retention_days = static_cast<uint16_t>(1 + below(3));
      known.expires = true;
      break;
    default:
      // The founder stays organizer, so that somebody can remove.
      if (member.person == founder) return;
      change.roles = {{member.person, static_cast<group::Role>(1 + below(3))}};
  }
  trace("reform", node.index);
  with(node, [&](Client& client) {
    const auto made = client.change_policy(known.id, change, clock(node));
    if (!made.ok()) {
      known.unsure = known.unsure || made.error().room() != Room::kGroup;
      return;
    }
    ++outcome_.statistics.changes;
    SimChange& kept = known.changes[*made];
    kept.change = change;
    record_word(kept, client.find(known.id)->me());
  });
}

void World::record_word(SimChange& change, const group::PersonId& person) {
  if (options_.canary == Canary::kObeysOne && !change.approvers.empty()) return;
  change.approvers.insert(person);
}

void World::approve_changes(Node& node, SimGroup& known) {
  for (const group::PendingChange& pending : node.client->find(known.id)->changes()) {
    if (node.client == nullptr || (!pending.can_approve && !pending.can_reject)) continue;
    if (!chance(faults_ ? 300 : 1000)) continue;
    const bool approve = pending.can_approve && chance(800);
    trace(approve ? "approve" : "reject", node.index);
    with(node, [&](Client& client) {
      const group::PersonId me = client.find(known.id)->me();
      if (!approve) {
        (void)client.reject_change(known.id, pending.id, clock(node));
        return;
      }
      const auto done = client.approve_change(known.id, pending.id, clock(node));
      const auto kept = known.changes.find(pending.id);
      if (done.ok() && kept != known.changes.end()) record_word(kept->second, me);
      known.unsure =
          known.unsure || kept == known.changes.end() || (!done.ok() && done.error().room() != Room::kGroup);
    });
  }
}

// Edits, removes or signs a message, if it may.
void World::touch(Node& node, const group::GroupId& group) {
  const auto page = node.client->talk(group, 10, std::nullopt);
  if (!page.ok() || page->messages.empty()) return;
  const client::TalkMessage message = page->messages[below(page->messages.size())];
  const uint64_t what = below(4);
  trace("touch", node.index, what);
  with(node, [&](Client& client) {
    ++outcome_.statistics.touches;
    if (what == 0 && message.can_edit) {
      const std::string text = std::string(kPlanted) + " письмо word" + std::to_string(below(5)) + " edit" +
                               std::to_string(outcome_.statistics.touches);
      (void)client.edit(group, message.id, {text}, clock(node));
    } else if (what == 1 && message.can_remove) {
      (void)client.remove_message(group, message.id, clock(node));
    } else {
      const auto sign = static_cast<domain::talk::Sign>(below(6));
      (void)client.sign(group, message.id, sign, clock(node));
      return;
    }
    for (Post& post : posts_)
      if (post.group == group && (post.text == message.text || post.id == message.id)) post.touched = true;
  });
}

// Every epoch's rules follow from those before by a change that enough agreed to, or by who went; and who
// came in was vouched for by as many as the rules before asked for.
void World::check_rules(Node& node, SimGroup& known, uint64_t epoch) {
  const group::Group& group = *node.client->find(known.id);
  SimGroup::Rules now{group.policy(), {}};
  const auto members = group.members();
  for (const group::Member& member : members) now.present.insert(member.person);
  if (options_.canary == Canary::kCrownsOne && epoch >= 3) crown_somebody(known, now);
  const auto [entry, first] = known.rules.emplace(epoch, now);
  if (!first) {
    if (!same_rules(entry->second.policy, now.policy)) fail("two members have other rules in one epoch");
    return;
  }
  const auto before = known.rules.find(epoch - 1);
  if (before == known.rules.end()) return;
  const SimGroup::Rules& old = before->second;
  check_devices(node, known, old);
  check_gone(known, old, now);
  group::PolicyView expected = old.policy;
  const auto is_gone = [&](const group::PersonId& person) { return !now.present.contains(person); };
  std::erase_if(expected.organizers, is_gone);
  std::erase_if(expected.advisers, is_gone);
  // A commit by which somebody comes or goes changes nothing else, and none takes the last organizer's role.
  const bool may_change = now.present == old.present && !now.policy.organizers.empty();
  const bool by_change =
      may_change && std::ranges::any_of(known.changes, [&](const auto& item) {
        return same_rules(after(old.policy, item.second.change), now.policy) && is_enough(item.second, old);
      });
  if (!same_rules(expected, now.policy) && !by_change && !known.unsure)
    return fail("the rules of epoch " + std::to_string(epoch) + " are not what enough agreed to");
  for (const group::Member& member : members) {
    if (old.present.contains(member.person)) continue;
    // A request that was dropped after the commit was made: its approvals are in the commit, not in the log.
    if (member.sponsor == group::PersonId{} && known.dropped_requests > 0) continue;
    const size_t words = 1 + member.confirmed_by.size();
    if (words < 1 + std::min<size_t>(old.policy.vouches, old.present.size() - 1))
      return fail("a member came in whom too few vouched for");
  }
}

// Days later nothing of the talk is in anybody's rows.
void World::check_expiry(SimGroup& known) {
  ++outcome_.statistics.expired;
  constexpr int64_t kDays_ms = 10 * 24 * kHour_ms;
  for (Node& node : nodes_) {
    const group::Group* group = node.client->find(known.id);
    if (group == nullptr || group->policy().retention_days == 0) continue;
    const uint16_t days = group->policy().retention_days;
    node.client->tick(clock(node).after_ms(kDays_ms));
    node.client->tick(clock(node).after_ms(kDays_ms + days * 24 * kHour_ms));
    const auto page = node.client->talk(known.id, 10, std::nullopt);
    if (!page.ok()) return fail("talk does not read");
    for (const client::TalkMessage& message : page->messages)
      if (message.state == group::SendState::kTakenIn)
        return fail("member " + std::to_string(node.index) + " still has talk that expired");
    if (!node.client->search("письмо", known.id, 10).empty()) return fail("search finds what expired");
    check_files_gone(node, known.id);
  }
}

}  // namespace homeward::sim
