// Rolls in the client: finding the cases of the men that one call named, as they are typed, and writing all
// of them down at once.
//
// What names are searched by is kept in memory only, gone when the vault is locked: the words of labels, of
// the sealed names this person may read, and which case has which unit. A first match reads all cases; later
// ones only what was taken in since.
#pragma once

#include <map>
#include <set>

#include "client/client.h"
#include "domain/cases/cases.h"
#include "domain/rolls/rolls.h"

namespace homeward::client {

enum class MatchedBy : uint8_t { kName = 1, kNickname, kFingerprint, kInitials };
struct RollMatch {
  domain::Ref case_ref;
  std::string label;
  std::string unit;
  int score = 0;  // 1 to 100
  MatchedBy by = MatchedBy::kNickname;
};

class RollIndex {
 public:
  // Best first. `unit` raises those of the same unit and lowers those of another; it may be empty.
  std::vector<RollMatch> match(const Client::Look& look, std::string_view name, std::string_view unit,
                               size_t limit);

 private:
  struct Man {
    std::string label;
    std::string unit;
    std::string unit_key;
    std::vector<std::string> label_words;
    std::vector<std::string> name_words;  // empty where the name is sealed to others, or there is none
    domain::Place sealed;
    bool over = false;
  };
  void refresh(const Client::Look& look);
  void read(const Client::Look& look, const domain::cases::CaseRow& row);
  std::map<domain::Ref, Man> men_;
  bool filled_ = false;
  domain::Place up_to_;           // of the cases' log, as far as taken in
  std::set<domain::Ref> queued_;  // cases whose rows hold what only waits to be sent
};

struct NewRollLine {
  std::string name;
  std::string unit;  // empty: the roll's
  domain::cases::EntryKind kind = domain::cases::EntryKind::kContact;
  std::string message;
  std::optional<domain::Ref> case_ref;  // else a new case is made
  std::string label;                    // of a new case; empty: made from the name
};
struct NewRoll {
  domain::cases::When when;
  std::string caller;
  domain::cases::KnownBy known_by = domain::cases::KnownBy::kHeCalled;
  domain::cases::Sureness sureness = domain::cases::Sureness::kSure;
  std::string unit;
  std::string region;  // of new cases
  domain::cases::Category category = domain::cases::Category::kContract;
  std::vector<NewRollLine> lines;
};
struct SavedRoll {
  domain::Ref roll;
  size_t made = 0;
  size_t matched = 0;
};
// Posts everything, or nothing. `readers` are those of the matched cases (`readers_of`), by case. The name of
// a new case is sealed to this person alone, and so is who called.
Result<SavedRoll> save_roll(const Client::Hand& hand, const NewRoll& roll,
                            const std::map<domain::Ref, std::vector<group::PersonId>>& readers);
// What an entry of a case says; nothing if there is none (any more).
std::optional<domain::cases::EntryKind> entry_kind(Rows& rows, const group::GroupId& group,
                                                   const domain::Ref& case_ref, const domain::Ref& entry);
// Who called, if I wrote the roll.
std::optional<std::string> open_caller(const Client::Look& look, const domain::rolls::KeptRoll& roll);
// What the group calls a man of whom a roll knows this name: a nickname (in quotes, or in small letters) as
// it is, of a name its initials.
std::string label_of(std::string_view name);

}  // namespace homeward::client
