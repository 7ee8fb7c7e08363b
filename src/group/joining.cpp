// A newcomer's way in: asks by a link, gathers the answer's pieces, checks what she is let into.
#include "base/text.h"
#include "crypto/crypto.h"
#include "group/impl.h"
#include "group/seal.h"
#include "group/spaces.h"

namespace homeward::group {
namespace {

constexpr uint8_t kVersion = 1;
constexpr uint64_t kRequestHandle = 1;
// Others may take their time to vouch; then nobody waits any longer.
constexpr int64_t kAnswerGrace_ms = 30 * kDay_ms;

struct Half {
  mls::KeyPackage package;
  mls::KeyPackageSecrets secrets;
};

Result<Half> make_half(const Identity& identity, const KeyPair& keys, Random& random) {
  mls::KeyPackageParams params;
  params.credential = credential_of(identity);
  params.capabilities = our_capabilities();
  HW_LET(mls::NewKeyPackage made, mls::create_key_package(group_suite(), params, keys, random));
  return Half{std::move(made.package), std::move(made.secrets)};
}

Bytes encoded(const mls::KeyPackage& package) {
  Writer out;
  encode(out, package);
  return out.take();
}

}  // namespace

struct Joining::Impl {
  JoinId id;
  State state = State::kSending;
  Link link;
  Candidate candidate;
  Identity me;
  KeyPair signature_key;
  std::vector<Half> halves;  // none once the join is over
  wire::QueueAccess answer;
  Instant asked_at;
  uint64_t taken = 0;  // entries of the answer queue
  Bytes entry;         // the request
  std::vector<uint16_t> words;
  Parcels parcels;

