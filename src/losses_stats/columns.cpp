#include "losses_stats/columns.h"

#include <algorithm>
#include <initializer_list>
#include <unordered_set>

#include "losses_stats/dates.h"
#include "losses_stats/names.h"

namespace homeward::losses_stats {
namespace {

// What stands in a column.
struct Content {
  size_t filled = 0;
  size_t distinct = 0;
  double numbers = 0;  // shares of the filled
  double whole_dates = 0;
  double dates = 0;
  uint64_t least = UINT64_MAX;
  uint64_t most = 0;
};

Content look_at(const CsvTable& table, size_t column) {
  Content out;
  std::unordered_set<std::string_view> seen;
  size_t numbers = 0;
  size_t whole = 0;
  size_t dates = 0;
  for (const CsvRow& row : table.rows) {
    const std::string& text = row[column].text;
    if (text.empty()) continue;
    ++out.filled;
    if (seen.size() < 100'000) seen.insert(text);
    if (const auto number = whole_number(row[column], UINT32_MAX); number.ok()) {
      ++numbers;
      out.least = std::min(out.least, *number);
      out.most = std::max(out.most, *number);
    }
    const Date date = read_date(text);
    if (date.year >= 1850 && date.year <= 2040 && date.month <= 12 && date.day <= 31) ++dates;
    if (date.whole() && date.year >= 1850 && date.year <= 2040 && date.month <= 12 && date.day <= 31) ++whole;
  }
  out.distinct = seen.size();
  const auto share = [&](size_t part) {
    return out.filled == 0 ? 0 : static_cast<double>(part) / static_cast<double>(out.filled);
  };
  out.numbers = share(numbers);
  out.whole_dates = share(whole);
  out.dates = share(dates);
  return out;
}

// Lower case, words divided by "_", with one at either end: "_date_of_birth_".
std::string normal_name(const std::string& name) {
  std::string out = "_";
  if (has_cyrillic(name)) {
    for (const std::string& word : name_words(plain_text(name))) out += word + "_";
    return out;
  }
  bool lower_before = false;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && lower_before) out.push_back('_');
    lower_before = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (upper) {
      out.push_back(static_cast<char>(c - 'A' + 'a'));
    } else if (lower_before) {
      out.push_back(c);
    } else if (out.back() != '_') {
      out.push_back('_');
    }
  }
  if (out.back() != '_') out.push_back('_');
  return out;
}

bool has(const std::string& name, std::initializer_list<const char*> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](const char* part) { return name.find(part) != std::string::npos; });
}

// Names are matched after transliteration: "фамилия" is "_familiia_".
ColumnRole name_role(const std::string& name) {
  if (has(name, {"surname", "_last_", "_last_name", "lastname", "_lname", "family", "nachname", "famili",
                 "prizvi", "_sname", "familija"}))
    return ColumnRole::kSurname;
  if (has(name, {"patron", "otchestv", "batkov", "middle", "_po_batk"})) return ColumnRole::kPatronymic;
  if (has(name, {"given", "_first_", "first_name", "firstname", "_fname", "forename", "vorname", "_imia_",
                 "_imya_", "christian", "_im_ia_"}) &&
      !has(name, {"famil"}))
    return ColumnRole::kGiven;
  if (has(name, {"_name_", "fullname", "_fio_", "_pib_", "_names_"})) return ColumnRole::kWholeName;
  return ColumnRole::kIgnored;
}

bool says_truth(const std::string& name) {
  return has(name, {"_true_", "truth", "entity", "cluster", "_ent_id", "match_id", "gold", "_label",
                    "person_id", "is_dup", "duplicate"});
}

std::string date_label(const std::string& name) {
  if (has(name, {"birth", "_dob", "born", "geb", "rozhd", "narod", "_by_", "_bm_", "_bd_", "_yob_"}))
    return "birth";
  if (has(name, {"death", "died", "_dod", "killed", "gibel", "smert", "pogib", "zahib", "zagib"}))
    return "death";
  return name;
}

ColumnRole date_part(const std::string& name, const Content& content) {
  if (content.numbers < 0.95) return ColumnRole::kIgnored;
  if (has(name, {"_by_", "_yob_", "year", "_god_", "jahr", "_rik_"}) && content.least >= 1000 &&
      content.most <= 2999)
    return ColumnRole::kYear;
  if (has(name, {"_bm_", "_mob_", "month", "mesiats", "monat"}) && content.most <= 39)
    return ColumnRole::kMonth;
  if (has(name, {"_bd_", "_day", "day_", "_den_", "_tag_"}) && content.most <= 99) return ColumnRole::kDay;
  return ColumnRole::kIgnored;
}

Column recognise(const std::string& name, const Content& content, size_t rows) {
  if (says_truth(name) || content.filled == 0 || (content.distinct < 2 && rows > 1)) return {};
  const std::string date = date_label(name);
  if (const ColumnRole part = date_part(name, content); part != ColumnRole::kIgnored)
    return {part, date == name ? "date" : date};
  if (content.dates >= 0.8 && (content.whole_dates > 0.3 || date != name)) return {ColumnRole::kDate, date};
  if (has(name, {"_source_", "_list_", "dataset", "istochnik", "spisok", "dzherelo"}) &&
      content.distinct <= 12)
    return {ColumnRole::kSource, "source"};
  if (content.numbers < 0.5) {
    if (const ColumnRole role = name_role(name); role != ColumnRole::kIgnored && content.numbers < 0.5)
      return {role, ""};
  }
  std::string label = name;
  if (has(name, {"postcode", "post_code", "zip", "_plz", "indeks", "postal"})) label = "postcode";
  return {content.numbers > 0.8 ? ColumnRole::kCode : ColumnRole::kText, label};
}

size_t id_column(const CsvTable& table) { return table.find("rec_id").value_or(0); }

}  // namespace

std::vector<Column> recognise_columns(const CsvTable& table) {
  std::vector<Column> out(table.names.size());
  for (size_t i = 0; i < out.size(); ++i) {
    if (i == id_column(table)) {
      out[i] = {ColumnRole::kId, "id"};
    } else {
      out[i] = recognise(normal_name(table.names[i]), look_at(table, i), table.rows.size());
    }
  }
  const auto count = [&](ColumnRole role) {
    return std::count_if(out.begin(), out.end(), [&](const Column& column) { return column.role == role; });
  };
  const bool apart = count(ColumnRole::kSurname) > 0 && count(ColumnRole::kGiven) > 0;
  std::unordered_set<std::string> taken;
  for (size_t i = 0; i < out.size(); ++i) {
    Column& column = out[i];
    switch (column.role) {
      case ColumnRole::kWholeName:
        if (apart || !taken.insert("whole name").second) column = {};
        break;
      case ColumnRole::kSurname:
      case ColumnRole::kGiven:
      case ColumnRole::kPatronymic:
      case ColumnRole::kSource:
        // A second part of a name is a text beside the first.
        if (!taken.insert("role" + std::to_string(static_cast<int>(column.role))).second)
          column = {ColumnRole::kText, normal_name(table.names[i])};
        break;
      case ColumnRole::kDate:
      case ColumnRole::kYear:
      case ColumnRole::kMonth:
      case ColumnRole::kDay:
        if (!taken.insert(column.label + std::to_string(static_cast<int>(column.role))).second)
          column.label = normal_name(table.names[i]);
        break;
      case ColumnRole::kCode:
      case ColumnRole::kText:
        if (!taken.insert(column.label).second) column.label = normal_name(table.names[i]);
        break;
      default:
        break;
    }
  }
  return out;
}

}  // namespace homeward::losses_stats
