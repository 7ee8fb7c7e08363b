// The API's words for the loss register. Days are spans: "2022-07-20", "2022-07", "2022" or
// "2022-07-01/2022-07-20"; regions are ISO 3166-2 codes. A record is named by its id, a source of it by its
// number from 1.
#pragma once

#include "api/types_cases.h"

namespace homeward::api {

// --- Words ---
enum class LossState { killed, wounded, missing, prisoner };
BOOST_DESCRIBE_ENUM(LossState, killed, wounded, missing, prisoner)
enum class LossCategory { contract, conscript, mobilised, volunteer, officer, guard, company, inmate };
BOOST_DESCRIBE_ENUM(LossCategory, contract, conscript, mobilised, volunteer, officer, guard, company, inmate)
enum class LossSourceKind { official, press, social, cemetery, family, comrade, list, other };
BOOST_DESCRIBE_ENUM(LossSourceKind, official, press, social, cemetery, family, comrade, list, other)
enum class LossVerdict { same, different, unsure };
BOOST_DESCRIBE_ENUM(LossVerdict, same, different, unsure)
enum class LossOutcome { open, waits, same, different, disputed };
BOOST_DESCRIBE_ENUM(LossOutcome, open, waits, same, different, disputed)
enum class ClaimBasis { named_list, official, intelligence, estimate, belligerent, secondary };
BOOST_DESCRIBE_ENUM(ClaimBasis, named_list, official, intelligence, estimate, belligerent, secondary)
enum class LossImportKind { people, counts, claims };
BOOST_DESCRIBE_ENUM(LossImportKind, people, counts, claims)
enum class LossWithdrawKind { record, list, claim, import };
BOOST_DESCRIBE_ENUM(LossWithdrawKind, record, list, claim, import)
enum class LossChange {
  added,
  source_added,
  judged,
  corrected,
  renamed,
  withdrawn,
  restored,
  said_same,
  said_different,
  said_unsure,
  said_undone
};
BOOST_DESCRIBE_ENUM(LossChange, added, source_added, judged, corrected, renamed, withdrawn, restored,
                    said_same, said_different, said_unsure, said_undone)

// --- Parts ---
struct LossName {
  HW_API(LossName);
  std::string surname;
  std::optional<std::string> given;
  std::optional<std::string> patronymic;
};
BOOST_DESCRIBE_STRUCT(LossName, (), (surname, given, patronymic))
// What one source says; what is absent it does not say.
struct LossFacts {
  HW_API(LossFacts);
  std::optional<LossState> state;
  std::optional<std::string> died;
  std::optional<std::string> place;
  std::optional<std::string> region;
  std::optional<std::string> district;
  std::optional<LossCategory> category;
  std::optional<std::string> unit;
  std::optional<std::string> rank;
  std::optional<int64_t> age_low;
  std::optional<int64_t> age_high;
};
BOOST_DESCRIBE_STRUCT(LossFacts, (),
                      (state, died, place, region, district, category, unit, rank, age_low, age_high))
struct LossSource {
  HW_API(LossSource);
  LossSourceKind kind{};
  std::string publisher;
  std::optional<std::string> link;
  std::optional<std::string> date;
  std::optional<std::string> note;
  std::optional<int64_t> quotes;  // the number of the source that it repeats
  LossFacts facts{};
};
BOOST_DESCRIBE_STRUCT(LossSource, (), (kind, publisher, link, date, note, quotes, facts))

// --- Arguments ---
struct LossListArgs {
  HW_API(LossListArgs);
  std::string group;
  std::optional<LossState> state;
  std::optional<std::string> region;
  std::optional<LossCategory> category;
  std::optional<std::string> unit;
  std::optional<std::string> query;  // in names (as far as I read them), units, places, districts
  std::optional<bool> confirmed;     // only these or only the others
  std::optional<bool> withdrawn;     // the withdrawn ones as well
  std::optional<int64_t> limit;
  std::optional<std::string> after;  // the last record shown
};
BOOST_DESCRIBE_STRUCT(LossListArgs, (),
                      (group, state, region, category, unit, query, confirmed, withdrawn, limit, after))
struct LossArgs {
  HW_API(LossArgs);
  std::string group;
  std::string record;
};
BOOST_DESCRIBE_STRUCT(LossArgs, (), (group, record))
struct NewLossArgs {
  HW_API(NewLossArgs);
  std::string group;
  std::vector<LossName> names;  // sealed to those who verify
  std::optional<std::string> birth;
  bool names_are_public{};  // a source with a link names him: then the group sees the names
  std::vector<LossSource> sources;
};
BOOST_DESCRIBE_STRUCT(NewLossArgs, (), (group, names, birth, names_are_public, sources))
struct LossNamesArgs {
  HW_API(LossNamesArgs);
  std::string group;
  std::string record;
  std::vector<LossName> names;
  std::optional<std::string> birth;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(LossNamesArgs, (), (group, record, names, birth, reason))
struct LossSourceArgs {
  HW_API(LossSourceArgs);
  std::string group;
  std::string record;
  LossSource source{};
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(LossSourceArgs, (), (group, record, source, reason))
struct LossCorrectArgs {
  HW_API(LossCorrectArgs);
  std::string group;
  std::string record;
  int64_t source{};
  LossFacts facts{};
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(LossCorrectArgs, (), (group, record, source, facts, reason))
struct LossJudgeArgs {
  HW_API(LossJudgeArgs);
  std::string group;
  std::string record;
  int64_t source{};
  bool counts{};
  std::optional<int64_t> quotes;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(LossJudgeArgs, (), (group, record, source, counts, quotes, reason))
struct LossWithdrawArgs {
  HW_API(LossWithdrawArgs);
  std::string group;
  LossWithdrawKind kind{};
  std::string id;
  bool withdrawn{};  // false: it counts again
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(LossWithdrawArgs, (), (group, kind, id, withdrawn, reason))
struct LossDecideArgs {
  HW_API(LossDecideArgs);
  std::string group;
  std::string a;
  std::string b;
  LossVerdict verdict{};
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(LossDecideArgs, (), (group, a, b, verdict, reason))
struct LossPairArgs {
  HW_API(LossPairArgs);
  std::string group;
  std::string a;
  std::string b;
};
BOOST_DESCRIBE_STRUCT(LossPairArgs, (), (group, a, b))
struct LossPairsArgs {
  HW_API(LossPairsArgs);
  std::string group;
  std::optional<int64_t> limit;
};
BOOST_DESCRIBE_STRUCT(LossPairsArgs, (), (group, limit))
struct LossImportArgs {
  HW_API(LossImportArgs);
  std::string group;
  std::string text;                      // the file, or the last part of it
  std::optional<std::string> upload;     // of earlier parts (losses.upload)
  std::optional<std::string> publisher;  // where the file does not say it
  std::optional<std::string> link;
  std::optional<std::string> date;
  std::optional<bool> names_are_public;
  std::optional<bool> look_only;  // says what would be taken, and takes nothing
};
BOOST_DESCRIBE_STRUCT(LossImportArgs, (),
                      (group, text, upload, publisher, link, date, names_are_public, look_only))
struct LossUploadArgs {
  HW_API(LossUploadArgs);
  std::optional<std::string> upload;  // absent: a new one
  std::string text;
};
BOOST_DESCRIBE_STRUCT(LossUploadArgs, (), (upload, text))
struct ClaimFields {
  HW_API(ClaimFields);
  std::string subject;
  std::optional<std::string> region;
  std::string kind;
  std::string as_of;
  std::optional<std::string> value;  // a decimal number, at most three places
  std::optional<std::string> low;
  std::optional<std::string> high;
  std::string unit;
  std::string claimant;
  ClaimBasis basis{};
  std::optional<std::string> link;
  std::optional<std::string> warning;
};
BOOST_DESCRIBE_STRUCT(ClaimFields, (),
                      (subject, region, kind, as_of, value, low, high, unit, claimant, basis, link, warning))
struct NewClaimArgs {
  HW_API(NewClaimArgs);
  std::string group;
  ClaimFields claim{};
  std::optional<std::string> replaces;
};
BOOST_DESCRIBE_STRUCT(NewClaimArgs, (), (group, claim, replaces))
struct LossVerifierArgs {
  HW_API(LossVerifierArgs);
  std::string group;
  std::string member;
  bool verifies{};
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(LossVerifierArgs, (), (group, member, verifies, reason))

// --- Answers ---
struct LossRef {
  HW_API(LossRef);
  std::string record;
};
BOOST_DESCRIBE_STRUCT(LossRef, (), (record))
struct LossCard {
  HW_API(LossCard);
  std::string record;
  std::vector<std::string> names;  // as far as I may read them; the first is shown
  bool has_names{};                // there are names, sealed to me or not
  bool names_are_public{};
  std::vector<LossState> states;  // what different sources say, the most frequent first
  std::optional<std::string> died;
  bool died_differs{};
  std::optional<std::string> known;
  std::vector<std::string> regions;
  std::vector<std::string> districts;
  std::vector<std::string> places;
  std::vector<LossCategory> categories;
  std::vector<std::string> units;
  std::vector<std::string> ranks;
  std::optional<int64_t> age_low;
  std::optional<int64_t> age_high;
  int64_t sources{};
  int64_t independent{};
  bool confirmed{};    // with the records of the same man
  int64_t same_man{};  // other records that are decided to be of him
  bool withdrawn{};
  bool imported{};
  bool queued{};
  MemberRef by{};
  int64_t at{};
};
BOOST_DESCRIBE_STRUCT(LossCard, (),
                      (record, names, has_names, names_are_public, states, died, died_differs, known, regions,
                       districts, places, categories, units, ranks, age_low, age_high, sources, independent,
                       confirmed, same_man, withdrawn, imported, queued, by, at))
struct LossList {
  HW_API(LossList);
  std::vector<LossCard> records;
  bool more{};
  int64_t found{};
  int64_t at_least{};  // men of the whole register, counted lists among them
  int64_t at_most{};
  int64_t men{};  // of the records
  int64_t confirmed{};
  int64_t listed{};  // the largest counted list
  int64_t unresolved{};
  int64_t unfinished{};  // imports that wait for their last pieces
  int64_t pairs{};       // that wait for my word; 0 for who does not verify
  bool i_verify{};
};
BOOST_DESCRIBE_STRUCT(LossList, (),
                      (records, more, found, at_least, at_most, men, confirmed, listed, unresolved,
                       unfinished, pairs, i_verify))
struct LossSourceItem {
  HW_API(LossSourceItem);
  int64_t number{};
  LossSource said{};
  MemberRef by{};
  bool checked{};
  bool corrected{};
  bool queued{};
  bool may_correct{};
};
BOOST_DESCRIBE_STRUCT(LossSourceItem, (), (number, said, by, checked, corrected, queued, may_correct))
struct LossEvent {
  HW_API(LossEvent);
  LossChange what{};
  MemberRef by{};
  int64_t at{};
  std::string reason;
  std::optional<int64_t> source;
};
BOOST_DESCRIBE_STRUCT(LossEvent, (), (what, by, at, reason, source))
struct LossView {
  HW_API(LossView);
  LossCard card{};
  std::optional<std::string> birth;
  std::vector<LossSourceItem> sources;
  std::vector<LossEvent> history;  // oldest first
  std::vector<LossCard> same_man;
  std::optional<std::string> reason;  // of the last withdrawal or return
  bool i_verify{};
  bool may_withdraw{};
  bool may_restore{};
  bool may_rename{};
};
BOOST_DESCRIBE_STRUCT(LossView, (),
                      (card, birth, sources, history, same_man, reason, i_verify, may_withdraw, may_restore,
                       may_rename))
struct LossWord {
  HW_API(LossWord);
  MemberRef by{};
  LossVerdict verdict{};
  int64_t at{};
};
BOOST_DESCRIBE_STRUCT(LossWord, (), (by, verdict, at))
struct LossPairItem {
  HW_API(LossPairItem);
  LossCard a{};
  LossCard b{};
  std::optional<std::string> birth_a;
  std::optional<std::string> birth_b;
  int64_t permille{};
  bool hard{};  // takes two persons
  LossOutcome outcome{};
  std::vector<LossWord> words;
};
BOOST_DESCRIBE_STRUCT(LossPairItem, (), (a, b, birth_a, birth_b, permille, hard, outcome, words))
struct LossPairList {
  HW_API(LossPairList);
  std::vector<LossPairItem> pairs;  // that wait for my word
  int64_t waiting{};                // how many there are
  int64_t compared{};               // records with names that I read
  std::vector<LossPairItem> mine;   // on which I said something, newest first
};
BOOST_DESCRIBE_STRUCT(LossPairList, (), (pairs, waiting, compared, mine))
struct LossImportProblem {
  HW_API(LossImportProblem);
  int64_t line{};    // from 1; 0: the file as a whole
  int64_t column{};  // from 1, in characters; 0: the line as a whole
  std::string expected;
};
BOOST_DESCRIBE_STRUCT(LossImportProblem, (), (line, column, expected))
struct LossImported {
  HW_API(LossImported);
  std::optional<LossImportProblem> problem;  // then nothing was taken
  LossImportKind kind{};
  int64_t rows{};
  int64_t men{};
  int64_t passed_over{};
  int64_t without_region{};
  LossWithdrawKind withdraw_kind{};
  std::string id;  // to withdraw it by; empty if nothing was taken
};
BOOST_DESCRIBE_STRUCT(LossImported, (),
                      (problem, kind, rows, men, passed_over, without_region, withdraw_kind, id))
struct LossUpload {
  HW_API(LossUpload);
  std::string upload;
};
BOOST_DESCRIBE_STRUCT(LossUpload, (), (upload))
struct CountedListItem {
  HW_API(CountedListItem);
  std::string id;
  std::string publisher;
  std::optional<std::string> link;
  std::optional<std::string> note;
  std::optional<std::string> from_month;
  std::optional<std::string> until_month;
  int64_t rows{};
  int64_t men{};
  bool withdrawn{};
  bool replaced{};
  bool queued{};
  std::optional<std::string> reason;
  MemberRef by{};
  int64_t at{};
  bool may_withdraw{};
};
BOOST_DESCRIBE_STRUCT(CountedListItem, (),
                      (id, publisher, link, note, from_month, until_month, rows, men, withdrawn, replaced,
                       queued, reason, by, at, may_withdraw))
struct CountedLists {
  HW_API(CountedLists);
  std::vector<CountedListItem> lists;
  bool i_verify{};
};
BOOST_DESCRIBE_STRUCT(CountedLists, (), (lists, i_verify))
struct ClaimItem {
  HW_API(ClaimItem);
  std::string id;
  ClaimFields claim{};
  std::string basis_text;
  bool withdrawn{};
  bool replaced{};
  bool queued{};
  std::optional<std::string> reason;
  MemberRef by{};
  int64_t at{};
  bool may_change{};
};
BOOST_DESCRIBE_STRUCT(ClaimItem, (),
                      (id, claim, basis_text, withdrawn, replaced, queued, reason, by, at, may_change))
struct ClaimList {
  HW_API(ClaimList);
  std::vector<ClaimItem> claims;  // by subject and day
};
BOOST_DESCRIBE_STRUCT(ClaimList, (), (claims))
struct LossVerifier {
  HW_API(LossVerifier);
  MemberRef who{};
  bool by_role{};  // an organizer or an adviser
  bool verifies{};
};
BOOST_DESCRIBE_STRUCT(LossVerifier, (), (who, by_role, verifies))
struct LossVerifiers {
  HW_API(LossVerifiers);
  std::vector<LossVerifier> members;
  bool i_verify{};
  bool may_name{};
};
BOOST_DESCRIBE_STRUCT(LossVerifiers, (), (members, i_verify, may_name))

}  // namespace homeward::api
