#include "losses_stats/json.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/text.h"

namespace homeward::losses_stats {
namespace {

constexpr size_t kDeepest = 32;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Parsed<Json> whole() {
    Json out;
    if (!value(out, 0)) return wrong_;
    blanks();
    if (at_ != text_.size()) return here("the end of the file");
    return out;
  }

 private:
  bool value(Json& out, size_t depth) {
    blanks();
    out.line = line_;
    out.column = column_;
    if (depth > kDeepest) return fail("at most 32 levels");
    switch (peek()) {
      case '{':
        return object(out, depth);
      case '[':
        return list(out, depth);
      case '"':
        out.kind = Json::Kind::kText;
        return string(out.text);
      case 't':
        out.kind = Json::Kind::kTrue;
        return word("true");
      case 'f':
        out.kind = Json::Kind::kFalse;
        return word("false");
      case 'n':
        return word("null");
      default:
        return number(out);
    }
  }

  bool object(Json& out, size_t depth) {
    out.kind = Json::Kind::kObject;
    next();
    blanks();
    if (take('}')) return true;
    do {
      blanks();
      const Problem name_here = here("a member's name only once");
      std::string name;
      if (peek() != '"') return fail("a member's name in quotes");
      if (!string(name)) return false;
      if (out.find(name) != nullptr) {
        wrong_ = name_here;
        return false;
      }
      blanks();
      if (!take(':')) return fail("a colon after a member's name");
      Json member;
      if (!value(member, depth + 1)) return false;
      out.members.push_back({std::move(name), std::move(member)});
      blanks();
    } while (take(','));
    return take('}') || fail("a comma or the end of the object");
  }

  bool list(Json& out, size_t depth) {
    out.kind = Json::Kind::kList;
    next();
    blanks();
    if (take(']')) return true;
    do {
      Json item;
      if (!value(item, depth + 1)) return false;
      out.items.push_back(std::move(item));
      blanks();
    } while (take(','));
    return take(']') || fail("a comma or the end of the list");
  }

  bool string(std::string& out) {
    next();
    while (at_ < text_.size() && peek() != '"') {
      if (static_cast<unsigned char>(peek()) < 0x20) return fail("no control character in a text");
      if (peek() != '\\') {
        out.push_back(next());
      } else if (!escape(out)) {
        return false;
      }
    }
    return take('"') || fail("a closing quote");
  }

  bool escape(std::string& out) {
    next();
    const char c = peek();
    constexpr std::string_view kFrom = "\"\\/bfnrt";
    constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
    if (const size_t at = kFrom.find(c); at != std::string_view::npos && at_ < text_.size()) {
      next();
      out.push_back(kTo[at]);
      return true;
    }
    if (!take('u')) return fail("an escape of JSON");
    uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
      const char digit = peek();
      const bool decimal = digit >= '0' && digit <= '9';
      const char lower = static_cast<char>(digit | 0x20);
      if (!decimal && (lower < 'a' || lower > 'f')) return fail("four hexadecimal digits");
      code = code * 16 + static_cast<uint32_t>(decimal ? digit - '0' : lower - 'a' + 10);
      next();
    }
    if (code == 0 || (code >= 0xD800 && code < 0xE000)) return fail("a whole character, not a half of one");
    if (code < 0x80) {
      out.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
      out.push_back(static_cast<char>(0xC0U | (code >> 6)));
      out.push_back(static_cast<char>(0x80U | (code & 0x3FU)));
    } else {
      out.push_back(static_cast<char>(0xE0U | (code >> 12)));
      out.push_back(static_cast<char>(0x80U | ((code >> 6) & 0x3FU)));
      out.push_back(static_cast<char>(0x80U | (code & 0x3FU)));
    }
    return true;
  }

  bool digits(std::string& out) {
    const size_t before = out.size();
    while (peek() >= '0' && peek() <= '9') out.push_back(next());
    return out.size() > before;
  }

  bool number(Json& out) {
    out.kind = Json::Kind::kNumber;
    std::string digits_read;
    if (peek() == '-') digits_read.push_back(next());
    if (peek() == '0') {
      digits_read.push_back(next());
    } else if (!digits(digits_read)) {
      return fail("a value");
    }
    if (peek() == '.') {
      digits_read.push_back(next());
      if (!digits(digits_read)) return fail("a digit after the point");
    }
    if (peek() == 'e' || peek() == 'E') {
      digits_read.push_back(next());
      if (peek() == '+' || peek() == '-') digits_read.push_back(next());
      if (!digits(digits_read)) return fail("a digit of the exponent");
    }
    out.number = std::strtod(digits_read.c_str(), nullptr);
    return std::isfinite(out.number) || fail("a number that is not so large");
  }

  bool word(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return fail("a value");
    for (size_t i = 0; i < expected.size(); ++i) next();
    return true;
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  char next() {
    const char c = text_[at_++];
    if (c == '\n') {
      ++line_;
      column_ = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++column_;
    }
    return c;
  }
  bool take(char c) {
    if (at_ >= text_.size() || peek() != c) return false;
    next();
    return true;
  }
  void blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(peek()) != std::string_view::npos) next();
  }
  Problem here(const char* expected) const { return {line_, column_, expected}; }
  bool fail(const char* expected) {
    wrong_ = here(expected);
    return false;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t line_ = 1;
  size_t column_ = 1;
  Problem wrong_;
};

}  // namespace

const Json* Json::find(std::string_view name) const {
  const auto at =
      std::find_if(members.begin(), members.end(), [&](const auto& member) { return member.name == name; });
  return at == members.end() ? nullptr : &at->value;
}

Parsed<Json> parse_json(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  if (!is_utf8(BytesView(bytes, text.size()))) return Problem{0, 0, "UTF-8 text"};
  return Reader(text).whole();
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out.push_back(c);
    }
  }
  return out + "\"";
}

std::string json_exact(double value) {
  if (!std::isfinite(value)) return "null";
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.17g", value);
  return buffer;
}

}  // namespace homeward::losses_stats
