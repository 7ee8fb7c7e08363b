#include "client/tallies.h"

#include <map>

#include "client/features.h"
#include "domain/doubles/doubles.h"

namespace homeward::client {
namespace {

using domain::cases::CaseRow;
using domain::cases::CaseState;
using domain::cases::EntryKind;
using domain::cases::Evidence;
using domain::cases::Precision;
using domain::tallies::Certainty;
using domain::tallies::Counted;
using domain::tallies::kUndated;
using domain::tallies::Man;
using domain::tallies::Month;

Month month_of(domain::cases::Day day) {
  return day.number < 0 ? kUndated : domain::tallies::month_of(day.number);
}

Man::Mark mark_of(const Evidence& evidence) {
  return {evidence.sureness == domain::cases::Sureness::kRumour ? Certainty::kPerhaps : Certainty::kYes,
          evidence.precision == Precision::kBefore ? kUndated : month_of(evidence.last)};
}

// That it happened: the newest entry of a kind that is no rumour, else the newest rumour.
void mark_ever(Man& man, Counted state, const CaseRow& row, EntryKind kind) {
  const auto& newest = row.facts.newest[static_cast<size_t>(kind) - 1];
  if (!newest[0] && !newest[1]) return;
  const Man::Mark found = mark_of(newest[0] ? *newest[0] : *newest[1]);
  Man::Mark& mark = man.mark(state);
  if (found.certainty > mark.certainty) {
    mark = found;
  } else if (found.certainty == mark.certainty && found.month != kUndated) {
    mark.month = mark.month == kUndated ? found.month : std::min(mark.month, found.month);
  }
}

void mark_now(Man& man, const CaseRow& row) {
  const auto& where = row.standing.where;
  const bool lives = row.standing.state != CaseState::kKilled;
  if (where && lives && where->kind == EntryKind::kHeld) man.mark(Counted::kHeld) = mark_of(*where);
  if (where && lives && where->kind == EntryKind::kHome) man.mark(Counted::kHome) = mark_of(*where);
  const auto& missing = row.facts.newest[static_cast<size_t>(EntryKind::kMissing) - 1];
  if (row.standing.fate == CaseState::kMissing && (missing[0] || missing[1]))
    man.mark(Counted::kMissing) = mark_of(missing[0] ? *missing[0] : *missing[1]);
  if (row.standing.state == CaseState::kUnknown)
    man.mark(Counted::kUnknown) = {Certainty::kYes,
                                   month_of(row.contact().value_or(domain::cases::day_of(row.opened_at)))};
}

// Who was heard again is not counted as killed, unless reports contradict each other: then perhaps.
void mark_killed(Man& man, const CaseRow& row) {
  mark_ever(man, Counted::kKilled, row, EntryKind::kKilled);
  Man::Mark& mark = man.mark(Counted::kKilled);
  if (row.standing.fate == CaseState::kKilled) {
    if (!row.standing.against.empty()) mark.certainty = std::min(mark.certainty, Certainty::kPerhaps);
  } else {
    mark.certainty =
        row.standing.against.empty() ? Certainty::kNo : std::min(mark.certainty, Certainty::kPerhaps);
  }
}

constexpr Counted kNow[] = {Counted::kHeld, Counted::kHome, Counted::kMissing, Counted::kUnknown};

// A case of the same man: what happened counts from either, what is now from the one told of last.
void merge(Man& man, const Man& other, bool other_is_newer) {
  for (size_t i = 0; i < domain::tallies::kCountedStates; ++i) {
    Man::Mark& mine = man.marks[i];
    const Man::Mark& more = other.marks[i];
    const bool is_now = std::ranges::find(kNow, static_cast<Counted>(i + 1)) != std::end(kNow);
    if (is_now) {
      if (other_is_newer) mine = more;
    } else if (more.certainty > mine.certainty) {
      mine = more;
    } else if (more.certainty == mine.certainty && more.month != kUndated) {
      mine.month = mine.month == kUndated ? more.month : std::min(mine.month, more.month);
    }
  }
  if (man.unit.empty()) man.unit = other.unit;
  if (man.region.empty()) man.region = other.region;
  man.further.push_back(other.id);
}

}  // namespace

Man man_of(const CaseRow& row) {
  Man man{.id = row.ref, .further = {}, .unit = row.card.unit, .region = row.card.region, .marks = {}};
  mark_ever(man, Counted::kSent, row, EntryKind::kExercises);
  mark_ever(man, Counted::kSent, row, EntryKind::kSentBack);
  mark_ever(man, Counted::kRefused, row, EntryKind::kRefused);
  mark_ever(man, Counted::kRefused, row, EntryKind::kReportServed);
  mark_ever(man, Counted::kThreatened, row, EntryKind::kThreatened);
  mark_ever(man, Counted::kReleased, row, EntryKind::kReleased);
  mark_ever(man, Counted::kSentBack, row, EntryKind::kSentBack);
  mark_ever(man, Counted::kWounded, row, EntryKind::kWounded);
  mark_killed(man, row);
  mark_now(man, row);
  return man;
}

Men men_of(Rows& rows, const group::GroupId& group) {
  const domain::GroupKey key = key_of(group);
  // Of each joined case, the others of the same man.
  std::map<domain::Ref, std::vector<domain::Ref>> joined;
  for (const auto& [a, b] : domain::doubles::joined(rows, key))
    for (const domain::Ref& one : {a, b})
      if (!joined.contains(one)) joined[one] = domain::doubles::joined_with(rows, key, one);

  Men out;
  struct Joined {
    Man man;
    domain::Place opened;
    Instant newest;
  };
  std::map<domain::Ref, Joined> waiting;
  domain::cases::for_each(rows, key, [&](const CaseRow& row) {
    ++out.cases;
    if (joined.contains(row.ref))
      waiting.emplace(row.ref, Joined{man_of(row), row.opened, row.newest_at});
    else
      out.men.push_back(man_of(row));
    return true;
  });
  while (!waiting.empty()) {
    std::vector<Joined> same{std::move(waiting.begin()->second)};
    waiting.erase(waiting.begin());
    for (const domain::Ref& other : joined[same.front().man.id]) {
      const auto found = waiting.find(other);
      if (found == waiting.end()) continue;
      same.push_back(std::move(found->second));
      waiting.erase(found);
    }
    std::ranges::sort(same, {}, &Joined::opened);
    Joined one = std::move(same.front());
    for (size_t i = 1; i < same.size(); ++i) {
      merge(one.man, same[i].man, same[i].newest > one.newest);
      one.newest = std::max(one.newest, same[i].newest);
    }
    out.men.push_back(std::move(one.man));
  }
  std::ranges::sort(out.men, {}, &Man::id);
  return out;
}

Result<domain::Ref> add_report(const Client::Hand& hand, const domain::tallies::Report& report) {
  HW_TRY(domain::tallies::check(report));
  HW_LET(const group::EventId id, hand.post(domain::tallies::kReportKind, domain::tallies::encode(report)));
  return domain::ref_of(domain::Author::from(hand.group.me()), domain::EventKey::from(id));
}

Result<> withdraw_report(const Client::Hand& hand, const domain::tallies::Withdrawal& withdrawal) {
  HW_TRY(domain::tallies::check(withdrawal));
  HW_TRY(hand.post(domain::tallies::kWithdrawalKind, domain::tallies::encode(withdrawal)));
  return success();
}

bool may_correct(const group::Group& group, const domain::tallies::KeptReport& report) {
  return equal(report.author(), group.me()) || group.my_role() != group::Role::kMember;
}

bool may_withdraw(const group::Group& group, const domain::tallies::KeptReport& report) {
  return equal(report.author(), group.me()) || group.my_role() == group::Role::kOrganizer;
}

}  // namespace homeward::client
