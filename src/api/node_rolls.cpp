// Commands about rolls: many men from one call.
#include "api/case_words.h"
#include "api/command_list.h"
#include "client/rolls.h"

namespace homeward::api {
namespace {

namespace cases = domain::cases;
namespace rolls = domain::rolls;

constexpr size_t kMostMatches = 8;

const char* why_name(client::MatchedBy by) {
  switch (by) {
    case client::MatchedBy::kName:
      return "name";
    case client::MatchedBy::kNickname:
      return "nickname";
    case client::MatchedBy::kFingerprint:
      return "fingerprint";
    case client::MatchedBy::kInitials:
      break;
  }
  return "initials";
}

RollMatches roll_match(Node& node, const RollMatchArgs& args) {
  RollMatches out;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    client::RollIndex& index = node.roll_index(view.group.id());
    for (const client::RollMatch& one : index.match(view, args.name, args.unit.value_or(""), kMostMatches)) {
      out.matches.push_back({.case_id = text_id(one.case_ref),
                             .label = one.label,
                             .unit = one.unit,
                             .speaks = member_ref(view.group, domain::author_of(one.case_ref)),
                             .score = one.score,
                             .why = why_name(one.by)});
    }
  });
  return out;
}

void check_line(const RollLine& line) {
  if (line.name.find_first_not_of(" \t\r\n") == std::string::npos) throw CallError{ErrorCode::text_empty};
  if (line.name.size() > cases::kMostLineBytes || line.message.value_or("").size() > cases::kMostTextBytes)
    throw CallError{ErrorCode::text_too_long};
}

client::NewRollLine line_of(const RollLine& line) {
  check_line(line);
  client::NewRollLine out{.name = line.name,
                          .unit = line.unit.value_or(""),
                          .kind = domain_word<cases::EntryKind>(line.kind),
                          .message = line.message.value_or(""),
                          .case_ref = std::nullopt,
                          .label = line.label.value_or("")};
  if (line.case_id) out.case_ref = case_ref(*line.case_id);
  return out;
}

RollSaved roll_save(Node& node, const SaveRollArgs& args) {
  if (args.lines.empty()) throw BadField{"lines", "at least one line"};
  if (args.lines.size() > rolls::kMostLines) throw BadField{"lines", "at most 200 lines"};
  client::NewRoll roll{.when = when_of(args.when),
                       .caller = args.caller.value_or(""),
                       .known_by = domain_word<cases::KnownBy>(args.known_by),
                       .sureness = domain_word<cases::Sureness>(args.sureness),
                       .unit = args.unit.value_or(""),
                       .region = args.region.value_or(""),
                       .category = domain_word<cases::Category>(args.category.value_or(Audience::contract)),
                       .lines = {}};
  for (const RollLine& line : args.lines) roll.lines.push_back(line_of(line));
  std::map<domain::Ref, std::vector<group::PersonId>> readers;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    for (const client::NewRollLine& line : roll.lines)
      if (line.case_ref)
        readers[*line.case_ref] = client::readers_of(view.group, find_case(view, *line.case_ref));
  });
  client::SavedRoll saved;
  take(node.open_client().change(group_id(args.group), node.now(),
                                 [&](const client::Client::Hand& hand) -> Result<> {
                                   HW_LET(saved, client::save_roll(hand, roll, readers));
                                   return success();
                                 }));
  return {.roll = text_id(saved.roll),
          .made = static_cast<int64_t>(saved.made),
          .matched = static_cast<int64_t>(saved.matched)};
}

RollItem item_of(const client::Client::Look& view, const rolls::KeptRoll& roll) {
  return {.roll = text_id(roll.id),
          .when = when_field(roll.said.when),
          .by = member_ref(view.group, roll.author()),
          .lines = static_cast<int64_t>(roll.said.lines.size()),
          .made = std::ranges::count_if(roll.said.lines, &rolls::RollLine::new_case),
          .queued = domain::is_queued(roll.place)};
}

RollList roll_list(Node& node, const GroupArgs& args) {
  RollList out;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    for (const rolls::KeptRoll& one : rolls::rolls(view.rows, client::key_of(view.group.id())))
      out.rolls.push_back(item_of(view, one));
  });
  return out;
}

RollView roll_view(Node& node, const RollArgs& args) {
  const auto id = parse_id<domain::Ref>(args.roll, ErrorCode::no_roll);
  RollView out;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const domain::GroupKey group = client::key_of(view.group.id());
    const std::optional<rolls::KeptRoll> roll = rolls::roll(view.rows, group, id);
    if (!roll) throw CallError{ErrorCode::no_roll};
    out.item = item_of(view, *roll);
    out.caller = client::open_caller(view, *roll);
    for (const rolls::RollLine& line : roll->said.lines) {
      const auto row = cases::find(view.rows, group, line.case_ref);
      const auto kind = client::entry_kind(view.rows, view.group.id(), line.case_ref, line.entry);
      if (!row || !kind) continue;
      out.entries.push_back({.case_id = text_id(line.case_ref),
                             .label = row->card.label,
                             .kind = api_word<EntryKind>(*kind),
                             .new_case = line.new_case});
    }
  });
  return out;
}

}  // namespace

void add_rolls(CommandList& list) {
  list.add_function<&roll_match>("roll.match", "Cases that a name or nickname may belong to.");
  list.add_function<&roll_save>("roll.save",
                                "Writes down a whole roll: entries for known men, new cases for the others.");
  list.add_function<&roll_list>("roll.list", "Rolls of a group, newest first.");
  list.add_function<&roll_view>("roll.view", "One roll with the cases it touched.");
}

}  // namespace homeward::api
