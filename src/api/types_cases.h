// The API's words for cases, rolls and tallies. Days are "YYYY-MM-DD"; times are milliseconds since 1970 UTC;
// regions are ISO 3166-2 codes ("RU-BU").
#pragma once

#include "api/types_guidance.h"

namespace homeward::api {

// --- Words ---
enum class EntryKind {
  exercises,
  contact,
  refused,
  report_served,
  answer,
  threatened,
  held,
  complaint,
  moved,
  sent_back,
  released,
  home,
  wounded,
  missing,
  killed,
  charged,
  note
};
BOOST_DESCRIBE_ENUM(EntryKind, exercises, contact, refused, report_served, answer, threatened, held,
                    complaint, moved, sent_back, released, home, wounded, missing, killed, charged, note)
enum class Precision { exact, day, week, month, before };
BOOST_DESCRIBE_ENUM(Precision, exact, day, week, month, before)
enum class KnownBy { he_called, comrade_family, unit, office, press, family, other };
BOOST_DESCRIBE_ENUM(KnownBy, he_called, comrade_family, unit, office, press, family, other)
enum class Sureness { sure, likely, rumour };
BOOST_DESCRIBE_ENUM(Sureness, sure, likely, rumour)
enum class ServedHow { in_person_stamp, by_post, refused_to_take };
BOOST_DESCRIBE_ENUM(ServedHow, in_person_stamp, by_post, refused_to_take)
enum class ComplaintTo { commander, military_prosecutor, ombudsman, court };
BOOST_DESCRIBE_ENUM(ComplaintTo, commander, military_prosecutor, ombudsman, court)
enum class CaseState {
  unknown,
  exercises,
  in_touch,
  at_front,
  refused,
  report_served,
  threatened,
  held,
  charged,
  moved,
  sent_back,
  wounded,
  missing,
  killed,
  released,
  home
};
BOOST_DESCRIBE_ENUM(CaseState, unknown, exercises, in_touch, at_front, refused, report_served, threatened,
                    held, charged, moved, sent_back, wounded, missing, killed, released, home)
enum class SilenceLevel { none, watch, act, urgent };
BOOST_DESCRIBE_ENUM(SilenceLevel, none, watch, act, urgent)
enum class FieldReach { everyone, readers };
BOOST_DESCRIBE_ENUM(FieldReach, everyone, readers)
enum class DoubleState { open, i_agreed, joined, refused };
BOOST_DESCRIBE_ENUM(DoubleState, open, i_agreed, joined, refused)
enum class TallyBy { unit, region, month };
BOOST_DESCRIBE_ENUM(TallyBy, unit, region, month)
enum class TallyState {
  sent,
  refused,
  held,
  threatened,
  released,
  home,
  sent_back,
  wounded,
  missing,
  killed,
  unknown
};
BOOST_DESCRIBE_ENUM(TallyState, sent, refused, held, threatened, released, home, sent_back, wounded, missing,
                    killed, unknown)

// --- Parts ---
struct WhenField {
  HW_API(WhenField);
  Precision precision{};
  std::string day;                  // the day, of a week or month its first, with before the day before which
  std::optional<std::string> time;  // "HH:MM", only with exact
};
BOOST_DESCRIBE_STRUCT(WhenField, (), (precision, day, time))
struct CardFields {
  HW_API(CardFields);
  std::string
      label;  // what the group calls him: a nickname, initials, never his name unless the family wants it
  Audience category{};
  std::string unit;
  std::string region;
  std::optional<std::string> rank;
};
BOOST_DESCRIBE_STRUCT(CardFields, (), (label, category, unit, region, rank))
struct SealedFields {
  HW_API(SealedFields);
  std::string name;  // as in his papers
  std::optional<std::string> birth_day;
  std::optional<std::string> relatives;
  std::optional<std::string> phone;
  std::optional<std::string> whereabouts;
  std::optional<std::string> notes;
};
BOOST_DESCRIBE_STRUCT(SealedFields, (), (name, birth_day, relatives, phone, whereabouts, notes))
struct MemberRef {
  HW_API(MemberRef);
  std::string member;
  std::string name;
  bool me{};
};
BOOST_DESCRIBE_STRUCT(MemberRef, (), (member, name, me))

// --- Cases, arguments ---
struct CasesArgs {
  HW_API(CasesArgs);
  std::string group;
  std::optional<CaseState> state;
  std::optional<std::string> unit;
  std::optional<std::string> region;
  std::optional<std::string> query;
  std::optional<bool> mine;
  std::optional<int64_t> limit;
  std::optional<std::string> after;  // the last case shown
};
BOOST_DESCRIBE_STRUCT(CasesArgs, (), (group, state, unit, region, query, mine, limit, after))
struct CaseArgs {
  HW_API(CaseArgs);
  std::string group;
  std::string case_id;
};
BOOST_DESCRIBE_STRUCT(CaseArgs, (), (group, case_id))
struct NewCaseArgs {
  HW_API(NewCaseArgs);
  std::string group;
  CardFields card{};
  std::optional<SealedFields> sealed;
  std::vector<std::string> readers;  // members besides me who may read what is sealed
  std::optional<std::string> last_contact;
  std::optional<int64_t> usual_silence_days;
};
BOOST_DESCRIBE_STRUCT(NewCaseArgs, (), (group, card, sealed, readers, last_contact, usual_silence_days))
struct CardArgs {
  HW_API(CardArgs);
  std::string group;
  std::string case_id;
  CardFields card{};
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(CardArgs, (), (group, case_id, card, reason))
struct SealArgs {
  HW_API(SealArgs);
  std::string group;
  std::string case_id;
  SealedFields sealed{};
  std::vector<std::string> readers;
};
BOOST_DESCRIBE_STRUCT(SealArgs, (), (group, case_id, sealed, readers))
struct AddEntryArgs {
  HW_API(AddEntryArgs);
  std::string group;
  std::string case_id;
  EntryKind kind{};
  WhenField when{};
  KnownBy known_by{};
  Sureness sureness{};
  std::optional<std::string> text;
  std::optional<FieldReach> reach;         // of text, place and held_with, readers if absent
  std::optional<ServedHow> how;            // of report_served
  std::optional<std::string> law_article;  // of threatened, charged: which article of law
  std::optional<std::string> by_rank;      // of threatened: who said it
  std::optional<std::string> place;        // of held, moved, home…
  std::optional<std::string> held_with;    // who else was held there
  std::optional<ComplaintTo> to;           // of complaint, answer
  std::optional<std::string> corrects;     // the entry that this one corrects, which stays visible
};
BOOST_DESCRIBE_STRUCT(AddEntryArgs, (),
                      (group, case_id, kind, when, known_by, sureness, text, reach, how, law_article, by_rank,
                       place, held_with, to, corrects))
struct SilenceArgs {
  HW_API(SilenceArgs);
  std::string group;
  std::string case_id;
  int64_t usual_days{};
  int64_t watch_days{};
  int64_t act_days{};
  int64_t urgent_days{};
};
BOOST_DESCRIBE_STRUCT(SilenceArgs, (), (group, case_id, usual_days, watch_days, act_days, urgent_days))
struct StepArgs {
  HW_API(StepArgs);
  std::string group;
  std::string case_id;
  std::string text;
  std::optional<std::string> due;
  std::optional<std::string> who;  // a member, me if absent
};
BOOST_DESCRIBE_STRUCT(StepArgs, (), (group, case_id, text, due, who))
struct StepDoneArgs {
  HW_API(StepDoneArgs);
  std::string group;
  std::string case_id;
  std::string step;
  std::optional<bool> dropped;
};
BOOST_DESCRIBE_STRUCT(StepDoneArgs, (), (group, case_id, step, dropped))
struct SavePaperArgs {
  HW_API(SavePaperArgs);
  std::string group;
  std::string case_id;
  std::string article;
  int64_t revision{};
  std::string paper;
  std::string title;
  std::vector<NamedValue> values;
};
BOOST_DESCRIBE_STRUCT(SavePaperArgs, (), (group, case_id, article, revision, paper, title, values))
struct ReadPaperArgs {
  HW_API(ReadPaperArgs);
  std::string group;
  std::string case_id;
  std::string saved;
};
BOOST_DESCRIBE_STRUCT(ReadPaperArgs, (), (group, case_id, saved))
struct TakeAwayArgs {
  HW_API(TakeAwayArgs);
  std::string group;
  std::string case_id;
  std::string passphrase;
};
BOOST_DESCRIBE_STRUCT(TakeAwayArgs, (), (group, case_id, passphrase))
struct BringCaseArgs {
  HW_API(BringCaseArgs);
  std::string group;
  std::string file;  // base64
  std::string passphrase;
};
BOOST_DESCRIBE_STRUCT(BringCaseArgs, (), (group, file, passphrase))
struct EraseCaseArgs {
  HW_API(EraseCaseArgs);
  std::string group;
  std::string case_id;
  std::string word;  // the case's label, typed again
};
BOOST_DESCRIBE_STRUCT(EraseCaseArgs, (), (group, case_id, word))
struct DoubleArgs {
  HW_API(DoubleArgs);
  std::string group;
  std::string double_id;
  bool agree{};
};
BOOST_DESCRIBE_STRUCT(DoubleArgs, (), (group, double_id, agree))

// --- Cases, answers ---
struct CaseRef {
  HW_API(CaseRef);
  std::string case_id;
};
BOOST_DESCRIBE_STRUCT(CaseRef, (), (case_id))
struct CaseCard {
  HW_API(CaseCard);
  std::string case_id;
  std::string label;
  Audience category{};
  std::string unit;
  std::string region;
  std::string rank;
  CaseState state{};
  std::optional<std::string> since;
  bool contradictory{};
  std::optional<std::string> last_contact;
  std::optional<int64_t> silent_days;
  SilenceLevel silence{};
  MemberRef speaks{};  // who speaks for him
  bool mine{};
  bool readable{};  // what is sealed is sealed to me too
  std::optional<std::string> next_due;
  int64_t entries{};
  int64_t at{};  // of the newest entry
  bool queued{};
  std::optional<std::string> joined_with;  // a case of the same man
};
BOOST_DESCRIBE_STRUCT(CaseCard, (),
                      (case_id, label, category, unit, region, rank, state, since, contradictory,
                       last_contact, silent_days, silence, speaks, mine, readable, next_due, entries, at,
                       queued, joined_with))
struct CaseList {
  HW_API(CaseList);
  std::vector<CaseCard> cases;
  int64_t total{};
  bool more{};
  int64_t silent{};
  int64_t due{};
};
BOOST_DESCRIBE_STRUCT(CaseList, (), (cases, total, more, silent, due))
struct EntryItem {
  HW_API(EntryItem);
  std::string entry;
  EntryKind kind{};
  WhenField when{};
  KnownBy known_by{};
  Sureness sureness{};
  std::optional<std::string> text;  // absent where it is sealed to others
  bool sealed{};
  std::optional<ServedHow> how;
  std::optional<std::string> law_article;
  std::optional<std::string> by_rank;
  std::optional<std::string> place;
  std::optional<std::string> held_with;
  std::optional<ComplaintTo> to;
  MemberRef by{};
  int64_t at{};
  std::optional<std::string> corrects;
  bool corrected{};
  bool contradicts{};
  bool queued{};
};
BOOST_DESCRIBE_STRUCT(EntryItem, (),
                      (entry, kind, when, known_by, sureness, text, sealed, how, law_article, by_rank, place,
                       held_with, to, by, at, corrects, corrected, contradicts, queued))
struct DeadlineItem {
  HW_API(DeadlineItem);
  std::string deadline;
  std::string title;
  std::string due;
  std::string from_entry;
  std::string law;  // by which rule, with its date
  int64_t days_left{};
  bool met{};        // an answer came
  std::string next;  // what to do when it is missed
};
BOOST_DESCRIBE_STRUCT(DeadlineItem, (), (deadline, title, due, from_entry, law, days_left, met, next))
struct StepItem {
  HW_API(StepItem);
  std::string step;
  std::string text;
  std::optional<std::string> due;
  MemberRef who{};
  bool done{};
  bool overdue{};
  MemberRef by{};
};
BOOST_DESCRIBE_STRUCT(StepItem, (), (step, text, due, who, done, overdue, by))
struct SavedPaper {
  HW_API(SavedPaper);
  std::string saved;
  std::string title;
  std::string article;
  int64_t at{};
};
BOOST_DESCRIBE_STRUCT(SavedPaper, (), (saved, title, article, at))
struct SilenceSettings {
  HW_API(SilenceSettings);
  int64_t usual_days{};
  int64_t watch_days{};
  int64_t act_days{};
  int64_t urgent_days{};
};
BOOST_DESCRIBE_STRUCT(SilenceSettings, (), (usual_days, watch_days, act_days, urgent_days))
struct SilenceAdvice {
  HW_API(SilenceAdvice);
  std::string what;  // ask_comrades, tracing_request, complaint
  SilenceLevel level{};
  std::string since;
  std::optional<std::string> article;  // guidance with the paper for it
  int64_t same_unit{};                 // cases of the same unit whose families can be asked
};
BOOST_DESCRIBE_STRUCT(SilenceAdvice, (), (what, level, since, article, same_unit))
struct CardChangeItem {
  HW_API(CardChangeItem);
  MemberRef by{};
  int64_t at{};
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(CardChangeItem, (), (by, at, reason))
struct CaseFile {
  HW_API(CaseFile);
  CaseCard card{};
  std::optional<SealedFields> sealed;
  std::vector<MemberRef> readers;
  bool may_edit{};
  CaseState fate{};
  std::optional<std::string> whereabouts;
  std::vector<EntryItem> timeline;
  std::vector<DeadlineItem> deadlines;
  std::vector<StepItem> steps;
  std::vector<SavedPaper> papers;
  SilenceSettings clock{};
  std::optional<SilenceAdvice> advice;
  std::vector<MemberRef> missing_keys;  // readers whose sealing key is not known yet
  bool seal_anew{};                     // something is sealed to keys that are not its readers' newest
  std::vector<CardChangeItem> changes;  // of the card, oldest first
};
BOOST_DESCRIBE_STRUCT(CaseFile, (),
                      (card, sealed, readers, may_edit, fate, whereabouts, timeline, deadlines, steps, papers,
                       clock, advice, missing_keys, seal_anew, changes))
struct EntryRef {
  HW_API(EntryRef);
  std::string entry;
};
BOOST_DESCRIBE_STRUCT(EntryRef, (), (entry))
struct StepRef {
  HW_API(StepRef);
  std::string step;
};
BOOST_DESCRIBE_STRUCT(StepRef, (), (step))
struct PaperValues {
  HW_API(PaperValues);
  std::string article;
  int64_t revision{};
  std::string paper;
  std::string title;
  std::vector<NamedValue> values;
};
BOOST_DESCRIBE_STRUCT(PaperValues, (), (article, revision, paper, title, values))
struct DueItem {
  HW_API(DueItem);
  std::string group;
  std::string group_name;
  std::string case_id;
  std::string label;
  std::string text;
  std::string due;
  bool overdue{};
  std::string kind;  // step, deadline, silence
};
BOOST_DESCRIBE_STRUCT(DueItem, (), (group, group_name, case_id, label, text, due, overdue, kind))
struct DueList {
  HW_API(DueList);
  std::vector<DueItem> items;
};
BOOST_DESCRIBE_STRUCT(DueList, (), (items))
struct DoubleItem {
  HW_API(DoubleItem);
  std::string double_id;
  CaseCard mine{};
  CaseCard other{};
  DoubleState state{};
};
BOOST_DESCRIBE_STRUCT(DoubleItem, (), (double_id, mine, other, state))
struct DoubleList {
  HW_API(DoubleList);
  std::vector<DoubleItem> doubles;
};
BOOST_DESCRIBE_STRUCT(DoubleList, (), (doubles))
struct CalendarFile {
  HW_API(CalendarFile);
  std::string name;
  std::string text;  // iCalendar
};
BOOST_DESCRIBE_STRUCT(CalendarFile, (), (name, text))

// --- Rolls ---
struct RollLine {
  HW_API(RollLine);
  std::string name;  // surname or nickname
  std::optional<std::string> unit;
  EntryKind kind{};
  std::optional<std::string> message;  // what he asks to tell at home
  std::optional<std::string> case_id;  // matched by hand, else a new case is made
  std::optional<std::string> label;    // of a new case; else a nickname as it is, initials of a name
};
BOOST_DESCRIBE_STRUCT(RollLine, (), (name, unit, kind, message, case_id, label))
struct RollMatchArgs {
  HW_API(RollMatchArgs);
  std::string group;
  std::string name;
  std::optional<std::string> unit;
};
BOOST_DESCRIBE_STRUCT(RollMatchArgs, (), (group, name, unit))
struct RollMatch {
  HW_API(RollMatch);
  std::string case_id;
  std::string label;
  std::string unit;
  MemberRef speaks{};
  int64_t score{};  // 0 to 100
  std::string why;  // name, nickname, fingerprint, initials
};
BOOST_DESCRIBE_STRUCT(RollMatch, (), (case_id, label, unit, speaks, score, why))
struct RollMatches {
  HW_API(RollMatches);
  std::vector<RollMatch> matches;
};
BOOST_DESCRIBE_STRUCT(RollMatches, (), (matches))
struct SaveRollArgs {
  HW_API(SaveRollArgs);
  std::string group;
  WhenField when{};
  std::optional<std::string> caller;  // who called, for me alone
  KnownBy known_by{};
  Sureness sureness{};
  std::optional<std::string> unit;
  std::vector<RollLine> lines;
  std::optional<std::string> region;  // of new cases
  std::optional<Audience> category;   // of new cases, contract if absent
};
BOOST_DESCRIBE_STRUCT(SaveRollArgs, (),
                      (group, when, caller, known_by, sureness, unit, lines, region, category))
struct RollSaved {
  HW_API(RollSaved);
  std::string roll;
  int64_t made{};
  int64_t matched{};
};
BOOST_DESCRIBE_STRUCT(RollSaved, (), (roll, made, matched))
struct RollItem {
  HW_API(RollItem);
  std::string roll;
  WhenField when{};
  MemberRef by{};
  int64_t lines{};
  int64_t made{};
  bool queued{};
};
BOOST_DESCRIBE_STRUCT(RollItem, (), (roll, when, by, lines, made, queued))
struct RollList {
  HW_API(RollList);
  std::vector<RollItem> rolls;
};
BOOST_DESCRIBE_STRUCT(RollList, (), (rolls))
struct RollArgs {
  HW_API(RollArgs);
  std::string group;
  std::string roll;
};
BOOST_DESCRIBE_STRUCT(RollArgs, (), (group, roll))
struct RollEntry {
  HW_API(RollEntry);
  std::string case_id;
  std::string label;
  EntryKind kind{};
  bool new_case{};
};
BOOST_DESCRIBE_STRUCT(RollEntry, (), (case_id, label, kind, new_case))
struct RollView {
  HW_API(RollView);
  RollItem item{};
  std::vector<RollEntry> entries;     // without those of cases that were erased
  std::optional<std::string> caller;  // of a roll of mine
};
BOOST_DESCRIBE_STRUCT(RollView, (), (item, entries, caller))

// --- Tallies ---
struct ReportFigure {
  HW_API(ReportFigure);
  TallyState state{};
  int64_t count{};
};
BOOST_DESCRIBE_STRUCT(ReportFigure, (), (state, count))
struct AddReportArgs {
  HW_API(AddReportArgs);
  std::string group;
  std::string text;
  std::optional<std::string> unit;
  std::optional<std::string> region;
  std::string from_day;
  std::string until_day;
  std::vector<ReportFigure> figures;
  std::optional<int64_t> out_of;  // of how many men the report speaks
  KnownBy source{};
  std::optional<std::string> source_note;
  Sureness sureness{};
  std::vector<std::string> overlaps;  // reports that may count the same men
  std::optional<std::string> corrects;
};
BOOST_DESCRIBE_STRUCT(AddReportArgs, (),
                      (group, text, unit, region, from_day, until_day, figures, out_of, source, source_note,
                       sureness, overlaps, corrects))
struct ReportArgs {
  HW_API(ReportArgs);
  std::string group;
  std::string report;
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(ReportArgs, (), (group, report, reason))
struct ReportItem {
  HW_API(ReportItem);
  std::string report;
  std::string text;
  std::string unit;
  std::string region;
  std::string from_day;
  std::string until_day;
  std::vector<ReportFigure> figures;
  std::optional<int64_t> out_of;
  KnownBy source{};
  std::string source_note;
  Sureness sureness{};
  std::vector<std::string> overlaps;
  MemberRef by{};
  bool mine{};
  int64_t at{};
  bool withdrawn{};
  bool queued{};
  std::optional<std::string> reason;  // of the withdrawal
  std::optional<std::string> corrects;
  std::optional<std::string> corrected_by;  // then it does not count any more
  bool may_correct{};
  bool may_withdraw{};
};
BOOST_DESCRIBE_STRUCT(ReportItem, (),
                      (report, text, unit, region, from_day, until_day, figures, out_of, source, source_note,
                       sureness, overlaps, by, mine, at, withdrawn, queued, reason, corrects, corrected_by,
                       may_correct, may_withdraw))
struct ReportList {
  HW_API(ReportList);
  std::vector<ReportItem> reports;
};
BOOST_DESCRIBE_STRUCT(ReportList, (), (reports))
struct ReportRef {
  HW_API(ReportRef);
  std::string report;
};
BOOST_DESCRIBE_STRUCT(ReportRef, (), (report))
struct TallyArgs {
  HW_API(TallyArgs);
  std::string group;
  TallyBy by{};
  std::optional<std::string> unit;
  std::optional<std::string> region;
  std::optional<std::string> from_month;
  std::optional<std::string> until_month;  // "YYYY-MM"
};
BOOST_DESCRIBE_STRUCT(TallyArgs, (), (group, by, unit, region, from_month, until_month))
struct TallyCell {
  HW_API(TallyCell);
  TallyState state{};
  int64_t at_least{};
  int64_t at_most{};
  int64_t from_cases{};
  bool small{};  // under 3: may point at somebody
};
BOOST_DESCRIBE_STRUCT(TallyCell, (), (state, at_least, at_most, from_cases, small))
struct TallyRow {
  HW_API(TallyRow);
  std::string key;
  std::string label;
  int64_t men_at_least{};  // the denominator: everyone known of
  int64_t men_at_most{};
  std::vector<TallyCell> cells;
};
BOOST_DESCRIBE_STRUCT(TallyRow, (), (key, label, men_at_least, men_at_most, cells))
struct TallyTable {
  HW_API(TallyTable);
  TallyBy by{};
  std::vector<TallyRow> rows;
  TallyRow total{};
  int64_t cases{};
  int64_t joined{};  // cases counted with another as one man
  int64_t reports{};
};
BOOST_DESCRIBE_STRUCT(TallyTable, (), (by, rows, total, cases, joined, reports))
struct TallyCellArgs {
  HW_API(TallyCellArgs);
  std::string group;
  TallyBy by{};
  std::string key;                  // "*" for the total
  std::optional<TallyState> state;  // the row's men if absent
  std::optional<std::string> from_month;
  std::optional<std::string> until_month;
  std::optional<std::string> unit;
  std::optional<std::string> region;
};
BOOST_DESCRIBE_STRUCT(TallyCellArgs, (), (group, by, key, state, from_month, until_month, unit, region))
struct TallySources {
  HW_API(TallySources);
  std::vector<CaseCard> cases;
  int64_t hidden{};  // further ones
  std::vector<ReportItem> reports;
};
BOOST_DESCRIBE_STRUCT(TallySources, (), (cases, hidden, reports))

}  // namespace homeward::api
