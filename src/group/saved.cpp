// Beginning, saving, loading and forgetting a group.
#include "crypto/crypto.h"
#include "group/impl.h"
#include "group/spaces.h"

namespace homeward::group {
namespace {

constexpr uint8_t kVersion = 2;

uint64_t raw_ms(Instant at) { return static_cast<uint64_t>(at.ms); }
Instant instant(Reader& in) { return {static_cast<int64_t>(in.u64())}; }

Bytes encode_invite(const OwnInvite& invite) {
  Writer out;
  out.raw(invite.ask.read.token).raw(invite.ask.write.token).u64(raw_ms(invite.ends));
  out.opaque(invite.request_key.private_key.view()).opaque(invite.request_key.public_key).u64(invite.taken);
  out.u8(invite.used).u8(invite.revoked).u8(invite.for_device);
  if (!invite.relay.empty()) out.text(invite.relay);
  return out.take();
}

OwnInvite decode_invite(Reader& in) {
  OwnInvite invite;
  const auto read = in.fixed<wire::ReadToken>();
  const auto write = in.fixed<wire::WriteToken>();
  invite.ask = wire::QueueAccess::from_tokens(read, write);
  invite.ends = instant(in);
  invite.request_key.private_key = Secret(in.opaque(64));
  invite.request_key.public_key = copy_of(in.opaque(64));
  invite.taken = in.u64();
  invite.used = in.optional();
  invite.revoked = in.optional();
  invite.for_device = in.optional();
  if (!in.empty()) invite.relay = in.text(kMostRelayBytes);
  return invite;
}

Bytes encode_asked(const Asked& asked) {
  Writer out;
  encode(out, asked.candidate);
  out.raw(asked.invite).u64(raw_ms(asked.at)).u8(asked.proposing);
  return out.take();
}

Asked decode_asked(Reader& in) {
  Asked asked;
  asked.candidate = decode_candidate(in);
  asked.invite = in.fixed<InviteId>();
  asked.at = instant(in);
  asked.proposing = in.optional();
  return asked;
}

Result<mls::Group> load_mls(const GroupId& id, Rows& rows) {
  std::vector<std::pair<Bytes, Secret>> kept;
  rows.scan(kMlsRows, prefix_range(id), [&](BytesView key, BytesView value) {
    kept.emplace_back(copy_of(key_rest(key)), Secret(value));
    return true;
  });
  std::vector<mls::Part> parts;
  for (const auto& [part, value] : kept) parts.push_back({part, value.view()});
  auto group = mls::Group::restore(parts, kRatchetLimits);
  if (!group.ok()) return Error(GroupError::kDamaged, "the MLS state does not read");
  return group;
}

}  // namespace

Bytes encode(const Saved& saved) {
  Writer out;
  out.u8(kVersion).raw(saved.me.person).raw(saved.me.device);
  out.opaque(saved.signature_key.private_key.view()).opaque(saved.signature_key.public_key);
  out.u8(static_cast<uint8_t>(saved.standing)).u64(saved.epoch).u64(saved.taken).raw(saved.history);
  out.u64(saved.next_handle).u64(saved.next_warning).u64(raw_ms(saved.leaf_since));
  out.vector([&](Writer& inner) {
    for (const Instant at : saved.routine) inner.u64(raw_ms(at));
  });
  out.u8(saved.seed_stale).opaque(saved.policy).u8(saved.has_bundle);
  out.raw(encode(saved.bundle)).raw(saved.bundle_from);
  out.u8(saved.stuck_why).raw(saved.accused).u64(raw_ms(saved.stuck_since)).u64(raw_ms(saved.seed_since));
  out.raw(saved.claim_by).u64(raw_ms(saved.claim_at)).raw(saved.claim_seed).u8(saved.claiming);
  return out.take();
}

Result<Saved> decode_saved(BytesView row) {
  Reader in(row);
  Saved saved;
  if (in.u8() != kVersion) in.fail(CodecError::kMalformed);
  saved.me.person = in.fixed<PersonId>();
  saved.me.device = in.fixed<DeviceId>();
  saved.signature_key.private_key = Secret(in.opaque(128));
  saved.signature_key.public_key = copy_of(in.opaque(128));
  const uint8_t standing = in.u8();
  if (standing < 1 || standing > 7) in.fail(CodecError::kMalformed);
  saved.standing = static_cast<Standing>(standing);
  saved.epoch = in.u64();
  saved.taken = in.u64();
  saved.history = in.fixed<Hash>();
  saved.next_handle = in.u64();
  saved.next_warning = in.u64();
  saved.leaf_since = instant(in);
  Reader routine = in.vector();
  while (!routine.empty()) saved.routine.push_back(instant(routine));
  saved.seed_stale = in.optional();
  saved.policy = copy_of(in.opaque());
  saved.has_bundle = in.optional();
  auto bundle = decode_bundle_hash(in.raw(72));
  if (bundle.ok())
    saved.bundle = *bundle;
  else
    in.fail(CodecError::kMalformed);
  saved.bundle_from = in.fixed<PersonId>();
  saved.stuck_why = in.u8();
  saved.accused = in.fixed<PersonId>();
  saved.stuck_since = instant(in);
  saved.seed_since = instant(in);
  saved.claim_by = in.fixed<DeviceId>();
  saved.claim_at = instant(in);
  saved.claim_seed = in.fixed<ReturnSeed>();
  saved.claiming = in.optional();
  HW_TRY(routine.finish());
  HW_TRY(in.finish());
  return saved;
}

void Group::Impl::save(Rows& rows) {
  if (mls) {
    saved.epoch = mls->epoch();
    saved.taken = queue.taken();
    saved.history = queue.history();
    for (const mls::PartChange& change : mls->changed_parts()) {
      const Bytes key = row_key(id, BytesView(change.id));
      if (change.value)
        rows.put(kMlsRows, key, change.value->view());
      else
        rows.erase(kMlsRows, key);
    }
  }
  rows.put(kStateRows, row_key(id), encode(saved));
}

void Group::Impl::save_flight(Rows& rows) {
  if (flight)
    rows.put(kFlightRows, row_key(id), encode(*flight));
  else
    rows.erase(kFlightRows, row_key(id));
}

void Group::Impl::save_invite(const InviteId& invite, Rows& rows) {
  rows.put(kInviteRows, row_key(id, invite.view()), encode_invite(invites.at(invite)));
}

void Group::Impl::save_asked(const RequestId& request, Rows& rows) {
  const auto at = asked.find(request);
  const Bytes key = row_key(id, request.view());
  if (at == asked.end())
    rows.erase(kAskedRows, key);
  else
    rows.put(kAskedRows, key, encode_asked(at->second));
}

void Group::Impl::save_own_commit(Rows& rows) {
  if (!own_commit) {
    rows.erase(kPendingCommitRows, row_key(id));
    return;
  }
  Writer out;
  out.opaque(encode(own_commit->policy)).u64(own_commit->covered).opaque(own_commit->bundle_key.view());
  out.u8(own_commit->routine).raw(own_commit->pending.save().view());
  const Secret row = out.take_secret();
  rows.put(kPendingCommitRows, row_key(id), row.view());
}

Result<> Group::Impl::begin(Rows& rows, Instant now) {
  HW_LET(policy, policy_of(mls->group_extensions()));
  HW_LET(seats, seats_of(mls->tree()));
  saved.policy = encode(policy);
  queue.enter(*mls, id);
  outbox.load(id, rows);
  watch_return_seed(rows, now);
  return success();
}

Result<std::unique_ptr<Group::Impl>> Group::Impl::load(const GroupId& id, Rows& rows) {
  const auto row = rows.get(kStateRows, row_key(id));
  if (!row) return Error(GroupError::kDamaged, "no such group");
  auto impl = std::make_unique<Impl>();
  impl->id = id;
  HW_LET(impl->saved, decode_saved(*row));
  HW_LET(impl->policy, decode_policy(impl->saved.policy));
  impl->roster.load(id, rows);
  impl->outbox.load(id, rows);
  rows.scan(kSideRows, prefix_range(id), [&](BytesView key, BytesView) {
    Reader in(key_rest(key));
    impl->sides.insert(in.u64());
    return true;
  });
  const Standing standing = impl->saved.standing;
  if (is_out(standing)) return impl;

  HW_LET(impl->mls, load_mls(id, rows));
  HW_LET(impl->seats, seats_of(impl->mls->tree()));
  impl->queue.resume(*impl->mls, id, impl->saved.taken, impl->saved.history);
  bool reads = true;
  rows.scan(kProposalRows, prefix_range(id), [&](BytesView key, BytesView value) {
    Reader leaf(key_rest(key));
    Reader in(value);
    PendingRemoval removal;
    removal.ref = copy_of(in.opaque());
    removal.person = in.fixed<PersonId>();
    removal.by = {in.u32()};
    removal.number = in.u64();
    removal.whole = in.optional();
    reads = reads && in.finish().ok();
    impl->pending[{static_cast<uint32_t>(leaf.u64())}] = std::move(removal);
    return true;
  });
  rows.scan(kInviteRows, prefix_range(id), [&](BytesView key, BytesView value) {
    Reader in(value);
    impl->invites[InviteId::from(key_rest(key))] = decode_invite(in);
    reads = reads && in.finish().ok();
    return true;
  });
  rows.scan(kAskedRows, prefix_range(id), [&](BytesView key, BytesView value) {
    Reader in(value);
    impl->asked[RequestId::from(key_rest(key))] = decode_asked(in);
    reads = reads && in.finish().ok();
    return true;
  });
  if (!reads) return Error(GroupError::kDamaged, "a row does not read");
  for (const Outbox::Item& item : impl->outbox.items()) {
    if (item.type != OutgoingType::kEvent || item.kind != kRequestConfirmed) continue;
    const auto event = impl->outbox.event(item.sequence, rows);
    const auto body = event ? decode_confirmed(event->body) : Result<Confirmed>(GroupError::kMalformed);
    if (body.ok()) impl->confirming.insert(body->request);
  }
  HW_TRY(impl->load_returns(rows));
  HW_TRY(impl->load_devices(rows));
  impl->load_recovery(rows);
  if (const auto flight = rows.get(kFlightRows, row_key(id))) {
    HW_LET(impl->flight, decode_flight(*flight));
  }
  if (const auto commit = rows.get(kPendingCommitRows, row_key(id))) {
    Reader in(*commit);
    HW_LET(Policy next, decode_policy(in.opaque()));
    const uint64_t covered = in.u64();
    Secret bundle_key(in.opaque(64));
    const bool routine = in.optional();
    HW_TRY(in.status());
    auto pending = impl->mls->restore_pending(in.rest());
    if (!pending.ok()) return Error(GroupError::kDamaged, "the commit that waits does not read");
    impl->own_commit.emplace(
        OwnCommit{std::move(*pending), std::move(next), covered, std::move(bundle_key), routine});
  }
  return impl;
}

void Group::Impl::erase_rows(Rows& rows, bool all) {
  const auto range = prefix_range(id);
  for (const Space space :
       {kMlsRows,      kHashRows,      kOutboxRows,    kFlightRows,    kOwnRows,           kRequestRows,
        kAskedRows,    kInviteRows,    kSeenRows,      kSeenOrderRows, kPendingCommitRows, kProposalRows,
        kRemovalRows,  kChangeRows,    kObjectionRows, kFromPorchRows, kReturnSeedRows,    kReturnRows,
        kMyReturnRows, kJoinPieceRows, kDeviceRows,    kOwnKeyRows,    kSiblingRows,       kGoneRows,
        kAnswerAtRows, kPlaceRows,     kRecoveryRows,  kWordRows,      kKeptRows,          kCarriedRows,
        kMoveRows})
    rows.erase_range(space, range);
  if (!all) return;
  for (const Space space : {kStateRows, kSideRows, kPersonRows, kWarningRows}) rows.erase_range(space, range);
}

}  // namespace homeward::group
