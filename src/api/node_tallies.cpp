// Commands about tallies and reports.
#include "api/case_words.h"
#include "api/command_list.h"
#include "client/tallies.h"

namespace homeward::api {
namespace {

namespace tallies = domain::tallies;

constexpr std::string_view kTotalKey = "*";
constexpr size_t kMostSourceCases = 200;

domain::Ref report_ref(const std::string& text) { return parse_id<domain::Ref>(text, ErrorCode::no_report); }

tallies::Month month_of(const std::string& text, const char* field) {
  const auto day = domain::cases::parse_day(text + "-01");
  if (!day || day->number < 0) throw BadField{field, "\"YYYY-MM\""};
  return tallies::month_of(day->number);
}

tallies::Report report_of(const AddReportArgs& args) {
  tallies::Report out{.text = args.text,
                      .unit = args.unit.value_or(""),
                      .region = args.region.value_or(""),
                      .from = day_field(args.from_day, "from_day").number,
                      .until = day_field(args.until_day, "until_day").number,
                      .figures = {},
                      .out_of = std::nullopt,
                      .source = domain_word<tallies::KnownBy>(args.source),
                      .source_note = args.source_note.value_or(""),
                      .sureness = domain_word<tallies::Sureness>(args.sureness),
                      .overlaps = {},
                      .corrects = std::nullopt};
  const auto men = [](int64_t count, const char* field) {
    if (count > tallies::kMostMen) throw BadField{field, "at most 1000000"};
    return static_cast<uint32_t>(count);
  };
  for (const ReportFigure& figure : args.figures)
    out.figures.push_back({domain_word<tallies::Counted>(figure.state), men(figure.count, "figures")});
  if (args.out_of) out.out_of = men(*args.out_of, "out_of");
  for (const std::string& other : args.overlaps) out.overlaps.push_back(report_ref(other));
  if (args.corrects) out.corrects = report_ref(*args.corrects);
  return out;
}

ReportItem item_of(const client::Client::Look& view, const tallies::KeptReport& report) {
  const tallies::Report& said = report.said;
  ReportItem out{.report = text_id(report.id),
                 .text = said.text,
                 .unit = said.unit,
                 .region = said.region,
                 .from_day = domain::cases::text_of_day({said.from}),
                 .until_day = domain::cases::text_of_day({said.until}),
                 .figures = {},
                 .out_of = std::nullopt,
                 .source = api_word<KnownBy>(said.source),
                 .source_note = said.source_note,
                 .sureness = api_word<Sureness>(said.sureness),
                 .overlaps = {},
                 .by = member_ref(view.group, report.author()),
                 .mine = false,
                 .at = report.at.ms,
                 .withdrawn = report.withdrawn,
                 .queued = domain::is_queued(report.place),
                 .reason = std::nullopt,
                 .corrects = std::nullopt,
                 .corrected_by = std::nullopt,
                 .may_correct = report.counts() && client::may_correct(view.group, report),
                 .may_withdraw = !report.withdrawn && client::may_withdraw(view.group, report)};
  out.mine = out.by.me;
  for (const tallies::Figure& figure : said.figures)
    out.figures.push_back({api_word<TallyState>(figure.state), figure.count});
  if (said.out_of) out.out_of = *said.out_of;
  for (const domain::Ref& other : said.overlaps) out.overlaps.push_back(text_id(other));
  if (report.withdrawn) out.reason = report.reason;
  if (said.corrects) out.corrects = text_id(*said.corrects);
  if (report.corrected_by) out.corrected_by = text_id(*report.corrected_by);
  return out;
}

// Refuses what every device would ignore.
tallies::KeptReport find_report(const client::Client::Look& view, const domain::Ref& id) {
  auto found = tallies::report(view.rows, client::key_of(view.group.id()), id);
  if (!found) throw CallError{ErrorCode::no_report};
  return std::move(*found);
}

ReportRef report_add(Node& node, const AddReportArgs& args) {
  const tallies::Report report = report_of(args);
  take(tallies::check(report));
  on_view(node, args.group, [&](const client::Client::Look& view) {
    for (const domain::Ref& other : report.overlaps) find_report(view, other);
    if (!report.corrects) return;
    const tallies::KeptReport old = find_report(view, *report.corrects);
    if (!client::may_correct(view.group, old)) throw CallError{ErrorCode::not_allowed};
    if (!old.counts()) throw CallError{ErrorCode::already_done};
  });
  domain::Ref made;
  take(node.open_client().change(group_id(args.group), node.now(),
                                 [&](const client::Client::Hand& hand) -> Result<> {
                                   HW_LET(made, client::add_report(hand, report));
                                   return success();
                                 }));
  return {text_id(made)};
}

ReportList report_list(Node& node, const GroupArgs& args) {
  ReportList out;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    for (const tallies::KeptReport& one : tallies::reports(view.rows, client::key_of(view.group.id())))
      out.reports.push_back(item_of(view, one));
  });
  return out;
}

Nothing report_withdraw(Node& node, const ReportArgs& args) {
  const tallies::Withdrawal withdrawal{report_ref(args.report), args.reason.value_or("")};
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const tallies::KeptReport old = find_report(view, withdrawal.report);
    if (!client::may_withdraw(view.group, old)) throw CallError{ErrorCode::not_allowed};
    if (old.withdrawn) throw CallError{ErrorCode::already_done};
  });
  take(node.open_client().change(group_id(args.group), node.now(), [&](const client::Client::Hand& hand) {
    return client::withdraw_report(hand, withdrawal);
  }));
  return {};
}

// --- The table ---

