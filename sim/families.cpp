// Families, advisers and an informer: cases opened, written into, erased and rolled, men found twice, figures
// reported; and somebody who says what is not hers to say.
//
// What must hold of it at rest: who a case is not sealed to has nothing of what is sealed, in no row of her
// device; who speaks for it reads it; everybody counts the same.
#include <algorithm>

#include "client/cases.h"
#include "client/doubles.h"
#include "client/features.h"
#include "client/rolls.h"
#include "client/tallies.h"
#include "sim/losses.h"
#include "sim/world.h"

namespace homeward::sim {
namespace {

namespace cases = domain::cases;
namespace tallies = domain::tallies;
using client::Client;
using domain::Author;
using domain::Ref;

constexpr const char* kNames[] = {"Ковалёв Лев", "Бадмаев Аюр", "Хертек Артыш", "Орлов Пётр"};
constexpr Space kFirstFamilySpace = 0x2400, kLastFamilySpace = 0x29FF;

std::vector<cases::CaseRow> all_cases(Client& client, const group::GroupId& group) {
  std::vector<cases::CaseRow> out;
  (void)client.look(group, [&](const Client::Look& view) -> Result<> {
    cases::for_each(view.rows, client::key_of(group), [&](const cases::CaseRow& row) {
      out.push_back(row);
      return true;
    });
    return success();
  });
  return out;
}

std::string table_of(Client& client, const group::GroupId& group) {
  std::string out;
  (void)client.look(group, [&](const Client::Look& view) -> Result<> {
    const client::Men men = client::men_of(view.rows, group);
    const auto reports = tallies::reports(view.rows, client::key_of(group));
    for (const auto by : {tallies::By::kUnit, tallies::By::kMonth}) {
      const tallies::Table table = tallies::tabulate(men.men, reports, {.by = by});
      const auto add = [&](const tallies::Row& row) {
        out += row.key + "|" + row.label;
        for (const tallies::Count& cell : row.cells)
          out += " " + std::to_string(cell.at_least) + "-" + std::to_string(cell.at_most);
        out += "\n";
      };
      for (const tallies::Row& row : table.rows) add(row);
      add(table.total);
    }
    return success();
  });
  return out;
}

}  // namespace

void World::change_in(Node& node, const group::GroupId& group,
                      const std::function<Result<>(const client::Client::Hand&)>& act) {
  ++outcome_.statistics.family_acts;
  with(node, [&](Client& client) { (void)client.change(group, clock(node), act); });
}

void World::open_some_case(Node& node, const group::GroupId& group) {
  const std::string secret = std::string(kPlanted) + "secret" + std::to_string(secrets_.size()) + ".";
  client::NewCase made;
  made.opened.card.label = "case " + std::to_string(secrets_.size());
  made.opened.card.unit = "unit " + std::to_string(below(3));
  made.opened.card.region = below(2) == 0 ? "RU-BU" : "RU-TY";
  made.sealed = client::SealedCaseFields{};
  made.sealed->name = kNames[below(std::size(kNames))];
  made.sealed->birth_day = below(2) == 0 ? "1999-01-01" : "1998-01-01";
  made.sealed->notes = secret;
  CaseSecret known{.group = group, .ref = {}, .text = secret, .readers = {node.client->find(group)->me()}};
  const std::vector<group::Member> members = node.client->find(group)->members();
  if (chance(500)) {
    made.readers.push_back(members[below(members.size())].person);
    known.readers.insert(made.readers.back());
  }
  change_in(node, group, [&](const Client::Hand& hand) -> Result<> {
    HW_LET(known.ref, client::open_case(hand, made));
    return success();
  });
  secrets_.push_back(std::move(known));
}

void World::write_into_some_case(Node& node, const group::GroupId& group) {
  const std::vector<cases::CaseRow> all = all_cases(*node.client, group);
  if (all.empty()) return;
  const cases::CaseRow& row = all[below(all.size())];
  cases::EntryAdded entry;
  entry.case_ref = row.ref;
  entry.kind = static_cast<cases::EntryKind>(1 + below(cases::kEntryKinds));
  entry.when.day = cases::Day{19'170 + static_cast<int32_t>(below(60))};
  entry.sureness = static_cast<cases::Sureness>(1 + below(3));
  const auto readers = client::readers_of(*node.client->find(group), row);
  cases::Details sealed;
  sealed.text = "подвал";
  change_in(node, group, [&](const Client::Hand& hand) -> Result<> {
    HW_TRY(client::add_entry(hand, entry, sealed, readers));
    return success();
  });
}

void World::roll_and_report(Node& node, const group::GroupId& group) {
  const std::vector<cases::CaseRow> all = all_cases(*node.client, group);
  if (below(2) == 0) {
    tallies::Report report{.text = "слышала в части", .unit = "unit 1", .from = 19'170, .until = 19'200};
    report.figures = {{tallies::Counted::kRefused, static_cast<uint32_t>(below(30))}};
    if (below(2) == 0) report.out_of = 40;
    return change_in(node, group, [&](const Client::Hand& hand) -> Result<> {
      HW_TRY(client::add_report(hand, report));
      return success();
    });
  }
  client::NewRoll roll;
  roll.when.day = cases::Day{19'190};
  roll.unit = "unit 2";
  roll.caller = std::string(kPlanted) + " caller";
  std::map<Ref, std::vector<group::PersonId>> readers;
  for (size_t i = 0; i < 3; ++i) {
    client::NewRollLine line;
    line.name = kNames[below(std::size(kNames))];
    line.kind = below(2) == 0 ? cases::EntryKind::kRefused : cases::EntryKind::kHeld;
    if (!all.empty() && below(2) == 0) {
      const cases::CaseRow& row = all[below(all.size())];
      line.case_ref = row.ref;
      readers[row.ref] = client::readers_of(*node.client->find(group), row);
    }
    roll.lines.push_back(std::move(line));
  }
  change_in(node, group, [&](const Client::Hand& hand) -> Result<> {
    HW_TRY(client::save_roll(hand, roll, readers));
    return success();
  });
}

void World::answer_doubles(Node& node, const group::GroupId& group) {
  std::vector<domain::doubles::Pair> pairs;
  (void)node.client->look(group, [&](const Client::Look& view) -> Result<> {
    pairs = client::my_doubles(view);
    return success();
  });
  if (pairs.empty()) return;
  const domain::doubles::Pair pair = pairs[below(pairs.size())];
  const bool agree = chance(800);
  change_in(node, group, [&](const Client::Hand& hand) {
    return client::answer_double(hand, {pair.mine, pair.other, agree});
  });
}

// Says of others' cases what only they may say, past every check of the page.
void World::inform(Node& node, const group::GroupId& group) {
  const auto me = Author::from(node.client->find(group)->me());
  std::vector<Ref> others;
  for (const cases::CaseRow& row : all_cases(*node.client, group))
    if (row.speaker() != me && !row.is_reader(me)) others.push_back(row.ref);
  if (others.size() < 2) return;
  const Ref one = others[below(others.size())], two = others[below(others.size())];
  change_in(node, group, [&](const Client::Hand& hand) -> Result<> {
    HW_TRY(hand.post(cases::kErased, cases::encode(cases::Erased{one})));
    HW_TRY(hand.post(cases::kSealed,
                     cases::encode(cases::Sealed{.case_ref = one, .readers = {me}, .sealed = Bytes(80, 7)})));
    HW_TRY(hand.post(domain::doubles::kFingerprintsKind,
                     domain::doubles::encode(domain::doubles::FingerprintsPublished{one, {}, {}})));
    if (one == two) return success();
    return client::answer_double(hand, {one, two, true});
  });
}

void World::families(Node& node, const group::GroupId& group) {
  for (uint64_t left = 1 + below(8); left > 0; --left) {
    if (failed() || node.client == nullptr) return;
    const group::Group* found = node.client->find(group);
    if (found == nullptr || found->standing() != group::Standing::kActive) return;
    family(node, group);
  }
}

void World::family(Node& node, const group::GroupId& group) {
  const uint64_t what = below(100);
  trace("family", node.index, what);
  if (what < 35) return open_some_case(node, group);
  if (what < 65) return write_into_some_case(node, group);
  if (what < 77) return roll_and_report(node, group);
  if (what < 88) return answer_doubles(node, group);
  if (what < 94) return inform(node, group);
  if (what < 97) return record_losses(node, group);
  const auto me = Author::from(node.client->find(group)->me());
  for (const cases::CaseRow& row : all_cases(*node.client, group)) {
    if (row.speaker() != me || !chance(300)) continue;
    return change_in(node, group, [&](const Client::Hand& hand) -> Result<> {
      HW_TRY(hand.post(cases::kErased, cases::encode(cases::Erased{row.ref})));
      return success();
    });
  }
}

void World::check_secrets(Node& node, const group::GroupId& group) {
  const group::PersonId me = node.client->find(group)->me();
  std::vector<const CaseSecret*> hidden;
  for (const CaseSecret& secret : secrets_)
    if (secret.group == group && !secret.readers.contains(me)) hidden.push_back(&secret);
  (void)node.client->look(group, [&](const Client::Look& view) -> Result<> {
    for (Space space = kFirstFamilySpace; space <= kLastFamilySpace && !hidden.empty(); ++space) {
      view.rows.scan(space, prefix_range(client::key_of(group)), [&](BytesView, BytesView value) {
        const std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
        if (text.find(std::string(kPlanted) + "secret") != std::string_view::npos)
          fail("what is sealed stands in a row of member " + std::to_string(node.index));
        return !failed();
      });
    }
    for (const CaseSecret& secret : secrets_) {
      if (secret.group != group) continue;
      const auto row = cases::find(view.rows, client::key_of(group), secret.ref);
      if (!row) continue;
      const auto fields = client::open_fields(view, *row);
      const bool speaks = row->speaker() == Author::from(me);
      if (!secret.readers.contains(me) && fields)
        fail("member " + std::to_string(node.index) + " reads what is sealed to others");
      if (speaks && (!fields || fields->notes != secret.text) && !node.was_put_back)
        fail("member " + std::to_string(node.index) + " cannot read what she sealed");
    }
    return success();
  });
}

void World::check_families(const SimGroup& known) {
  const std::string expected = table_of(*nodes_[known.founder].client, known.id);
  const std::string expected_losses = losses_of(*nodes_[known.founder].client, known.id);
  for (Node& node : nodes_) {
    const group::Group* group = node.client->find(known.id);
    if (failed() || group == nullptr || group->standing() != group::Standing::kActive) continue;
    if (losses_of(*node.client, known.id) != expected_losses)
      return fail("member " + std::to_string(node.index) + " has another register than the founder");
    if (table_of(*node.client, known.id) != expected)
      return fail("member " + std::to_string(node.index) + " counts otherwise than the founder");
    check_secrets(node, known.id);
  }
}

}  // namespace homeward::sim
