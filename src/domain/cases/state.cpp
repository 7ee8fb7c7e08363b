#include "domain/cases/state.h"

#include <algorithm>

#include "codec/codec.h"
#include "domain/cases/deadlines.h"
#include "domain/cases/queries.h"
#include "domain/cases/rows.h"
#include "domain/log/buffered_rows.h"

namespace homeward::domain::cases {
namespace {

// Why a person's name stands beside a case; the value of a row of kPersonSpace.
constexpr uint8_t kSpeaks = 1;
constexpr uint8_t kReads = 2;
constexpr uint8_t kDoes = 4;

constexpr size_t kRebuildBatch = 1'000;
// Events whose rows are kept in memory before they are written: some 100 MB. Fewer would write the same pages
// more often.
constexpr size_t kRebuildBuffered = 200'000;

bool is_legal(EntryKind kind) {
  return std::ranges::any_of(
      deadline_rules(), [&](const DeadlineRule& rule) { return rule.from == kind || rule.met_by == kind; });
}

// The fold of one event: the case as it was and as it becomes.
class Folding {
 public:
  Folding(const Context& context, const Event& event, words::Analyzer& analyzer)
      : context_(context), event_(event), analyzer_(analyzer), ref_(ref_of(context.author, event.id)) {}

  bool opened(const Opened& body);
  bool card_edited(const CardEdited& body);
  bool sealed(const Sealed& body);
  bool entry_added(const EntryAdded& body);
  bool silence_set(const SilenceSet& body);
  bool step_added(const StepAdded& body);
  bool step_done(const StepDone& body);
  bool paper_saved(const PaperSaved& body);
  bool sealed_anew(const SealedAnew& body);
  bool erased(const Erased& body);

 private:
  Rows& rows() { return context_.rows; }
  const GroupKey& group() const { return context_.group; }
  // The case that the event is about, unless it is full or this event was folded already.
  bool load(const Ref& case_ref);
  bool speaks() const { return context_.author == row_.speaker(); }
  bool may_change() const { return row_.is_reader(context_.author); }
  std::optional<PartRow> part_of(const Ref& part);
  void put_part(const Ref& ref, const PartRow& part) {
    rows().put(kPartSpace, part_key(group(), row_.ref, ref), encode_part(part));
  }
  // The event itself, as a part of the case.
  PartRow this_part() const {
    return {.kind = event_.kind, .place = context_.place, .sealed_place = context_.place};
  }
  void add_this() { put_part(ref_, this_part()); }
  void add_part(const PartRow& part) {
    put_part(ref_, part);
    ++row_.parts;
  }

  void mark_person(const Author& person, uint8_t flag, bool on);
  void facts_anew();
  void legal_anew();
  void legal_add(const PartRow& part);
  void legal_due_anew();
  void steps_anew();

  void count(const Bytes& key, int32_t by);
  void put_words();
  // Writes the case and keeps every index in step with it.
  void save();
  // What lists count of a case; the unit only where it changes, since its words are dear.
  void count_case(const CaseRow& row, int32_t by, bool unit);

