// The loss register in the client: names made and opened, who verifies, records of an event or of a whole
// import put into the outbox (docs/formats/loss_register.md).
//
// Names are sealed to the verifiers and to who writes them, one box for all records of an event. When
// verifiers come or go, or keys are renewed, the box is sealed anew by the device of who sealed it last, or,
// if she left, of the verifier with the smallest id.
#pragma once

#include "client/sealing.h"
#include "domain/losses/losses.h"

namespace homeward::client {

inline constexpr Space kNamesSealedSpace = 0x3150;  // group → members, verifiers and keys when all was right

// --- Names ---
struct NameVariant {
  std::string surname, given, patronymic;
  bool operator==(const NameVariant&) const = default;
};
struct SealedMan {
  std::vector<NameVariant> names;  // as different sources spell him
  std::string birth;               // a day, a month or a year as it was written
  bool empty() const { return names.empty() && birth.empty(); }
  bool operator==(const SealedMan&) const = default;
};
inline constexpr size_t kMostVariants = 16;
Bytes encode(const std::vector<SealedMan>& men);
// Nothing if it does not read.
std::optional<std::vector<SealedMan>> decode_sealed_men(BytesView bytes);
std::string whole_name(const NameVariant& name);  // "Surname Given Patronymic"

// --- Commands; each posts what it says. That its author may is for the caller to have asked. ---
struct NewLoss {
  domain::losses::NewRecord record;
  SealedMan sealed;
};
Result<domain::losses::RecordId> add_loss(const Client::Hand& hand, const NewLoss& loss);
// As one import, in as few events as fit; nothing is posted unless all of it is. The import's id.
Result<domain::losses::ImportId> add_losses(const Client::Hand& hand, std::span<const NewLoss> losses);
Result<domain::losses::ImportId> add_claims(const Client::Hand& hand,
                                            std::span<const domain::losses::Claim> claims);
// Other names for one record; the others of its event keep theirs. kNotAllowed if this person cannot read
// what is there, kNotPossibleNow (group) while the record itself waits to be sent.
Result<> set_names(const Client::Hand& hand, const domain::losses::RecordId& record, const SealedMan& man,
                   std::string_view reason);
template <class Body>
Result<domain::Ref> say_loss(const Client::Hand& hand, uint16_t kind, const Body& body) {
  HW_TRY(check(body));
  HW_LET(const group::EventId id, hand.post(kind, encode(body)));
  return domain::ref_of(domain::Author::from(hand.group.me()), domain::EventKey::from(id));
}
// A part of it at a time; looks only if members, verifiers or keys changed since all was right, or if
// `look_anyway`.
Result<> seal_names_anew(const Client::Hand& hand, bool look_anyway);
void forget_loss_settings(Rows& rows, const group::GroupId& group);

// --- Queries ---
// Members whom the group trusts with names: organizers, advisers, and whom an organizer named.
std::vector<group::PersonId> verifiers(Rows& rows, const group::Group& group);
bool i_verify(Rows& rows, const group::Group& group);
// What this person may read of an event's names, in the order of its records; nothing if it is not sealed to
// her or there are none.
std::optional<std::vector<SealedMan>> read_names(Rows& rows, const group::Group& group,
                                                 const domain::Ref& batch);

}  // namespace homeward::client
