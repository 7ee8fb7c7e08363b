// A bulletin as a folder of files: pages in Russian and English that need no script, figures as CSV and JSON,
// and the list of the files with their SHA-256.
//
// Deterministic: equal editions give equal bytes, on every device of the same version (`kForm`). Nothing in
// the folder comes from outside of the edition, and nothing in it fetches anything: each page carries a
// policy that allows its own style and nothing else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/bulletin/edition.h"

namespace homeward::client::bulletin {

// Counts up with every change of what the folder of an edition looks like.
inline constexpr uint16_t kForm = 1;

struct File {
  std::string name;
  std::string content;
  bool operator==(const File&) const = default;
};

// By name; the list of the files, kSums, is the last.
inline constexpr std::string_view kSums = "SHA256SUMS";
std::vector<File> folder_of(const Edition& edition);
// Of the list of the files, and so of every byte of the folder.
domain::bulletin::Digest digest_of(const std::vector<File>& folder);

// One archive without compression and without times, the same bytes for the same folder. Names are in ASCII.
Bytes zip_of(const std::vector<File>& folder);

// --- For the files of this folder ---
enum class Language : uint8_t { kRussian, kEnglish };
std::string page_of(const Edition& edition, Language language);
std::string map_of(const Edition& edition, Language language);          // SVG
std::string rates_chart_of(const Edition& edition, Language language);  // SVG, or "" if no rate is shown

// What is shown of a region over its residents, per 100,000, with the exact interval at 95 %.
struct RegionRate {
  std::string iso;
  Shown deaths;
  uint32_t residents = 0;
  double rate = 0, low = 0, high = 0;
  // So few that the interval is wider than the rate itself.
  bool uncertain() const { return high - low > rate; }
};
// The highest first.
std::vector<RegionRate> rates_of(const Edition& edition);

std::string escaped(std::string_view text);  // for HTML and SVG
std::string name_of_region(std::string_view iso, Language language);
std::string short_name_of_region(std::string_view iso);  // "BU"
std::string number_words(uint64_t number, Language language);
std::string decimal_words(double number, Language language);
std::string day_words(Day day, Language language);
std::string month_words(std::string_view key, Language language);  // of "2022-07"
std::string month_key(int32_t month);

}  // namespace homeward::client::bulletin
