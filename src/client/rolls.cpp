#include "client/rolls.h"

#include "client/cases.h"
#include "client/doubles.h"
#include "client/features.h"
#include "client/sealing.h"
#include "domain/names/names.h"
#include "domain/tallies/count.h"
#include "domain/words/words.h"

namespace homeward::client {
namespace {

using domain::cases::CaseRow;
namespace names = domain::names;

constexpr std::string_view kCallerPurpose = "roll caller";
constexpr int kSameUnit = 8;
constexpr int kOtherUnit = -35;
constexpr int kOver = -10;  // home or killed: calls are seldom about him
constexpr int kByFingerprint = 82;
constexpr int kByInitials = 45;
constexpr int kLeast = 40;

bool is_initials(std::span<const std::string> words) {
  return !words.empty() && std::ranges::all_of(words, [](const std::string& one) { return one.size() == 1; });
}

// How well the words that were typed fit the words of a name or label: every typed word must fit one of its
// own; an initial fits a word that begins with it.
int fit(std::span<const std::string> typed, std::span<const std::string> words) {
  static_assert(names::kMostWords <= 32);
  if (typed.empty() || words.empty()) return 0;
  uint32_t used = 0;
  int sum = 0;
  bool whole = false;
  for (const std::string& one : typed) {
    int best = 0;
    size_t best_at = 0;
    for (size_t i = 0; i < words.size(); ++i) {
      if ((used >> i & 1u) != 0) continue;
      const bool initial = one.size() == 1 || words[i].size() == 1;
      const int like = initial ? (one[0] == words[i][0] ? 70 : 0) : names::likeness(one, words[i]);
      if (like > best) {
        best = like;
        best_at = i;
      }
    }
    if (best == 0) return 0;
    used |= 1u << best_at;
    whole = whole || (one.size() > 1 && words[best_at].size() > 1);
    sum += best;
  }
  return whole ? sum / static_cast<int>(typed.size()) : 0;
}

int fit_initials(std::span<const std::string> typed, std::span<const std::string> label) {
  if (!is_initials(label) || typed.size() < 2) return 0;
  std::string a, b;
  for (const std::string& one : typed) a += one[0];
  for (const std::string& one : label) b += one[0];
  if (a.size() > b.size()) a.resize(b.size());
  if (b.size() > a.size()) b.resize(a.size());
  std::ranges::sort(a);
  std::ranges::sort(b);
  return a == b ? kByInitials : 0;
}

std::string first_letter(std::string_view word) {
  size_t size = 1;
  while (size < word.size() && (static_cast<unsigned char>(word[size]) & 0xC0) == 0x80) ++size;
  return std::string(word.substr(0, size));
}

// Cyrillic and Latin capitals; other scripts have none that matter here.
bool begins_small(std::string_view word) {
  if (word.empty()) return false;
  const auto first = static_cast<unsigned char>(word[0]);
  if (first < 0x80) return first >= 'a' && first <= 'z';
  if (word.size() < 2) return false;
  const auto second = static_cast<unsigned char>(word[1]);
  return (first == 0xD0 && second >= 0xB0) || (first == 0xD1 && second <= 0x9F);
}

std::string trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string unquoted(std::string_view text) {
  for (const auto& [open, close] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"«", "»"}, {"\"", "\""}, {"“", "”"}, {"„", "“"}}) {
    if (text.size() > open.size() + close.size() && text.starts_with(open) && text.ends_with(close))
      return trimmed(text.substr(open.size(), text.size() - open.size() - close.size()));
  }
  return {};
}

}  // namespace

std::string label_of(std::string_view name) {
  const std::string whole = trimmed(name);
  if (const std::string inner = unquoted(whole); !inner.empty()) return inner;
  if (begins_small(whole)) return whole;
  std::string out;
  bool at_start = true;
  for (size_t i = 0; i < whole.size(); ++i) {
    const char c = whole[i];
    const bool gap = c == ' ' || c == '.' || c == '-' || c == '\t';
    if (!gap && at_start) out += first_letter(std::string_view(whole).substr(i)) + ".";
    at_start = gap;
  }
  return out.empty() ? "?" : out;
}

