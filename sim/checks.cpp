// What must hold.
//
// Always: an epoch has one authenticator and one tree, a place in it one shared state; nothing planted leaves
// a member's machine in the clear; nobody is accused in a world where nobody lies. When the world has come to
// rest: all members stand at the same epoch and place; every message that was shown as queued is there
// exactly once, in one order, unless its author is gone; who was removed has nothing that was written later;
// pages, search and counts say what the list of messages says.
#include <algorithm>

#include "base/text.h"
#include "sim/world.h"

namespace homeward::sim {
namespace {

std::string name_of(const group::GroupId& group) { return to_hex(group).substr(0, 6); }

std::vector<std::string> ids_of(const std::vector<client::TalkMessage>& talk) {
  std::vector<std::string> out;
  for (const client::TalkMessage& message : talk)
    out.push_back(to_hex(message.author).substr(0, 8) + to_hex(message.id));
  return out;
}

// Takes part: neither gone nor unable to follow.
bool is_present(const client::Client& client, const group::GroupId& group) {
  const group::Group* found = client.find(group);
  return found != nullptr &&
         (found->standing() == group::Standing::kActive || found->standing() == group::Standing::kLeaving);
}

}  // namespace

void World::check_hidden(BytesView bytes, const char* where) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.find(kPlanted) != std::string_view::npos) fail(std::string("a planted text stands in ") + where);
}

void World::observe(Node& node) {
  if (failed()) return;
  for (SimGroup& known : groups_) {
    const group::Group* group = node.client->find(known.id);
    if (group == nullptr || !follows_rules(node, known)) continue;
    if (group->standing() == group::Standing::kStuck && !node.fell_out) {
      ++outcome_.statistics.fell_out;
      node.fell_out = true;
    }
    if (group->standing() != group::Standing::kActive) continue;
    const uint64_t epoch = group->epoch();
    const auto seen = node.epochs.find(known.id);
    const bool is_new = seen == node.epochs.end() || seen->second != epoch;
    if (is_new) {
      if (seen != node.epochs.end() && seen->second > epoch && !node.was_put_back)
        return fail("an epoch went back");
      node.epochs[known.id] = epoch;
      trace("epoch", node.index, epoch);
      const Hash hash = group->epoch_authenticator_hash();
      const auto [entry, first] = known.authenticators.emplace(epoch, hash);
      if (!first && entry->second != hash)
        return fail("epoch " + std::to_string(epoch) + " of group " + name_of(known.id) +
                    " is not the same at member " + std::to_string(node.index));
      check_rules(node, known, epoch);
      std::set<group::PersonId> present;
      for (const group::Member& member : group->members()) present.insert(member.person);
      for (const group::PersonId& person : known.ever)
        if (epoch == known.authenticators.rbegin()->first && !present.contains(person))
          known.gone.insert(person);
      known.ever.insert(present.begin(), present.end());
    }
    if (!is_new && !chance(100)) continue;
    const auto reads = group->wanted_reads();
    if (reads.empty()) continue;
    const Hash shared = node.client->shared_state_hash(known.id);
    const auto [entry, first] = known.shared.emplace(std::pair(epoch, reads.front().after), shared);
    if (!first && entry->second != shared)
      return fail("the shared state at " + std::to_string(epoch) + "/" + std::to_string(reads.front().after) +
                  " is not the same at member " + std::to_string(node.index));
  }
}

