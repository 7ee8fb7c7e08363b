// A case as a file: what a family takes along when it leaves a group, and brings into another.
//
// Encrypted under a passphrase of its own (Argon2id, XChaCha20-Poly1305), padded, with a checksum by which a
// broken file is told from a wrong passphrase; docs/formats/case_file.md. It holds the card, what is sealed,
// the timeline as far as its maker reads it, next steps and papers, and nothing of the group: no names, no
// keys.
#pragma once

#include "client/cases.h"
#include "crypto/crypto.h"

namespace homeward::client {

enum class CarryError : uint16_t {
  kBadFile = 0x0901,  // cut, changed, or no such file
  kWrongPassphrase,
  kPassphraseEmpty,
  kTooLarge,
};
constexpr Room room_of(CarryError) { return Room::kClient; }

inline constexpr size_t kMostCaseFileBytes = 16 << 20;

struct CarriedEntry {
  domain::Ref ref;                  // as it was; what a correction names
  domain::cases::EntryAdded entry;  // `case_ref` and `sealed` empty; `open` as the group saw it
  domain::cases::Details sealed;    // what only the readers saw
  bool operator==(const CarriedEntry&) const = default;
};
struct CarriedStep {
  std::string text;
  std::optional<domain::cases::Day> due;
  bool operator==(const CarriedStep&) const = default;
};
struct CarriedCase {
  domain::cases::Opened opened;
  std::optional<SealedCaseFields> sealed;
  std::vector<CarriedEntry> entries;  // in the order in which they were written
  std::vector<CarriedStep> steps;     // those still open
  std::vector<CasePaper> papers;      // oldest first
  bool operator==(const CarriedCase&) const = default;
};

// What the file will hold.
CarriedCase carry(const Client::Look& look, const domain::cases::CaseRow& row);
// kPassphraseEmpty, kTooLarge, or what passphrase hashing says.
Result<Bytes> write_case_file(const CarriedCase& carried, BytesView passphrase, PassphraseCost cost,
                              Random& random);
// kBadFile, kWrongPassphrase.
Result<CarriedCase> read_case_file(BytesView file, BytesView passphrase);
// A new case of mine with all of it. Entries keep their dates; what was open and what was sealed of them is
// sealed to me. `note` says, as an entry of its own, that it was brought along.
Result<domain::Ref> bring_case(const Client::Hand& hand, const CarriedCase& carried, std::string_view note);

// The content, before it is encrypted; for tests and the fuzzer.
Bytes encode(const CarriedCase& carried);
Result<CarriedCase> decode_carried(BytesView content);

}  // namespace homeward::client
