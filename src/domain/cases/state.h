// Cases, the fold over the log: a row for each case with all that its card and the lists need, a row for each
// of its parts, and indexes kept in step.
//
// Who may do what is decided here, by every device alike (events.h). What is not allowed, or names a case or
// part that does not exist, changes nothing; such events are noted, for organizers to see.
//
// Rows, each key beginning with the group's id:
//   0x2400  place → event (log.h): the shared state       0x2401  case → CaseRow
//   0x2402  case ‖ part → PartRow                         0x2403  attention (closed ‖ day ‖ case) → brief
//   0x2404  counts (what ‖ value) → number                0x2405  person ‖ case → nothing (speaker, reader,
//   0x2406  case → nothing: erased                                who does a step)
//   0x2407  place → refused event                         0x2408, 0x2409  word index of labels and units
//   0x240A  article ‖ 0 ‖ case → nothing: papers of it    0x240B  case → newest place this device has seen
//
// Erasing a case takes every event of it out of the log but the one that erases it; the group's shared state
// is then the same for those who were there and those who come later.
#pragma once

#include "domain/cases/facts.h"
#include "domain/log/refused.h"
#include "domain/words/words.h"

namespace homeward::domain::cases {

inline constexpr Log kLog{0x2400};
inline constexpr Space kCaseSpace = 0x2401;
inline constexpr Space kPartSpace = 0x2402;
inline constexpr Space kAttentionSpace = 0x2403;
inline constexpr Space kCountSpace = 0x2404;
inline constexpr Space kPersonSpace = 0x2405;
inline constexpr Space kErasedSpace = 0x2406;
inline constexpr RefusedList kRefused{0x2407};
inline constexpr words::Index kIndex{.terms_space = 0x2408, .documents_space = 0x2409};
inline constexpr Space kArticleSpace = 0x240A;
inline constexpr Space kSeenSpace = 0x240B;

inline constexpr size_t kMostLegalMarks = 32;

// All of a case but its parts.
struct CaseRow {
  Ref ref;
  Card card;
  Clock clock;
  Instant opened_at;
  Place opened;                     // of the event that opened it
  std::vector<Author> readers;      // without the speaker; rising
  Place sealed;                     // of the event with the sealed fields; {0, 0}: none
  std::optional<Day> told_contact;  // last contact as told on opening
  Facts facts;
  Standing standing;  // follows from facts
  uint32_t entries = 0;
  uint32_t parts = 0;
  Instant newest_at;   // of the newest entry, or of the opening
  Place newest_place;  // of the newest entry
  Author newest_author;
  std::optional<Day> step_due;   // earliest of the open steps
  std::optional<Day> legal_due;  // earliest of the legal deadlines that are not met
  // Entries that start or meet deadlines, so that one more needs no look at the others; once there are
  // kMostLegalMarks they are looked at.
  struct LegalMark {
    EntryKind kind = EntryKind::kNote;
    std::optional<ComplaintTo> to;
    Day day;
    bool operator==(const LegalMark&) const = default;
  };
  std::vector<LegalMark> legal;

  Author speaker() const { return author_of(ref); }
  bool is_reader(const Author& person) const;  // the speaker is one
  // Last contact by entries or as told on opening, whichever is later.
  std::optional<Day> contact() const;
  std::optional<Day> next_due() const;
  // The day from which silence is counted: last contact, else the day of opening.
  Day silent_since() const;
  bool operator==(const CaseRow&) const = default;
};
std::optional<CaseRow> decode_case(const Ref& ref, BytesView value);

// One event of a case, by what later events may ask of it. The rest is in the log, at `place`.
struct PartRow {
  uint16_t kind = 0;  // of the event: kEntryAdded, kStepAdded, kPaperSaved…
  Place place;
  Place sealed_place;  // where what is sealed in it is now: `place`, or a SealedAnew
  // Of an entry.
  Evidence evidence;
  KnownBy known_by = KnownBy::kOther;
  std::optional<ComplaintTo> to;
  bool corrected = false;
  // Of a step.
  std::optional<Day> due;
  Author who;
  uint8_t done = 0;  // 0 open, 1 done, 2 dropped
  bool operator==(const PartRow&) const = default;
};
std::optional<PartRow> decode_part(BytesView value);

// What lists filter by and show first: the value of a row of kAttentionSpace.
struct Brief {
  CaseState state = CaseState::kUnknown;
  std::string unit;
  std::string region;
};
std::optional<Brief> decode_brief(BytesView value);
Bytes attention_key(const GroupKey& group, const CaseRow& row);

enum class CountOf : uint8_t { kAll = 1, kActDay, kDueDay, kUnit };

class State {
 public:
  explicit State(words::Analyzer& analyzer) : analyzer_(analyzer) {}

  void fold(const Context& context, const Event& event);
  Bytes snapshot(Rows& rows, const GroupKey& group) { return kLog.snapshot(rows, group); }
  Result<> restore(Rows& rows, const GroupKey& group, BytesView snapshot);
  // Every row of the group.
  void forget(Rows& rows, const GroupKey& group);
  // Makes every view anew from the log.
  void rebuild(Rows& rows, const GroupKey& group);
  // This device's person has seen the case as it is.
  void mark_seen(Rows& rows, const GroupKey& group, const Ref& case_ref);

 private:
  bool apply(const Context& context, const Event& event);
  void forget_views(Rows& rows, const GroupKey& group);
  words::Analyzer& analyzer_;
};

// This device's person has seen the case as it is.
void mark_seen(Rows& rows, const GroupKey& group, const Ref& case_ref);

}  // namespace homeward::domain::cases