void RollIndex::read(const Client::Look& look, const CaseRow& row) {
  const auto before = men_.find(row.ref);
  Man man{.label = row.card.label,
          .unit = row.card.unit,
          .unit_key = domain::tallies::unit_key(row.card.unit),
          .label_words = names::sounds(row.card.label),
          .name_words = {},
          .sealed = row.sealed,
          .over = domain::cases::is_over(row.standing.state)};
  if (before != men_.end() && before->second.sealed == row.sealed) {
    man.name_words = std::move(before->second.name_words);
  } else if (row.sealed != domain::Place{} && row.is_reader(domain::Author::from(look.group.me()))) {
    if (const std::optional<SealedCaseFields> fields = open_fields(look, row))
      man.name_words = names::sounds(fields->name);
  }
  men_.insert_or_assign(row.ref, std::move(man));
}

void RollIndex::refresh(const Client::Look& look) {
  const domain::GroupKey group = key_of(look.group.id());
  std::set<domain::Ref> changed = std::move(queued_);
  queued_.clear();
  const bool fill = !filled_;
  if (fill) {
    domain::cases::for_each(look.rows, group, [&](const CaseRow& row) {
      read(look, row);
      return true;
    });
    filled_ = true;
  }
  const domain::Place after = fill ? domain::Place{} : domain::Place{up_to_.epoch, up_to_.number + 1};
  domain::cases::kLog.scan_from(
      look.rows, group, fill ? domain::Place{domain::kQueuedEpoch, 0} : after,
      [&](const domain::Context& context, const domain::Event& event) {
        domain::Ref ref = domain::ref_of(context.author, event.id);
        if (event.kind != domain::cases::kOpened && event.body.size() >= domain::Ref::kSize)
          ref = domain::Ref::from(event.body.first(domain::Ref::kSize));
        changed.insert(ref);
        if (domain::is_queued(context.place))
          queued_.insert(ref);
        else
          up_to_ = context.place;
        return true;
      });
  if (fill) {
    Rows::Range newest = prefix_range(group);
    newest.until = copy_of(group);
    domain::words::append_place(newest.until, {.epoch = domain::kQueuedEpoch, .number = 0});
    newest.backwards = true;
    newest.limit = 1;
    look.rows.scan(domain::cases::kLog.space, newest, [&](BytesView key, BytesView) {
      up_to_ = domain::words::read_place(key.last(16));
      return false;
    });
  }
  for (const domain::Ref& ref : changed) {
    const std::optional<CaseRow> row = domain::cases::find(look.rows, group, ref);
    if (row)
      read(look, *row);
    else
      men_.erase(ref);
  }
}

std::vector<RollMatch> RollIndex::match(const Client::Look& look, std::string_view name,
                                        std::string_view unit, size_t limit) {
  refresh(look);
  const std::vector<std::string> typed = names::sounds(name);
  const std::string unit_key = domain::tallies::unit_key(unit);
  std::set<domain::Ref> by_fingerprint;
  if (const auto key = domain::doubles::key(look.rows, key_of(look.group.id())))
    for (const std::string& word : typed)
      if (word.size() >= 3)
        for (const domain::Ref& ref :
             domain::doubles::with(look.rows, key_of(look.group.id()), surname_fingerprint(key->key, word)))
          by_fingerprint.insert(ref);

  std::vector<RollMatch> out;
  for (const auto& [ref, man] : men_) {
    int score = fit(typed, man.name_words);
    MatchedBy by = MatchedBy::kName;
    const auto better = [&](int other, MatchedBy other_by) {
      if (other <= score) return;
      score = other;
      by = other_by;
    };
    better(fit(typed, man.label_words), MatchedBy::kNickname);
    if (man.name_words.empty()) {
      if (by_fingerprint.contains(ref)) better(kByFingerprint, MatchedBy::kFingerprint);
      better(fit_initials(typed, man.label_words), MatchedBy::kInitials);
    }
    if (score == 0) continue;
    if (!unit_key.empty() && !man.unit_key.empty())
      score += unit_key == man.unit_key ? kSameUnit : kOtherUnit;
    if (man.over) score += kOver;
    if (score < kLeast) continue;
    out.push_back({ref, man.label, man.unit, std::min(score, 100), by});
  }
  std::ranges::sort(out, [](const RollMatch& a, const RollMatch& b) {
    return std::tuple(-a.score, std::string_view(a.label), a.case_ref) <
           std::tuple(-b.score, std::string_view(b.label), b.case_ref);
  });
  if (out.size() > limit) out.resize(limit);
  return out;
}

