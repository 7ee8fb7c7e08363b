// Commands about bulletins: statements and consent, drafts, approvals, and the folder that two organizers
// approved.
#include "api/base64.h"
#include "api/case_words.h"
#include "api/command_list.h"
#include "api/types_bulletin.h"
#include "client/bulletin/bulletin.h"
#include "client/features.h"

namespace homeward::api {
namespace {

namespace made = client::bulletin;
namespace bulletin = domain::bulletin;

domain::GroupKey key_of(const client::Client::Look& view) { return client::key_of(view.group.id()); }
domain::Ref draft_id(const std::string& text) { return parse_id<domain::Ref>(text, ErrorCode::no_bulletin); }
domain::Ref statement_id(const std::string& text) {
  return parse_id<domain::Ref>(text, ErrorCode::no_statement);
}

bulletin::KeptDraft find_draft(const client::Client::Look& view, const std::string& id) {
  auto found = bulletin::draft(view.rows, key_of(view), draft_id(id));
  if (!found) throw CallError{ErrorCode::no_bulletin};
  return std::move(*found);
}

bulletin::KeptStatement find_statement(const client::Client::Look& view, const std::string& id) {
  auto found = bulletin::statement(view.rows, key_of(view), statement_id(id));
  if (!found) throw CallError{ErrorCode::no_statement};
  return std::move(*found);
}

bool is_organizer(const client::Client::Look& view) {
  return view.group.my_role() == group::Role::kOrganizer;
}

bool approved_by_me(const client::Client::Look& view, const bulletin::KeptDraft& draft) {
  return std::ranges::any_of(draft.approved_by,
                             [&](const domain::Author& one) { return equal(one, view.group.me()); });
}

// Whether it waits for the network: its own words may still be refused by the group's order.
bool is_queued(const bulletin::KeptDraft& draft) {
  return domain::is_queued(draft.place) || (draft.approved && domain::is_queued(*draft.approved));
}

StatementItem statement_item(const client::Client::Look& view, const bulletin::KeptStatement& kept) {
  StatementItem out{.statement = text_id(kept.id),
                    .speaker = member_ref(view.group, kept.said.speaker),
                    .by = member_ref(view.group, kept.author()),
                    .text = kept.taken_back ? "" : kept.said.text,
                    .attribution = kept.taken_back ? "" : kept.said.attribution,
                    .consented = kept.consented,
                    .taken_back = kept.taken_back,
                    .queued = domain::is_queued(kept.place)};
  out.may_consent = out.speaker.me && !kept.consented && !kept.taken_back;
  out.may_take_back = (out.speaker.me || out.by.me) && !kept.taken_back;
  return out;
}

DraftItem draft_item(const client::Client::Look& view, const bulletin::KeptDraft& kept) {
  DraftItem out{.draft = text_id(kept.id),
                .number = static_cast<int64_t>(kept.said.earlier.size() + 1),
                .as_of = domain::cases::text_of_day({kept.said.as_of}),
                .by = member_ref(view.group, kept.author()),
                .at = kept.at.ms,
                .standing = api_word<DraftStanding>(bulletin::standing(view.rows, key_of(view), kept)),
                .approved_by = {},
                .queued = is_queued(kept),
                .digest = to_hex(kept.said.digest),
                .reason = std::nullopt};
  for (const domain::Author& one : kept.approved_by) out.approved_by.push_back(member_ref(view.group, one));
  if (kept.discarded) out.reason = kept.reason;
  return out;
}

BulletinView bulletin_view(Node& node, const GroupArgs& args) {
  BulletinView out;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    for (const auto& one : bulletin::statements(view.rows, key_of(view)))
      out.statements.push_back(statement_item(view, one));
    for (const auto& one : bulletin::drafts(view.rows, key_of(view)))
      out.drafts.push_back(draft_item(view, one));
    out.may_prepare = is_organizer(view);
    out.organizers = static_cast<int64_t>(view.group.policy().organizers.size());
    const auto all = bulletin::bulletins(view.rows, key_of(view));
    out.threshold_fixed = !all.empty();
    out.threshold = all.empty() ? bulletin::kDefaultThreshold : all.back().said.threshold;
  });
  return out;
}

