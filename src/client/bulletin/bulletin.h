// Bulletins in the client: statements and consent, drafts, the approvals of two organizers, and the folder
// that a draft is. Nothing leaves the device by this: who wants the folder saves it.
#pragma once

#include "client/bulletin/folder.h"
#include "client/client.h"

namespace homeward::client::bulletin {

using domain::bulletin::Digest;
using domain::bulletin::KeptDraft;

// --- What a member would say. Asked of the group as it looks with her own words that wait to be sent;
// kNotAllowed where every device would ignore it. ---
Result<domain::bulletin::Consent> consent_to(Rows& rows, const group::Group& group,
                                             const domain::Ref& statement);
Result<domain::bulletin::TakenBack> taking_back(Rows& rows, const group::Group& group,
                                                const domain::Ref& statement);
// A draft of the figures as they are now. kNotAllowed for who is no organizer, for a statement that may not
// be printed, or for another threshold or an earlier day than those of the bulletins before.
Result<Draft> draft_now(Rows& rows, const group::Group& group, const Wanted& wanted);
// `shown` is the digest of what she was shown. kNotAllowed if that is not the draft's, if this device makes
// another folder of the draft, or if the figures are no longer those of the draft (`changed_since`).
Result<domain::bulletin::Approval> approval_of(Rows& rows, const group::Group& group,
                                               const domain::Ref& draft, const Digest& shown);
Result<domain::bulletin::Discarded> discarding(Rows& rows, const group::Group& group,
                                               const domain::Ref& draft, const std::string& reason);
// Posts it.
template <class Body>
Result<domain::Ref> say(const Client::Hand& hand, uint16_t kind, const Body& body) {
  HW_LET(const group::EventId id, hand.post(kind, domain::bulletin::encode(body)));
  return domain::ref_of(domain::Author::from(hand.group.me()), domain::EventKey::from(id));
}

// --- Queries ---
struct Made {
  Edition edition;
  std::vector<File> folder;
  Digest digest;
};
// The folder of a draft, which no longer depends on what the figures are now.
Made made_of(Rows& rows, const group::GroupId& group, const KeptDraft& draft);
// What would be different if the same draft were prepared now, on this device; empty if nothing.
std::vector<std::string> changed_since(Rows& rows, const group::GroupId& group, const KeptDraft& draft);

}  // namespace homeward::client::bulletin