std::string World::unsettled() {
  for (Node& node : nodes_) {
    if (node.client == nullptr) return "member " + std::to_string(node.index) + " is down";
    for (const client::GroupSummary& one : node.client->groups()) {
      const std::string who = "member " + std::to_string(node.index) + " in " + name_of(one.id) +
                              " at epoch " + std::to_string(one.epoch);
      if (group::is_out(one.standing)) continue;
      const SimGroup& known = *std::ranges::find(groups_, one.id, &SimGroup::id);
      if (!follows_rules(node, known)) continue;
      // Who is no member any more is told so by an organizer, or by as many as remove somebody.
      if (one.standing == group::Standing::kStuck && nobody_may_tell(node, one.id)) continue;
      if (one.link != client::LinkState::kConnected)
        return who + " is not connected but " + std::to_string(static_cast<int>(one.link));
      if (one.standing != group::Standing::kActive)
        return who + " has standing " + std::to_string(static_cast<int>(one.standing));
      if (one.waiting != 0) return who + " has " + std::to_string(one.waiting) + " waiting";
      if (one.requests != 0) return who + " has requests open";
      const group::Group* group = node.client->find(one.id);
      if (!group->caught_up()) return who + " is behind";
      for (Node& other : nodes_) {
        if (other.client == nullptr || !is_present(*other.client, one.id) || !follows_rules(other, known))
          continue;
        const group::Group* there = other.client->find(one.id);
        if (there->epoch() != group->epoch())
          return who + ", member " + std::to_string(other.index) + " at " + std::to_string(there->epoch());
        if (there->wanted_reads().front().after != group->wanted_reads().front().after)
          return who + " has another place";
      }
    }
  }
  return {};
}

std::vector<client::TalkMessage> World::talk_of(Node& node, const group::GroupId& group) {
  // In pages, as a person scrolls back.
  std::vector<client::TalkMessage> out;
  std::optional<group::EventId> before;
  for (;;) {
    const auto page = node.client->talk(group, 1 + below(8), before);
    if (!page.ok()) {
      fail("talk does not read");
      return out;
    }
    out.insert(out.begin(), page->messages.begin(), page->messages.end());
    if (!page->more || page->messages.empty()) break;
    before = page->messages.front().id;
  }
  return out;
}

void World::check_end() {
  for (SimGroup& group : groups_)
    if (!failed()) check_group(group);
  for (const SimGroup& group : groups_)
    if (!failed()) check_families(group);
  if (!failed()) check_porch();
  for (const SimGroup& group : groups_)
    if (!failed()) check_files(group);
  for (SimGroup& group : groups_)
    if (!failed() && group.expires) check_expiry(group);
  for (Node& node : nodes_)
    for (const std::string& path : node.disk->files())
      check_hidden(node.disk->read_file(path).value_or(Bytes{}), "a vault");
  for (const std::string& path : relay_disk_->files())
    check_hidden(relay_disk_->read_file(path).value_or(Bytes{}), "the relay's disk");
}

void World::check_group(SimGroup& known) {
  std::map<size_t, std::vector<client::TalkMessage>> talks;  // what was taken in
  for (Node& node : nodes_) {
    const group::Group* group = node.client->find(known.id);
    if (group == nullptr || !follows_rules(node, known)) continue;
    talks[node.index] = talk_of(node, known.id);
    if (options_.canary == Canary::kBreaksFold && node.index == canary_victim_ &&
        !talks[node.index].empty()) {
      talks[node.index].pop_back();
      canary_sang_ = true;
    }
    check_views(node, known.id, talks[node.index]);
    std::erase_if(talks[node.index], [](const auto& one) { return one.state != group::SendState::kTakenIn; });
    outcome_.statistics.taken_in += talks[node.index].size();
    check_warnings(node, known.id);
    if (failed()) return;
    if (group->standing() != group::Standing::kActive) continue;
    const Node& founder = nodes_[known.founder];
    const group::Group* there = founder.client->find(known.id);
    const bool same =
        group->epoch_authenticator_hash() == there->epoch_authenticator_hash() &&
        node.client->shared_state_hash(known.id) == founder.client->shared_state_hash(known.id) &&
        group->members().size() == there->members().size();
    if (!same) return fail("at rest member " + std::to_string(node.index) + " has not what the founder has");
  }
  // Hers is what the others' talk is compared with, unless she fell out or breaks the rules herself.
  if (!nodes_[known.founder].fell_out && talks.contains(known.founder)) check_posts(known, talks);
}

