// The loss register between the API's types and the domain's; shared by the files of its commands.
#pragma once

#include "api/case_words.h"
#include "api/types_losses.h"
#include "client/losses_import.h"
#include "client/losses_pairs.h"

namespace homeward::api {

namespace losses = domain::losses;

// Each refuses what does not read by the field's name.
losses::Span span_field(const std::string& text, const char* field);
losses::Facts facts_of(const LossFacts& facts);
LossFacts facts_fields(const losses::Facts& facts);
losses::Source source_of(const LossSource& source);
LossSource source_fields(const losses::Source& source);
client::SealedMan man_of(const std::vector<LossName>& names, const std::optional<std::string>& birth);
losses::Claim claim_of(const ClaimFields& claim);
ClaimFields claim_fields(const losses::Claim& claim);

losses::RecordId loss_id(const std::string& text);  // no_loss
losses::KeptRecord find_loss(const client::Client::Look& view, const losses::RecordId& id);

// Records as the page lists them, with what the decisions on pairs say of them.
class LossCards {
 public:
  explicit LossCards(const client::Client::Look& view);
  LossCard card(const losses::KeptRecord& record);
  const client::SealedMan& man(const losses::KeptRecord& record);
  // The other records of the same man.
  std::vector<losses::RecordId> same_man(const losses::RecordId& id) const;
  const std::vector<losses::Man>& men() const { return men_; }

 private:
  const client::Client::Look& view_;
  std::vector<losses::Man> men_;
  std::map<losses::RecordId, size_t> man_of_;
  std::map<domain::Ref, std::optional<std::vector<client::SealedMan>>> names_;
  client::SealedMan shown_;
};

// Pairs on which this verifier has said nothing and nothing is settled, most doubtful first.
std::vector<client::LossPair> pairs_for_me(Node& node, const client::Client::Look& view);

// Of node_losses_more.cpp: pairs, claims, files.
struct CommandList;
void add_losses_more(CommandList& list);

}  // namespace homeward::api