template <class Body>
domain::Ref say(Node& node, const std::string& group, uint16_t kind, const Body& body) {
  domain::Ref out;
  change_in(node, group, [&](const client::Client::Hand& hand) -> Result<> {
    HW_LET(out, made::say(hand, kind, body));
    return success();
  });
  return out;
}

// --- Statements ---

StatementRef bulletin_write(Node& node, const NewStatementArgs& args) {
  bulletin::Statement statement{.speaker = {}, .text = args.text, .attribution = args.attribution};
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const group::PersonId speaker =
        args.speaker && !args.speaker->empty() ? person_id(*args.speaker) : view.group.me();
    const auto members = view.group.members();
    if (std::ranges::none_of(members, [&](const auto& one) { return one.person == speaker; }))
      throw CallError{ErrorCode::no_member};
    statement.speaker = domain::Author::from(speaker);
  });
  take(bulletin::check(statement));
  return {text_id(say(node, args.group, bulletin::kStatementKind, statement))};
}

Nothing bulletin_consent(Node& node, const StatementArgs& args) {
  bulletin::Consent said;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const StatementItem item = statement_item(view, find_statement(view, args.statement));
    if (!item.speaker.me || item.taken_back) throw CallError{ErrorCode::not_allowed};
    if (item.consented) throw CallError{ErrorCode::already_done};
    said = take(made::consent_to(view.rows, view.group, statement_id(args.statement)));
  });
  say(node, args.group, bulletin::kConsentKind, said);
  return {};
}

Nothing bulletin_take_back(Node& node, const StatementArgs& args) {
  bulletin::TakenBack said;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const StatementItem item = statement_item(view, find_statement(view, args.statement));
    if (item.taken_back) throw CallError{ErrorCode::already_done};
    if (!item.may_take_back) throw CallError{ErrorCode::not_allowed};
    said = take(made::taking_back(view.rows, view.group, statement_id(args.statement)));
  });
  say(node, args.group, bulletin::kTakenBackKind, said);
  return {};
}

// --- Drafts ---

DraftRef bulletin_prepare(Node& node, const PrepareArgs& args) {
  made::Wanted wanted{.publisher = args.publisher.value_or("")};
  made::Draft draft;
  constexpr int64_t kMsOfDay = 86'400'000;
  wanted.as_of = static_cast<bulletin::Day>(node.now().ms / kMsOfDay);
  if (args.as_of && !args.as_of->empty()) wanted.as_of = day_field(*args.as_of, "as_of").number;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    if (!is_organizer(view)) throw CallError{ErrorCode::not_allowed};
    const auto all = bulletin::bulletins(view.rows, key_of(view));
    wanted.threshold = all.empty() ? bulletin::kDefaultThreshold : all.back().said.threshold;
    if (args.threshold) {
      if (*args.threshold < bulletin::kLeastThreshold || *args.threshold > bulletin::kMostThreshold)
        throw BadField{"threshold", "3 to 100"};
      if (!all.empty() && *args.threshold != wanted.threshold) throw CallError{ErrorCode::threshold_fixed};
      wanted.threshold = static_cast<uint8_t>(*args.threshold);
    }
    for (const std::string& one : args.statements) {
      if (!find_statement(view, one).may_be_printed()) throw CallError{ErrorCode::no_consent};
      wanted.statements.push_back(statement_id(one));
    }
    draft = take(made::draft_now(view.rows, view.group, wanted));
  });
  return {text_id(say(node, args.group, bulletin::kDraftKind, draft))};
}

std::vector<BulletinFile> files_of(const std::vector<made::File>& folder) {
  std::vector<BulletinFile> out;
  for (const made::File& file : folder) out.push_back({file.name, file.content});
  return out;
}

DraftView bulletin_draft(Node& node, const BulletinDraftArgs& args) {
  DraftView out;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const bulletin::KeptDraft kept = find_draft(view, args.draft);
    const made::Made folder = made::made_of(view.rows, view.group.id(), kept);
    out.draft = draft_item(view, kept);
    out.files = files_of(folder.folder);
    out.same_bytes = folder.digest == kept.said.digest;
    const bool open = out.draft.standing == DraftStanding::open;
    if (open) out.changed = made::changed_since(view.rows, view.group.id(), kept);
    for (const made::ShownTable* table :
         {&folder.edition.losses, &folder.edition.others, &folder.edition.tallies}) {
      out.cells_hidden += static_cast<int64_t>(table->left_out());
      out.cells_shown += static_cast<int64_t>(table->cells.size() - table->left_out());
    }
    out.may_approve =
        open && is_organizer(view) && !approved_by_me(view, kept) && out.same_bytes && out.changed.empty();
    out.may_discard = is_organizer(view) && !kept.discarded && !kept.is_bulletin();
  });
  return out;
}

