// The porch of a group: a group of its own, where newcomers stay before they are proposed further in.
//
// A porch is an MLS group like any other, with identities of its own; its rules say that it is one, and then
// no device folds or sends cases, rolls, figures and the like there. The inner group's rules name its porch
// and the days that one stays. Members of the inner group who want to know newcomers enter the porch as
// somebody else; nothing in the porch names the inner group or says who is in both.
//
// Whom a member of both brings further in gets an invite of the inner group in a note sealed to her: all
// notes look alike, and every device in a porch also sends some that are for nobody. The time is kept by
// honest devices of members of both: theirs refuse to propose, and to vouch, before it is over. Others see
// what the sponsor says. docs/formats/porch.md, decision 0065.
#pragma once

#include "client/client.h"

namespace homeward::client {

enum class PorchError : uint16_t {
  kNoPorch = 300,  // this group has none, or this vault is not in it
  kTooEarly,       // she has not stayed as long as the group asks
  kNotThere,       // she is in the porch no more, or this vault is not
  kNoKey,          // her device has not announced a key yet
  kNoNote,         // nothing of the kind came
  kTextTooLong,
};
constexpr Room room_of(PorchError) { return Room::kClient; }

inline constexpr size_t kMostPorchWords = 200;  // bytes of what is said with a note

// --- Rows ---
inline constexpr Space kNoteSpace = 0x3140;   // group ‖ place → a note for this person
inline constexpr Space kCoverSpace = 0x3141;  // porch → when the next note for nobody is due
inline constexpr Space kAliveSpace = 0x3142;  // porch → when this device last knew everything of it
inline constexpr Space kStaysSpace = 0x3143;  // porch ‖ person → since when she stays, as this device knows
inline constexpr Space kAskedSpace =
    0x3144;  // inviting group ‖ invite → whom, where, and whether it was sent
inline constexpr Space kDepartedSpace =
    0x3145;  // group → looked; group ‖ person → when it was noticed, epoch

// --- Notes ---
enum class NotePurpose : uint8_t { kFurtherIn = 1, kIntoPorch = 2 };
struct NoteContent {
  NotePurpose purpose = NotePurpose::kFurtherIn;
  std::string link, words;
  bool operator==(const NoteContent&) const = default;
};
Bytes encode(const NoteContent& note);
std::optional<NoteContent> decode_note(BytesView content);  // nothing if it is not what `encode` writes

// One that came for this person.
struct Note {
  group::Position position;
  NoteContent content;
  group::PersonId from;
  Instant at, ends;
  std::optional<group::JoinId> join;     // she asked to join by it
  std::optional<group::GroupId> became;  // and is in
};
std::vector<Note> notes_of(const Client::Look& look);  // that came in this group, newest first

// --- Who stays ---
struct Stay {
  group::Member member;
  Instant since;  // no earlier than this device knows
  Instant until;  // then she can be proposed
  bool over = false;
  std::optional<Instant> asked;  // by this vault's person
};
// Everybody in the porch, by time of entry.
std::vector<Stay> stays_of(const Client::Look& porch, uint16_t days);

// --- What is known of a join request in the inner group ---
enum class PorchCheck : uint8_t {
  kNotFromThere = 1,  // nobody says that she was in the porch
  kUnseen,            // this vault is not in the porch and cannot look
  kGood,
  kEarly,
  kGone,
};
struct PorchOrigin {
  PorchCheck check = PorchCheck::kNotFromThere;
  std::string name;  // by which she is known in the porch, where this vault can look
  Instant since;     // as this device knows or, where it cannot look, as her sponsor says
};
PorchOrigin porch_origin(Rows& rows, const group::Group& inner, const group::Group* porch,
                         const group::JoinRequest& request, Instant now);
// What the sponsor's device tells of a request that came by an invite for somebody in the porch; kTooEarly,
// kNotThere.
Result<std::optional<group::FromPorch>> porch_claim(Rows& rows, const group::Group& inner,
                                                    const group::Group* porch,
                                                    const group::RequestId& request, Instant now);
// Whether this device lets its person vouch: kTooEarly, kNotThere.
Result<> porch_allows(Rows& rows, const group::Group& inner, const group::Group* porch,
                      const group::RequestId& request, Instant now);

// --- Who went ---
struct Departed {
  group::PersonId person;
  std::string name;
  Instant noticed;     // by this device
  uint64_t epoch = 0;  // what was sent from this epoch on she cannot read
};
std::vector<Departed> departed_of(const Client::Look& look);  // the last first

// Of whom this person does not want to be reminded: she is in already, or is not to come in.
inline constexpr Space kLeftOutSpace = 0x3146;  // porch ‖ person → nothing
bool is_left_out(Rows& rows, const group::GroupId& porch, const group::PersonId& person);
void set_left_out(Rows& rows, const group::GroupId& porch, const group::PersonId& person, bool out);

void forget_porch(Rows& rows, const group::GroupId& group);

// --- Of the client itself ---
struct Peer;
std::optional<Instant> next_porch_check(const Peer& peer);
// The join by which this person entered came of a note: it is remembered where that led.
void note_led_to(Rows& rows, const group::JoinId& join, const group::GroupId& group);
void notice_departures(Rows& rows, const group::Group& group, Instant now);
void notice_stays(Rows& rows, const group::Group& porch, Instant now);

// An invite that goes to somebody in a note.
struct AskedByNote {
  NotePurpose purpose = NotePurpose::kFurtherIn;
  group::GroupId where;  // the group in which the note goes
  group::PersonId person;
  Instant at, ends;
  std::string link, words;
  bool sent = false;
};
void put_asked(Rows& rows, const group::GroupId& inviting, const group::InviteId& invite,
               const AskedByNote& asked);
// By the row's key.
std::vector<std::pair<Bytes, AskedByNote>> asked_in(Rows& rows, const group::GroupId& where);
void keep_note(Rows& rows, const group::GroupId& group, const Note& note);
// Earlier ones of its author and purpose by which nobody asked to join.
void drop_unused_notes(Rows& rows, const group::GroupId& group, const Note& note);

}  // namespace homeward::client
