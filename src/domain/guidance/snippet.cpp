#include "domain/guidance/search.h"

namespace homeward::domain::guidance::index {
namespace {

// Small letters of Latin and Cyrillic with ё as е, each as long as it was.
std::string folded(std::string_view text) {
  std::string out(text);
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i] >= 'A' && out[i] <= 'Z') out[i] = static_cast<char>(out[i] + 32);
    if (i + 1 >= out.size()) break;
    const auto lead = static_cast<uint8_t>(out[i]), next = static_cast<uint8_t>(out[i + 1]);
    const auto set = [&](uint8_t a, uint8_t b) {
      out[i] = static_cast<char>(a);
      out[i + 1] = static_cast<char>(b);
    };
    if (lead == 0xD0 && next >= 0x90 && next <= 0x9F)
      set(0xD0, static_cast<uint8_t>(next + 0x20));
    else if (lead == 0xD0 && next >= 0xA0 && next <= 0xAF)
      set(0xD1, static_cast<uint8_t>(next - 0x20));
    else if ((lead == 0xD0 && next == 0x81) || (lead == 0xD1 && next == 0x91))
      set(0xD0, 0xB5);
  }
  return out;
}

bool is_inside(std::string_view text, size_t at) {
  return at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80;
}

// Where a word begins that begins with the term.
size_t place_of_word(std::string_view low, std::string_view term) {
  for (size_t at = low.find(term); at != std::string_view::npos; at = low.find(term, at + 1))
    if (at == 0 || static_cast<uint8_t>(low[at - 1]) < 0x41 || low.substr(0, at).ends_with("«") ||
        low.substr(0, at).ends_with("—"))
      return at;
  return std::string_view::npos;
}

std::string around(std::string_view text, size_t at) {
  constexpr size_t kBefore = 80, kAfter = 200;
  size_t from = at > kBefore ? at - kBefore : 0, to = std::min(text.size(), at + kAfter);
  if (from > 0) {
    const size_t space = text.find(' ', from);
    if (space != std::string_view::npos && space < at) from = space + 1;
    while (is_inside(text, from)) ++from;
  }
  if (to < text.size()) {
    const size_t space = text.rfind(' ', to);
    if (space != std::string_view::npos && space > at) to = space;
    while (is_inside(text, to)) --to;
  }
  std::string out = from > 0 ? "…" : "";
  out += text.substr(from, to - from);
  if (to < text.size()) out += "…";
  std::ranges::replace(out, '\n', ' ');
  return out;
}

}  // namespace

std::string snippet(const Content& content, const std::vector<std::vector<std::string>>& terms) {
  std::vector<const std::string*> texts = {&content.summary};
  for (const Step& step : content.steps)
    for (const std::string* one : {&step.title, &step.text, &step.say, &step.write}) texts.push_back(one);
  for (const Threat& threat : content.threats)
    for (const std::string* one : {&threat.threat, &threat.truth}) texts.push_back(one);
  for (const Paper& paper : content.papers) texts.push_back(&paper.title);
  std::vector<std::string> low;
  for (const std::string* text : texts) low.push_back(folded(*text));
  for (const std::vector<std::string>& word : terms) {
    for (size_t i = 0; i < texts.size(); ++i) {
      size_t first = std::string::npos;
      for (const std::string& term : word) first = std::min(first, place_of_word(low[i], term));
      if (first != std::string::npos) return around(*texts[i], first);
    }
  }
  return {};
}

}  // namespace homeward::domain::guidance::index
