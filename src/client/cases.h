// Cases in the client: the sealed halves of events made and opened, rules of the page that need both.
#pragma once

#include "client/sealing.h"
#include "domain/cases/cases.h"

namespace homeward::client {

class Features;

struct SealedCaseFields {
  std::string name, birth_day, relatives, phone, whereabouts, notes;
  bool operator==(const SealedCaseFields&) const = default;
};
struct NamedText {
  std::string name, value;
  bool operator==(const NamedText&) const = default;
};
struct CasePaper {
  std::string article;  // id in guidance
  uint64_t revision = 0;
  std::string paper;
  std::string title;
  std::vector<NamedText> values;
  bool operator==(const CasePaper&) const = default;
};
Bytes encode(const SealedCaseFields& fields);
Bytes encode(const CasePaper& paper);
// Nothing if it does not read.
std::optional<SealedCaseFields> decode_sealed_fields(BytesView bytes);
std::optional<CasePaper> decode_paper(BytesView bytes);

enum class CaseFileError : uint16_t { kNoSuchCase = 210, kNoSuchPart, kNotAllowed };
constexpr Room room_of(CaseFileError) { return Room::kClient; }

// --- Commands; each posts what it says. `hand` is of Client::change; rows of cases come from Client::look,
// which also sees what waits to be sent. The caller has checked that the person may (domain/cases/state.h).
// ---
struct NewCase {
  domain::cases::Opened opened;
  std::optional<SealedCaseFields> sealed;
  std::vector<group::PersonId> readers;
};
Result<domain::Ref> open_case(const Client::Hand& hand, const NewCase& made);
Result<> seal_case(const Client::Hand& hand, const domain::Ref& case_ref, const SealedCaseFields& fields,
                   std::span<const group::PersonId> readers);
// `entry.sealed` is made from `sealed`, for the case's `readers` (see `readers_of`) and me.
Result<domain::Ref> add_entry(const Client::Hand& hand, domain::cases::EntryAdded entry,
                              const domain::cases::Details& sealed, std::span<const group::PersonId> readers);
struct NewStep {
  domain::Ref case_ref;
  std::string text;
  std::optional<domain::cases::Day> due;
  group::PersonId who;
};
Result<domain::Ref> add_step(const Client::Hand& hand, const NewStep& step,
                             std::span<const group::PersonId> readers);
Result<domain::Ref> save_paper(const Client::Hand& hand, const domain::Ref& case_ref, const CasePaper& paper,
                               std::span<const group::PersonId> readers);
// Seals anew what of my cases is not sealed to the newest keys of their readers, a part of it at a time.
// Looks only if members or keys changed since it was last done with, or if `look_anyway`.
Result<> seal_cases_anew(const Client::Hand& hand, bool look_anyway);
inline constexpr Space kSealedSpace = 0x3111;  // group → what members and keys were when all was right

// When a group closes: of cases that others spoke for, only those stay that are sealed to this person. Like
// an erasure by their speakers, but on this device alone.
void erase_cases_of_others(Features& features, Rows& rows, const group::Group& group);

// --- Queries ---
// Speaker and readers, those who left the group left out.
std::vector<group::PersonId> readers_of(const group::Group& group, const domain::cases::CaseRow& row);
std::optional<SealedCaseFields> open_fields(Rows& rows, const group::Group& group,
                                            const domain::cases::CaseRow& row);
inline std::optional<SealedCaseFields> open_fields(const Client::Look& look,
                                                   const domain::cases::CaseRow& row) {
  return open_fields(look.rows, look.group, row);
}
std::optional<domain::cases::Details> open_details(const Client::Look& look, const domain::Ref& case_ref,
                                                   const domain::cases::SealedPart& sealed);
std::optional<std::string> open_step(const Client::Look& look, const domain::Ref& case_ref,
                                     const domain::cases::SealedPart& sealed);
std::optional<CasePaper> open_paper(const Client::Look& look, const domain::Ref& case_ref,
                                    const domain::cases::SealedPart& sealed);
// Whether something of the case is sealed to keys that are not its readers' newest.
bool needs_sealing(const Client::Look& look, const domain::cases::CaseRow& row);

}  // namespace homeward::client
