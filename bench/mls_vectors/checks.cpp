#include "bench/mls_vectors/checks.h"

#include <exception>

#include "crypto/crypto.h"

namespace homeward::mls::vectors {

std::span<const File> files() {
  static constexpr File kFiles[] = {
      {"tree-math", check_tree_math},
      {"deserialization", check_deserialization},
      {"crypto-basics", check_crypto_basics},
      {"key-schedule", check_key_schedule},
      {"psk_secret", check_psk_secret},
      {"secret-tree", check_secret_tree},
      {"transcript-hashes", check_transcript_hashes},
      {"message-protection", check_message_protection},
      {"messages", check_messages},
      {"welcome", check_welcome},
      {"tree-operations", check_tree_operations},
      {"tree-validation", check_tree_validation},
      {"treekem", check_treekem},
      {"passive-client-welcome", check_passive_client},
      {"passive-client-handling-commit", check_passive_client},
      {"passive-client-random", check_passive_client},
  };
  return kFiles;
}

uint16_t suite_of(const test::Json& item) {
  return item.has("cipher_suite") ? static_cast<uint16_t>(item.number("cipher_suite")) : uint16_t{0};
}

Outcome run(const File& file, const test::Json& item, std::string& why) {
  const uint16_t suite = suite_of(item);
  if (suite != 0 && Suite::find(static_cast<SuiteId>(suite)) == nullptr) return Outcome::kSkipped;
  try {
    why = file.check(item);
  } catch (const std::exception& problem) {
    why = problem.what();
  }
  return why.empty() ? Outcome::kPassed : Outcome::kFailed;
}

}  // namespace homeward::mls::vectors
