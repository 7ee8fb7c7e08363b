// The loss register, what the page asks. Figures are count.h's.
#pragma once

#include <functional>

#include "domain/losses/state.h"

namespace homeward::domain::losses {

// --- Records ---
std::optional<KeptRecord> record(Rows& rows, const GroupKey& group, const RecordId& id);
// Newest first, the withdrawn ones as well, without those of an import that is not whole. `visit` answers
// false to stop; it must not write.
void for_each_record(Rows& rows, const GroupKey& group, const std::function<bool(const KeptRecord&)>& visit);
std::optional<KeptBatch> batch(Rows& rows, const GroupKey& group, const Ref& id);
std::vector<std::pair<Ref, KeptBatch>> batches(Rows& rows, const GroupKey& group);
// The names of an event's records as they are sealed now, by whom, and to what they are bound.
struct SealedNames {
  Author by;
  Bytes about;
  Bytes sealed;
};
std::optional<SealedNames> sealed_names(Rows& rows, const GroupKey& group, const Ref& batch);
Bytes names_bound_to(const Piece& piece);
// What was done to a record, oldest first: the log's events as they were.
void history(Rows& rows, const GroupKey& group, const RecordId& id, const Log::Visit& visit);

// --- Lists and claims, newest first, the withdrawn ones as well ---
std::optional<KeptList> list(Rows& rows, const GroupKey& group, const Ref& id);
std::vector<KeptList> lists(Rows& rows, const GroupKey& group);
std::vector<KeptClaim> claims(Rows& rows, const GroupKey& group);
std::optional<KeptClaim> claim(Rows& rows, const GroupKey& group, const Ref& event, uint32_t number);

// --- Pairs ---
struct Pair {
  RecordId a, b;
  auto operator<=>(const Pair&) const = default;
};
// A pair whose probability lies within, as the devices of those who decided held it, takes two persons.
inline constexpr uint16_t kHardFrom = 20;  // in thousandths
inline constexpr uint16_t kHardTo = 980;
enum class Outcome : uint8_t {
  kOpen = 1,  // nobody said same or different
  kWaits,     // one did, and another has to say the same
  kSame,
  kDifferent,
  kDisputed,  // one says same, another different
};
Outcome outcome_of(std::span<const Word> words);
std::vector<Word> words_on(Rows& rows, const GroupKey& group, const Pair& pair);
struct DecidedPair {
  Pair pair;
  std::vector<Word> words;
  Outcome outcome = Outcome::kOpen;
};
// All on which anybody's word stands.
std::vector<DecidedPair> decided_pairs(Rows& rows, const GroupKey& group);

// --- Who verifies ---
bool is_named_verifier(Rows& rows, const GroupKey& group, const Author& person);
std::vector<Author> named_verifiers(Rows& rows, const GroupKey& group);

// Imports of which pieces are missing still: how many, of any author.
size_t unfinished_imports(Rows& rows, const GroupKey& group);

}  // namespace homeward::domain::losses
