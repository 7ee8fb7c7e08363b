// Commands about the loss register: pairs of records that may be one man, withdrawals, counted lists, claims,
// and files that are brought in.
#include "api/command_list.h"
#include "api/loss_words.h"

namespace homeward::api {
namespace {

domain::GroupKey key_of(const client::Client::Look& view) { return client::key_of(view.group.id()); }
domain::Author me(const client::Client::Look& view) { return domain::Author::from(view.group.me()); }
bool verifies(const client::Client::Look& view) { return client::i_verify(view.rows, view.group); }
void only_verifiers(const client::Client::Look& view) {
  if (!verifies(view)) throw CallError{ErrorCode::verifiers_only};
}

template <class Body>
domain::Ref say(Node& node, const std::string& group, uint16_t kind, const Body& body) {
  domain::Ref made;
  change_in(node, group, [&](const client::Client::Hand& hand) -> Result<> {
    HW_LET(made, client::say_loss(hand, kind, body));
    return success();
  });
  return made;
}

std::optional<std::string> if_any(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

// --- Pairs ---

bool is_hard(uint16_t permille, const std::vector<losses::Word>& words) {
  const auto hard = [](uint16_t p) { return p >= losses::kHardFrom && p <= losses::kHardTo; };
  return hard(permille) ||
         std::ranges::any_of(words, [&](const losses::Word& word) { return hard(word.permille); });
}

LossPairItem pair_item(const client::Client::Look& view, LossCards& cards, const client::LossPair& pair) {
  LossPairItem out{};
  const losses::KeptRecord a = find_loss(view, pair.pair.a);
  const losses::KeptRecord b = find_loss(view, pair.pair.b);
  out.a = cards.card(a);
  out.birth_a = if_any(cards.man(a).birth);
  out.b = cards.card(b);
  out.birth_b = if_any(cards.man(b).birth);
  out.permille = pair.permille;
  const std::vector<losses::Word> words = losses::words_on(view.rows, key_of(view), pair.pair);
  out.outcome = api_word<LossOutcome>(losses::outcome_of(words));
  out.hard = is_hard(pair.permille, words);
  for (const losses::Word& word : words)
    out.words.push_back({member_ref(view.group, word.by), api_word<LossVerdict>(word.verdict), word.at.ms});
  return out;
}

LossPairList losses_pairs(Node& node, const LossPairsArgs& args) {
  LossPairList out{};
  const size_t limit = checked_limit(args.limit, 20);
  on_view(node, args.group, [&](const client::Client::Look& view) {
    only_verifiers(view);
    const std::vector<client::LossPair> mine = pairs_for_me(node, view);
    out.waiting = static_cast<int64_t>(mine.size());
    out.compared = static_cast<int64_t>(node.loss_pairs(view.group.id()).compared());
    LossCards cards(view);
    for (const client::LossPair& one : mine)
      if (out.pairs.size() < limit) out.pairs.push_back(pair_item(view, cards, one));
    // Newest first: what an undo would take back.
    std::vector<std::pair<domain::Place, client::LossPair>> said;
    for (const losses::DecidedPair& decided : losses::decided_pairs(view.rows, key_of(view)))
      for (const losses::Word& word : decided.words)
        if (word.by == me(view)) said.push_back({word.place, {decided.pair, word.permille}});
    std::ranges::sort(said, [](const auto& x, const auto& y) { return x.first > y.first; });
    for (const auto& [place, pair] : said)
      if (out.mine.size() < limit) out.mine.push_back(pair_item(view, cards, pair));
  });
  return out;
}

losses::Pair pair_of(const std::string& a, const std::string& b) {
  losses::Pair out{loss_id(a), loss_id(b)};
  if (out.b < out.a) std::swap(out.a, out.b);
  if (out.a == out.b) throw BadField{"b", "another record"};
  return out;
}

void decide(Node& node, const std::string& group, losses::PairDecided body) {
  on_view(node, group, [&](const client::Client::Look& view) {
    only_verifiers(view);
    find_loss(view, body.a);
    find_loss(view, body.b);
    const losses::Pair pair{body.a, body.b};
    if (body.verdict == losses::Verdict::kNone) {
      const std::vector<losses::Word> words = losses::words_on(view.rows, key_of(view), pair);
      if (std::ranges::none_of(words, [&](const losses::Word& word) { return word.by == me(view); }))
        throw CallError{ErrorCode::already_done};
    }
    // What the machine does not propose is for two persons, whatever it is.
    const auto known = node.loss_pairs(view.group.id()).permille(view.rows, view.group, pair);
    body.permille = known.value_or(losses::kHardFrom);
  });
  say(node, group, losses::kPairDecided, body);
}

Nothing losses_decide(Node& node, const LossDecideArgs& args) {
  const losses::Pair pair = pair_of(args.a, args.b);
  decide(node, args.group,
         {.a = pair.a,
          .b = pair.b,
          .verdict = domain_word<losses::Verdict>(args.verdict),
          .permille = 0,
          .reason = args.reason.value_or("")});
  return {};
}

Nothing losses_undo(Node& node, const LossPairArgs& args) {
  const losses::Pair pair = pair_of(args.a, args.b);
  decide(node, args.group,
         {.a = pair.a, .b = pair.b, .verdict = losses::Verdict::kNone, .permille = 0, .reason = {}});
  return {};
}

// --- Withdrawals ---

losses::Withdrawn withdrawal_of(const LossWithdrawArgs& args) {
  losses::Withdrawn body{.kind = domain_word<losses::Withdrawn::Kind>(args.kind),
                         .event = {},
                         .number = 0,
                         .withdrawn = args.withdrawn,
                         .reason = args.reason};
  if (args.kind == LossWithdrawKind::record || args.kind == LossWithdrawKind::claim) {
    const losses::RecordId id = loss_id(args.id);
    body.event = losses::batch_of(id);
    body.number = losses::number_of(id);
  } else {
    body.event = parse_id<domain::Ref>(args.id, ErrorCode::no_loss);
  }
  return body;
}

// Whether it is withdrawn now; nothing if there is no such thing. Of an import it is not known.
std::optional<bool> is_withdrawn(const client::Client::Look& view, const losses::Withdrawn& body) {
  switch (body.kind) {
    case losses::Withdrawn::Kind::kRecord: {
      const auto record = losses::record(view.rows, key_of(view), losses::record_id(body.event, body.number));
      return record ? std::optional(record->withdrawn) : std::nullopt;
    }
    case losses::Withdrawn::Kind::kList: {
      const auto list = losses::list(view.rows, key_of(view), body.event);
      return list ? std::optional(list->withdrawn) : std::nullopt;
    }
    case losses::Withdrawn::Kind::kClaim: {
      const auto claim = losses::claim(view.rows, key_of(view), body.event, body.number);
      return claim ? std::optional(claim->withdrawn) : std::nullopt;
    }
    default:
      return !body.withdrawn;
  }
}

Nothing losses_withdraw(Node& node, const LossWithdrawArgs& args) {
  const losses::Withdrawn body = withdrawal_of(args);
  if (losses::is_blank(body.reason)) throw CallError{ErrorCode::reason_needed};
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const std::optional<bool> now = is_withdrawn(view, body);
    if (!now) throw CallError{ErrorCode::no_loss};
    if (*now == body.withdrawn) throw CallError{ErrorCode::already_done};
    if (!body.withdrawn || domain::author_of(body.event) != me(view)) only_verifiers(view);
  });
  say(node, args.group, losses::kWithdrawn, body);
  return {};
}

// --- Counted lists ---

CountedLists losses_lists(Node& node, const GroupArgs& args) {
  CountedLists out{};
  on_view(node, args.group, [&](const client::Client::Look& view) {
    out.i_verify = verifies(view);
    for (const losses::KeptList& list : losses::lists(view.rows, key_of(view))) {
      CountedListItem& one = out.lists.emplace_back();
      one.id = text_id(list.id);
      one.publisher = list.said.source.publisher;
      one.link = if_any(list.said.source.link);
      one.note = if_any(list.said.source.note);
      std::optional<losses::Month> from, until;
      for (const losses::CountRow& row : list.said.rows) {
        one.men += row.men;
        if (!row.month) continue;
        from = std::min(from.value_or(*row.month), *row.month);
        until = std::max(until.value_or(*row.month), *row.month);
      }
      if (from) one.from_month = losses::text_of_month(*from);
      if (until) one.until_month = losses::text_of_month(*until);
      one.rows = static_cast<int64_t>(list.said.rows.size());
      one.withdrawn = list.withdrawn;
      one.replaced = list.replaced_by.has_value();
      one.queued = domain::is_queued(list.place);
      one.reason = if_any(list.reason);
      one.by = member_ref(view.group, domain::author_of(list.id));
      one.at = list.at.ms;
      one.may_withdraw = out.i_verify;
    }
  });
  return out;
}

// --- Claims ---

ClaimList losses_claims(Node& node, const GroupArgs& args) {
  ClaimList out;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const bool verifier = verifies(view);
    std::vector<losses::KeptClaim> all = losses::claims(view.rows, key_of(view));
    std::ranges::stable_sort(all, [](const losses::KeptClaim& x, const losses::KeptClaim& y) {
      return std::tie(x.said.subject, x.said.as_of.first, x.said.region) <
             std::tie(y.said.subject, y.said.as_of.first, y.said.region);
    });
    for (const losses::KeptClaim& claim : all)
      out.claims.push_back({.id = text_id(losses::record_id(claim.event, claim.number)),
                            .claim = claim_fields(claim.said),
                            .basis_text = claim.said.basis_text,
                            .withdrawn = claim.withdrawn,
                            .replaced = claim.replaced,
                            .queued = domain::is_queued(claim.place),
                            .reason = if_any(claim.reason),
                            .by = member_ref(view.group, domain::author_of(claim.event)),
                            .at = claim.at.ms,
                            .may_change = verifier || domain::author_of(claim.event) == me(view)});
  });
  return out;
}

