#include "tests/support/json.h"

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/text.h"

namespace homeward::test {
namespace json = boost::json;
namespace {

const json::value& value_of(const std::shared_ptr<const void>& value) {
  return *static_cast<const json::value*>(value.get());
}

[[noreturn]] void refuse(const std::string& what) { throw std::runtime_error("test JSON: " + what); }

}  // namespace

Json Json::parse(std::string_view text) {
  return Json(std::make_shared<const json::value>(json::parse(json::string_view(text.data(), text.size()))));
}

Json Json::load(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) refuse("cannot read " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return parse(text.str());
}

bool Json::is_null() const { return value_of(value_).is_null(); }

bool Json::has(std::string_view key) const {
  const json::object* object = value_of(value_).if_object();
  return object != nullptr && object->contains({key.data(), key.size()});
}

Json Json::operator[](std::string_view key) const {
  if (!has(key)) refuse("no field " + std::string(key));
  return Json({value_, value_of(value_).get_object().if_contains({key.data(), key.size()})});
}

Json Json::operator[](size_t index) const {
  if (index >= size()) refuse("no item " + std::to_string(index));
  return Json({value_, &value_of(value_).get_array()[index]});
}

size_t Json::size() const {
  const json::array* array = value_of(value_).if_array();
  if (array == nullptr) refuse("not an array");
  return array->size();
}

std::vector<Json> Json::items() const {
  std::vector<Json> out;
  for (size_t i = 0; i < size(); ++i) out.push_back((*this)[i]);
  return out;
}

uint64_t Json::number() const {
  const json::value& value = value_of(value_);
  if (!value.is_number()) refuse("not a number");
  return value.to_number<uint64_t>();
}

bool Json::boolean() const {
  const bool* value = value_of(value_).if_bool();
  if (value == nullptr) refuse("not true or false");
  return *value;
}

std::string Json::text() const {
  const json::string* value = value_of(value_).if_string();
  if (value == nullptr) refuse("not a text");
  return {value->data(), value->size()};
}

Bytes Json::bytes() const {
  std::optional<Bytes> out = from_hex(text());
  if (!out) refuse("not hexadecimal");
  return *std::move(out);
}

Bytes Json::bytes_or_nothing(std::string_view key) const {
  const Json field = (*this)[key];
  return field.is_null() ? Bytes{} : field.bytes();
}

std::string mls_vectors_folder() {
  const char* named = std::getenv("HOMEWARD_MLS_VECTORS");
  const std::string folder = named != nullptr ? named : "../shared/mls-vectors";
  return std::filesystem::is_directory(folder) ? folder : "";
}

}  // namespace homeward::test
