// Commands about cases: doubles, taking a case along, calendars.
#include "api/base64.h"
#include "api/case_words.h"
#include "api/command_list.h"
#include "client/calendar.h"
#include "client/case_files.h"
#include "client/doubles.h"

namespace homeward::api {
namespace {

namespace cases = domain::cases;
namespace doubles = domain::doubles;

// --- Calendar ---

std::string uid_of(BytesView thing, std::string_view what) {
  return to_base64url(sha256({thing, view_of(what)}).view().first(16)) + "@homeward";
}

std::vector<client::CalendarEntry> calendar_entries(const client::Client::Look& view,
                                                    const cases::CaseRow& row, const std::string& language) {
  std::vector<client::CalendarEntry> out;
  const cases::Parts parts = cases::parts(view.rows, client::key_of(view.group.id()), row);
  const cases::Day today = cases::day_of(view.now);
  for (const cases::Deadline& deadline : cases::deadlines(parts)) {
    if (deadline.met) continue;
    const DeadlineItem item = deadline_item(deadline, today, language);
    out.push_back({.uid = uid_of(deadline.entry, deadline.rule->id),
                   .summary = item.title + " — " + row.card.label,
                   .description = item.law + "\n" + item.next,
                   .day = deadline.due});
  }
  for (const cases::Step& step : parts.steps) {
    if (step.done || step.dropped || !step.due) continue;
    const std::optional<std::string> text = client::open_step(view, row.ref, step.sealed);
    if (!text) continue;
    out.push_back({.uid = uid_of(step.ref, "step"),
                   .summary = *text + " — " + row.card.label,
                   .description = "",
                   .day = *step.due});
  }
  std::ranges::stable_sort(out, {}, &client::CalendarEntry::day);
  return out;
}

CalendarFile case_calendar(Node& node, const CaseArgs& args) {
  const domain::Ref ref = case_ref(args.case_id);
  const std::string language = node.language();
  CalendarFile out{.name = language == "ru" ? "sroki.ics" : "deadlines.ics", .text = ""};
  on_view(node, args.group, [&](const client::Client::Look& view) {
    out.text = client::calendar_file(calendar_entries(view, find_case(view, ref), language), node.now());
  });
  return out;
}

// --- Doubles ---

std::string double_id(const doubles::Pair& pair) {
  Bytes both = copy_of(pair.mine);
  append(both, pair.other);
  return to_base64url(both);
}

DoubleState state_of(const doubles::Pair& pair) {
  if (pair.refused()) return DoubleState::refused;
  if (pair.joined()) return DoubleState::joined;
  return pair.i_said == doubles::Said::kYes ? DoubleState::i_agreed : DoubleState::open;
}

DoubleList case_doubles(Node& node, const GroupArgs& args) {
  DoubleList out;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const domain::GroupKey group = client::key_of(view.group.id());
    for (const doubles::Pair& pair : client::my_doubles(view)) {
      const auto mine = cases::find(view.rows, group, pair.mine);
      const auto other = cases::find(view.rows, group, pair.other);
      if (!mine || !other) continue;
      out.doubles.push_back({.double_id = double_id(pair),
                             .mine = case_card(view, *mine),
                             .other = case_card(view, *other),
                             .state = state_of(pair)});
    }
  });
  return out;
}

Nothing case_answer_double(Node& node, const DoubleArgs& args) {
  std::optional<doubles::Answer> answer;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    for (const doubles::Pair& pair : client::my_doubles(view))
      if (double_id(pair) == args.double_id)
        answer = doubles::Answer{.mine = pair.mine, .other = pair.other, .agree = args.agree};
  });
  if (!answer) throw CallError{ErrorCode::no_double};
  take(node.open_client().change(group_id(args.group), node.now(), [&](const client::Client::Hand& hand) {
    return client::answer_double(hand, *answer);
  }));
  return {};
}

// --- Taken along ---

FileAnswer case_take_away(Node& node, const TakeAwayArgs& args) {
  const domain::Ref ref = case_ref(args.case_id);
  if (args.passphrase.empty()) throw CallError{ErrorCode::passphrase_empty};
  std::optional<client::CarriedCase> carried;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const cases::CaseRow row = find_case(view, ref);
    if (!row.is_reader(domain::Author::from(view.group.me()))) throw CallError{ErrorCode::not_allowed};
    carried = client::carry(view, row);
  });
  const Bytes file =
      take(client::write_case_file(*carried, view_of(args.passphrase), node.file_cost(), node.random()));
  return {.name = node.language() == "ru" ? "delo.homeward" : "case.homeward", .file = to_base64(file)};
}

CaseRef case_bring(Node& node, const BringCaseArgs& args) {
  node.find_group(args.group);
  const std::optional<Bytes> file = from_base64(args.file);
  if (!file) throw CallError{ErrorCode::bad_file};
  const client::CarriedCase carried = take(client::read_case_file(*file, view_of(args.passphrase)));
  const std::string note = node.language() == "ru"
                               ? "Дело принесено из другой группы: записи до этой взяты из файла."
                               : "Brought along from another group: the entries before this one are from "
                                 "the file.";
  domain::Ref made;
  take(node.open_client().change(group_id(args.group), node.now(),
                                 [&](const client::Client::Hand& hand) -> Result<> {
                                   HW_LET(made, client::bring_case(hand, carried, note));
                                   return success();
                                 }));
  return {text_id(made)};
}

}  // namespace

void today_doubles(const client::Client::Look& look, TodayList& out) {
  for (const doubles::Pair& pair : client::my_doubles(look)) {
    if (state_of(pair) != DoubleState::open) continue;
    const auto mine = cases::find(look.rows, client::key_of(look.group.id()), pair.mine);
    if (!mine) continue;
    out.items.push_back({.kind = TodayKind::double_found,
                         .group = text_id(look.group.id()),
                         .group_name = look.group.name(),
                         .name = mine->card.label,
                         .request = {},
                         .join = {},
                         .count = {},
                         .case_id = text_id(pair.mine),
                         .question = {},
                         .article = {},
                         .due = {}});
  }
}

void add_cases_more(CommandList& list) {
  list.add_function<&case_calendar>("case.calendar", "Deadlines and steps of a case as a calendar file.");
  list.add_function<&case_doubles>("case.doubles", "Cases that may be of the same man as one of mine.");
  list.add_function<&case_answer_double>(
      "case.answer_double", "Agrees that two cases are of the same man, or says that they are not.");
  list.add_function<&case_take_away>("case.take_away",
                                     "A case as an encrypted file, for the family to take along.");
  list.add_function<&case_bring>("case.bring", "Brings a case from such a file into a group.");
}

}  // namespace homeward::api
