// Described structs to and from JSON and TypeScript: the commands' arguments and answers are plain structs
// with BOOST_DESCRIBE_STRUCT, and everything else (reading, checking, writing, the page's types) follows from
// that one list.
//
// JSON to struct is strict: a field that is missing, of another type, or unknown is `BadField`, which names
// the field and says what it takes, and echoes nothing of what came.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace homeward::api {

namespace json = boost::json;

inline constexpr size_t kMostInList = 1'000;  // items of a list among the arguments

struct BadField {
  std::string field;
  std::string takes;
};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public>;

// The type as TypeScript writes it; structs by their name.
template <class T>
std::string type_name() {
  if constexpr (std::is_same_v<T, std::string>) {
    return "string";
  } else if constexpr (std::is_same_v<T, bool>) {
    return "boolean";
  } else if constexpr (std::is_arithmetic_v<T>) {
    return "number";
  } else if constexpr (std::is_enum_v<T>) {
    std::string out;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
        [&](auto d) { out += (out.empty() ? "\"" : " | \"") + std::string(d.name) + "\""; });
    return out;
  } else if constexpr (IsOptional<T>::value) {
    return type_name<typename T::value_type>();
  } else if constexpr (IsVector<T>::value) {
    const std::string inner = type_name<typename T::value_type>();
    return (inner.find('|') == std::string::npos ? inner : "(" + inner + ")") + "[]";
  } else {
    return T::kName;
  }
}

template <class T>
json::value to_json(const T& value) {
  if constexpr (std::is_same_v<T, std::string> || std::is_arithmetic_v<T>) {
    return json::value(value);
  } else if constexpr (std::is_enum_v<T>) {
    return json::value(boost::describe::enum_to_string(value, ""));
  } else if constexpr (IsOptional<T>::value) {
    return value ? to_json(*value) : json::value(nullptr);
  } else if constexpr (IsVector<T>::value) {
    json::array out;
    for (const auto& item : value) out.push_back(to_json(item));
    return out;
  } else {
    json::object out;
    boost::mp11::mp_for_each<Members<T>>([&](auto d) {
      const auto& member = value.*d.pointer;
      if constexpr (IsOptional<std::remove_cvref_t<decltype(member)>>::value) {
        if (!member) return;
      }
      out[d.name] = to_json(member);
    });
    return out;
  }
}

template <class T>
void from_json(const json::value& in, const std::string& field, T& out) {
  if constexpr (std::is_same_v<T, std::string>) {
    if (!in.is_string()) throw BadField{field, "string"};
    out = std::string(in.as_string());
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!in.is_bool()) throw BadField{field, "true or false"};
    out = in.as_bool();
  } else if constexpr (std::is_arithmetic_v<T>) {
    boost::system::error_code error;
    const auto number = in.to_number<int64_t>(error);
    if (error || number < 0 || number > 9'007'199'254'740'991) throw BadField{field, "a whole number from 0"};
    out = static_cast<T>(number);
  } else if constexpr (std::is_enum_v<T>) {
    if (!in.is_string() || !boost::describe::enum_from_string(std::string(in.as_string()).c_str(), out)) {
      throw BadField{field, type_name<T>()};
    }
  } else if constexpr (IsOptional<T>::value) {
    if (in.is_null()) return;
    typename T::value_type inner{};
    from_json(in, field, inner);
    out = std::move(inner);
  } else if constexpr (IsVector<T>::value) {
    if (!in.is_array()) throw BadField{field, "a list"};
    if (in.as_array().size() > kMostInList) throw BadField{field, "a shorter list"};
    for (const json::value& item : in.as_array()) {
      typename T::value_type inner{};
      from_json(item, field, inner);
      out.push_back(std::move(inner));
    }
  } else {
    if (!in.is_object()) throw BadField{field.empty() ? "arguments" : field, "an object"};
    const json::object& object = in.as_object();
    std::string names;
    boost::mp11::mp_for_each<Members<T>>(
        [&](auto d) { names += std::string(names.empty() ? "" : ", ") + d.name; });
    for (const auto& [key, unused] : object) {
      bool known = false;
      boost::mp11::mp_for_each<Members<T>>([&](auto d) { known = known || key == d.name; });
      if (!known) throw BadField{"arguments", names.empty() ? "no fields" : "only: " + names};
    }
    boost::mp11::mp_for_each<Members<T>>([&](auto d) {
      auto& member = out.*d.pointer;
      using Member = std::remove_cvref_t<decltype(member)>;
      const json::value* value = object.if_contains(d.name);
      if (value != nullptr) {
        from_json(*value, d.name, member);
      } else if constexpr (!IsOptional<Member>::value) {
        throw BadField{d.name, type_name<Member>()};
      }
    });
  }
}

// One `export interface`, for a struct with `static constexpr kName`.
template <class T>
std::string interface_of() {
  std::string out = std::string("export interface ") + T::kName + " {\n";
  boost::mp11::mp_for_each<Members<T>>([&](auto d) {
    using Member = std::remove_cvref_t<decltype(std::declval<T>().*d.pointer)>;
    out +=
        std::string("  ") + d.name + (IsOptional<Member>::value ? "?: " : ": ") + type_name<Member>() + ";\n";
  });
  return out + "}\n";
}

}  // namespace homeward::api
