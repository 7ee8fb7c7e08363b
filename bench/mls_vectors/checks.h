// The public MLS test vectors (github.com/mlswg/mls-implementations, test-vectors.md) as checks of single
// items.
//
// A check answers an empty text if the item holds, else what does not. Vectors are not hostile: a field that
// is missing throws, and the runner reports it.
#pragma once

#include <span>
#include <string>

#include "tests/support/json.h"

namespace homeward::mls::vectors {

using Check = std::string (*)(const test::Json& item);

struct File {
  const char* name;  // without ".json"
  Check check;
};

// Every file of the collection that there is a check for.
std::span<const File> files();

struct Count {
  size_t passed = 0;
  size_t failed = 0;
  size_t skipped = 0;  // of cipher suites that are not built in
};

// Runs one item; a failure's reason goes to `why`. Suite 0: the item names none.
enum class Outcome { kPassed, kFailed, kSkipped };
Outcome run(const File& file, const test::Json& item, std::string& why);
uint16_t suite_of(const test::Json& item);

// By area.
std::string check_tree_math(const test::Json& item);
std::string check_crypto_basics(const test::Json& item);
std::string check_deserialization(const test::Json& item);
std::string check_key_schedule(const test::Json& item);
std::string check_psk_secret(const test::Json& item);
std::string check_secret_tree(const test::Json& item);
std::string check_transcript_hashes(const test::Json& item);
std::string check_message_protection(const test::Json& item);
std::string check_messages(const test::Json& item);
std::string check_welcome(const test::Json& item);
std::string check_tree_operations(const test::Json& item);
std::string check_tree_validation(const test::Json& item);
std::string check_treekem(const test::Json& item);
std::string check_passive_client(const test::Json& item);

}  // namespace homeward::mls::vectors

// Within a check: answers the condition's own text if it does not hold.
#define HW_NEED(...)                         \
  do {                                       \
    if (!(__VA_ARGS__)) return #__VA_ARGS__; \
  } while (false)
