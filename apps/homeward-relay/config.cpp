#include "apps/homeward-relay/config.h"

#include <toml++/toml.h>

#include <algorithm>
#include <string_view>

namespace homeward {

namespace {

std::string at(const toml::source_region& where) { return "line " + std::to_string(where.begin.line) + ": "; }

// A value as it would stand on the command line; nothing for what cannot.
std::optional<std::string> text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* is_so = node.as_boolean()) return is_so->get() ? "yes" : "no";
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  return std::nullopt;
}

}  // namespace

std::string read_config(
    const std::string& path,
    const std::function<std::string(const std::string& option, const std::string& value)>& take) {
  try {
    const toml::table file = toml::parse_file(path);
    for (const auto& [key, node] : file) {
      std::string option = "--" + std::string(key.str());
      std::ranges::replace(option, '_', '-');
      const toml::array* many = node.as_array();
      const size_t count = many == nullptr ? 1 : many->size();
      for (size_t i = 0; i < count; ++i) {
        const toml::node& one = many == nullptr ? node : (*many)[i];
        const auto value = text_of(one);
        if (!value) return at(one.source()) + std::string(key.str()) + " takes a text or a whole number";
        const std::string problem = take(option, *value);
        if (!problem.empty()) return at(one.source()) + std::string(key.str()) + " " + problem;
      }
    }
  } catch (const toml::parse_error& error) {
    return at(error.source()) + std::string(error.description());
  }
  return {};
}

}  // namespace homeward
