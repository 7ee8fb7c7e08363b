#include "losses_stats/people.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "losses_stats/columns.h"
#include "losses_stats/names.h"

namespace homeward::losses_stats {
namespace {

constexpr size_t kMaximumFiles = 100;
constexpr size_t kMaximumGroups = 250;

uint64_t letters_of(std::string_view text) {
  uint64_t out = 0;
  for (const char c : text) {
    if (c >= 'a' && c <= 'z') {
      out |= uint64_t{1} << (c - 'a');
    } else if (c >= '0' && c <= '9') {
      out |= uint64_t{1} << (26 + (c - '0'));
    }
  }
  return out;
}

std::string without_blanks(std::string text) {
  std::erase(text, ' ');
  return text;
}

// The parts of a field that stand in columns of their own, and the columns that make it.
struct Source {
  FieldKind kind;
  std::string label;
  std::array<std::optional<size_t>, 3> columns;  // a date's year, month and day; else the first
};

struct NameParts {
  std::string surname, given, patronymic;
};

class Reader {
 public:
  explicit Reader(bool sounds) : sounds_(sounds) { people_.dictionaries.resize(1); }

  std::optional<Problem> add(const CsvTable& table, size_t file);
  People finish();

 private:
  void find_columns(const CsvTable& table);
  size_t field(FieldKind kind, const std::string& label);
  void source(FieldKind kind, const std::string& label, size_t part, size_t column);
  std::optional<Problem> check_ids(const CsvTable& table) const;
  uint8_t group_of(size_t file, const std::string& list);
  NameParts names_of(const CsvRow& row) const;
  void add_names(const CsvRow& row, std::vector<ValueId>& values);
  ValueId name(FieldKind kind, const std::string& text);
  ValueId other(size_t field, const Source& from, const CsvRow& row);
  std::string text_at(const CsvRow& row, std::optional<size_t> column) const {
    return column ? row[*column].text : std::string();
  }

