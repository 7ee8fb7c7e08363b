// Lists of people, ready to be compared: every value once, in the form that is compared, and a number for it
// in each record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "losses_stats/dates.h"
#include "losses_stats/problem.h"

namespace homeward::losses_stats {

enum class FieldKind : uint8_t { kSurname, kGiven, kPatronymic, kDate, kCode, kText };

struct Value {
  std::string text;      // lower-case ASCII; of a date, what was written
  std::string code;      // of names: consonants (names.h)
  uint64_t letters = 0;  // a bit for every character that occurs
  bool initial = false;  // of names: one letter only
  Date date;
};

using ValueId = uint32_t;
constexpr ValueId kNoValue = 0;

// Values by number; 0 is "not known".
struct Dictionary {
  std::vector<Value> values{1};
  ValueId add(Value value);

 private:
  std::unordered_map<std::string, ValueId> known_;
};

struct LinkField {
  FieldKind kind = FieldKind::kText;
  std::string label;
  size_t dictionary = 0;  // surnames and given names share one, since they change places
};

constexpr size_t kMaximumLinkFields = 14;

struct People {
  std::vector<LinkField> fields;  // at most kMaximumLinkFields; names first
  std::vector<Dictionary> dictionaries;
  std::vector<ValueId> values;  // record by record
  std::vector<std::string> ids;
  std::vector<uint8_t> file;   // by record
  std::vector<uint8_t> group;  // by record: its file, or its list within the file
  size_t group_count = 0;
  // The field of few values, such as a region, within which names are common or rare.
  std::optional<size_t> category;

  size_t size() const { return ids.size(); }
  ValueId id(size_t record, size_t field) const { return values[record * fields.size() + field]; }
  const Value& value(size_t record, size_t field) const {
    return dictionaries[fields[field].dictionary].values[id(record, field)];
  }
  std::optional<size_t> field_of(FieldKind kind) const;
};

// The people of these files (at most 100). A problem names the file by its place.
struct FileProblem {
  size_t file = 0;
  Problem problem;
};
std::variant<People, FileProblem> read_people(const std::vector<std::string>& csv_files);

}  // namespace homeward::losses_stats
