// A world with a porch: newcomers come into it, are asked further in once their days are over, and some are
// removed in between.
//
// What must hold of it: whoever never was further in has no byte of what is said there, in no row; nothing
// but talk and guidance is in a porch; who came in by a note was let in by rules that named this porch, and
// has another identity there.
#include <algorithm>

#include "client/features.h"
#include "client/porch.h"
#include "sim/world.h"

namespace homeward::sim {
namespace {

using client::Client;

constexpr std::pair<Space, Space> kEverySpace[] = {{0x1000, 0x10A0}, {0x2100, 0x2120}, {0x2200, 0x2220},
                                                   {0x2300, 0x2320}, {0x2600, 0x2610}, {0x3000, 0x3160}};
constexpr Space kFirstCaseSpace = 0x2400, kLastCaseSpace = 0x25FF;

std::vector<client::Note> notes_in(Client& client, const group::GroupId& group) {
  std::vector<client::Note> out;
  (void)client.look(group, [&](const Client::Look& view) -> Result<> {
    out = client::notes_of(view);
    return success();
  });
  return out;
}

}  // namespace

void World::open_porch() {
  Node& founder = nodes_[0];
  const auto days = static_cast<uint16_t>(below(8) / 6);
  with(founder, [&](Client& client) {
    const auto porch = client.create_group({.name = std::string(kPlanted) + " porch",
                                            .my_name = std::string(kPlanted) + " aunt",
                                            .relay = "sim",
                                            .vouches = 1,
                                            .is_porch = days},
                                           clock(founder));
    if (!porch.ok()) return fail("a porch cannot be opened");
    groups_.push_back({.id = *porch, .founder = 0});
    groups_.back().is_porch = true;
    groups_.front().porch = *porch;
    group::Change change;
    change.porch = group::Porch{*porch, days};
    const auto made = client.change_policy(groups_.front().id, change, clock(founder));
    if (!made.ok()) return fail("the rules cannot name a porch");
    SimChange& kept = groups_.front().changes[*made];
    kept.change = change;
    record_word(kept, client.find(groups_.front().id)->me());
  });
}

// What a word of the inner group looks like, so that it is known wherever it turns up.
std::string World::mark_of(const group::GroupId& group) const {
  const SimGroup& first = groups_.front();
  const bool is_told = options_.canary == Canary::kTellsPorch && first.porch == group;
  return is_told || (first.porch && group == first.id) ? " furtherin" : "";
}

void World::at_the_porch(Node& node) {
  const SimGroup& inner = groups_.front();
  if (!inner.porch || node.client == nullptr) return;
  const group::GroupId porch = *inner.porch;
  const group::Group* there = node.client->find(porch);
  if (there == nullptr || there->standing() != group::Standing::kActive) return;
  const auto members = there->members();
  const group::Member& member = members[below(members.size())];
  trace("at the porch", node.index);
  with(node, [&](Client& client) {
    const auto asked = client.bring_in(porch, member.person, std::string(kPlanted) + " пора", clock(node));
    if (asked.ok()) ++outcome_.statistics.notes;
    // Where clocks jump, devices do not know how long somebody was there.
    const bool knows = outcome_.statistics.jumps == 0;
    if (asked.ok() && knows && !inner_days_are_over(client, member.person, clock(node)))
      fail("somebody was asked further in before her days were over");
  });
  help_at_the_porch(node);
  if (node.client == nullptr) return;
  for (const client::Note& note : notes_in(*node.client, porch)) {
    const bool usable = !note.join && clock(node) < note.ends;
    if (!usable || !chance(600) || node.client == nullptr) continue;
    with(node, [&](Client& client) {
      (void)client.enter_by_note({porch, note.position, node.name, std::string(kPlanted) + " hello"},
                                 clock(node));
    });
  }
}

// Somebody from further in is asked into the porch, to be there for newcomers.
void World::help_at_the_porch(Node& node) {
  const group::GroupId inner_id = groups_.front().id;
  const group::Group* inner = node.client == nullptr ? nullptr : node.client->find(inner_id);
  if (inner == nullptr || inner->standing() != group::Standing::kActive || !chance(200)) return;
  const auto members = inner->members();
  const group::Member& member = members[below(members.size())];
  with(node, [&](Client& client) { (void)client.ask_into_porch(inner_id, member.person, "", clock(node)); });
  for (Node& one : nodes_) {
    const group::Group* there = one.client == nullptr ? nullptr : one.client->find(inner_id);
    if (there == nullptr || there->standing() != group::Standing::kActive) continue;
    for (const client::Note& note : notes_in(*one.client, inner_id)) {
      if (note.join || clock(one) >= note.ends || one.client == nullptr) continue;
      with(one, [&](Client& client) {
        (void)client.enter_by_note({inner_id, note.position, std::string(kPlanted) + " helper", ""},
                                   clock(one));
      });
    }
  }
}

// By the rules that her device has and what she claimed when she came; worked out here a second time.
bool World::inner_days_are_over(Client& client, const group::PersonId& person, Instant now) {
  const group::Group* inner = client.find(groups_.front().id);
  const group::Group* porch = client.find(*groups_.front().porch);
  const auto rule = inner == nullptr ? std::nullopt : inner->policy().porch;
  if (!rule || porch == nullptr) return false;
  for (const group::Member& member : porch->members())
    if (member.person == person)
      return std::min(member.since, now).after_ms(rule->days * 24 * kHour_ms) <= now;
  return false;
}

// A request that the porch forbids for good, or for longer than the world lasts, is dropped.
void World::drop_request(Node& node, const group::GroupId& group, const group::RequestId& request) {
  const auto known = std::ranges::find(groups_, group, &SimGroup::id);
  for (Node* one : {&node, &nodes_[known->founder]}) {
    if (one->client == nullptr) continue;
    bool done = false;
    with(*one, [&](Client& client) { done = client.decline(group, request, clock(*one)).ok(); });
    if (done) {
      ++known->dropped_requests;
      return;
    }
  }
}

void World::check_porch() {
  const SimGroup& inner = groups_.front();
  if (!inner.porch) return;
  const std::string mark = mark_of(inner.id);
  for (Node& node : nodes_) {
    const group::Group* there = node.client->find(*inner.porch);
    if (there == nullptr || failed()) continue;
    const bool was_in = node.client->find(inner.id) != nullptr;
    (void)node.client->look(*inner.porch, [&](const Client::Look& view) -> Result<> {
      for (Space space = kFirstCaseSpace; space <= kLastCaseSpace; ++space)
        view.rows.scan(space, prefix_range(client::key_of(*inner.porch)), [&](BytesView, BytesView) {
          fail("member " + std::to_string(node.index) + " has a case in the porch");
          return false;
        });
      if (was_in || node.was_put_back) return success();
      for (const auto& [first, last] : kEverySpace)
        for (Space space = first; space < last && !failed(); ++space)
          view.rows.scan(space, {}, [&](BytesView key, BytesView value) {
            for (const BytesView part : {key, value}) {
              const std::string_view text(reinterpret_cast<const char*>(part.data()), part.size());
              if (text.find(mark) != std::string_view::npos)
                fail("member " + std::to_string(node.index) + " of the porch has what is said further in");
            }
            return !failed();
          });
      return success();
    });
    for (const client::Note& note : notes_in(*node.client, *inner.porch)) {
      if (!note.became || *note.became != inner.id || failed()) continue;
      ++outcome_.statistics.brought_in;
      const group::Group* in = node.client->find(inner.id);
      if (in != nullptr && in->me() == there->me()) fail("one identity in the porch and further in");
    }
  }
}

}  // namespace homeward::sim