Nothing bulletin_approve(Node& node, const ApproveArgs& args) {
  const auto digest = from_hex(args.digest);
  if (!digest || digest->size() != made::Digest::kSize) throw BadField{"digest", "64 hexadecimal digits"};
  bulletin::Approval said;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const bulletin::KeptDraft kept = find_draft(view, args.draft);
    if (!is_organizer(view)) throw CallError{ErrorCode::not_allowed};
    if (approved_by_me(view, kept)) throw CallError{ErrorCode::already_done};
    if (kept.said.digest != made::Digest::from(*digest)) throw CallError{ErrorCode::figures_changed};
    if (bulletin::standing(view.rows, key_of(view), kept) != bulletin::Standing::kOpen)
      throw CallError{ErrorCode::not_possible_now};
    if (!made::changed_since(view.rows, view.group.id(), kept).empty())
      throw CallError{ErrorCode::figures_changed};
    said = take(made::approval_of(view.rows, view.group, kept.id, made::Digest::from(*digest)));
  });
  say(node, args.group, bulletin::kApprovalKind, said);
  return {};
}

Nothing bulletin_discard(Node& node, const DiscardArgs& args) {
  bulletin::Discarded said;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    const bulletin::KeptDraft kept = find_draft(view, args.draft);
    if (!is_organizer(view)) throw CallError{ErrorCode::not_allowed};
    if (kept.discarded || kept.is_bulletin()) throw CallError{ErrorCode::already_done};
    said = take(made::discarding(view.rows, view.group, kept.id, args.reason.value_or("")));
  });
  say(node, args.group, bulletin::kDiscardedKind, said);
  return {};
}

BulletinFolder bulletin_files(Node& node, const BulletinFilesArgs& args) {
  BulletinFolder out;
  on_view(node, args.group, [&](const client::Client::Look& view) {
    std::optional<bulletin::KeptDraft> kept;
    if (args.draft && !args.draft->empty()) {
      kept = find_draft(view, *args.draft);
    } else {
      const auto all = bulletin::bulletins(view.rows, key_of(view));
      if (!all.empty()) kept = all.back();
    }
    // What is still in the outbox may yet turn out otherwise in the group's order.
    if (!kept || !kept->is_bulletin() || is_queued(*kept)) throw CallError{ErrorCode::not_approved};
    const made::Made folder = made::made_of(view.rows, view.group.id(), *kept);
    if (folder.digest != kept->said.digest) throw CallError{ErrorCode::other_version};
    out.number = static_cast<int64_t>(folder.edition.number);
    out.digest = to_hex(folder.digest);
    out.name = "bulletin-" + std::to_string(folder.edition.number) + ".zip";
    out.archive = to_base64(made::zip_of(folder.folder));
    out.files = files_of(folder.folder);
  });
  return out;
}

}  // namespace

void add_bulletin(CommandList& list) {
  list.add_function<&bulletin_view>("bulletin.view", "Statements, drafts and bulletins of a group.");
  list.add_function<&bulletin_write>("bulletin.write",
                                     "A statement for a bulletin; another's needs her consent.");
  list.add_function<&bulletin_consent>("bulletin.consent",
                                       "I agree to the printing of exactly this statement.");
  list.add_function<&bulletin_take_back>("bulletin.take_back", "A statement is not to be printed any more.");
  list.add_function<&bulletin_prepare>("bulletin.prepare",
                                       "A draft of the next bulletin from the figures of now.");
  list.add_function<&bulletin_draft>("bulletin.draft", "A draft with every file that would go out.");
  list.add_function<&bulletin_approve>("bulletin.approve", "An organizer's word for exactly these bytes.");
  list.add_function<&bulletin_discard>("bulletin.discard", "A draft is not to become a bulletin.");
  list.add_function<&bulletin_files>("bulletin.files",
                                     "The folder of a bulletin that two organizers approved.");
}

}  // namespace homeward::api
