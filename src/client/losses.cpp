#include "client/losses.h"

#include <algorithm>

#include "client/features.h"
#include "codec/codec.h"
#include "crypto/crypto.h"
#include "domain/sealing/sealing.h"

namespace homeward::client {
namespace {

namespace losses = domain::losses;
using domain::Author;
using domain::Ref;
using group::PersonId;

constexpr std::string_view kNames = "loss names";
constexpr size_t kMostNameBytes = 256;

// So that a piece with its box fits an entry, and its names fit a box.
constexpr size_t kPieceBytes = 150 * 1024;
constexpr size_t kPieceNameBytes = 24 * 1024;
// How much is sealed anew in one go; the rest follows when that is taken in.
constexpr size_t kBytesAtOnce = 100 * 1024;

size_t size_of(const losses::NewRecord& record) {
  Writer out;
  for (const std::string& name : record.open_names) out.text(name);
  for (const losses::Source& source : record.sources) encode(out, source);
  return out.size() + 16;
}

size_t size_of(const SealedMan& man) { return encode(std::vector<SealedMan>{man}).size(); }

Result<Bytes> seal_names(const Client::Hand& hand, const losses::Piece& piece,
                         const std::vector<SealedMan>& men, std::span<const PersonId> also) {
  if (std::ranges::all_of(men, &SealedMan::empty)) return Bytes();
  std::vector<PersonId> readers = verifiers(hand.rows, hand.group);
  readers.insert(readers.end(), also.begin(), also.end());
  const Secret content = Secret::adopt(encode(men));
  return seal_to(hand, readers, kNames, losses::names_bound_to(piece), content.view());
}

losses::ImportId new_import(const Client::Hand& hand) { return hand.random.fixed<losses::ImportId>(); }

// Where each piece ends.
template <class Fits>
std::vector<size_t> ends_of_pieces(size_t count, const Fits& fits) {
  std::vector<size_t> ends;
  for (size_t begin = 0; begin < count;) {
    size_t end = begin + 1;
    while (end < count && fits(begin, end)) ++end;
    ends.push_back(end);
    begin = end;
  }
  return ends;
}

bool is_member(const group::Group& group, const PersonId& person) {
  const std::vector<group::Member> members = group.members();
  return std::ranges::any_of(members, [&](const group::Member& one) { return one.person == person; });
}

// Changes when a verifier comes or goes or announces a key.
Hash keys_of_verifiers(const Client::Hand& hand) {
  Writer out;
  for (const PersonId& person : verifiers(hand.rows, hand.group)) {
    out.raw(person);
    const auto key = domain::sealing::key_of(hand.rows, key_of(hand.group.id()), Author::from(person));
    if (key) out.raw(key->key);
  }
  return sha256(out.view());
}

std::vector<PersonId> readers_of(const Client::Hand& hand, const Ref& batch) {
  std::vector<PersonId> out = verifiers(hand.rows, hand.group);
  const auto author = PersonId::from(author_of(batch));
  if (is_member(hand.group, author) && std::ranges::find(out, author) == out.end()) out.push_back(author);
  return out;
}

// Whose device has to see that the names are sealed to the right persons.
bool is_mine_to_seal(const Client::Hand& hand, const losses::SealedNames& names) {
  const auto sealer = PersonId::from(names.by);
  if (is_member(hand.group, sealer)) return sealer == hand.group.me();
  const std::vector<PersonId> all = verifiers(hand.rows, hand.group);
  return !all.empty() && *std::ranges::min_element(all) == hand.group.me();
}

bool waits_to_seal(const Client::Hand& hand) {
  return std::ranges::any_of(hand.group.waiting(hand.rows), [](const group::Group::Waiting& one) {
    return one.event.kind == losses::kNamesSealed || one.event.kind == losses::kRecordsAdded;
  });
}

// How many bytes were posted.
Result<size_t> seal_batch_anew(const Client::Hand& hand, const Ref& batch) {
  const auto names = losses::sealed_names(hand.rows, key_of(hand.group.id()), batch);
  if (!names || !is_mine_to_seal(hand, *names)) return size_t{0};
  const std::vector<PersonId> readers = readers_of(hand, batch);
  std::vector<PersonId> with_me = readers;
  with_me.push_back(hand.group.me());
  if (is_sealed_to(hand.rows, hand.group, names->sealed, with_me)) return size_t{0};
  const auto content =
      open_sealed(hand.rows, hand.group, names->sealed, {kNames, PersonId::from(names->by), names->about});
  if (!content) return size_t{0};
  losses::NamesSealed body{.batch = batch, .sealed = {}, .reason = {}};
  HW_LET(body.sealed, seal_to(hand, readers, kNames, names->about, content->view()));
  HW_TRY(say_loss(hand, losses::kNamesSealed, body));
  return body.sealed.size();
}

}  // namespace

// --- Names ---

Bytes encode(const std::vector<SealedMan>& men) {
  Writer out;
  out.vector([&](Writer& all) {
    for (const SealedMan& man : men) {
      all.vector([&](Writer& names) {
        for (const NameVariant& name : man.names)
          names.text(name.surname).text(name.given).text(name.patronymic);
      });
      all.text(man.birth);
    }
  });
  losses::no_fields(out);
  return out.take();
}

std::optional<std::vector<SealedMan>> decode_sealed_men(BytesView bytes) {
  Reader in(bytes);
  std::vector<SealedMan> out;
  Reader all = in.vector();
  while (!all.empty()) {
    SealedMan man;
    Reader names = all.vector();
    while (!names.empty()) {
      NameVariant name;
      for (std::string* part : {&name.surname, &name.given, &name.patronymic})
        *part = names.text(kMostNameBytes);
      man.names.push_back(std::move(name));
      if (man.names.size() > kMostVariants) names.fail(CodecError::kTooLarge);
    }
    if (!names.ok()) all.fail(CodecError::kMalformed);
    man.birth = all.text(kMostNameBytes);
    out.push_back(std::move(man));
    if (out.size() > losses::kMostRecords) all.fail(CodecError::kTooLarge);
  }
  losses::skip_fields(in);
  if (!all.ok() || !in.finish().ok()) return std::nullopt;
  return out;
}

std::string whole_name(const NameVariant& name) {
  std::string out = name.surname;
  for (const std::string* part : {&name.given, &name.patronymic}) {
    if (part->empty()) continue;
    if (!out.empty()) out += " ";
    out += *part;
  }
  return out;
}

// --- Commands ---

Result<losses::RecordId> add_loss(const Client::Hand& hand, const NewLoss& loss) {
  losses::RecordsAdded body{
      .piece = {.import = new_import(hand), .index = 0, .of = 1}, .records = {loss.record}, .sealed = {}};
  HW_LET(body.sealed, seal_names(hand, body.piece, {loss.sealed}, {}));
  HW_LET(const Ref ref, say_loss(hand, losses::kRecordsAdded, body));
  return losses::record_id(ref, 0);
}

Result<losses::ImportId> add_losses(const Client::Hand& hand, std::span<const NewLoss> all) {
  size_t bytes = 0;
  size_t name_bytes = 0;
  const std::vector<size_t> ends = ends_of_pieces(all.size(), [&](size_t begin, size_t end) {
    if (end == begin + 1) {
      bytes = size_of(all[begin].record);
      name_bytes = size_of(all[begin].sealed);
    }
    bytes += size_of(all[end].record);
    name_bytes += size_of(all[end].sealed);
    return bytes <= kPieceBytes && name_bytes <= kPieceNameBytes && end - begin < losses::kMostRecords;
  });
  if (ends.empty() || ends.size() > losses::kMostPieces) return losses::LossError::kTooMany;
  const losses::ImportId import = new_import(hand);
  size_t begin = 0;
  for (size_t i = 0; i < ends.size(); ++i) {
    losses::RecordsAdded body{.piece = {.import = import,
                                        .index = static_cast<uint16_t>(i),
                                        .of = static_cast<uint16_t>(ends.size())},
                              .records = {},
                              .sealed = {}};
    std::vector<SealedMan> men;
    for (; begin < ends[i]; ++begin) {
      body.records.push_back(all[begin].record);
      men.push_back(all[begin].sealed);
    }
    HW_LET(body.sealed, seal_names(hand, body.piece, men, {}));
    HW_TRY(say_loss(hand, losses::kRecordsAdded, body));
  }
  return import;
}

Result<losses::ImportId> add_claims(const Client::Hand& hand, std::span<const losses::Claim> claims) {
  size_t bytes = 0;
  const auto size = [](const losses::Claim& claim) {
    Writer out;
    encode(out, claim);
    return out.size();
  };
  const std::vector<size_t> ends = ends_of_pieces(claims.size(), [&](size_t begin, size_t end) {
    if (end == begin + 1) bytes = size(claims[begin]);
    bytes += size(claims[end]);
    return bytes <= kPieceBytes && end - begin < losses::kMostClaims;
  });
  if (ends.empty() || ends.size() > losses::kMostPieces) return losses::LossError::kTooMany;
  const losses::ImportId import = new_import(hand);
  size_t begin = 0;
  for (size_t i = 0; i < ends.size(); ++i) {
    losses::ClaimsAdded body{.piece = {.import = import,
                                       .index = static_cast<uint16_t>(i),
                                       .of = static_cast<uint16_t>(ends.size())},
                             .claims = {claims.begin() + static_cast<std::ptrdiff_t>(begin),
                                        claims.begin() + static_cast<std::ptrdiff_t>(ends[i])},
                             .replaces = std::nullopt};
    begin = ends[i];
    HW_TRY(say_loss(hand, losses::kClaimsAdded, body));
  }
  return import;
}

Result<> set_names(const Client::Hand& hand, const losses::RecordId& record, const SealedMan& man,
                   std::string_view reason) {
  const domain::GroupKey key = key_of(hand.group.id());
  const Ref batch = losses::batch_of(record);
  const auto kept = losses::batch(hand.rows, key, batch);
  if (!kept || losses::number_of(record) >= kept->records) return group::GroupError::kNotPossibleNow;
  std::vector<SealedMan> men(kept->records);
  if (kept->has_names) {
    auto known = read_names(hand.rows, hand.group, batch);
    if (!known || known->size() != men.size()) return ClientError::kNotAllowed;
    men = std::move(*known);
  }
  men[losses::number_of(record)] = man;
  losses::NamesSealed body{.batch = batch, .sealed = {}, .reason = std::string(reason)};
  HW_LET(body.sealed, seal_names(hand, kept->piece, men, readers_of(hand, batch)));
  HW_TRY(say_loss(hand, losses::kNamesSealed, body));
  return success();
}

Result<> seal_names_anew(const Client::Hand& hand, bool look_anyway) {
  if (waits_to_seal(hand)) return success();
  const Hash keys = keys_of_verifiers(hand);
  const std::optional<Bytes> done_with = hand.rows.get(kNamesSealedSpace, hand.group.id());
  if (!look_anyway && done_with && equal(*done_with, keys)) return success();
  size_t bytes = 0;
  for (const auto& [ref, batch] : losses::batches(hand.rows, key_of(hand.group.id()))) {
    if (!batch.has_names) continue;
    HW_LET(const size_t posted, seal_batch_anew(hand, ref));
    bytes += posted;
    if (bytes > kBytesAtOnce) return success();
  }
  if (bytes == 0) hand.rows.put(kNamesSealedSpace, hand.group.id(), keys);
  return success();
}

void forget_loss_settings(Rows& rows, const group::GroupId& group) { rows.erase(kNamesSealedSpace, group); }

// --- Queries ---

std::vector<PersonId> verifiers(Rows& rows, const group::Group& group) {
  std::vector<PersonId> out;
  const std::vector<group::Member> members = group.members();
  for (const group::Member& member : members)
    if (member.role != group::Role::kMember ||
        losses::is_named_verifier(rows, key_of(group.id()), Author::from(member.person)))
      out.push_back(member.person);
  return out;
}

bool i_verify(Rows& rows, const group::Group& group) {
  return group.my_role() != group::Role::kMember ||
         losses::is_named_verifier(rows, key_of(group.id()), Author::from(group.me()));
}

std::optional<std::vector<SealedMan>> read_names(Rows& rows, const group::Group& group, const Ref& batch) {
  const auto names = losses::sealed_names(rows, key_of(group.id()), batch);
  if (!names) return std::nullopt;
  const auto content =
      open_sealed(rows, group, names->sealed, {kNames, PersonId::from(names->by), names->about});
  return content ? decode_sealed_men(content->view()) : std::nullopt;
}

}  // namespace homeward::client
