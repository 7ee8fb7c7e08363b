#include "group/recovery.h"

#include "crypto/crypto.h"
#include "group/rules.h"

namespace homeward::group {
namespace {

constexpr uint8_t kVersion = 1;
enum Type : uint8_t { kWord = 1, kCarried = 2, kMove = 3 };
constexpr size_t kMostSignatureBytes = 128;

RecoveryWord decode_word(Reader& in) {
  RecoveryWord word;
  word.person = in.fixed<PersonId>();
  word.action = decode_recover_action(in);
  word.signature = copy_of(in.opaque(kMostSignatureBytes));
  return word;
}

Carried decode_carried(Reader& in) {
  Carried carried;
  carried.epoch = in.u64();
  carried.number = in.u64();
  carried.entry = copy_of(in.opaque(kMostCarriedBytes));
  return carried;
}

Move decode_move(Reader& in) {
  Move move;
  move.action = decode_recover_action(in);
  Reader signatures = in.vector();
  while (!signatures.empty() && signatures.ok()) {
    const PersonId person = signatures.fixed<PersonId>();
    if (!move.signatures.empty() && !(move.signatures.back().first < person))
      signatures.fail(CodecError::kMalformed);
    move.signatures.emplace_back(person, copy_of(signatures.opaque(kMostSignatureBytes)));
  }
  if (!signatures.finish().ok()) in.fail(CodecError::kMalformed);
  move.message = copy_of(in.opaque());
  move.signature = copy_of(in.opaque(kMostSignatureBytes));
  return move;
}

}  // namespace

RecoveryLog recovery_log(const ReturnSeed& seed) {
  const auto derived = [&](std::string_view label) {
    return group_suite().hkdf_expand(seed, view_of(label), 32);
  };
  RecoveryLog out;
  out.access =
      wire::QueueAccess::from_tokens(wire::ReadToken::from(derived("homeward recovery read").view()),
                                     wire::WriteToken::from(derived("homeward recovery write").view()));
  out.key = derived("homeward recovery seal");
  return out;
}

Bytes encode(const RecoveryEntry& entry) {
  Writer out;
  out.u8(kVersion).u8(static_cast<uint8_t>(entry.index() + 1));
  if (const auto* word = std::get_if<RecoveryWord>(&entry)) {
    out.raw(word->person);
    encode(out, word->action);
    out.opaque(word->signature);
  } else if (const auto* carried = std::get_if<Carried>(&entry)) {
    out.u64(carried->epoch).u64(carried->number).opaque(carried->entry);
  } else if (const auto* move = std::get_if<Move>(&entry)) {
    encode(out, move->action);
    out.vector([&](Writer& inner) {
      for (const auto& [person, signature] : move->signatures) inner.raw(person).opaque(signature);
    });
    out.opaque(move->message).opaque(move->signature);
  }
  return out.take();
}

Result<RecoveryEntry> decode_recovery_entry(BytesView content) {
  Reader in(content);
  if (in.u8() != kVersion) in.fail(CodecError::kMalformed);
  RecoveryEntry out;
  switch (in.u8()) {
    case kWord:
      out = decode_word(in);
      break;
    case kCarried:
      out = decode_carried(in);
      break;
    case kMove:
      out = decode_move(in);
      break;
    default:
      in.fail(CodecError::kMalformed);
  }
  HW_TRY(in.finish());
  return out;
}

}  // namespace homeward::group
