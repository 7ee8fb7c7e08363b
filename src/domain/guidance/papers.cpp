#include "domain/guidance/papers.h"

#include <map>

#include "base/text.h"

namespace homeward::domain::guidance {
namespace {

constexpr size_t kMostValueBytes = 400;
constexpr size_t kMostLongValueBytes = 16 * 1024;
constexpr std::string_view kBlank = "______________________";

// Calls `plain(text)` and `field(name)` in order.
template <class Plain, class Name>
void walk(std::string_view body, Plain&& plain, Name&& name) {
  for (;;) {
    const size_t open = body.find("{{");
    const size_t close = open == std::string_view::npos ? open : body.find("}}", open + 2);
    if (close == std::string_view::npos) return plain(body);
    plain(body.substr(0, open));
    name(body.substr(open + 2, close - open - 2));
    body.remove_prefix(close + 2);
  }
}

std::string trimmed(std::string_view text) {
  const size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1));
}

std::string in_words(Date date, std::string_view language) {
  static constexpr std::string_view kRussian[] = {"января",   "февраля", "марта",  "апреля",
                                                  "мая",      "июня",    "июля",   "августа",
                                                  "сентября", "октября", "ноября", "декабря"};
  static constexpr std::string_view kEnglish[] = {"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};
  const std::string year = std::to_string(date.value / 10'000), day = std::to_string(date.value % 100);
  const size_t month = date.value / 100 % 100 - 1;
  if (language == "ru") return day + " " + std::string(kRussian[month]) + " " + year + " г.";
  return day + " " + std::string(kEnglish[month]) + " " + year;
}

bool is_number(std::string_view text) {
  size_t digits = 0, points = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9')
      ++digits;
    else if ((c == ',' || c == '.') && digits > 0 && points == 0)
      ++points;
    else
      return false;
  }
  return digits > 0 && text.back() >= '0' && text.back() <= '9';
}

struct Judged {
  std::string text;
  std::optional<Problem> problem;
};

Judged judge(const Field& field, std::string_view language, const std::string& typed) {
  if (!is_utf8(view_of(typed))) return {"", Problem::kNotText};
  std::string value = trimmed(typed);
  if (value.empty()) return {"", field.required ? std::optional(Problem::kMissing) : std::nullopt};
  const bool is_long = field.type == FieldType::kLongText;
  if (value.size() > (is_long ? kMostLongValueBytes : kMostValueBytes)) return {"", Problem::kTooLong};
  // A value never brings fields of its own, and only long ones have lines.
  for (size_t at = 0; (at = value.find("{{", at)) != std::string::npos;) value.replace(at, 2, "{ {");
  if (!is_long)
    std::ranges::replace_if(value, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  switch (field.type) {
    case FieldType::kDate: {
      const std::optional<Date> date = parse_date(value);
      if (!date) return {"", Problem::kNotADate};
      return {in_words(*date, language), std::nullopt};
    }
    case FieldType::kNumber:
      if (!is_number(value)) return {"", Problem::kNotANumber};
      break;
    case FieldType::kChoice:
      if (std::ranges::find(field.choices, value) == field.choices.end()) return {"", Problem::kNotAChoice};
      break;
    default:
      break;
  }
  return {value, std::nullopt};
}

}  // namespace

std::vector<std::string> names_in(std::string_view body) {
  std::vector<std::string> out;
  walk(body, [](std::string_view) {}, [&](std::string_view name) { out.emplace_back(name); });
  return out;
}

Filled fill(const Paper& paper, std::string_view language, const std::vector<Value>& values) {
  Filled out;
  std::map<std::string, std::string> typed, written;
  for (const Value& value : values) typed[value.name] = value.value;
  for (const Field& field : paper.fields) {
    Judged judged = judge(field, language, typed[field.name]);
    typed.erase(field.name);
    if (judged.problem) out.problems.push_back({field.name, *judged.problem});
    written[field.name] = std::move(judged.text);
  }
  for (const auto& [name, unused] : typed)
    out.problems.push_back({is_utf8(view_of(name)) ? name : std::string(), Problem::kUnknownField});
  const auto filled = [&](std::string_view body) {
    std::string text;
    walk(
        body, [&](std::string_view plain) { text += plain; },
        [&](std::string_view name) {
          const std::string& value = written[std::string(name)];
          text += value.empty() ? kBlank : std::string_view(value);
        });
    return text;
  };
  out.addressed_to = filled(paper.addressed_to);
  out.text = filled(paper.body);
  return out;
}

}  // namespace homeward::domain::guidance
