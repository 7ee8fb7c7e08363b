// Files that are brought into the register (docs/formats/loss_register.md, "Files"): a list of people, counts
// without names, or claims, told apart by their columns.
//
// The whole file is read before anything is posted: one mistake, and nothing of it is taken.
#pragma once

#include "client/losses.h"
#include "losses_stats/problem.h"

namespace homeward::client {

enum class ImportKind : uint8_t { kPeople = 1, kCounts, kClaims };

struct ImportOptions {
  // Where the file itself does not say it.
  std::string publisher;
  std::string link;
  std::string date;  // a span; may be empty
  // Of people: their names are published under the link, and the group may see them.
  bool names_are_public = false;
};
struct Import {
  ImportKind kind = ImportKind::kPeople;
  std::vector<NewLoss> people;
  domain::losses::ListAdded list;
  std::vector<domain::losses::Claim> claims;
  size_t rows = 0;         // lines that were taken
  uint64_t men = 0;        // of counts: the sum
  size_t passed_over = 0;  // lines of sums ("total")
};

inline constexpr size_t kMostImportBytes = 32 * 1024 * 1024;
inline constexpr size_t kMostImportRows = 100'000;

losses_stats::Parsed<Import> read_import(std::string_view csv, const ImportOptions& options);

// All of it or nothing. What it is withdrawn by (domain::losses::Withdrawn).
struct PostedImport {
  domain::losses::Withdrawn::Kind kind = domain::losses::Withdrawn::Kind::kImport;
  domain::Ref event;
};
Result<PostedImport> post_import(const Client::Hand& hand, const Import& import);

// Thousandths; nothing if the text is no decimal number from 0 with at most three places.
std::optional<uint64_t> parse_thousandths(std::string_view text);
std::string text_of_thousandths(uint64_t value);

}  // namespace homeward::client
