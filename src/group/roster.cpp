#include "group/roster.h"

#include "crypto/crypto.h"
#include "group/spaces.h"

namespace homeward::group {
namespace {

constexpr uint8_t kVersion = 4;

struct MarkTag;
using Mark = FixedBytes<16, MarkTag>;

Mark mark_of(const PersonId& person, const EventId& event) {
  return Mark::from(sha256({person.view(), event.view()}).view().first(16));
}

void encode_person(Writer& out, const Person& person) {
  out.text(person.name).u64(static_cast<uint64_t>(person.since.ms)).raw(person.sponsor);
  out.vector([&](Writer& inner) {
    for (const PersonId& by : person.confirmed_by) inner.raw(by);
  });
}

Person decode_person(Reader& in) {
  Person person;
  person.name = in.text(kMostNameBytes);
  person.since.ms = static_cast<int64_t>(in.u64());
  person.sponsor = in.fixed<PersonId>();
  Reader confirmed = in.vector(kMostApprovals * PersonId::kSize);
  while (!confirmed.empty()) person.confirmed_by.push_back(confirmed.fixed<PersonId>());
  if (!confirmed.ok()) in.fail(CodecError::kMalformed);
  return person;
}

void encode_request(Writer& out, const OpenRequest& request) {
  encode(out, request.candidate);
  out.text(request.note).u64(static_cast<uint64_t>(request.at.ms)).raw(request.sponsor);
  out.raw(request.newcomer.person).raw(request.newcomer.device);
  out.vector([&](Writer& inner) {
    for (const auto& [person, approval] : request.approvals) {
      inner.raw(person);
      encode(inner, approval);
    }
  });
}

OpenRequest decode_request(Reader& in) {
  OpenRequest request;
  request.candidate = decode_candidate(in);
  request.note = in.text(kMostNoteBytes);
  request.at.ms = static_cast<int64_t>(in.u64());
  request.sponsor = in.fixed<PersonId>();
  request.newcomer.person = in.fixed<PersonId>();
  request.newcomer.device = in.fixed<DeviceId>();
  Reader approvals = in.vector();
  while (!approvals.empty() && request.approvals.size() <= kMostApprovals) {
    const PersonId person = approvals.fixed<PersonId>();
    request.approvals.emplace_back(person, decode_approval(approvals));
  }
  if (!approvals.finish().ok() || request.approvals.empty()) in.fail(CodecError::kMalformed);
  return request;
}

void encode_removal(Writer& out, const std::map<PersonId, Approval>& approvals) {
  out.vector([&](Writer& inner) {
    for (const auto& [person, approval] : approvals) {
      inner.raw(person);
      encode(inner, approval);
    }
  });
}

void encode_device(Writer& out, const FurtherDevice& device) {
  out.raw(device.person).u64(static_cast<uint64_t>(device.since.ms));
  out.vector([&](Writer& inner) {
    for (const PersonId& by : device.approved_by) inner.raw(by);
  });
}

FurtherDevice decode_device(Reader& in) {
  FurtherDevice device;
  device.person = in.fixed<PersonId>();
  device.since.ms = static_cast<int64_t>(in.u64());
  Reader approved = in.vector(kMostApprovals * PersonId::kSize);
  while (!approved.empty()) device.approved_by.push_back(approved.fixed<PersonId>());
  if (!approved.ok()) in.fail(CodecError::kMalformed);
  return device;
}

std::map<PersonId, Approval> decode_removal(Reader& in) {
  std::map<PersonId, Approval> out;
  Reader inner = in.vector();
  while (!inner.empty() && out.size() <= kMostApprovals) {
    const PersonId person = inner.fixed<PersonId>();
    out.emplace(person, decode_approval(inner));
  }
  if (!inner.finish().ok()) in.fail(CodecError::kMalformed);
  return out;
}

}  // namespace

bool OpenRequest::has_approval_of(const PersonId& person) const {
  return std::ranges::any_of(approvals, [&](const auto& item) { return item.first == person; });
}

std::vector<Approval> OpenRequest::plain_approvals() const {
  std::vector<Approval> out;
  for (const auto& [person, approval] : approvals) out.push_back(approval);
  return out;
}

void Roster::load(const GroupId& id, Rows& rows) {
  id_ = id;
  rows.scan(kPersonRows, prefix_range(id), [&](BytesView key, BytesView value) {
    Reader in(value);
    persons_[PersonId::from(key_rest(key))] = decode_person(in);
    return true;
  });
  rows.scan(kRequestRows, prefix_range(id), [&](BytesView key, BytesView value) {
    Reader in(value);
    OpenRequest request = decode_request(in);
    if (in.finish().ok()) requests_[RequestId::from(key_rest(key))] = std::move(request);
    return true;
  });
  rows.scan(kRemovalRows, prefix_range(id), [&](BytesView key, BytesView value) {
    Reader in(value);
    removals_[PersonId::from(key_rest(key))] = decode_removal(in);
    return true;
  });
  rows.scan(kChangeRows, prefix_range(id), [&](BytesView key, BytesView value) {
    Reader in(value);
    OpenChange open = decode_open_change(in);
    if (in.finish().ok()) changes_[ChangeId::from(key_rest(key))] = std::move(open);
    return true;
  });
  rows.scan(kObjectionRows, prefix_range(id), [&](BytesView key, BytesView value) {
    Reader in(value);
    objections_[RequestId::from(key_rest(key))] = decode_objections(in);
    return true;
  });
  rows.scan(kFromPorchRows, prefix_range(id), [&](BytesView key, BytesView value) {
    Reader in(value);
    from_porch_[RequestId::from(key_rest(key))] = decode_from_porch(in);
    return true;
  });
  rows.scan(kDeviceRows, prefix_range(id), [&](BytesView key, BytesView value) {
    Reader in(value);
    devices_[DeviceId::from(key_rest(key))] = decode_device(in);
    return true;
  });
  rows.scan(kAnswerAtRows, prefix_range(id), [&](BytesView key, BytesView value) {
    answer_at_[RequestId::from(key_rest(key))] = text_of(value);
    return true;
  });
  auto newest = prefix_range(id);
  newest.backwards = true;
  newest.limit = 1;
  rows.scan(kSeenOrderRows, newest, [&](BytesView key, BytesView) {
    Reader in(key_rest(key));
    next_seen_ = in.u64() + 1;
    return true;
  });
}

std::string Roster::name_of(const PersonId& person) const {
  const auto at = persons_.find(person);
  return at == persons_.end() ? std::string() : at->second.name;
}

void Roster::set_person(const PersonId& id, Person person, Rows& rows) {
  Writer out;
  encode_person(out, person);
  rows.put(kPersonRows, row_key(id_, id.view()), out.view());
  persons_[id] = std::move(person);
}

void Roster::save_request(const RequestId& id, Rows& rows) const {
  Writer out;
  encode_request(out, requests_.at(id));
  rows.put(kRequestRows, row_key(id_, id.view()), out.view());
}

void Roster::erase_request(const RequestId& id, Rows& rows) {
  requests_.erase(id);
  rows.erase(kRequestRows, row_key(id_, id.view()));
  if (objections_.erase(id) > 0) rows.erase(kObjectionRows, row_key(id_, id.view()));
  if (answer_at_.erase(id) > 0) rows.erase(kAnswerAtRows, row_key(id_, id.view()));
  if (from_porch_.erase(id) > 0) rows.erase(kFromPorchRows, row_key(id_, id.view()));
}

void Roster::save_removal(const PersonId& person, Rows& rows) const {
  Writer out;
  encode_removal(out, removals_.at(person));
  rows.put(kRemovalRows, row_key(id_, person.view()), out.view());
}

bool Roster::fold(const Court& court, const Author& author, const Event& event, Rows& rows) {
  switch (event.kind) {
    case kRequestProposed:
      return fold_proposed(court, author, event, rows);
    case kRequestConfirmed:
      return fold_confirmed(court, author, event, rows);
    case kRemovalApproved:
      return fold_removal(court, author, event, rows);
    case kMyName: {
      const auto name = decode_name(event.body);
      const auto at = persons_.find(author.person);
      if (!name.ok() || at == persons_.end()) return false;
      Person person = at->second;
      person.name = *name;
      set_person(author.person, std::move(person), rows);
      return false;
    }
    case kRequestWithdrawn: {
      const auto request = decode_withdrawn(event.body);
      if (!request.ok()) return false;
      const auto at = requests_.find(*request);
      if (at == requests_.end()) return false;
      if (at->second.sponsor != author.person && !court.policy.is_organizer(author.person)) return false;
      erase_request(*request, rows);
      return true;
    }
    case kChangeProposed:
      fold_change(court, author, event, rows);
      return false;
    case kChangeApproved:
      fold_change_approved(court, author, event, rows);
      return false;
    case kChangeRejected:
      fold_change_rejected(court, author, event, rows);
      return false;
    case kRequestObjected:
      return fold_objection(author, event, rows);
    case kRequestFromPorch:
      return fold_from_porch(author, event, rows);
    case kAnswerAt:
      return fold_answer_at(author, event, rows);
    default:
      return false;
  }
}

namespace {

// Whether a proposed identity could come in: a new person, or one more device of its sponsor's own.
bool may_come(const Court& court, const Identity& newcomer, const PersonId& sponsor) {
  const uint64_t epoch = court.group.epoch();
  if (newcomer.is_first())
    return !court.is_present(newcomer.person) && !court.policy.is_spent(Hash::from(newcomer.person), epoch);
  return newcomer.person == sponsor && !court.leaf_of(newcomer.device) &&
         court.devices_of(sponsor) < kMostDevices &&
         !court.policy.is_spent(Hash::from(newcomer.device), epoch);
}

}  // namespace

bool Roster::fold_proposed(const Court& court, const Author& author, const Event& event, Rows& rows) {
  auto body = decode_proposed(event.body);
  if (!body.ok() || requests_.size() >= kMostOpenRequests) return false;
  const auto newcomer = check_candidate(body->candidate, court.group.group_extensions());
  if (!newcomer.ok() || body->approval.leaf != author.leaf.value) return false;
  if (!approval_holds(court, action_of(body->candidate, *newcomer), body->approval)) return false;
  if (!may_come(court, *newcomer, author.person)) return false;
  size_t mine = 0;
  for (const auto& [id, open] : requests_) {
    if (open.newcomer.device == newcomer->device) return false;
    if (open.sponsor == author.person) ++mine;
  }
  if (mine >= kMostOpenBySponsor) return false;
  const RequestId id = body->candidate.id();
  requests_[id] = {std::move(body->candidate),
                   std::move(body->note),
                   event.at,
                   author.person,
                   *newcomer,
                   {{author.person, std::move(body->approval)}}};
  save_request(id, rows);
  return true;
}

bool Roster::fold_confirmed(const Court& court, const Author& author, const Event& event, Rows& rows) {
  auto body = decode_confirmed(event.body);
  if (!body.ok() || body->approval.leaf != author.leaf.value) return false;
  const auto at = requests_.find(body->request);
  if (at == requests_.end()) return false;
  const Action action = at->second.action();
  auto& approvals = at->second.approvals;
  if (!approval_holds(court, action, body->approval)) return false;
  // The device by which she said so may be gone: then she says so again. The sponsor's word is the first.
  const auto known = std::ranges::find(approvals, author.person, [](const auto& item) { return item.first; });
  if (known != approvals.end()) {
    if (known == approvals.begin() || approval_holds(court, action, known->second)) return false;
    known->second = std::move(body->approval);
  } else {
    if (approvals.size() >= kMostApprovals) return false;
    approvals.emplace_back(author.person, std::move(body->approval));
  }
  save_request(body->request, rows);
  return true;
}

bool Roster::fold_removal(const Court& court, const Author& author, const Event& event, Rows& rows) {
  auto body = decode_removal_approved(event.body);
  if (!body.ok() || body->approval.leaf != author.leaf.value || body->person == author.person) return false;
  const auto is_present = [&](const Seat& seat) { return seat.identity.person == body->person; };
  if (std::ranges::none_of(court.seats, is_present)) return false;
  if (!approval_holds(court, RemoveAction{body->person}, body->approval)) return false;
  auto& approvals = removals_[body->person];
  if (approvals.size() >= kMostApprovals && !approvals.contains(author.person)) return false;
  approvals[author.person] = std::move(body->approval);
  save_removal(body->person, rows);
  return false;
}

void Roster::enter_epoch(std::span<const Seat> before, const Court& now, Rows& rows) {
  std::set<PersonId> old_persons;
  std::set<PersonId> new_persons;
  for (const Seat& seat : before) old_persons.insert(seat.identity.person);
  for (const Seat& seat : now.seats) new_persons.insert(seat.identity.person);

  std::vector<RequestId> over;
  for (const auto& [id, open] : requests_) {
    const bool came = now.leaf_of(open.newcomer.device).has_value();
    if (came) enter(open, rows);
    // By the device that proposed it a newcomer knows the group.
    const Identity* sponsor = now.identity({open.approvals.front().second.leaf});
    const bool stands = sponsor && sponsor->person == open.sponsor &&
                        open.approvals.front().second.last_epoch >= now.group.epoch();
    if (came || !stands) over.push_back(id);
  }
  for (const RequestId& id : over) erase_request(id, rows);
  for (const PersonId& person : new_persons)
    if (!old_persons.contains(person) && !persons_.contains(person)) set_person(person, {}, rows);

  for (auto at = removals_.begin(); at != removals_.end();) {
    const PersonId person = at->first;
    ++at;
    if (new_persons.contains(person)) continue;
    removals_.erase(person);
    rows.erase(kRemovalRows, row_key(id_, person.view()));
  }
  drop_devices(now, rows);
  settle_changes(now, rows);
}

void Roster::enter(const OpenRequest& request, Rows& rows) {
  std::vector<PersonId> others;
  for (size_t i = 1; i < request.approvals.size(); ++i) others.push_back(request.approvals[i].first);
  if (!request.is_device())
    return set_person(request.newcomer.person,
                      {request.candidate.name, request.at, request.sponsor, std::move(others)}, rows);
  devices_[request.newcomer.device] = {request.newcomer.person, request.at, std::move(others)};
  save_device(request.newcomer.device, rows);
}

void Roster::save_device(const DeviceId& device, Rows& rows) const {
  Writer out;
  encode_device(out, devices_.at(device));
  rows.put(kDeviceRows, row_key(id_, device.view()), out.view());
}

void Roster::drop_devices(const Court& now, Rows& rows) {
  std::erase_if(devices_, [&](const auto& item) {
    if (now.leaf_of(item.first) || now.policy.is_left({item.second.person, item.first})) return false;
    rows.erase(kDeviceRows, row_key(id_, item.first.view()));
    return true;
  });
}

bool Roster::mark_seen(const PersonId& person, const EventId& event, Rows& rows) {
  const Mark mark = mark_of(person, event);
  if (rows.get(kSeenRows, row_key(id_, mark.view()))) return false;
  Bytes order;
  append_key_u64(order, next_seen_);
  rows.put(kSeenRows, row_key(id_, mark.view()), order);
  rows.put(kSeenOrderRows, row_key(id_, next_seen_), mark);
  if (next_seen_ > kSeenWindow) {
    const Bytes oldest = row_key(id_, next_seen_ - kSeenWindow);
    if (const auto old = rows.get(kSeenOrderRows, oldest)) {
      rows.erase(kSeenRows, row_key(id_, *old));
      rows.erase(kSeenOrderRows, oldest);
    }
  }
  ++next_seen_;
  return true;
}

Bytes Roster::snapshot(Rows& rows) const {
  Writer out;
  out.u8(kVersion);
  out.vector([&](Writer& inner) {
    for (const auto& [id, person] : persons_) {
      inner.raw(id);
      encode_person(inner, person);
    }
  });
  out.vector([&](Writer& inner) {
    for (const auto& [id, request] : requests_) encode_request(inner, request);
  });
  out.vector([&](Writer& inner) {
    for (const auto& [id, approvals] : removals_) {
      inner.raw(id);
      encode_removal(inner, approvals);
    }
  });
  out.vector([&](Writer& inner) {
    for (const auto& [id, open] : changes_) encode(inner, open);
  });
  out.vector([&](Writer& inner) {
    for (const auto& [id, objections] : objections_) {
      inner.raw(id);
      encode(inner, objections);
    }
  });
  out.vector([&](Writer& inner) {
    for (const auto& [id, from] : from_porch_) {
      inner.raw(id);
      encode(inner, from);
    }
  });
  out.vector([&](Writer& inner) {
    for (const auto& [id, device] : devices_) {
      inner.raw(id);
      encode_device(inner, device);
    }
  });
  out.vector([&](Writer& inner) {
    for (const auto& [id, relay] : answer_at_) inner.raw(id).text(relay);
  });
  out.u64(next_seen_);
  out.vector([&](Writer& inner) {
    rows.scan(kSeenOrderRows, prefix_range(id_), [&](BytesView, BytesView mark) {
      inner.raw(mark);
      return true;
    });
  });
  return out.take();
}

Result<> Roster::restore(const GroupId& id, BytesView snapshot, Rows& rows) {
  id_ = id;
  Reader in(snapshot);
  if (in.u8() != kVersion) in.fail(CodecError::kMalformed);
  Reader persons = in.vector();
  while (!persons.empty()) {
    const PersonId person = persons.fixed<PersonId>();
    set_person(person, decode_person(persons), rows);
  }
  Reader requests = in.vector();
  while (!requests.empty()) {
    OpenRequest request = decode_request(requests);
    if (!requests.ok()) break;
    const RequestId request_id = request.candidate.id();
    requests_[request_id] = std::move(request);
    save_request(request_id, rows);
  }
  Reader removals = in.vector();
  while (!removals.empty()) {
    const PersonId person = removals.fixed<PersonId>();
    removals_[person] = decode_removal(removals);
    save_removal(person, rows);
  }
  Reader changes = in.vector();
  while (!changes.empty()) {
    OpenChange open = decode_open_change(changes);
    if (!changes.ok()) break;
    const ChangeId change = change_id(open.change);
    changes_[change] = std::move(open);
    save_change(change, rows);
  }
  Reader objections = in.vector();
  while (!objections.empty()) {
    const RequestId request = objections.fixed<RequestId>();
    objections_[request] = decode_objections(objections);
    save_objections(request, rows);
  }
  Reader porch = in.vector();
  while (!porch.empty()) {
    const RequestId request = porch.fixed<RequestId>();
    from_porch_[request] = decode_from_porch(porch);
    save_from_porch(request, rows);
  }
  Reader devices = in.vector();
  while (!devices.empty()) {
    const DeviceId device = devices.fixed<DeviceId>();
    devices_[device] = decode_device(devices);
    save_device(device, rows);
  }
  Reader answers = in.vector();
  while (!answers.empty() && answers.ok()) {
    const RequestId request = answers.fixed<RequestId>();
    set_answer_at(request, answers.text(kMostRelayBytes), rows);
  }
  next_seen_ = in.u64();
  Reader marks = in.vector(kSeenWindow * Mark::kSize);
  const uint64_t count = marks.left() / Mark::kSize;
  if (next_seen_ <= count) in.fail(CodecError::kMalformed);
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    const uint64_t order = next_seen_ - count + i;
    const Mark mark = marks.fixed<Mark>();
    Bytes value;
    append_key_u64(value, order);
    rows.put(kSeenRows, row_key(id_, mark.view()), value);
    rows.put(kSeenOrderRows, row_key(id_, order), mark);
  }
  for (Reader* part :
       {&persons, &requests, &removals, &changes, &objections, &porch, &devices, &answers, &marks})
    HW_TRY(part->finish());
  HW_TRY(in.finish());
  return success();
}

}  // namespace homeward::group
