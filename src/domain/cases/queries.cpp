#include "domain/cases/queries.h"

#include <algorithm>
#include <set>

#include "codec/codec.h"
#include "domain/cases/rows.h"

namespace homeward::domain::cases {
namespace {

uint32_t read_count(BytesView value) { return Reader(value).u32(); }

// Sum of the counts of one kind up to and including a day.
uint64_t count_until(Rows& rows, const GroupKey& group, CountOf what, Day day) {
  uint64_t out = 0;
  Rows::Range range = prefix_range(count_key(group, what));
  range.until = count_key(group, what, day.plus(1));
  rows.scan(kCountSpace, range, [&](BytesView, BytesView value) {
    out += read_count(value);
    return true;
  });
  return out;
}

uint64_t count_at(Rows& rows, const Bytes& key) {
  const std::optional<Bytes> value = rows.get(kCountSpace, key);
  return value ? read_count(*value) : 0;
}

bool passes(const Filter& filter, CaseState state, std::string_view unit, std::string_view region) {
  return (!filter.state || *filter.state == state) && (!filter.unit || *filter.unit == unit) &&
         (!filter.region || *filter.region == region);
}

Ref ref_of_key(BytesView key) { return Ref::from(key.last(Ref::kSize)); }

// Cases whose label or unit holds every word.
std::set<Ref> found(Rows& rows, const GroupKey& group, words::Analyzer& analyzer, std::string_view query) {
  std::set<Ref> out;
  for (const Place& place : kIndex.find(rows, group, analyzer.query(query)))
    kLog.at(rows, group, place, [&](const Context& context, const Event& event) {
      out.insert(ref_of(context.author, event.id));
      return true;
    });
  return out;
}

// Where the list begins or goes on.
Bytes list_from(Rows& rows, const GroupKey& group, const std::optional<Ref>& after) {
  if (after) {
    if (const std::optional<CaseRow> row = find(rows, group, *after)) {
      Bytes key = attention_key(group, *row);
      key.push_back(0);
      return key;
    }
  }
  return copy_of(group);
}

// Lists of few: the candidates themselves are read and sorted.
Page list_of(Rows& rows, const GroupKey& group, const std::set<Ref>& candidates, const Filter& filter,
             const Limits& limits) {
  std::vector<std::pair<Bytes, CaseRow>> rows_found;
  for (const Ref& ref : candidates) {
    std::optional<CaseRow> row = find(rows, group, ref);
    if (!row || !passes(filter, row->standing.state, row->card.unit, row->card.region)) continue;
    Bytes key = attention_key(group, *row);
    rows_found.emplace_back(std::move(key), std::move(*row));
  }
  std::ranges::sort(rows_found, {}, &std::pair<Bytes, CaseRow>::first);
  Page out;
  out.total = rows_found.size();
  const Bytes from = list_from(rows, group, limits.after);
  for (auto& [key, row] : rows_found) {
    if (key < from) continue;
    if (out.cases.size() == limits.limit) {
      out.more = true;
      break;
    }
    out.cases.push_back(std::move(row));
  }
  return out;
}

std::optional<SealedPart> sealed_at(Rows& rows, const GroupKey& group, const Place& place, const Ref& part) {
  std::optional<SealedPart> out;
  kLog.at(rows, group, place, [&](const Context& context, const Event& event) {
    const auto take = [&](const Bytes& sealed) {
      if (!sealed.empty()) out = SealedPart{sealed, context.author};
    };
    if (event.kind == kSealed) {
      if (const auto body = decode<Sealed>(event.body)) take(body->sealed);
    } else if (event.kind == kEntryAdded) {
      if (const auto body = decode<EntryAdded>(event.body)) take(body->sealed);
    } else if (event.kind == kStepAdded) {
      if (const auto body = decode<StepAdded>(event.body)) take(body->sealed);
    } else if (event.kind == kPaperSaved) {
      if (const auto body = decode<PaperSaved>(event.body)) take(body->sealed);
    } else if (event.kind == kSealedAnew) {
      const auto body = decode<SealedAnew>(event.body);
      if (!body.ok()) return true;
      for (const SealedAnew::Part& one : body->parts)
        if (one.part == part) take(one.sealed);
    }
    return true;
  });
  return out;
}

// What reading one part takes.
struct PartReader {
  Rows& rows;
  const GroupKey& group;
  const CaseRow& row;
  Parts& out;