Result<SavedRoll> save_roll(const Client::Hand& hand, const NewRoll& roll,
                            const std::map<domain::Ref, std::vector<group::PersonId>>& readers) {
  SavedRoll saved;
  domain::rolls::RollNoted noted{.when = roll.when,
                                 .known_by = roll.known_by,
                                 .sureness = roll.sureness,
                                 .unit = roll.unit,
                                 .caller = {},
                                 .lines = {}};
  for (const NewRollLine& line : roll.lines) {
    domain::Ref case_ref;
    if (line.case_ref) {
      case_ref = *line.case_ref;
      ++saved.matched;
    } else {
      NewCase made;
      made.opened.card = {.label = line.label.empty() ? label_of(line.name) : line.label,
                          .category = roll.category,
                          .unit = line.unit.empty() ? roll.unit : line.unit,
                          .region = roll.region,
                          .rank = {}};
      const std::string nickname = unquoted(trimmed(line.name));
      made.sealed = SealedCaseFields{};
      made.sealed->name = nickname.empty() ? trimmed(line.name) : nickname;
      HW_LET(case_ref, open_case(hand, made));
      ++saved.made;
    }
    domain::cases::EntryAdded entry;
    entry.case_ref = case_ref;
    entry.kind = line.kind;
    entry.when = roll.when;
    entry.known_by = roll.known_by;
    entry.sureness = roll.sureness;
    std::vector<group::PersonId> to;
    if (const auto found = readers.find(case_ref); found != readers.end()) to = found->second;
    domain::cases::Details details;
    details.text = line.message;
    HW_LET(const domain::Ref entry_ref, add_entry(hand, entry, details, to));
    noted.lines.push_back({case_ref, entry_ref, !line.case_ref});
  }
  if (!roll.caller.empty()) {
    HW_LET(noted.caller, seal_to(hand, {}, kCallerPurpose, {}, view_of(roll.caller)));
  }
  HW_TRY(domain::rolls::check(noted));
  HW_LET(const group::EventId id, hand.post(domain::rolls::kRollKind, domain::rolls::encode(noted)));
  saved.roll = domain::ref_of(domain::Author::from(hand.group.me()), domain::EventKey::from(id));
  return saved;
}

std::optional<domain::cases::EntryKind> entry_kind(Rows& rows, const group::GroupId& group,
                                                   const domain::Ref& case_ref, const domain::Ref& entry) {
  Bytes key = copy_of(key_of(group));
  append(key, case_ref);
  append(key, entry);
  const std::optional<Bytes> row = rows.get(domain::cases::kPartSpace, key);
  const auto part = row ? domain::cases::decode_part(*row) : std::nullopt;
  if (!part || part->kind != domain::cases::kEntryAdded) return std::nullopt;
  return part->evidence.kind;
}

std::optional<std::string> open_caller(const Client::Look& look, const domain::rolls::KeptRoll& roll) {
  if (roll.said.caller.empty() || !equal(roll.author(), look.group.me())) return std::nullopt;
  const std::optional<Secret> opened =
      open_sealed(look, roll.said.caller,
                  {.purpose = kCallerPurpose, .author = group::PersonId::from(roll.author()), .about = {}});
  if (!opened) return std::nullopt;
  return text_of(opened->view());
}

}  // namespace homeward::client