void World::check_posts(const SimGroup& known,
                        const std::map<size_t, std::vector<client::TalkMessage>>& talks) {
  // The founder was there from the beginning to the end: everybody's talk is a part of hers, in her order.
  const std::vector<std::string> all = ids_of(talks.at(known.founder));
  for (const auto& [index, talk] : talks) {
    const std::vector<std::string> ids = ids_of(talk);
    const Node& node = nodes_[index];
    const bool is_active = node.client->find(known.id)->standing() == group::Standing::kActive;
    const auto part = std::search(all.begin(), all.end(), ids.begin(), ids.end());
    // Who came back was away in between; then hers has a gap.
    const bool is_part =
        part != all.end() || ids.empty() || node.was_put_back || node.fell_out || known.expires;
    if (!is_part) return fail("member " + std::to_string(index) + " has another order than the founder");
    const bool is_last =
        node.was_put_back || node.fell_out || ids.empty() || all.empty() || ids.back() == all.back();
    if (is_active && !is_last && !known.expires)
      return fail("member " + std::to_string(index) + " lacks the newest message");
    size_t from = 0;
    for (const std::string& id : ids) {
      const auto at = std::find(all.begin() + static_cast<std::ptrdiff_t>(from), all.end(), id);
      if (at == all.end() && known.expires) continue;
      if (at == all.end())
        return fail("member " + std::to_string(index) + " has what the founder has not, or in another order");
      from = static_cast<size_t>(at - all.begin()) + 1;
    }
  }
  for (const Post& post : posts_) {
    if (post.group != known.id) continue;
    const group::Group* of_author = nodes_[post.node].client->find(known.id);
    const bool author_stays = of_author != nullptr && of_author->me() == post.author &&
                              of_author->standing() == group::Standing::kActive &&
                              !nodes_[post.node].was_put_back && follows_rules(nodes_[post.node], known);
    for (const auto& [index, talk] : talks) {
      const auto count = std::ranges::count(talk, post.text, &client::TalkMessage::text);
      if (count > 1) return fail("a message is there twice: " + post.text);
      if (index == known.founder && count == 0 && post.id && author_stays && !post.touched && !known.expires)
        return fail("a message is lost: " + post.text);
      const group::PersonId& reader = nodes_[index].client->find(known.id)->me();
      if (count != 0 && post.forbidden.contains(reader))
        return fail("member " + std::to_string(index) + " was removed and reads: " + post.text);
    }
  }
}

void World::check_views(Node& node, const group::GroupId& group,
                        const std::vector<client::TalkMessage>& talk) {
  const std::string word = "word" + std::to_string(below(5));
  std::vector<group::EventId> expected;
  for (const client::TalkMessage& message : talk)
    if (message.text.find(word + " ") != std::string::npos && message.state == group::SendState::kTakenIn)
      expected.insert(expected.begin(), message.id);
  std::vector<group::EventId> found;
  for (const client::TalkMessage& message : node.client->search("письма " + word, group, 1000))
    found.push_back(message.id);
  if (found != expected) return fail("search does not find what is there");

  size_t others = 0;
  for (const client::TalkMessage& message : talk)
    if (!message.mine && !message.removed_by) ++others;
  for (const client::GroupSummary& one : node.client->groups())
    if (one.id == group && one.unread != others && node.disk->has_power())
      return fail("unread messages are not counted right");
  if (!node.client->seen(group, clock(node)).ok()) return fail("seen does not work");
  for (const client::GroupSummary& one : node.client->groups())
    if (one.id == group && one.unread != 0) return fail("what was seen is still unread");
}

// No organizer is left, and of members too few.
bool World::nobody_may_tell(const Node& node, const group::GroupId& id) {
  if (founder_knows(node, id)) return false;
  const group::Group& group =
      *nodes_[std::ranges::find(groups_, id, &SimGroup::id)->founder].client->find(id);
  const auto policy = group.policy();
  return policy.organizers.empty() && group.members().size() < policy.persons_for_removal;
}

bool World::founder_knows(const Node& node, const group::GroupId& group) {
  const auto known = std::ranges::find(groups_, group, &SimGroup::id);
  const Node& founder = nodes_[known->founder];
  if (founder.client == nullptr) return true;
  const auto members = founder.client->find(group)->members();
  return std::ranges::find(members, node.client->find(group)->me(), &group::Member::person) != members.end();
}

void World::check_warnings(Node& node, const group::GroupId& group) {
  const auto& said = outcome_.statistics;
  if (said.old_copies + said.rubbish + said.months != 0) return;
  for (const group::Warning& warning : node.client->warnings(group))
    return fail("member " + std::to_string(node.index) + " is warned of kind " +
                std::to_string(static_cast<int>(warning.kind)) + ", and nobody lied");
}

}  // namespace homeward::sim
