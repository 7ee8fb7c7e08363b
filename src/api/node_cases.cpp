// Commands about cases.
#include "api/case_words.h"
#include "api/command_list.h"
#include "domain/guidance/queries.h"

namespace homeward::api {
namespace {

namespace cases = domain::cases;
using client::CaseFileError;
using client::Client;
using domain::Author;
using domain::Ref;

void must(bool may) {
  if (!may) throw CallError{ErrorCode::not_allowed};
}

std::vector<group::PersonId> persons(const group::Group& group, const std::vector<std::string>& members) {
  const std::vector<group::Member> all = group.members();
  std::vector<group::PersonId> out;
  for (const std::string& text : members) {
    const group::PersonId person = person_id(text);
    if (std::ranges::find(all, person, &group::Member::person) == all.end())
      throw CallError{ErrorCode::no_member};
    out.push_back(person);
  }
  return out;
}

uint16_t days_of(int64_t days, const char* field) {
  if (days < 1 || days > 365) throw BadField{field, "1 to 365"};
  return static_cast<uint16_t>(days);
}

// --- Lists ---

CaseList case_list(Node& node, const CasesArgs& args) {
  CaseList out;
  look_at(node, args.group, [&](const Client::Look& look) -> Result<> {
    const domain::GroupKey key = client::key_of(look.group.id());
    cases::Filter filter{.state = {}, .unit = args.unit, .region = args.region, .person = {}, .query = {}};
    if (args.state) filter.state = domain_word<cases::CaseState>(*args.state);
    if (args.mine.value_or(false)) filter.person = Author::from(look.group.me());
    if (args.query && args.query->find_first_not_of(' ') != std::string::npos) filter.query = args.query;
    cases::Limits limits{.limit = checked_limit(args.limit, 50), .after = {}};
    if (args.after) limits.after = case_ref(*args.after);
    const cases::Page page = cases::list(look.rows, key, look.analyzer, filter, limits);
    for (const cases::CaseRow& row : page.cases) out.cases.push_back(case_card(look, row));
    const cases::Counts counts = cases::counts(look.rows, key, cases::day_of(look.now));
    out.total = static_cast<int64_t>(page.total);
    out.more = page.more;
    out.silent = static_cast<int64_t>(counts.silent);
    out.due = static_cast<int64_t>(counts.due);
    return success();
  });
  return out;
}

// --- One case ---

EntryItem entry_item(const Client::Look& look, const cases::CaseRow& row, const cases::Entry& entry) {
  const cases::EntryAdded& body = entry.body;
  EntryItem out{.entry = text_id(entry.ref),
                .kind = api_word<EntryKind>(body.kind),
                .when = when_field(body.when),
                .known_by = api_word<KnownBy>(body.known_by),
                .sureness = api_word<Sureness>(body.sureness),
                .text = {},
                .sealed = entry.sealed.has_value(),
                .how = {},
                .law_article = {},
                .by_rank = {},
                .place = {},
                .held_with = {},
                .to = {},
                .by = member_ref(look.group, author_of(entry.ref)),
                .at = entry.at.ms,
                .corrects = {},
                .corrected = entry.corrected,
                .contradicts = entry.contradicts,
                .queued = domain::is_queued(entry.place)};
  cases::Details details = body.open;
  if (entry.sealed) {
    if (auto opened = client::open_details(look, row.ref, *entry.sealed)) details = std::move(*opened);
  }
  if (!details.text.empty()) out.text = details.text;
  if (!details.place.empty()) out.place = details.place;
  if (!details.held_with.empty()) out.held_with = details.held_with;
  if (body.how) out.how = api_word<ServedHow>(*body.how);
  if (!body.law_article.empty()) out.law_article = body.law_article;
  if (!body.by_rank.empty()) out.by_rank = body.by_rank;
  if (body.to) out.to = api_word<ComplaintTo>(*body.to);
  if (body.corrects) out.corrects = text_id(*body.corrects);
  return out;
}

std::optional<StepItem> step_item(const Client::Look& look, const cases::CaseRow& row,
                                  const cases::Step& step) {
  auto text = client::open_step(look, row.ref, step.sealed);
  if (!text) return std::nullopt;
  StepItem out{.step = text_id(step.ref),
               .text = std::move(*text),
               .due = {},
               .who = member_ref(look.group, step.who),
               .done = step.done,
               .overdue = !step.done && step.due && *step.due < cases::day_of(look.now),
               .by = member_ref(look.group, author_of(step.ref))};
  if (step.due) out.due = cases::text_of_day(*step.due);
  return out;
}

// The newest article for who cannot be reached, else the newest for who is at the front.
std::optional<std::string> article_of_silence(const Client::Look& look) {
  using domain::guidance::Situation;
  for (const Situation situation : {Situation::kMissing, Situation::kAtFront}) {
    domain::guidance::Filter filter;
    filter.situation = situation;
    const auto found = domain::guidance::list(look.rows, client::key_of(look.group.id()), filter, 1);
    if (!found.articles.empty()) return text_id(found.articles.front().card.article);
  }
  return std::nullopt;
}

std::optional<SilenceAdvice> advice_of(const Client::Look& look, const cases::CaseRow& row) {
  const cases::Silence silence = cases::silence_of(row, cases::day_of(look.now));
  if (silence.level == cases::SilenceLevel::kNone) return std::nullopt;
  SilenceAdvice out{.what = "ask_comrades",
                    .level = api_word<SilenceLevel>(silence.level),
                    .since = cases::text_of_day(silence.since),
                    .article = {},
                    .same_unit = 0};
  if (silence.level == cases::SilenceLevel::kAct) out.what = "tracing_request";
  if (silence.level == cases::SilenceLevel::kUrgent) out.what = "complaint";
  out.article = article_of_silence(look);
  const auto same =
      cases::same_unit(look.rows, client::key_of(look.group.id()), look.analyzer, row.card.unit);
  out.same_unit = static_cast<int64_t>(same > 0 ? same - 1 : 0);
  return out;
}

void add_timeline(const Client::Look& look, const cases::CaseRow& row, const cases::Parts& parts,
                  CaseFile& out) {
  for (const cases::Entry& entry : parts.entries) {
    out.timeline.push_back(entry_item(look, row, entry));
    const auto& where = row.standing.where;
    if (where && where->place == entry.place) out.whereabouts = out.timeline.back().place;
  }
  for (const cases::Step& step : parts.steps)
    if (auto item = step_item(look, row, step)) out.steps.push_back(std::move(*item));
  for (const cases::Paper& paper : parts.papers) {
    const auto content = client::open_paper(look, row.ref, paper.sealed);
    if (!content) continue;
    out.papers.push_back({.saved = text_id(paper.ref),
                          .title = content->title,
                          .article = content->article,
                          .at = paper.at.ms});
  }
  for (const cases::CardChange& change : parts.changes)
    out.changes.push_back(
        {.by = member_ref(look.group, change.author), .at = change.at.ms, .reason = change.reason});
}

CaseFile case_file(const Client::Look& look, const cases::CaseRow& row, const std::string& language) {
  const domain::GroupKey key = client::key_of(look.group.id());
  const auto me = Author::from(look.group.me());
  const cases::Day today = cases::day_of(look.now);
  CaseFile out{.card = case_card(look, row)};
  if (const auto fields = client::open_fields(look, row)) out.sealed = sealed_fields(*fields);
  const std::vector<group::PersonId> readers = client::readers_of(look.group, row);
  for (const group::PersonId& reader : readers)
    if (Author::from(reader) != row.speaker())
      out.readers.push_back(member_ref(look.group, Author::from(reader)));
  out.may_edit = row.is_reader(me);
  out.fate = api_word<CaseState>(row.standing.fate);
  const cases::Parts parts = cases::parts(look.rows, key, row);
  add_timeline(look, row, parts, out);
  for (const cases::Deadline& deadline : cases::deadlines(parts))
    out.deadlines.push_back(deadline_item(deadline, today, language));
  out.clock = {.usual_days = row.clock.usual,
               .watch_days = row.clock.watch,
               .act_days = row.clock.act,
               .urgent_days = row.clock.urgent};
  out.advice = advice_of(look, row);
  for (const group::PersonId& person : client::missing_keys(look.rows, look.group, readers))
    out.missing_keys.push_back(member_ref(look.group, Author::from(person)));
  out.seal_anew = row.speaker() == me && client::needs_sealing(look, row);
  return out;
}

CaseFile case_view(Node& node, const CaseArgs& args) {
  const Ref ref = case_ref(args.case_id);
  CaseFile out;
  bool news = false;
  look_at(node, args.group, [&](const Client::Look& look) -> Result<> {
    HW_LET(const cases::CaseRow row, case_row(look, ref));
    out = case_file(look, row, node.language());
    news = cases::has_news(look.rows, client::key_of(look.group.id()), row, Author::from(look.group.me()));
    return success();
  });
  // That it was seen is for this device alone; a full disk does not hide the case.
  if (news)
    (void)node.open_client().change(group_id(args.group), node.now(),
                                    [&](const Client::Hand& hand) -> Result<> {
                                      cases::mark_seen(hand.rows, client::key_of(hand.group.id()), ref);
                                      return success();
                                    });
  return out;
}

// --- Changing ---

CaseRef case_create(Node& node, const NewCaseArgs& args) {
  const group::Group& group = node.find_group(args.group);
  client::NewCase made;
  made.opened.card = card_of(args.card);
  if (args.last_contact) made.opened.last_contact = day_field(*args.last_contact, "last_contact");
  if (args.usual_silence_days)
    made.opened.clock = cases::clock_of(days_of(*args.usual_silence_days, "usual_silence_days"));
  if (args.sealed) made.sealed = sealed_of(*args.sealed);
  made.readers = persons(group, args.readers);
  Ref ref;
  change_in(node, args.group, [&](const Client::Hand& hand) -> Result<> {
    HW_LET(ref, client::open_case(hand, made));
    return success();
  });
  return {.case_id = text_id(ref)};
}

// Posts one event of a feature without a sealed half.
template <class Body>
void post(Node& node, const std::string& group, uint16_t kind, const Body& body) {
  take(cases::check(body));
  change_in(node, group, [&](const Client::Hand& hand) -> Result<> {
    HW_TRY(hand.post(kind, cases::encode(body)));
    return success();
  });
}

Nothing case_edit_card(Node& node, const CardArgs& args) {
  const KnownCase known = known_case(node, args.group, args.case_id);
  must(known.i_read);
  post(node, args.group, cases::kCardEdited,
       cases::CardEdited{
           .case_ref = known.row.ref, .card = card_of(args.card), .reason = args.reason.value_or("")});
  return {};
}

Nothing case_seal(Node& node, const SealArgs& args) {
  const KnownCase known = known_case(node, args.group, args.case_id);
  must(known.i_read);
  const group::Group& group = node.find_group(args.group);
  std::vector<group::PersonId> readers = persons(group, args.readers);
  if (!known.i_speak) {
    // Only who speaks for him names the readers; what is sealed by one of them is for the same people.
    for (const Author& reader : known.row.readers) {
      const auto person = group::PersonId::from(reader);
      must(person == group.me() || std::ranges::find(readers, person) != readers.end());
    }
    for (const group::PersonId& person : readers) must(known.row.is_reader(Author::from(person)));
    readers.push_back(group.me());
  }
  change_in(node, args.group, [&](const Client::Hand& hand) -> Result<> {
    return client::seal_case(hand, known.row.ref, sealed_of(args.sealed), readers);
  });
  return {};
}

// Who may correct an entry: its author, and those who may change the case.
void must_correct(Node& node, const AddEntryArgs& args, const KnownCase& known, const Ref& entry) {
  look_at(node, args.group, [&](const Client::Look& look) -> Result<> {
    const cases::Parts parts = cases::parts(look.rows, client::key_of(look.group.id()), known.row);
    if (std::ranges::find(parts.entries, entry, &cases::Entry::ref) == parts.entries.end())
      return CaseFileError::kNoSuchPart;
    if (!known.i_read && author_of(entry) != Author::from(look.group.me())) return CaseFileError::kNotAllowed;
    return success();
  });
}

EntryRef case_add_entry(Node& node, const AddEntryArgs& args) {
  const KnownCase known = known_case(node, args.group, args.case_id);
  cases::EntryAdded entry{.case_ref = known.row.ref,
                          .kind = domain_word<cases::EntryKind>(args.kind),
                          .when = when_of(args.when),
                          .known_by = domain_word<cases::KnownBy>(args.known_by),
                          .sureness = domain_word<cases::Sureness>(args.sureness),
                          .how = {},
                          .law_article = args.law_article.value_or(""),
                          .by_rank = args.by_rank.value_or(""),
                          .to = {},
                          .corrects = {},
                          .open = {},
                          .sealed = {}};
  if (args.how) entry.how = domain_word<cases::ServedHow>(*args.how);
  if (args.to) entry.to = domain_word<cases::ComplaintTo>(*args.to);
  if (args.corrects) {
    entry.corrects = parse_id<Ref>(*args.corrects, ErrorCode::no_case);
    must_correct(node, args, known, *entry.corrects);
  }
  cases::Details details{.text = args.text.value_or(""),
                         .place = args.place.value_or(""),
                         .held_with = args.held_with.value_or("")};
  if (args.reach.value_or(FieldReach::readers) == FieldReach::everyone) std::swap(details, entry.open);
  Ref ref;
  change_in(node, args.group, [&](const Client::Hand& hand) -> Result<> {
    HW_LET(ref, client::add_entry(hand, entry, details, known.readers));
    return success();
  });
  return {.entry = text_id(ref)};
}

Nothing case_set_silence(Node& node, const SilenceArgs& args) {
  const KnownCase known = known_case(node, args.group, args.case_id);
  must(known.i_read);
  const cases::Clock clock{.usual = days_of(args.usual_days, "usual_days"),
                           .watch = days_of(args.watch_days, "watch_days"),
                           .act = days_of(args.act_days, "act_days"),
                           .urgent = days_of(args.urgent_days, "urgent_days")};
  if (!cases::check(clock).ok()) throw BadField{"urgent_days", "watch, act and urgent in rising order"};
  post(node, args.group, cases::kSilenceSet, cases::SilenceSet{.case_ref = known.row.ref, .clock = clock});
  return {};
}

StepRef case_add_step(Node& node, const StepArgs& args) {
  const KnownCase known = known_case(node, args.group, args.case_id);
  must(known.i_read);
  if (args.text.find_first_not_of(" \t\r\n") == std::string::npos) throw CallError{ErrorCode::text_empty};
  const group::Group& group = node.find_group(args.group);
  client::NewStep step{.case_ref = known.row.ref, .text = args.text, .due = {}, .who = group.me()};
  if (args.due) step.due = day_field(*args.due, "due");
  if (args.who) step.who = persons(group, {*args.who}).front();
  Ref ref;
  change_in(node, args.group, [&](const Client::Hand& hand) -> Result<> {
    HW_LET(ref, client::add_step(hand, step, known.readers));
    return success();
  });
  return {.step = text_id(ref)};
}

Nothing case_done_step(Node& node, const StepDoneArgs& args) {
  const KnownCase known = known_case(node, args.group, args.case_id);
  const Ref ref = parse_id<Ref>(args.step, ErrorCode::no_case);
  look_at(node, args.group, [&](const Client::Look& look) -> Result<> {
    const cases::Parts parts = cases::parts(look.rows, client::key_of(look.group.id()), known.row);
    const auto step = std::ranges::find(parts.steps, ref, &cases::Step::ref);
    if (step == parts.steps.end()) return CaseFileError::kNoSuchPart;
    if (step->done) return group::GroupError::kAlreadyDone;
    if (!known.i_read && step->who != Author::from(look.group.me())) return CaseFileError::kNotAllowed;
    return success();
  });
  post(node, args.group, cases::kStepDone,
       cases::StepDone{.case_ref = known.row.ref, .step = ref, .dropped = args.dropped.value_or(false)});
  return {};
}

Nothing case_save_paper(Node& node, const SavePaperArgs& args) {
  const KnownCase known = known_case(node, args.group, args.case_id);
  must(known.i_read);
  client::CasePaper paper{.article = args.article,
                          .revision = static_cast<uint64_t>(args.revision),
                          .paper = args.paper,
                          .title = args.title,
                          .values = {}};
  for (const NamedValue& value : args.values) paper.values.push_back({value.name, value.value});
  change_in(node, args.group, [&](const Client::Hand& hand) -> Result<> {
    HW_TRY(client::save_paper(hand, known.row.ref, paper, known.readers));
    return success();
  });
  return {};
}

PaperValues case_read_paper(Node& node, const ReadPaperArgs& args) {
  const Ref ref = case_ref(args.case_id);
  const Ref saved = parse_id<Ref>(args.saved, ErrorCode::no_case);
  PaperValues out;
  look_at(node, args.group, [&](const Client::Look& look) -> Result<> {
    HW_TRY(case_row(look, ref));
    const auto paper = cases::paper(look.rows, client::key_of(look.group.id()), ref, saved);
    if (!paper) return CaseFileError::kNoSuchPart;
    const auto content = client::open_paper(look, ref, paper->sealed);
    if (!content) return CaseFileError::kNotAllowed;
    out = {.article = content->article,
           .revision = static_cast<int64_t>(content->revision),
           .paper = content->paper,
           .title = content->title,
           .values = {}};
    for (const client::NamedText& value : content->values) out.values.push_back({value.name, value.value});
    return success();
  });
  return out;
}

Nothing case_erase(Node& node, const EraseCaseArgs& args) {
  const KnownCase known = known_case(node, args.group, args.case_id);
  must(known.i_speak);
  if (args.word != known.row.card.label) throw BadField{"word", "the case's label, exactly"};
  post(node, args.group, cases::kErased, cases::Erased{.case_ref = known.row.ref});
  return {};
}

// --- What is due ---

// What of one case is due for me.
struct DueOfCase {
  const Client::Look& look;
  const cases::CaseRow& row;
  const std::string& language;
  std::vector<DueItem>& out;