  const Context& context_;
  const Event& event_;
  words::Analyzer& analyzer_;
  const Ref ref_;
  std::optional<CaseRow> before_;
  CaseRow row_;
};

bool Folding::load(const Ref& case_ref) {
  before_ = find(rows(), group(), case_ref);
  if (!before_ || before_->parts >= kMostParts) return false;
  row_ = *before_;
  return !rows().get(kPartSpace, part_key(group(), case_ref, ref_));
}

std::optional<PartRow> Folding::part_of(const Ref& part) {
  const std::optional<Bytes> value = rows().get(kPartSpace, part_key(group(), row_.ref, part));
  return value ? decode_part(*value) : std::nullopt;
}

void Folding::mark_person(const Author& person, uint8_t flag, bool on) {
  Bytes key = person_key(group(), person);
  append(key, row_.ref);
  const std::optional<Bytes> value = rows().get(kPersonSpace, key);
  const uint8_t was = value && value->size() == 1 ? value->front() : 0;
  const auto now = static_cast<uint8_t>(on ? was | flag : was & ~flag);
  if (now == was) return;
  if (now == 0) return rows().erase(kPersonSpace, key);
  rows().put(kPersonSpace, key, BytesView(&now, 1));
}

// --- What follows from the parts ---

void Folding::facts_anew() {
  row_.facts = {};
  scan_parts(rows(), group(), row_.ref, [&](const Ref&, const PartRow& part) {
    if (part.kind == kEntryAdded && !part.corrected) row_.facts.add(part.evidence, part.known_by);
  });
}

void Folding::legal_anew() {
  row_.legal.clear();
  scan_parts(rows(), group(), row_.ref, [&](const Ref&, const PartRow& part) {
    if (part.kind == kEntryAdded && !part.corrected && is_legal(part.evidence.kind))
      row_.legal.push_back({part.evidence.kind, part.to, part.evidence.last});
  });
  // By day, so that the row does not depend on the order of refs.
  std::ranges::sort(row_.legal, [](const CaseRow::LegalMark& x, const CaseRow::LegalMark& y) {
    return std::tuple(x.day, x.kind, x.to) < std::tuple(y.day, y.kind, y.to);
  });
  legal_due_anew();
  if (row_.legal.size() > kMostLegalMarks) row_.legal.resize(kMostLegalMarks);
}

void Folding::legal_add(const PartRow& part) {
  if (row_.legal.size() >= kMostLegalMarks) return legal_anew();
  row_.legal.push_back({part.evidence.kind, part.to, part.evidence.last});
  legal_due_anew();
}

void Folding::legal_due_anew() {
  std::vector<LegalEntry> entries;
  for (const CaseRow::LegalMark& mark : row_.legal) {
    LegalEntry& entry = entries.emplace_back();
    entry.entry.data[0] = static_cast<uint8_t>(entries.size());
    entry.entry.data[1] = static_cast<uint8_t>(entries.size() >> 8);
    entry.kind = mark.kind;
    entry.to = mark.to;
    entry.day = mark.day;
  }
  row_.legal_due.reset();
  for (const Deadline& deadline : deadlines_of(entries)) {
    if (deadline.met) continue;
    row_.legal_due = deadline.due;
    break;
  }
}

void Folding::steps_anew() {
  row_.step_due.reset();
  scan_parts(rows(), group(), row_.ref, [&](const Ref&, const PartRow& part) {
    if (part.kind != kStepAdded || part.done != 0 || !part.due) return;
    row_.step_due = row_.step_due ? std::min(*row_.step_due, *part.due) : *part.due;
  });
}

// --- Indexes ---

void Folding::count(const Bytes& key, int32_t by) {
  int64_t number = 0;
  if (const std::optional<Bytes> value = rows().get(kCountSpace, key)) number = Reader(*value).u32();
  number += by;
  if (number <= 0) return rows().erase(kCountSpace, key);
  Writer out;
  out.u32(static_cast<uint32_t>(number));
  rows().put(kCountSpace, key, out.view());
}

void Folding::put_words() {
  kIndex.remove(rows(), group(), row_.opened);
  kIndex.add(rows(), group(), row_.opened, analyzer_.terms(row_.card.label + "\n" + row_.card.unit));
}

void Folding::count_case(const CaseRow& row, int32_t by, bool unit) {
  if (!is_over(row.standing.state)) {
    count(count_key(group(), CountOf::kActDay, row.silent_since().plus(row.clock.act)), by);
    if (unit && !row.card.unit.empty()) count(unit_key(group(), analyzer_, row.card.unit), by);
  }
  if (const std::optional<Day> due = row.next_due()) count(count_key(group(), CountOf::kDueDay, *due), by);
}

void Folding::save() {
  if (row_.facts != (before_ ? before_->facts : Facts{})) row_.standing = standing_of(row_.facts);
  rows().put(kCaseSpace, case_key(group(), row_.ref), encode_case(row_));
  const bool over = is_over(row_.standing.state);
  const bool unit_changed =
      !before_ || before_->card.unit != row_.card.unit || is_over(before_->standing.state) != over;
  if (before_) {
    const bool listed_alike = !unit_changed && before_->standing.state == row_.standing.state &&
                              before_->card.region == row_.card.region &&
                              attention_key(group(), *before_) == attention_key(group(), row_);
    const bool counted_alike = before_->next_due() == row_.next_due() &&
                               before_->silent_since() == row_.silent_since() &&
                               before_->clock.act == row_.clock.act;
    if (listed_alike && counted_alike) return;
    rows().erase(kAttentionSpace, attention_key(group(), *before_));
    count_case(*before_, -1, unit_changed);
  } else {
    count(count_key(group(), CountOf::kAll), 1);
  }
  Writer brief;
  brief.u8(static_cast<uint8_t>(row_.standing.state)).text(row_.card.unit).text(row_.card.region);
  rows().put(kAttentionSpace, attention_key(group(), row_), brief.view());
  count_case(row_, 1, unit_changed);
}

// --- Events ---

bool Folding::opened(const Opened& body) {
  if (find(rows(), group(), ref_)) return false;
  if (rows().get(kErasedSpace, case_key(group(), ref_))) return false;
  row_.ref = ref_;
  row_.card = body.card;
  row_.clock = body.clock;
  row_.told_contact = body.last_contact;
  row_.opened_at = event_.at;
  row_.opened = context_.place;
  row_.newest_at = event_.at;
  mark_person(context_.author, kSpeaks, true);
  put_words();
  save();
  return true;
}

bool Folding::card_edited(const CardEdited& body) {
  if (!load(body.case_ref) || !may_change()) return false;
  row_.card = body.card;
  add_part(this_part());
  put_words();
  save();
  return true;
}

bool Folding::sealed(const Sealed& body) {
  if (!load(body.case_ref) || !may_change()) return false;
  if (!speaks() && body.readers != row_.readers) return false;
  for (const Author& reader : row_.readers)
    if (!std::ranges::binary_search(body.readers, reader)) mark_person(reader, kReads, false);
  for (const Author& reader : body.readers) mark_person(reader, kReads, true);
  row_.readers = body.readers;
  row_.sealed = context_.place;
  add_part(this_part());
  save();
  return true;
}

bool Folding::entry_added(const EntryAdded& body) {
  if (!load(body.case_ref)) return false;
  bool legal = is_legal(body.kind);
  bool facts_changed = false;
  if (body.corrects) {
    std::optional<PartRow> wrong = part_of(*body.corrects);
    if (!wrong || wrong->kind != kEntryAdded) return false;
    if (author_of(*body.corrects) != context_.author && !may_change()) return false;
    legal = legal || is_legal(wrong->evidence.kind);
    facts_changed = !wrong->corrected;
    wrong->corrected = true;
    put_part(*body.corrects, *wrong);
  }
  PartRow part = this_part();
  const Span span = span_of(body.when);
  part.evidence = {.kind = body.kind,
                   .precision = body.when.precision,
                   .sureness = body.sureness,
                   .first = span.first,
                   .last = span.last,
                   .place = context_.place};
  part.known_by = body.known_by;
  part.to = body.to;
  add_part(part);
  if (facts_changed) {
    facts_anew();
  } else {
    row_.facts.add(part.evidence, part.known_by);
  }
  if (legal && facts_changed) {
    legal_anew();
  } else if (is_legal(body.kind)) {
    legal_add(part);
  }
  ++row_.entries;
  row_.newest_at = event_.at;
  row_.newest_place = context_.place;
  row_.newest_author = context_.author;
  save();
  return true;
}

bool Folding::silence_set(const SilenceSet& body) {
  if (!load(body.case_ref) || !may_change()) return false;
  row_.clock = body.clock;
  add_part(this_part());
  save();
  return true;
}

bool Folding::step_added(const StepAdded& body) {
  if (!load(body.case_ref) || !may_change()) return false;
  PartRow part = this_part();
  part.due = body.due;
  part.who = body.who;
  add_part(part);
  mark_person(body.who, kDoes, true);
  if (body.due) row_.step_due = row_.step_due ? std::min(*row_.step_due, *body.due) : *body.due;
  save();
  return true;
}

bool Folding::step_done(const StepDone& body) {
  if (!load(body.case_ref)) return false;
  std::optional<PartRow> step = part_of(body.step);
  if (!step || step->kind != kStepAdded || step->done != 0) return false;
  if (!may_change() && context_.author != step->who) return false;
  step->done = body.dropped ? 2 : 1;
  put_part(body.step, *step);
  add_part(this_part());
  steps_anew();
  save();
  return true;
}

bool Folding::paper_saved(const PaperSaved& body) {
  if (!load(body.case_ref) || !may_change()) return false;
  add_part(this_part());
  if (!body.article.empty()) {
    Bytes key = article_key(group(), body.article);
    append(key, row_.ref);
    rows().put(kArticleSpace, key, {});
  }
  save();
  return true;
}

bool Folding::sealed_anew(const SealedAnew& body) {
  if (!load(body.case_ref) || !speaks()) return false;
  std::vector<PartRow> parts;
  for (const SealedAnew::Part& one : body.parts) {
    std::optional<PartRow> part = part_of(one.part);
    const bool fits =
        part && (part->kind == kEntryAdded || part->kind == kStepAdded || part->kind == kPaperSaved);
    if (!fits) return false;
    part->sealed_place = context_.place;
    parts.push_back(*part);
  }
  for (size_t i = 0; i < parts.size(); ++i) put_part(body.parts[i].part, parts[i]);
  add_part(this_part());
  save();
  return true;
}

bool Folding::erased(const Erased& body) {
  if (author_of(body.case_ref) != context_.author) return false;
  const Bytes key = case_key(group(), body.case_ref);
  if (rows().get(kErasedSpace, key)) return false;
  rows().put(kErasedSpace, key, {});
  const std::optional<CaseRow> gone = find(rows(), group(), body.case_ref);
  if (!gone) return true;
  row_ = *gone;

  std::vector<PartRow> parts;
  scan_parts(rows(), group(), row_.ref, [&](const Ref&, const PartRow& part) { parts.push_back(part); });
  for (const PartRow& part : parts) {
    if (part.kind == kStepAdded) mark_person(part.who, kDoes, false);
    if (part.kind == kPaperSaved) {
      std::string article;
      kLog.at(rows(), group(), part.place, [&](const Context&, const Event& event) {
        if (const auto paper = decode<PaperSaved>(event.body)) article = paper->article;
        return true;
      });
      Bytes follows = article_key(group(), article);
      append(follows, row_.ref);
      rows().erase(kArticleSpace, follows);
    }
    kLog.erase(rows(), group(), part.place);
  }
  kLog.erase(rows(), group(), row_.opened);
  rows().erase_range(kPartSpace, prefix_range(key));
  rows().erase(kSeenSpace, key);
  for (const Author& reader : row_.readers) mark_person(reader, kReads, false);
  mark_person(row_.speaker(), kSpeaks, false);
  kIndex.remove(rows(), group(), row_.opened);
  rows().erase(kAttentionSpace, attention_key(group(), row_));
  count_case(row_, -1, true);
  count(count_key(group(), CountOf::kAll), -1);
  rows().erase(kCaseSpace, key);
  return true;
}

}  // namespace

bool State::apply(const Context& context, const Event& event) {
  Folding folding(context, event, analyzer_);
  const auto run = [&]<class Body>(bool (Folding::*act)(const Body&)) {
    const Result<Body> body = decode<Body>(event.body);
    return body.ok() && (folding.*act)(*body);
  };
  switch (event.kind) {
    case kOpened:
      return run(&Folding::opened);
    case kCardEdited:
      return run(&Folding::card_edited);
    case kSealed:
      return run(&Folding::sealed);
    case kEntryAdded:
      return run(&Folding::entry_added);
    case kSilenceSet:
      return run(&Folding::silence_set);
    case kStepAdded:
      return run(&Folding::step_added);
    case kStepDone:
      return run(&Folding::step_done);
    case kPaperSaved:
      return run(&Folding::paper_saved);
    case kSealedAnew:
      return run(&Folding::sealed_anew);
    case kErased:
      return run(&Folding::erased);
    default:
      return false;
  }
}

void State::fold(const Context& context, const Event& event) {
  if (event.kind < kOpened || event.kind > kErased) return;
  if (apply(context, event)) {
    kLog.append(context, event);
  } else {
    kRefused.note(context, event);
  }
}

Result<> State::restore(Rows& rows, const GroupKey& group, BytesView snapshot) {
  return Log::restore(rows, group, snapshot,
                      [&](const Context& context, const Event& event) { fold(context, event); });
}

void State::forget_views(Rows& rows, const GroupKey& group) {
  for (const Space space :
       {kCaseSpace, kPartSpace, kAttentionSpace, kCountSpace, kPersonSpace, kErasedSpace, kArticleSpace})
    rows.erase_range(space, prefix_range(group));
  kIndex.forget(rows, group);
}

void State::forget(Rows& rows, const GroupKey& group) {
  forget_views(rows, group);
  kLog.forget(rows, group);
  kRefused.forget(rows, group);
  rows.erase_range(kSeenSpace, prefix_range(group));
}

void State::rebuild(Rows& rows, const GroupKey& group) {
  forget_views(rows, group);
  struct Kept {
    Context context;
    Event event;
    Bytes body;
  };
  std::vector<Kept> batch;
  Place from;
  BufferedRows buffered(rows);
  size_t waiting = 0;
  do {
    batch.clear();
    kLog.scan_from(rows, group, from, [&](const Context& context, const Event& event) {
      batch.push_back({context, event, copy_of(event.body)});
      return batch.size() < kRebuildBatch;
    });
    for (Kept& kept : batch) {
      kept.event.body = kept.body;
      const Context& was = kept.context;
      apply({buffered, group, was.author, false, was.author_role, was.place}, kept.event);
      from = {was.place.epoch, was.place.number + 1};
    }
    waiting += batch.size();
    if (waiting >= kRebuildBuffered) {
      buffered.flush();
      waiting = 0;
    }
  } while (batch.size() == kRebuildBatch);
  buffered.flush();
}

void mark_seen(Rows& rows, const GroupKey& group, const Ref& case_ref) {
  const std::optional<CaseRow> row = find(rows, group, case_ref);
  if (!row || is_queued(row->newest_place)) return;
  Bytes place;
  words::append_place(place, row->newest_place);
  rows.put(kSeenSpace, case_key(group, case_ref), place);
}

}  // namespace homeward::domain::cases