  bool sounds_;
  People people_;
  std::vector<std::vector<ValueId>> records_;  // fields that a later file brings are missing at the end
  std::unordered_map<std::string, uint8_t> groups_;
  std::array<std::unordered_map<std::string, ValueId>, 3> name_cache_;
  std::vector<std::unordered_map<std::string, ValueId>> other_cache_;
  // Of the file being read:
  size_t id_column_ = 0;
  std::optional<size_t> source_column_, surname_, given_, patronymic_, whole_;
  std::vector<std::pair<size_t, Source>> sources_;
};

size_t Reader::field(FieldKind kind, const std::string& label) {
  for (size_t i = 0; i < people_.fields.size(); ++i) {
    if (people_.fields[i].kind == kind && people_.fields[i].label == label) return i;
  }
  if (people_.fields.size() == kMaximumLinkFields) return kMaximumLinkFields;
  size_t dictionary = 0;
  if (kind != FieldKind::kSurname && kind != FieldKind::kGiven) {
    dictionary = people_.dictionaries.size();
    people_.dictionaries.emplace_back();
  }
  people_.fields.push_back({kind, label, dictionary});
  other_cache_.emplace_back();
  return people_.fields.size() - 1;
}

void Reader::source(FieldKind kind, const std::string& label, size_t part, size_t column) {
  const size_t to = field(kind, label);
  if (to == kMaximumLinkFields) return;
  auto found = std::find_if(sources_.begin(), sources_.end(), [&](const auto& s) { return s.first == to; });
  if (found == sources_.end()) {
    sources_.push_back({to, Source{kind, label, {}}});
    found = sources_.end() - 1;
  }
  found->second.columns[part] = column;
}

void Reader::find_columns(const CsvTable& table) {
  const std::vector<Column> columns = recognise_columns(table);
  source_column_ = surname_ = given_ = patronymic_ = whole_ = std::nullopt;
  sources_.clear();
  for (size_t i = 0; i < columns.size(); ++i) {
    const std::string& label = columns[i].label;
    switch (columns[i].role) {
      case ColumnRole::kId:
        id_column_ = i;
        break;
      case ColumnRole::kSource:
        source_column_ = i;
        break;
      case ColumnRole::kSurname:
        surname_ = i;
        break;
      case ColumnRole::kGiven:
        given_ = i;
        break;
      case ColumnRole::kPatronymic:
        patronymic_ = i;
        break;
      case ColumnRole::kWholeName:
        whole_ = i;
        break;
      case ColumnRole::kDate:
        source(FieldKind::kDate, label, 0, i);
        break;
      case ColumnRole::kYear:
        source(FieldKind::kDate, label, 0, i);
        break;
      case ColumnRole::kMonth:
        source(FieldKind::kDate, label, 1, i);
        break;
      case ColumnRole::kDay:
        source(FieldKind::kDate, label, 2, i);
        break;
      case ColumnRole::kCode:
        source(FieldKind::kCode, label, 0, i);
        break;
      case ColumnRole::kText:
        source(FieldKind::kText, label, 0, i);
        break;
      case ColumnRole::kIgnored:
        break;
    }
  }
}

std::optional<Problem> Reader::check_ids(const CsvTable& table) const {
  std::unordered_set<std::string_view> seen;
  for (const CsvRow& row : table.rows) {
    const Field& id = row[id_column_];
    if (id.text.empty()) return Problem{id.line, id.column, "the record's id"};
    if (!seen.insert(id.text).second) return Problem{id.line, id.column, "every record's id only once"};
  }
  return {};
}

uint8_t Reader::group_of(size_t file, const std::string& list) {
  const std::string key = std::to_string(file) + "/" + list;
  if (const auto found = groups_.find(key); found != groups_.end()) return found->second;
  const auto next = static_cast<uint8_t>(std::min(groups_.size(), kMaximumGroups));
  groups_.emplace(key, next);
  return next;
}

NameParts Reader::names_of(const CsvRow& row) const {
  NameParts out{text_at(row, surname_), text_at(row, given_), text_at(row, patronymic_)};
  if (whole_) {
    const WholeName split = split_name(row[*whole_].text);
    if (out.surname.empty()) out.surname = split.surname;
    if (out.given.empty()) out.given = split.given;
    if (out.patronymic.empty()) out.patronymic = split.patronymic;
  }
  if (!sounds_) return out;
  if (out.given.empty() && out.surname.find_first_of(" .") != std::string::npos) {
    const WholeName split = split_name(out.surname);
    return {split.surname, split.given, out.patronymic.empty() ? split.patronymic : out.patronymic};
  }
  if (out.patronymic.empty()) {
    const auto words = name_words(out.given);
    if (words.size() == 2 && (is_initial(words[1]) || looks_like_patronymic(words[1]))) {
      out.given = words[0];
      out.patronymic = words[1];
    }
  }
  return out;
}

ValueId Reader::name(FieldKind kind, const std::string& text) {
  if (text.empty()) return kNoValue;
  auto& cache = name_cache_[static_cast<size_t>(kind)];
  if (const auto found = cache.find(text); found != cache.end()) return found->second;
  Value value;
  if (!sounds_) {
    value.text = without_blanks(plain_text(text));
  } else if (kind == FieldKind::kPatronymic) {
    value.text = patronymic_sound(text);
  } else if (kind == FieldKind::kGiven) {
    value.text = given_sound(text);
  } else {
    value.text = name_sound(text);
  }
  value.initial = !value.text.empty() && is_initial(text);
  if (value.initial) value.text.resize(1);
  value.code = consonants(value.text, 4);
  ValueId id = kNoValue;
  if (!value.text.empty()) {
    const size_t dictionary = kind == FieldKind::kPatronymic ? people_.fields[field(kind, "")].dictionary : 0;
    id = people_.dictionaries[dictionary].add(std::move(value));
  }
  cache.emplace(text, id);
  return id;
}

ValueId Reader::other(size_t at, const Source& from, const CsvRow& row) {
  std::string text = text_at(row, from.columns[0]);
  if (from.columns[1] || from.columns[2])
    text += "/" + text_at(row, from.columns[1]) + "/" + text_at(row, from.columns[2]);
  if (text.empty() || text == "//") return kNoValue;
  auto& cache = other_cache_[at];
  if (const auto found = cache.find(text); found != cache.end()) return found->second;
  Value value;
  value.text = plain_text(text);
  if (from.kind == FieldKind::kDate) {
    if (from.columns[1] || from.columns[2]) {
      const auto number = [&](size_t part, uint64_t most) {
        if (!from.columns[part]) return uint64_t{0};
        const auto read = whole_number(row[*from.columns[part]], most);
        return read.ok() ? *read : 0;
      };
      value.date = {static_cast<uint16_t>(number(0, 2999)), static_cast<uint8_t>(number(1, 99)),
                    static_cast<uint8_t>(number(2, 99))};
    } else {
      value.date = read_date(text);
    }
    value.text = value.date.empty()
                     ? ""
                     : std::to_string(value.date.year) + "-" + std::to_string(value.date.month) + "-" +
                           std::to_string(value.date.day);
  } else if (from.kind == FieldKind::kCode) {
    value.text = without_blanks(value.text);
  }
  ValueId id = kNoValue;
  if (!value.text.empty()) id = people_.dictionaries[people_.fields[at].dictionary].add(std::move(value));
  cache.emplace(std::move(text), id);
  return id;
}

void Reader::add_names(const CsvRow& row, std::vector<ValueId>& values) {
  const NameParts parts = names_of(row);
  if (!surname_ && !given_ && !whole_) return;
  const auto put = [&](FieldKind kind, const std::string& text) {
    const ValueId id = name(kind, text);
    if (id != kNoValue) values[field(kind, "")] = id;
  };
  put(FieldKind::kSurname, parts.surname);
  put(FieldKind::kGiven, parts.given);
  if (patronymic_ || whole_ || sounds_) put(FieldKind::kPatronymic, parts.patronymic);
}

std::optional<Problem> Reader::add(const CsvTable& table, size_t file) {
  if (table.rows.empty()) return Problem{2, 0, "at least one record"};
  // The three names come first and are always there, so that every file can bring them.
  for (const FieldKind kind : {FieldKind::kSurname, FieldKind::kGiven, FieldKind::kPatronymic})
    field(kind, "");
  find_columns(table);
  if (!surname_ && !given_ && !whole_ && sources_.empty())
    return Problem{1, 0, "columns that tell people apart: names, dates, places"};
  if (auto wrong = check_ids(table)) return wrong;
  for (const CsvRow& row : table.rows) {
    std::vector<ValueId> values(people_.fields.size(), kNoValue);
    add_names(row, values);
    for (const auto& [at, from] : sources_) values[at] = other(at, from, row);
    records_.push_back(std::move(values));
    people_.ids.push_back(row[id_column_].text);
    people_.file.push_back(static_cast<uint8_t>(file));
    people_.group.push_back(group_of(file, text_at(row, source_column_)));
  }
  return {};
}

// A text of few values that most records have; one that is called a region rather than another.
std::optional<size_t> find_category(const People& people) {
  std::optional<size_t> best;
  double best_score = 0;
  for (size_t i = 0; i < people.fields.size(); ++i) {
    const LinkField& field = people.fields[i];
    const size_t distinct = people.dictionaries[field.dictionary].values.size() - 1;
    if (field.kind != FieldKind::kText || distinct < 3 || distinct > 150 || distinct * 8 > people.size())
      continue;
    size_t filled = 0;
    for (size_t r = 0; r < people.size(); ++r) filled += people.id(r, i) != kNoValue;
    double score = static_cast<double>(filled) / static_cast<double>(people.size());
    for (const char* word : {"region", "state", "_iso_", "oblast", "subject", "province"})
      score += field.label.find(word) != std::string::npos ? 2 : 0;
    if (score > 0.5 && score > best_score) {
      best_score = score;
      best = i;
    }
  }
  return best;
}

People Reader::finish() {
  const size_t width = people_.fields.size();
  people_.values.assign(records_.size() * width, kNoValue);
  for (size_t r = 0; r < records_.size(); ++r)
    std::copy(records_[r].begin(), records_[r].end(),
              people_.values.begin() + static_cast<ptrdiff_t>(r * width));
  people_.group_count = groups_.size() > kMaximumGroups ? kMaximumGroups + 1 : groups_.size();
  for (Dictionary& dictionary : people_.dictionaries) {
    for (Value& value : dictionary.values) value.letters = letters_of(value.text);
  }
  people_.category = find_category(people_);
  return std::move(people_);
}

}  // namespace

ValueId Dictionary::add(Value value) {
  std::string key = value.text + (value.initial ? "." : "");
  const auto [at, fresh] = known_.emplace(std::move(key), static_cast<ValueId>(values.size()));
  if (fresh) values.push_back(std::move(value));
  return at->second;
}

std::optional<size_t> People::field_of(FieldKind kind) const {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].kind == kind) return i;
  }
  return {};
}

std::variant<People, FileProblem> read_people(const std::vector<std::string>& csv_files) {
  HW_ASSERT(!csv_files.empty() && csv_files.size() <= kMaximumFiles);
  const bool sounds = std::any_of(csv_files.begin(), csv_files.end(),
                                  [](const std::string& text) { return has_cyrillic(text); });
  Reader reader(sounds);
  for (size_t i = 0; i < csv_files.size(); ++i) {
    const auto table = parse_csv(csv_files[i]);
    if (!table.ok()) return FileProblem{i, table.problem()};
    if (const auto wrong = reader.add(*table, i)) return FileProblem{i, *wrong};
  }
  return reader.finish();
}

}  // namespace homeward::losses_stats