  void add(std::string text, cases::Day due, const char* kind) {
    out.push_back({.group = text_id(look.group.id()),
                   .group_name = look.group.name(),
                   .case_id = text_id(row.ref),
                   .label = row.card.label,
                   .text = std::move(text),
                   .due = cases::text_of_day(due),
                   .overdue = due < cases::day_of(look.now),
                   .kind = kind});
  }
  void all() {
    const auto me = Author::from(look.group.me());
    const bool reads = row.is_reader(me);
    if (row.next_due()) {
      const cases::Parts parts = cases::parts(look.rows, client::key_of(look.group.id()), row);
      for (const cases::Step& step : parts.steps) {
        if (step.done || !step.due || (!reads && step.who != me)) continue;
        if (auto text = client::open_step(look, row.ref, step.sealed))
          add(std::move(*text), *step.due, "step");
      }
      if (reads) deadlines(parts);
    }
    if (reads) silence();
  }
  void deadlines(const cases::Parts& parts) {
    for (const cases::Deadline& deadline : cases::deadlines(parts))
      if (!deadline.met)
        add(std::string(language == "ru" ? deadline.rule->title.ru : deadline.rule->title.en), deadline.due,
            "deadline");
  }
  void silence() {
    const cases::Silence silence = cases::silence_of(row, cases::day_of(look.now));
    const bool russian = language == "ru";
    switch (silence.level) {
      case cases::SilenceLevel::kNone:
        return;
      case cases::SilenceLevel::kWatch:
        return add(russian ? "Долго нет вестей: спросить семьи сослуживцев"
                           : "Silent for long: ask his comrades' families",
                   silence.since, "silence");
      case cases::SilenceLevel::kAct:
        return add(
            russian ? "Долго нет вестей: подать запрос о розыске" : "Silent for long: send a tracing request",
            silence.since, "silence");
      case cases::SilenceLevel::kUrgent:
        return add(
            russian ? "Очень долго нет вестей: подать жалобу" : "Silent for very long: file a complaint",
            silence.since, "silence");
    }
  }
};

// Runs `act` on each case that concerns me.
template <class Act>
void my_cases(const Client::Look& look, Act&& act) {
  const domain::GroupKey key = client::key_of(look.group.id());
  for (const Ref& ref : cases::cases_of(look.rows, key, Author::from(look.group.me())))
    if (const auto row = cases::find(look.rows, key, ref)) act(*row);
}

DueList case_due(Node& node, const Nothing&) {
  DueList out;
  const std::string language = node.language();
  for (const client::GroupSummary& summary : node.open_client().groups()) {
    if (summary.standing != group::Standing::kActive) continue;
    look_at(node, text_id(summary.id), [&](const Client::Look& look) -> Result<> {
      my_cases(look, [&](const cases::CaseRow& row) { DueOfCase{look, row, language, out.items}.all(); });
      return success();
    });
  }
  std::ranges::stable_sort(out.items, {}, &DueItem::due);
  return out;
}

void today_of_case(const Client::Look& look, const cases::CaseRow& row, TodayList& out) {
  const auto me = Author::from(look.group.me());
  const cases::Day today = cases::day_of(look.now);
  const auto add = [&](TodayKind kind) -> TodayItem& {
    out.items.push_back({.kind = kind,
                         .group = text_id(look.group.id()),
                         .group_name = look.group.name(),
                         .name = row.card.label,
                         .request = {},
                         .join = {},
                         .count = {},
                         .case_id = text_id(row.ref),
                         .question = {},
                         .article = {},
                         .due = {}});
    return out.items.back();
  };
  if (row.next_due() && *row.next_due() <= today) {
    std::vector<DueItem> due;
    DueOfCase{look, row, "", due}.all();
    std::erase_if(due, [&](const DueItem& one) { return one.kind == "silence"; });
    std::ranges::stable_sort(due, {}, &DueItem::due);
    if (!due.empty() && due.front().due <= cases::text_of_day(today))
      add(TodayKind::case_due).due = due.front().due;
  }
  if (!row.is_reader(me)) return;
  const cases::Silence silence = cases::silence_of(row, today);
  if (silence.level >= cases::SilenceLevel::kAct)
    add(TodayKind::case_silent).count = silence.days.value_or(today.number - row.silent_since().number);
  if (cases::has_news(look.rows, client::key_of(look.group.id()), row, me)) add(TodayKind::case_told);
}

}  // namespace

void today_cases(Node& node, const client::GroupSummary& group, TodayList& out) {
  look_at(node, text_id(group.id), [&](const Client::Look& look) -> Result<> {
    my_cases(look, [&](const cases::CaseRow& row) { today_of_case(look, row, out); });
    today_doubles(look, out);
    return success();
  });
}

void add_cases(CommandList& list) {
  list.add_function<&case_list>("case.list", "Cases of a group: those that need somebody first.");
  list.add_function<&case_create>("case.create", "Opens a case for one man.");
  list.add_function<&case_view>("case.view", "One case, as far as I may see it.");
  list.add_function<&case_edit_card>("case.edit_card", "Changes what the group sees of him.");
  list.add_function<&case_seal>("case.seal", "Seals the fields that identify him to the people named.");
  list.add_function<&case_add_entry>("case.add_entry",
                                     "Adds an entry to the timeline; a correction is an entry too.");
  list.add_function<&case_set_silence>("case.set_silence",
                                       "How long silence is usual for him and when to act.");
  list.add_function<&case_add_step>("case.add_step", "Adds a next step with its due date.");
  list.add_function<&case_done_step>("case.done_step", "A next step is done, or dropped.");
  list.add_function<&case_save_paper>("case.save_paper",
                                      "Keeps a paper that was filled in, sealed to the readers of the case.");
  list.add_function<&case_read_paper>("case.read_paper", "What was typed into a kept paper.");
  list.add_function<&case_due>("case.due", "What is due in all groups, soonest first.");
  list.add_function<&case_erase>("case.erase", "Erases a case from the group; only who speaks for him.");
  add_cases_more(list);
}

}  // namespace homeward::api
