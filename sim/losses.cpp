// The loss register: records with sealed names, further sources, decisions on pairs, imports in pieces of
// which some never come, and a member who says what only verifiers may say.
#include "sim/losses.h"

#include "client/features.h"
#include "client/losses.h"
#include "sim/world.h"

namespace homeward::sim {
namespace {

namespace losses = domain::losses;
using client::Client;

std::vector<losses::RecordId> records_of(Client& client, const group::GroupId& group) {
  std::vector<losses::RecordId> out;
  (void)client.look(group, [&](const Client::Look& view) -> Result<> {
    losses::for_each_record(view.rows, client::key_of(group), [&](const losses::KeptRecord& record) {
      out.push_back(record.id);
      return true;
    });
    return success();
  });
  return out;
}

losses::Source source_of(uint64_t draw) {
  losses::Source out;
  out.publisher = "paper " + std::to_string(draw % 3);
  out.facts.region = draw % 2 == 0 ? "RU-BU" : "RU-TY";
  out.facts.state = static_cast<losses::LossState>(1 + draw % losses::kLossStates);
  return out;
}

}  // namespace

std::string losses_of(Client& client, const group::GroupId& group) {
  std::string out;
  (void)client.look(group, [&](const Client::Look& view) -> Result<> {
    for (const auto by : {losses::By::kRegion, losses::By::kState}) {
      const losses::Table table = losses::tabulate(view.rows, client::key_of(group), {.by = by});
      for (const losses::Row& row : table.rows)
        out += row.key + " " + std::to_string(row.count.at_least) + "-" + std::to_string(row.count.at_most) +
               " " + std::to_string(row.count.confirmed) + "\n";
      out += std::to_string(table.records) + " " + std::to_string(table.unresolved) + "\n";
    }
    return success();
  });
  return out;
}

void World::record_losses(Node& node, const group::GroupId& group) {
  const std::vector<losses::RecordId> known = records_of(*node.client, group);
  const uint64_t draw = below(1'000);
  if (known.size() < 2 || draw < 400) {
    client::NewLoss loss;
    loss.record.sources = {source_of(draw)};
    // Must stand in nobody's rows and in no byte of the relay.
    loss.sealed.names = {{std::string(kPlanted) + "secret loss.", "", ""}};
    std::vector<client::NewLoss> some(1 + below(3), loss);
    return change_in(node, group, [&](const Client::Hand& hand) -> Result<> {
      HW_TRY(client::add_losses(hand, some));
      return success();
    });
  }
  const losses::RecordId one = known[below(known.size())], other = known[below(known.size())];
  if (draw < 600 || one == other) {
    return change_in(node, group, [&](const Client::Hand& hand) -> Result<> {
      HW_TRY(
          client::say_loss(hand, losses::kSourceAdded, losses::SourceAdded{one, source_of(draw), "heard"}));
      return success();
    });
  }
  if (draw < 700) {
    losses::RecordsAdded piece;
    piece.piece = {losses::ImportId::from(Bytes(16, static_cast<uint8_t>(draw))),
                   static_cast<uint16_t>(draw % 2), 2};
    piece.records = {{{}, {source_of(draw)}}};
    return change_in(node, group, [&](const Client::Hand& hand) -> Result<> {
      HW_TRY(client::say_loss(hand, losses::kRecordsAdded, piece));
      return success();
    });
  }
  // By a verifier or by somebody who only says so.
  const losses::PairDecided word{std::min(one, other), std::max(one, other),
                                 static_cast<losses::Verdict>(draw % 4), static_cast<uint16_t>(draw), ""};
  const losses::Withdrawn gone{losses::Withdrawn::Kind::kRecord, losses::batch_of(one),
                               losses::number_of(one), draw % 3 != 0, "checked"};
  change_in(node, group, [&](const Client::Hand& hand) -> Result<> {
    HW_TRY(client::say_loss(hand, losses::kPairDecided, word));
    if (draw % 5 == 0) HW_TRY(client::say_loss(hand, losses::kWithdrawn, gone));
    return success();
  });
}

}  // namespace homeward::sim
