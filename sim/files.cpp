// Files that members send with messages and fetch, while lines break, programs end and disks fill up: what
// arrives is what was sent, byte for byte, at every member who is there; and nothing of it outlives its
// message.
#include <algorithm>

#include "client/files.h"
#include "crypto/crypto.h"
#include "sim/world.h"

namespace homeward::sim {
namespace {

namespace kept = domain::files;
using client::Client;
using client::FileState;

Bytes content_of(Client& of, const group::GroupId& group, const domain::Ref& file) {
  Bytes out;
  (void)of.look(group, [&](const Client::Look& look) -> Result<> {
    for (;;) {
      const auto piece = client::files::read(look, file, out.size(), client::files::kMostPieceBytes);
      if (!piece.ok() || piece->content.empty()) return success();
      append(out, piece->content);
    }
  });
  return out;
}

bool is_on_the_way(Client& of, const group::GroupId& group) {
  bool found = false;
  (void)of.look(group, [&](const Client::Look& look) -> Result<> {
    const client::files::OnTheWay all = client::files::on_the_way(look);
    found = !all.sending.empty() || !all.fetching.empty();
    return success();
  });
  return found;
}

}  // namespace

// One whole file and its message; what of it the disk refuses is not there, and that is all.
void World::attach(Node& node, const group::GroupId& group) {
  if (files_.size() >= 3) return;
  SimFile made{.node = node.index, .group = group, .text = {}, .content = {}};
  made.text = std::string(kPlanted) + " письмо word9 file" + std::to_string(files_.size());
  const std::string line = made.text + " ";
  made.content.resize(1 + below(2 * client::kPieceBytes));
  for (size_t i = 0; i < made.content.size(); ++i)
    made.content[i] = static_cast<uint8_t>(line[i % line.size()]);
  trace("attach", node.index, made.content.size());
  domain::Ref file;
  bool is_ready = false;
  with(node, [&](Client& client) {
    is_ready = client
                   .change(group, clock(node),
                           [&](const Client::Hand& hand) -> Result<> {
                             HW_LET(file, client::files::begin(hand, {.name = "zqxplantedname",
                                                                      .size_bytes = made.content.size()}));
                             HW_TRY(client::files::put(hand, file, 0, made.content));
                             HW_TRY(client::files::finish(hand, file, {}));
                             return success();
                           })
                   .ok();
  });
  if (!is_ready || node.client == nullptr) return;
  with(node, [&](Client& client) {
    client::Saying saying{made.text};
    saying.files = {file};
    const group::PersonId me = client.find(group)->me();
    const auto said = client.say(group, saying, clock(node));
    if (!said.ok() && said.error().is(client::ClientError::kDiskFull)) return;
    // It goes out when its file is with the relay, or not at all: whether it does is not known now.
    posts_.push_back(
        {.node = node.index, .group = group, .author = me, .id = std::nullopt, .text = made.text});
    files_.push_back(std::move(made));
    ++outcome_.statistics.files;
  });
}

// What nobody fetched for a month the relay keeps no more.
bool World::is_rightly_gone(const client::ShownFile& file) const {
  return file.state == FileState::kGone && outcome_.statistics.months > 0;
}

// Fetches what of a member's talk is not here, some of it or all.
void World::fetch_files(Node& node, uint64_t per_mille) {
  for (const group::GroupId& group : groups_of(node)) {
    if (node.client == nullptr) return;
    const auto page = node.client->talk(group, 200, std::nullopt);
    if (!page.ok()) continue;
    for (const client::TalkMessage& message : page->messages) {
      for (const client::ShownFile& file : message.files) {
        if (node.client == nullptr) return;
        if (file.state == FileState::kHere || file.state == FileState::kFetching || is_rightly_gone(file))
          continue;
        if (!chance(per_mille)) continue;
        trace("fetch", node.index);
        with(node, [&](Client& client) {
          (void)client.change(group, clock(node), [&](const Client::Hand& hand) {
            return client::files::fetch(hand, message.id, file.file);
          });
        });
      }
    }
  }
}

std::string World::files_unsettled() {
  if (files_.empty()) return {};
  for (Node& node : nodes_)
    for (const group::GroupId& group : groups_of(node))
      if (is_on_the_way(*node.client, group))
        return "member " + std::to_string(node.index) + " has files on the way";
  return {};
}

// Everybody who is there has every file of her talk, as it was sent.
void World::check_files(const SimGroup& known) {
  for (Node& node : nodes_) {
    const group::Group* group = node.client->find(known.id);
    if (group == nullptr || group->standing() != group::Standing::kActive) continue;
    for (const client::TalkMessage& message : talk_of(node, known.id)) {
      for (const client::ShownFile& file : message.files) {
        const std::string where = "a file of member " + std::to_string(node.index);
        const auto sent = std::ranges::find_if(files_, [&](const SimFile& one) {
          return one.group == known.id && sha256(one.content) == file.what.hash;
        });
        if (sent == files_.end()) return fail(where + " is none that was sent");
        if (is_rightly_gone(file)) continue;
        if (file.state != FileState::kHere)
          return fail(where + " has not come: " + std::to_string(static_cast<int>(file.state)));
        if (content_of(*node.client, known.id, file.file) != sent->content)
          return fail(where + " is not what was sent");
        ++outcome_.statistics.files_read;
      }
    }
  }
}

// After its time nothing of a file is in anybody's rows.
void World::check_files_gone(Node& node, const group::GroupId& group) {
  (void)node.client->look(group, [&](const Client::Look& look) -> Result<> {
    for (const Space space :
         {kept::kOwnerSpace, kept::kTransferSpace, kept::kPieceSpace, kept::kWaitingSpace})
      look.rows.scan(space, prefix_range(group), [&](BytesView, BytesView) {
        fail("member " + std::to_string(node.index) + " still has rows of a file that expired");
        return false;
      });
    return success();
  });
}

}  // namespace homeward::sim
