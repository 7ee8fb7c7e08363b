// Commands about the records of the loss register: list, one record, what is added, corrected and withdrawn,
// and who verifies. Pairs, claims and files are node_losses_more.cpp's.
#include "api/command_list.h"
#include "api/loss_words.h"

namespace homeward::api {
namespace {

domain::GroupKey key_of(const client::Client::Look& view) { return client::key_of(view.group.id()); }
domain::Author me(const client::Client::Look& view) { return domain::Author::from(view.group.me()); }
bool verifies(const client::Client::Look& view) { return client::i_verify(view.rows, view.group); }

template <class Body>
domain::Ref say(Node& node, const std::string& group, uint16_t kind, const Body& body) {
  domain::Ref made;
  change_in(node, group, [&](const client::Client::Hand& hand) -> Result<> {
    HW_LET(made, client::say_loss(hand, kind, body));
    return success();
  });
  return made;
}

void only_verifiers(const client::Client::Look& view) {
  if (!verifies(view)) throw CallError{ErrorCode::verifiers_only};
}

// --- The list ---

// Letters and digits only, so that it is found however it is typed.
bool holds(const std::string& text, const std::string& plain) {
  return losses::plain_key(text).find(plain) != std::string::npos;
}

template <class T, class Value>
bool says(const std::vector<losses::Said<T>>& said, const Value& wanted) {
  return std::ranges::any_of(said, [&](const losses::Said<T>& one) { return one.value == wanted; });
}

class Filter {
 public:
  explicit Filter(const LossListArgs& args)
      : args_(args),
        unit_(losses::plain_key(args.unit.value_or(""))),
        query_(losses::plain_key(args.query.value_or(""))) {}

  bool fits(const losses::KeptRecord& record, LossCards& cards) const {
    if (record.withdrawn && !args_.withdrawn.value_or(false)) return false;
    const losses::Agreed agreed = record.agreed();
    if (args_.state && !says(agreed.states, domain_word<losses::LossState>(*args_.state))) return false;
    if (args_.region && !args_.region->empty() && !says(agreed.regions, *args_.region)) return false;
    if (args_.category && !says(agreed.categories, domain_word<losses::Category>(*args_.category)))
      return false;
    const auto same_unit = [&](const auto& one) { return losses::plain_key(one.value) == unit_; };
    if (!unit_.empty() && std::ranges::none_of(agreed.units, same_unit)) return false;
    if (!query_.empty() && !found(record, agreed, cards)) return false;
    return !args_.confirmed || cards.card(record).confirmed == *args_.confirmed;
  }

 private:
  bool found(const losses::KeptRecord& record, const losses::Agreed& agreed, LossCards& cards) const {
    for (const auto* said : {&agreed.units, &agreed.places, &agreed.districts})
      for (const auto& one : *said)
        if (holds(one.value, query_)) return true;
    for (const std::string& name : record.open_names)
      if (holds(name, query_)) return true;
    const std::vector<client::NameVariant> names = cards.man(record).names;
    return std::ranges::any_of(names,
                               [&](const auto& name) { return holds(client::whole_name(name), query_); });
  }