template <class Args>
tallies::Question question_of(const Args& args) {
  tallies::Question out{.by = domain_word<tallies::By>(args.by),
                        .unit = args.unit.value_or(""),
                        .region = args.region.value_or(""),
                        .from = std::nullopt,
                        .until = std::nullopt};
  if (args.from_month && !args.from_month->empty()) out.from = month_of(*args.from_month, "from_month");
  if (args.until_month && !args.until_month->empty()) out.until = month_of(*args.until_month, "until_month");
  return out;
}

TallyRow row_of(const tallies::Row& row) {
  TallyRow out{.key = row.key,
               .label = row.label,
               .men_at_least = row.men.at_least,
               .men_at_most = row.men.at_most,
               .cells = {}};
  for (size_t i = 0; i < tallies::kCountedStates; ++i) {
    const tallies::Count& cell = row.cells[i];
    out.cells.push_back(
        {static_cast<TallyState>(i), cell.at_least, cell.at_most, cell.from_cases, cell.small()});
  }
  return out;
}

TallyTable tally_view(Node& node, const TallyArgs& args) {
  const tallies::Question question = question_of(args);
  TallyTable out{.by = args.by, .rows = {}, .total = {}, .cases = 0, .joined = 0, .reports = 0};
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const client::Men men = client::men_of(view.rows, view.group.id());
    const auto reports = tallies::reports(view.rows, client::key_of(view.group.id()));
    const tallies::Table table = tallies::tabulate(men.men, reports, question);
    for (const tallies::Row& row : table.rows) out.rows.push_back(row_of(row));
    out.total = row_of(table.total);
    out.total.key = kTotalKey;
    out.cases = static_cast<int64_t>(men.cases);
    out.joined = static_cast<int64_t>(men.joined());
    out.reports = static_cast<int64_t>(table.reports);
  });
  return out;
}

TallySources tally_sources(Node& node, const TallyCellArgs& args) {
  const tallies::Question question = question_of(args);
  TallySources out;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const domain::GroupKey group = client::key_of(view.group.id());
    const client::Men men = client::men_of(view.rows, view.group.id());
    const auto reports = tallies::reports(view.rows, group);
    tallies::Cell cell{.key = args.key, .state = std::nullopt, .total = args.key == kTotalKey};
    if (args.state) cell.state = domain_word<tallies::Counted>(*args.state);
    const tallies::Sources made_of = tallies::sources(men.men, reports, question, cell);
    for (const size_t man : made_of.men) {
      const auto row = domain::cases::find(view.rows, group, men.men[man].id);
      if (row && out.cases.size() < kMostSourceCases)
        out.cases.push_back(case_card(view, *row));
      else
        ++out.hidden;
    }
    for (const size_t report : made_of.reports) out.reports.push_back(item_of(view, reports[report]));
  });
  return out;
}

// --- CSV (RFC 4180) ---

std::string csv_field(const std::string& text) {
  // A spreadsheet takes a field that begins so for a formula.
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos;
  std::string out = formula ? "\"'" : "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

CalendarFile tally_csv(Node& node, const TallyArgs& args) {
  const TallyTable table = tally_view(node, args);
  const bool russian = node.language() == "ru";
  static constexpr std::pair<const char*, const char*> kStates[] = {{"отправлены", "sent"},
                                                                    {"отказались", "refused"},
                                                                    {"удерживаются", "held"},
                                                                    {"угрозы", "threatened"},
                                                                    {"отпущены", "released"},
                                                                    {"дома", "home"},
                                                                    {"отправлены назад", "sent back"},
                                                                    {"ранены", "wounded"},
                                                                    {"пропали", "missing"},
                                                                    {"погибли", "killed"},
                                                                    {"неизвестно", "unknown"}};
  const auto word = [&](const char* ru, const char* en) { return std::string(russian ? ru : en); };
  const std::string least = word(", не меньше", ", at least");
  const std::string most = word(", не больше", ", at most");
  const std::string first = args.by == TallyBy::unit     ? word("часть", "unit")
                            : args.by == TallyBy::region ? word("регион", "region")
                                                         : word("месяц", "month");
  // The mark tells spreadsheets that the file is UTF-8.
  std::string out = "\xEF\xBB\xBF" + csv_field(first);
  const auto head = [&](const std::string& name) {
    out += "," + csv_field(name + least) + "," + csv_field(name + most);
  };
  head(word("всего", "men"));
  for (const auto& [ru, en] : kStates) head(word(ru, en));
  out += "\r\n";
  const auto line = [&](const TallyRow& row, const std::string& name) {
    out += csv_field(name) + "," + std::to_string(row.men_at_least) + "," + std::to_string(row.men_at_most);
    for (const TallyCell& cell : row.cells)
      out += "," + std::to_string(cell.at_least) + "," + std::to_string(cell.at_most);
    out += "\r\n";
  };
  for (const TallyRow& row : table.rows)
    line(row, row.label.empty() ? word("не указано", "not said") : row.label);
  line(table.total, word("всего", "total"));
  return {.name = word("svodka.csv", "tally.csv"), .text = out};
}

}  // namespace

void add_tallies(CommandList& list) {
  list.add_function<&report_add>("report.add", "Adds a reported figure with its source.");
  list.add_function<&report_list>("report.list", "Reported figures of a group, newest first.");
  list.add_function<&report_withdraw>("report.withdraw", "Takes a reported figure back, with a reason.");
  list.add_function<&tally_view>("tally.view", "The tally by unit, region or month.");
  list.add_function<&tally_sources>("tally.sources",
                                    "What one figure of a tally is made of, as far as I may see.");
  list.add_function<&tally_csv>("tally.csv", "The tally as a CSV file.");
}

}  // namespace homeward::api