  void read(const Ref& ref, const PartRow& part) {
    kLog.at(rows, group, part.place, [&](const Context& context, const Event& event) {
      if (part.kind == kEntryAdded) entry(ref, part, event);
      if (part.kind == kStepAdded) step(ref, part);
      if (part.kind == kPaperSaved) paper(ref, part, event);
      if (part.kind == kCardEdited) change(context, event);
      return true;
    });
  }
  void entry(const Ref& ref, const PartRow& part, const Event& event) {
    auto body = decode<EntryAdded>(event.body);
    if (!body.ok()) return;
    Entry entry{.ref = ref, .place = part.place, .at = event.at, .body = std::move(*body)};
    entry.corrected = part.corrected;
    if (!entry.body.sealed.empty())
      entry.sealed = part.sealed_place == part.place ? SealedPart{entry.body.sealed, author_of(ref)}
                                                     : sealed_at(rows, group, part.sealed_place, ref);
    const Standing& standing = row.standing;
    const bool against = std::ranges::binary_search(standing.against, part.place);
    const bool doubted =
        !standing.against.empty() && standing.because && standing.because->place == part.place;
    entry.contradicts = against || doubted;
    out.entries.push_back(std::move(entry));
  }
  void step(const Ref& ref, const PartRow& part) {
    Step step{.ref = ref, .place = part.place, .due = part.due, .who = part.who};
    step.done = part.done != 0;
    step.dropped = part.done == 2;
    if (auto sealed = sealed_at(rows, group, part.sealed_place, ref)) step.sealed = std::move(*sealed);
    out.steps.push_back(std::move(step));
  }
  void paper(const Ref& ref, const PartRow& part, const Event& event) {
    const auto body = decode<PaperSaved>(event.body);
    if (!body.ok()) return;
    Paper paper{.ref = ref, .place = part.place, .at = event.at, .article = body->article};
    if (auto sealed = sealed_at(rows, group, part.sealed_place, ref)) paper.sealed = std::move(*sealed);
    out.papers.push_back(std::move(paper));
  }
  void change(const Context& context, const Event& event) {
    const auto body = decode<CardEdited>(event.body);
    if (body.ok()) out.changes.push_back({context.author, event.at, body->reason, context.place});
  }
};

}  // namespace

std::optional<CaseRow> find(Rows& rows, const GroupKey& group, const Ref& case_ref) {
  const std::optional<Bytes> value = rows.get(kCaseSpace, case_key(group, case_ref));
  return value ? decode_case(case_ref, *value) : std::nullopt;
}

void for_each(Rows& rows, const GroupKey& group, const std::function<bool(const CaseRow&)>& visit) {
  rows.scan(kCaseSpace, prefix_range(group), [&](BytesView key, BytesView value) {
    const std::optional<CaseRow> row = decode_case(ref_of_key(key), value);
    return !row || visit(*row);
  });
}

Page list(Rows& rows, const GroupKey& group, words::Analyzer& analyzer, const Filter& filter,
          const Limits& limits) {
  if (filter.person || filter.query) {
    std::set<Ref> candidates;
    if (filter.person)
      for (const Ref& ref : cases_of(rows, group, *filter.person)) candidates.insert(ref);
    if (filter.query) {
      const std::set<Ref> by_words = found(rows, group, analyzer, *filter.query);
      if (!filter.person) {
        candidates = by_words;
      } else {
        std::erase_if(candidates, [&](const Ref& ref) { return !by_words.contains(ref); });
      }
    }
    return list_of(rows, group, candidates, filter, limits);
  }

  Page out;
  std::vector<Ref> shown;
  const Bytes from = list_from(rows, group, limits.after);
  Rows::Range range = prefix_range(group);
  const bool all = filter.empty();
  if (all) range.from = from;  // what passes before it need not be counted
  rows.scan(kAttentionSpace, range, [&](BytesView key, BytesView value) {
    if (!all) {
      const std::optional<Brief> brief = decode_brief(value);
      if (!brief || !passes(filter, brief->state, brief->unit, brief->region)) return true;
    }
    ++out.total;
    if (std::ranges::lexicographical_compare(key, from)) return true;
    if (shown.size() == limits.limit) {
      out.more = true;
      return !all;
    }
    shown.push_back(ref_of_key(key));
    return true;
  });
  if (all) out.total = count_at(rows, count_key(group, CountOf::kAll));
  for (const Ref& ref : shown)
    if (std::optional<CaseRow> row = find(rows, group, ref)) out.cases.push_back(std::move(*row));
  return out;
}

Counts counts(Rows& rows, const GroupKey& group, Day today) {
  return {.total = count_at(rows, count_key(group, CountOf::kAll)),
          .silent = count_until(rows, group, CountOf::kActDay, today),
          .due = count_until(rows, group, CountOf::kDueDay, today)};
}

uint64_t same_unit(Rows& rows, const GroupKey& group, words::Analyzer& analyzer, std::string_view unit) {
  return unit.empty() ? 0 : count_at(rows, unit_key(group, analyzer, unit));
}

std::vector<Ref> cases_of(Rows& rows, const GroupKey& group, const Author& person) {
  std::vector<Ref> out;
  rows.scan(kPersonSpace, prefix_range(person_key(group, person)), [&](BytesView key, BytesView) {
    out.push_back(ref_of_key(key));
    return true;
  });
  return out;
}

Silence silence_of(const CaseRow& row, Day today) {
  Silence out;
  const Day since = row.silent_since();
  if (const std::optional<Day> contact = row.contact())
    out.days = std::max(0, today.number - contact->number);
  out.since = since;
  if (is_over(row.standing.state)) return out;
  const int32_t silent = today.number - since.number;
  const auto reached = [&](SilenceLevel level, uint16_t after) {
    if (silent < after) return;
    out.level = level;
    out.since = since.plus(after);
  };
  reached(SilenceLevel::kWatch, row.clock.watch);
  reached(SilenceLevel::kAct, row.clock.act);
  reached(SilenceLevel::kUrgent, row.clock.urgent);
  return out;
}

std::optional<SealedPart> sealed_fields(Rows& rows, const GroupKey& group, const CaseRow& row) {
  if (row.sealed == Place{}) return std::nullopt;
  return sealed_at(rows, group, row.sealed, row.ref);
}

Parts parts(Rows& rows, const GroupKey& group, const CaseRow& row) {
  Parts out;
  std::vector<std::pair<Ref, PartRow>> found_parts;
  scan_parts(rows, group, row.ref,
             [&](const Ref& ref, const PartRow& part) { found_parts.emplace_back(ref, part); });
  PartReader reader{rows, group, row, out};
  for (const auto& [ref, part] : found_parts) reader.read(ref, part);
  std::ranges::sort(out.entries, [](const Entry& a, const Entry& b) {
    const auto order = [](const Entry& one) {
      return std::tuple(span_of(one.body.when).last, one.body.when.minute.value_or(0), one.place);
    };
    return order(a) < order(b);
  });
  std::ranges::sort(out.steps, [](const Step& a, const Step& b) {
    const auto order = [](const Step& one) {
      return std::tuple(one.done, one.due.value_or(kLastDay), one.place);
    };
    return order(a) < order(b);
  });
  std::ranges::sort(out.papers, [](const Paper& a, const Paper& b) { return b.place < a.place; });
  std::ranges::sort(out.changes, {}, &CardChange::place);
  return out;
}

std::optional<Paper> paper(Rows& rows, const GroupKey& group, const Ref& case_ref, const Ref& ref) {
  const std::optional<CaseRow> row = find(rows, group, case_ref);
  const std::optional<Bytes> value = rows.get(kPartSpace, part_key(group, case_ref, ref));
  if (!row || !value) return std::nullopt;
  const std::optional<PartRow> part = decode_part(*value);
  if (!part || part->kind != kPaperSaved) return std::nullopt;
  Parts out;
  PartReader{rows, group, *row, out}.read(ref, *part);
  if (out.papers.empty()) return std::nullopt;
  return std::move(out.papers.front());
}

std::vector<Deadline> deadlines(const Parts& parts) {
  std::vector<LegalEntry> entries;
  for (const Entry& entry : parts.entries)
    if (!entry.corrected)
      entries.push_back({entry.ref, entry.body.kind, entry.body.to, span_of(entry.body.when).last});
  return deadlines_of(entries);
}

bool has_news(Rows& rows, const GroupKey& group, const CaseRow& row, const Author& me) {
  if (row.entries == 0 || row.newest_author == me) return false;
  const std::optional<Bytes> seen = rows.get(kSeenSpace, case_key(group, row.ref));
  return !seen || words::read_place(*seen) < row.newest_place;
}

std::array<uint32_t, kCaseStates> outcomes(Rows& rows, const GroupKey& group, std::string_view article) {
  std::array<uint32_t, kCaseStates> out{};
  std::vector<Ref> refs;
  rows.scan(kArticleSpace, prefix_range(article_key(group, article)), [&](BytesView key, BytesView) {
    refs.push_back(ref_of_key(key));
    return true;
  });
  for (const Ref& ref : refs)
    if (const std::optional<CaseRow> row = find(rows, group, ref))
      ++out[static_cast<size_t>(row->standing.state) - 1];
  return out;
}

std::vector<Refused> refused(Rows& rows, const GroupKey& group) { return kRefused.list(rows, group); }

}  // namespace homeward::domain::cases