  const LossListArgs& args_;
  const std::string unit_;
  const std::string query_;
};

// Pairs of more men than this are worked out where they are asked for, and not for a number on the list.
constexpr size_t kPairsCounted = 5'000;

void show_sums(Node& node, const client::Client::Look& view, LossList& out) {
  const losses::Table table = losses::tabulate(view.rows, key_of(view), {});
  out.at_least = table.total.count.at_least;
  out.at_most = table.total.count.at_most;
  out.men = static_cast<int64_t>(table.records);
  out.confirmed = table.total.count.confirmed;
  out.listed = table.total.count.lists;
  out.unresolved = static_cast<int64_t>(table.unresolved);
  out.unfinished = static_cast<int64_t>(losses::unfinished_imports(view.rows, key_of(view)));
  out.i_verify = verifies(view);
  if (out.i_verify && table.records <= kPairsCounted)
    out.pairs = static_cast<int64_t>(pairs_for_me(node, view).size());
}

LossList losses_list(Node& node, const LossListArgs& args) {
  LossList out{};
  const Filter filter(args);
  const size_t limit = checked_limit(args.limit, 50);
  std::optional<losses::RecordId> after;
  if (args.after) after = loss_id(*args.after);
  on_view(node, args.group, [&](const client::Client::Look& view) {
    show_sums(node, view, out);
    LossCards cards(view);
    losses::for_each_record(view.rows, key_of(view), [&](const losses::KeptRecord& record) {
      const bool fits = filter.fits(record, cards);
      if (fits) ++out.found;
      if (after) {
        if (record.id == *after) after.reset();
        return true;
      }
      if (!fits) return true;
      if (out.records.size() < limit) {
        out.records.push_back(cards.card(record));
      } else {
        out.more = true;
      }
      return true;
    });
  });
  return out;
}

// --- One record ---

LossChange change_of(losses::Verdict verdict) {
  switch (verdict) {
    case losses::Verdict::kSame:
      return LossChange::said_same;
    case losses::Verdict::kDifferent:
      return LossChange::said_different;
    case losses::Verdict::kUnsure:
      return LossChange::said_unsure;
    default:
      return LossChange::said_undone;
  }
}

void show_event(const domain::Event& event, LossEvent& out) {
  out.at = event.at.ms;
  const auto read = [&]<class Body>(LossChange what) -> std::optional<Body> {
    out.what = what;
    auto body = losses::decode<Body>(event.body);
    if (!body.ok()) return std::nullopt;
    if constexpr (requires { body->reason; }) out.reason = body->reason;
    return std::move(*body);
  };
  switch (event.kind) {
    case losses::kSourceAdded:
      read.operator()<losses::SourceAdded>(LossChange::source_added);
      break;
    case losses::kSourceJudged:
      if (const auto body = read.operator()<losses::SourceJudged>(LossChange::judged))
        out.source = body->source + 1;
      break;
    case losses::kFactsCorrected:
      if (const auto body = read.operator()<losses::FactsCorrected>(LossChange::corrected))
        out.source = body->source + 1;
      break;
    case losses::kNamesSealed:
      read.operator()<losses::NamesSealed>(LossChange::renamed);
      break;
    case losses::kWithdrawn:
      if (const auto body = read.operator()<losses::Withdrawn>(LossChange::withdrawn);
          body && !body->withdrawn)
        out.what = LossChange::restored;
      break;
    case losses::kPairDecided:
      if (const auto body = read.operator()<losses::PairDecided>(LossChange::said_undone))
        out.what = change_of(body->verdict);
      break;
    default:
      out.what = LossChange::added;
  }
}

LossView losses_get(Node& node, const LossArgs& args) {
  LossView out{};
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const losses::KeptRecord record = find_loss(view, loss_id(args.record));
    LossCards cards(view);
    out.card = cards.card(record);
    const client::SealedMan man = cards.man(record);
    if (!man.birth.empty()) out.birth = man.birth;
    out.i_verify = verifies(view);
    for (size_t i = 0; i < record.sources.size(); ++i) {
      const losses::KeptSource& source = record.sources[i];
      out.sources.push_back({.number = static_cast<int64_t>(i) + 1,
                             .said = source_fields(source.said),
                             .by = member_ref(view.group, source.by),
                             .checked = source.checked,
                             .corrected = source.corrected,
                             .queued = domain::is_queued(source.place),
                             .may_correct = out.i_verify || source.by == me(view)});
    }
    losses::history(view.rows, key_of(view), record.id,
                    [&](const domain::Context& context, const domain::Event& event) {
                      LossEvent& one = out.history.emplace_back();
                      one.by = member_ref(view.group, context.author);
                      show_event(event, one);
                      return true;
                    });
    for (const losses::RecordId& other : cards.same_man(record.id))
      out.same_man.push_back(cards.card(find_loss(view, other)));
    if (!record.reason.empty()) out.reason = record.reason;
    const bool mine = record.author() == me(view);
    out.may_withdraw = !record.withdrawn && (out.i_verify || mine);
    out.may_restore = record.withdrawn && out.i_verify;
    const bool reads = !out.card.has_names || !man.names.empty();
    out.may_rename = (out.i_verify || mine) && reads && !out.card.names_are_public && !out.card.queued;
  });
  return out;
}

// --- Changes ---

LossRef losses_add(Node& node, const NewLossArgs& args) {
  client::NewLoss loss;
  for (const LossSource& source : args.sources) loss.record.sources.push_back(source_of(source));
  loss.sealed = man_of(args.names, args.birth);
  if (args.names_are_public) {
    for (const client::NameVariant& name : loss.sealed.names)
      loss.record.open_names.push_back(client::whole_name(name));
    loss.sealed.names.clear();
  }
  losses::RecordId made;
  change_in(node, args.group, [&](const client::Client::Hand& hand) -> Result<> {
    HW_LET(made, client::add_loss(hand, loss));
    return success();
  });
  return {text_id(made)};
}

Nothing losses_set_names(Node& node, const LossNamesArgs& args) {
  const losses::RecordId id = loss_id(args.record);
  const client::SealedMan man = man_of(args.names, args.birth);
  if (losses::is_blank(args.reason)) throw CallError{ErrorCode::reason_needed};
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const losses::KeptRecord record = find_loss(view, id);
    if (record.author() != me(view)) only_verifiers(view);
  });
  change_in(node, args.group,
            [&](const client::Client::Hand& hand) { return client::set_names(hand, id, man, args.reason); });
  return {};
}