Nothing losses_add_claim(Node& node, const NewClaimArgs& args) {
  losses::ClaimsAdded body{.piece = {}, .claims = {claim_of(args.claim)}, .replaces = std::nullopt};
  body.piece.import = node.random().fixed<losses::ImportId>();
  if (args.replaces) {
    const losses::RecordId old = loss_id(*args.replaces);
    body.replaces = losses::batch_of(old);
    body.replaces_number = losses::number_of(old);
    on_view(node, args.group, [&](const client::Client::Look& view) {
      const auto known = losses::claim(view.rows, key_of(view), *body.replaces, body.replaces_number);
      if (!known) throw CallError{ErrorCode::no_loss};
      if (!known->counts()) throw CallError{ErrorCode::already_done};
      if (domain::author_of(known->event) != me(view)) only_verifiers(view);
    });
  }
  say(node, args.group, losses::kClaimsAdded, body);
  return {};
}

// --- Files ---

LossUpload losses_upload(Node& node, const LossUploadArgs& args) {
  return {node.add_to_upload(args.upload.value_or(""), args.text)};
}

LossImported imported(const client::Import& import) {
  LossImported out{};
  out.kind = static_cast<LossImportKind>(static_cast<int>(import.kind) - 1);
  out.rows = static_cast<int64_t>(import.rows);
  out.men =
      static_cast<int64_t>(import.kind == client::ImportKind::kPeople ? import.people.size() : import.men);
  out.passed_over = static_cast<int64_t>(import.passed_over);
  for (const client::NewLoss& man : import.people)
    out.without_region += man.record.sources.front().facts.region.empty() ? 1 : 0;
  for (const losses::CountRow& row : import.list.rows) out.without_region += row.region.empty() ? row.men : 0;
  return out;
}