  void save(Rows& rows) const;
  static Result<std::unique_ptr<Impl>> load(const JoinId& id, Rows& rows);
  void end(State how, Rows& rows);
  bool is_over() const { return state != State::kSending && state != State::kWaiting; }
  bool has_expired(Instant now) const;
  const Half* addressed(const Answer& answer) const;
  Result<std::unique_ptr<Group::Impl>> enter(const Half& half, const Answer& answer, Turn& turn) const;
  // What the sponsor approved of.
  Action action() const { return action_of(candidate, me); }
  Result<> check_sponsor(const Group::Impl& group, const Answer& answer) const;
};

void Joining::Impl::save(Rows& rows) const {
  Writer out;
  out.u8(kVersion).u8(static_cast<uint8_t>(state)).text(encode_link(link));
  encode(out, candidate);
  out.raw(me.person).raw(me.device).opaque(signature_key.private_key.view()).opaque(signature_key.public_key);
  out.vector([&](Writer& inner) {
    for (const Half& half : halves) inner.opaque(half.secrets.encode().view());
  });
  out.raw(answer.read.token)
      .raw(answer.write.token)
      .u64(static_cast<uint64_t>(asked_at.ms))
      .u64(taken)
      .opaque(entry);
  const Secret row = out.take_secret();
  rows.put(kJoinRows, row_key(id), row.view());
}

Result<std::unique_ptr<Joining::Impl>> Joining::Impl::load(const JoinId& id, Rows& rows) {
  const auto row = rows.get(kJoinRows, row_key(id));
  if (!row) return Error(GroupError::kDamaged, "no such join");
  auto impl = std::make_unique<Impl>();
  impl->id = id;
  Reader in(*row);
  const uint8_t version = in.u8();
  const uint8_t state = in.u8();
  if (version != kVersion || state < 1 || state > 5)
    return Error(GroupError::kDamaged, "a join that does not read");
  impl->state = static_cast<State>(state);
  HW_LET(impl->link, decode_link(in.text(4096)));
  impl->candidate = decode_candidate(in);
  impl->me.person = in.fixed<PersonId>();
  impl->me.device = in.fixed<DeviceId>();
  impl->signature_key.private_key = Secret(in.opaque(128));
  impl->signature_key.public_key = copy_of(in.opaque(128));
  Reader secrets = in.vector();
  for (const Bytes* package : {&impl->candidate.key_package, &impl->candidate.spare}) {
    if (secrets.empty()) break;
    Reader package_in(*package);
    Half half;
    half.package = mls::decode_key_package(package_in);
    HW_LET(half.secrets, mls::KeyPackageSecrets::decode(secrets.opaque()));
    impl->halves.push_back(std::move(half));
  }
  const auto read = in.fixed<wire::ReadToken>();
  const auto write = in.fixed<wire::WriteToken>();
  impl->answer = wire::QueueAccess::from_tokens(read, write);
  impl->asked_at.ms = static_cast<int64_t>(in.u64());
  impl->taken = in.u64();
  impl->entry = copy_of(in.opaque());
  if (!in.finish().ok()) return Error(GroupError::kDamaged, "a join that does not read");
  impl->words = request_words(impl->candidate.id());
  impl->parcels.load(WaiterId::from(id), rows);
  return impl;
}

void Joining::Impl::end(State how, Rows& rows) {
  state = how;
  halves.clear();
  signature_key.private_key.clear();
  entry.clear();
  parcels.erase_all(rows);
  save(rows);
}

bool Joining::Impl::has_expired(Instant now) const {
  if (state == State::kSending) return now >= link.ends;
  return state == State::kWaiting && now >= link.ends.after_ms(kAnswerGrace_ms);
}

// Which of my key packages a Welcome is for; what is for none of them is somebody's rubbish.
const Half* Joining::Impl::addressed(const Answer& answer_message) const {
  const auto message = mls::decode_message(answer_message.welcome);
  const auto* welcome = message.ok() ? std::get_if<mls::Welcome>(&*message) : nullptr;
  if (!welcome) return nullptr;
  for (const Half& half : halves) {
    const Digest ref = half.package.ref(group_suite());
    for (const mls::EncryptedGroupSecrets& secrets : welcome->secrets)
      if (equal(secrets.new_member, ref)) return &half;
  }
  return nullptr;
}

// The sponsor whose leaf the link names is in the tree and let this very group take these very key packages.
Result<> Joining::Impl::check_sponsor(const Group::Impl& group, const Answer& answer_message) const {
  const uint64_t committed_in = group.mls->epoch() - 1;
  for (const Seat& seat : group.seats) {
    if (seat.identity.device != link.sponsor) continue;
    if (link.person && seat.identity.person != *link.person)
      return Error(GroupError::kNotAllowed, "a device of another person");
    if (answer_message.last_epoch < committed_in)
      return Error(GroupError::kNotAllowed, "an approval that is over");
    return group.mls->verify_with_label(
        seat.leaf, kApprovalLabel,
        approval_content(group.id, action_hash(action()), answer_message.last_epoch),
        answer_message.sponsor_signature);
  }
  return Error(GroupError::kNotAllowed, "a tree without the sponsor");
}

Result<std::unique_ptr<Group::Impl>> Joining::Impl::enter(const Half& half, const Answer& answer_message,
                                                          Turn& turn) const {
  mls::JoinParams params;
  params.welcome = answer_message.welcome;
  params.key_package = &half.package;
  params.secrets = &half.secrets;
  params.limits = kRatchetLimits;
  HW_LET(mls::Joined joined, mls::Group::join(params));
  auto group = std::make_unique<Group::Impl>();
  if (joined.group.group_id().size() != GroupId::kSize || joined.group.epoch() == 0)
    return Error(GroupError::kMalformed, "not a group of ours");
  group->id = GroupId::from(joined.group.group_id());
  if (turn.rows.get(kStateRows, row_key(group->id))) return Error(GroupError::kAlreadyDone, "already in it");
  group->mls.emplace(std::move(joined.group));
  group->saved.me = me;
  group->saved.signature_key = signature_key.clone();
  const auto filled = [&]() -> Result<> {
    HW_TRY(group->begin(turn.rows, turn.now));
    HW_TRY(check_sponsor(*group, answer_message));
    const mls::Extension* bundle_key = mls::find_extension(joined.group_info_extensions, kBundleKeyExtension);
    if (!bundle_key || bundle_key->data.size() != 32)
      return Error(GroupError::kMalformed, "no key of the bundle");
    HW_LET(const Secret bundle, box_open(bundle_key->data, group->id, answer_message.bundle));
    Reader in(bundle.view());
    const BytesView roster = in.opaque();
    const BytesView features = in.opaque();
    HW_TRY(in.finish());
    HW_TRY(group->roster.restore(group->id, roster, turn.rows));
    group->saved.has_bundle = true;
    group->saved.bundle = {candidate.id(), group->mls->epoch(), sha256(bundle.view())};
    HW_TRY(turn.fold.restore(turn.rows, group->id, features, group->policy.is_porch.has_value()));
    if (!me.is_first()) group->announce_own_key(turn);
    return success();
  }();
  if (!filled.ok()) {
    group->erase_rows(turn.rows, true);
    turn.fold.forget(turn.rows, group->id);
    return filled.error();
  }
  const Identity* signer = group->court().identity(joined.signer);
  if (signer) group->saved.bundle_from = signer->person;
  group->save(turn.rows);
  return group;
}

Joining::Joining(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Joining::~Joining() = default;

Result<std::unique_ptr<Joining>> Joining::ask(const Asking& asking, Turn turn) {
  const bool for_device = decode_link(asking.link).ok() && decode_link(asking.link)->person.has_value();
  // Of a device nobody is told a name: it is its person's.
  const std::string name = for_device ? std::string("device") : asking.my_name;
  if (!is_name(name)) return GroupError::kNameInvalid;
  if (asking.greeting.size() > kMostGreetingBytes) return GroupError::kTooLarge;
  if (!is_words(asking.greeting, kMostGreetingBytes)) return GroupError::kMalformed;
  auto impl = std::make_unique<Impl>();
  HW_LET(impl->link, decode_link(asking.link));
  if (turn.now >= impl->link.ends) return GroupError::kInviteExpired;
  impl->id = turn.random.fixed<JoinId>();
  impl->signature_key = group_suite().generate_signature_key_pair(turn.random);
  const Hash device = sha256(impl->signature_key.public_key);
  impl->me = {impl->link.person.value_or(PersonId::from(device)), DeviceId::from(device)};
  for (int i = 0; i < 2; ++i) {
    HW_LET(Half half, make_half(impl->me, impl->signature_key, turn.random));
    impl->halves.push_back(std::move(half));
  }
  const auto read = turn.random.fixed<wire::ReadToken>();
  const auto write = turn.random.fixed<wire::WriteToken>();
  impl->answer = wire::QueueAccess::from_tokens(read, write);
  impl->candidate = {encoded(impl->halves[0].package),
                     encoded(impl->halves[1].package),
                     name,
                     asking.greeting,
                     {impl->answer.write, turn.random.fixed<decltype(AnswerAccess::key)>()}};
  impl->words = request_words(impl->candidate.id());
  impl->asked_at = turn.now;
  impl->parcels.load(WaiterId::from(impl->id), turn.rows);
  HW_LET(impl->entry, seal_request(impl->link, impl->candidate, turn.random));
  impl->save(turn.rows);
  return std::unique_ptr<Joining>(new Joining(std::move(impl)));
}

std::vector<JoinId> Joining::saved(Rows& rows) {
  std::vector<JoinId> out;
  rows.scan(kJoinRows, {}, [&](BytesView key, BytesView) {
    out.push_back(JoinId::from(key));
    return true;
  });
  return out;
}

Result<std::unique_ptr<Joining>> Joining::load(const JoinId& id, Rows& rows) {
  HW_LET(auto impl, Impl::load(id, rows));
  return std::unique_ptr<Joining>(new Joining(std::move(impl)));
}

const JoinId& Joining::id() const { return impl_->id; }
Joining::State Joining::state() const { return impl_->state; }
bool Joining::is_device() const { return impl_->link.person.has_value(); }
const std::string& Joining::my_name() const { return impl_->candidate.name; }
const std::vector<uint16_t>& Joining::words() const { return impl_->words; }
Instant Joining::ends() const { return impl_->link.ends; }
Instant Joining::asked_at() const { return impl_->asked_at; }
const std::string& Joining::relay() const { return impl_->link.relay; }

std::vector<WantedRead> Joining::wanted_reads() const {
  if (impl_->state != State::kWaiting) return {};
  return {{impl_->answer.read, impl_->taken}};
}

std::optional<WantedSend> Joining::next_send(Turn turn) {
  if (impl_->has_expired(turn.now)) impl_->end(State::kExpired, turn.rows);
  if (impl_->state != State::kSending) return {};
  return WantedSend{kRequestHandle, impl_->link.ask, impl_->entry};
}

void Joining::sent(uint64_t handle, uint64_t, Turn turn) {
  if (handle != kRequestHandle || impl_->state != State::kSending) return;
  impl_->state = State::kWaiting;
  impl_->entry.clear();
  impl_->save(turn.rows);
}

void Joining::not_sent(uint64_t handle, wire::Reason reason, Turn turn) {
  if (handle != kRequestHandle || impl_->state != State::kSending) return;
  if (reason == wire::Reason::kQueueFull || reason == wire::Reason::kEntrySize ||
      reason == wire::Reason::kBadRequest)
    impl_->end(State::kFailed, turn.rows);
}

std::unique_ptr<Group> Joining::take_in(const wire::QueueId& queue, uint64_t first,
                                        std::span<const Bytes> entries, Turn turn) {
  Impl& impl = *impl_;
  if (impl.has_expired(turn.now)) impl.end(State::kExpired, turn.rows);
  if (impl.state != State::kWaiting || queue != wire::queue_id(impl.answer.read)) return {};
  for (size_t i = 0; i < entries.size(); ++i) {
    if (first + i <= impl.taken) continue;
    impl.taken = first + i;
    const auto content = open_entry(impl.candidate.answer.key, queue, entries[i]);
    if (!content.ok()) continue;
    const auto piece = decode_piece(content->view());
    if (!piece.ok()) continue;
    const auto whole = impl.parcels.gather(*piece, turn.rows);
    if (!whole) continue;
    const auto answer = decode_answer(*whole);
    const Half* half = answer.ok() ? impl.addressed(*answer) : nullptr;
    if (!half) continue;
    auto entered = impl.enter(*half, *answer, turn);
    impl.end(entered.ok() ? State::kJoined : State::kFailed, turn.rows);
    if (!entered.ok()) return {};
    return std::unique_ptr<Group>(new Group(std::move(*entered)));
  }
  impl.save(turn.rows);
  return {};
}

void Joining::forget(Turn turn) {
  turn.rows.erase(kJoinRows, row_key(impl_->id));
  turn.rows.erase_range(kJoinPieceRows, prefix_range(impl_->id));
}

Result<InvitePreview> read_invite(std::string_view link) {
  HW_LET(Link read, decode_link(link));
  return InvitePreview{std::move(read.relay), read.ends, read.person.has_value()};
}

}  // namespace homeward::group