Nothing losses_add_source(Node& node, const LossSourceArgs& args) {
  const losses::SourceAdded body{loss_id(args.record), source_of(args.source), args.reason};
  if (losses::is_blank(body.reason)) throw CallError{ErrorCode::reason_needed};
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const losses::KeptRecord record = find_loss(view, body.record);
    if (record.sources.size() >= losses::kMostSources) throw CallError{ErrorCode::too_many};
    if (body.source.quotes && *body.source.quotes >= record.sources.size())
      throw BadField{"quotes", "the number of a source, from 1"};
  });
  say(node, args.group, losses::kSourceAdded, body);
  return {};
}

// The source's place among the record's; refuses where there is none.
uint16_t source_number(const losses::KeptRecord& record, int64_t number, const char* field) {
  if (number < 1 || number > static_cast<int64_t>(record.sources.size()))
    throw BadField{field, "the number of a source, from 1"};
  return static_cast<uint16_t>(number - 1);
}

Nothing losses_correct(Node& node, const LossCorrectArgs& args) {
  losses::FactsCorrected body{loss_id(args.record), 0, facts_of(args.facts), args.reason};
  if (losses::is_blank(body.reason)) throw CallError{ErrorCode::reason_needed};
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const losses::KeptRecord record = find_loss(view, body.record);
    body.source = source_number(record, args.source, "source");
    if (record.sources[body.source].by != me(view)) only_verifiers(view);
  });
  say(node, args.group, losses::kFactsCorrected, body);
  return {};
}

Nothing losses_judge(Node& node, const LossJudgeArgs& args) {
  losses::SourceJudged body{loss_id(args.record), 0, args.counts, std::nullopt, args.reason};
  if (losses::is_blank(body.reason)) throw CallError{ErrorCode::reason_needed};
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const losses::KeptRecord record = find_loss(view, body.record);
    only_verifiers(view);
    body.source = source_number(record, args.source, "source");
    if (args.quotes) body.quotes = source_number(record, *args.quotes, "quotes");
    for (std::optional<uint16_t> at = body.quotes; at; at = record.sources[*at].said.quotes)
      if (*at == body.source) throw CallError{ErrorCode::quotes_itself};
  });
  say(node, args.group, losses::kSourceJudged, body);
  return {};
}

// --- Who verifies ---

LossVerifiers losses_verifiers(Node& node, const GroupArgs& args) {
  LossVerifiers out{};
  on_view(node, args.group, [&](const client::Client::Look& view) {
    out.i_verify = verifies(view);
    out.may_name = view.group.my_role() == group::Role::kOrganizer;
    const std::vector<group::Member> members = view.group.members();
    for (const group::Member& member : members) {
      const auto person = domain::Author::from(member.person);
      const bool by_role = member.role != group::Role::kMember;
      out.members.push_back(
          {.who = member_ref(view.group, person),
           .by_role = by_role,
           .verifies = by_role || losses::is_named_verifier(view.rows, key_of(view), person)});
    }
  });
  return out;
}

Nothing losses_name_verifier(Node& node, const LossVerifierArgs& args) {
  const losses::VerifierNamed body{domain::Author::from(person_id(args.member)), args.verifies, args.reason};
  if (losses::is_blank(body.reason)) throw CallError{ErrorCode::reason_needed};
  on_view(node, args.group, [&](const client::Client::Look& view) {
    if (view.group.my_role() != group::Role::kOrganizer) throw CallError{ErrorCode::not_allowed};
    const std::vector<group::Member> members = view.group.members();
    const auto known = std::ranges::find(members, group::PersonId::from(body.person), &group::Member::person);
    if (known == members.end()) throw CallError{ErrorCode::no_member};
    if (losses::is_named_verifier(view.rows, key_of(view), body.person) == body.verifies)
      throw CallError{ErrorCode::already_done};
  });
  say(node, args.group, losses::kVerifierNamed, body);
  return {};
}

}  // namespace

void add_losses(CommandList& list) {
  list.add_function<&losses_list>("losses.list",
                                  "Records of the loss register, newest first, and the sums of all.");
  list.add_function<&losses_get>("losses.get", "One record: its sources, what they agree on, its history.");
  list.add_function<&losses_add>("losses.add", "A new record with its first source.");
  list.add_function<&losses_set_names>("losses.set_names", "Other sealed names for a record, with a reason.");
  list.add_function<&losses_add_source>("losses.add_source", "A further source of a record.");
  list.add_function<&losses_correct>("losses.correct", "What a source says, written down better.");
  list.add_function<&losses_judge>("losses.judge", "Whether a source counts and whether it repeats another.");
  list.add_function<&losses_verifiers>("losses.verifiers", "Who verifies and reads the sealed names.");
  list.add_function<&losses_name_verifier>("losses.name_verifier",
                                           "An organizer names a verifier, or takes that back.");
  add_losses_more(list);
}

}  // namespace homeward::api