LossImported losses_import(Node& node, const LossImportArgs& args) {
  if (args.date && !args.date->empty()) span_field(*args.date, "date");
  on_view(node, args.group, only_verifiers);
  const std::string text = (args.upload ? node.take_upload(*args.upload) : "") + args.text;
  const auto read = client::read_import(text, {.publisher = args.publisher.value_or(""),
                                               .link = args.link.value_or(""),
                                               .date = args.date.value_or(""),
                                               .names_are_public = args.names_are_public.value_or(false)});
  if (!read.ok()) {
    LossImported out{};
    const losses_stats::Problem& problem = read.problem();
    out.problem = LossImportProblem{static_cast<int64_t>(problem.line), static_cast<int64_t>(problem.column),
                                    problem.expected};
    return out;
  }
  LossImported out = imported(*read);
  if (args.look_only.value_or(false)) return out;
  change_in(node, args.group, [&](const client::Client::Hand& hand) -> Result<> {
    HW_LET(const client::PostedImport posted, client::post_import(hand, *read));
    out.withdraw_kind = api_word<LossWithdrawKind>(posted.kind);
    out.id = text_id(posted.event);
    return success();
  });
  return out;
}

}  // namespace

std::vector<client::LossPair> pairs_for_me(Node& node, const client::Client::Look& view) {
  std::vector<client::LossPair> out;
  for (const client::LossPair& one : node.loss_pairs(view.group.id()).pairs(view.rows, view.group)) {
    const std::vector<losses::Word> words = losses::words_on(view.rows, key_of(view), one.pair);
    const losses::Outcome outcome = losses::outcome_of(words);
    const bool said =
        std::ranges::any_of(words, [&](const losses::Word& word) { return word.by == me(view); });
    if (!said && outcome != losses::Outcome::kSame && outcome != losses::Outcome::kDifferent)
      out.push_back(one);
  }
  return out;
}

void add_losses_more(CommandList& list) {
  list.add_function<&losses_pairs>(
      "losses.pairs", "Records that may be of one man and wait for my word, most doubtful first.");
  list.add_function<&losses_decide>("losses.decide", "My word on whether two records are of one man.");
  list.add_function<&losses_undo>("losses.undo", "Takes my word on two records back.");
  list.add_function<&losses_withdraw>(
      "losses.withdraw", "A record, a counted list, a claim or an import no longer counts, or counts again.");
  list.add_function<&losses_lists>("losses.lists", "Lists that were published as counts, newest first.");
  list.add_function<&losses_claims>("losses.claims", "What was claimed, by subject and day.");
  list.add_function<&losses_add_claim>("losses.add_claim", "A claim, or one in the place of another.");
  list.add_function<&losses_upload>("losses.upload", "A part of a file that is too long for one call.");
  list.add_function<&losses_import>("losses.import",
                                    "Brings a CSV file into the register, all of it or nothing.");
}

}  // namespace homeward::api
