// Errors as values.
//
// A room declares one closed enum of what can go wrong in it and names itself once:
//
//   enum class CodecError : uint16_t { kTruncated = 1, … };
//   constexpr Room room_of(CodecError) { return Room::kCodec; }
//
// An `Error` holds the room, the number and a constant text that says where; never a byte of what a peer
// sent. Callers compare with `error.is(CodecError::kTruncated)`.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace homeward {

enum class Room : uint8_t {
  kBase = 1,
  kCodec,
  kCrypto,
  kMls,
  kWire,
  kRelay,
  kVault,
  kGroup,
  kDomain,
  kClient,
  kApi,
  kOs,
  kSql
};

class [[nodiscard]] Error {
 public:
  // `context` must be a string literal.
  template <class Enum>
    requires std::is_enum_v<Enum>
  Error(Enum code, const char* context = "")  // NOLINT(google-explicit-constructor)
      : context_(context), code_(static_cast<uint16_t>(code)), room_(room_of(code)) {}

  template <class Enum>
    requires std::is_enum_v<Enum>
  bool is(Enum code) const {
    return room_ == room_of(code) && code_ == static_cast<uint16_t>(code);
  }
  Room room() const { return room_; }
  uint16_t code() const { return code_; }
  const char* context() const { return context_; }

 private:
  const char* context_;
  uint16_t code_;
  Room room_;
};

// A value or an error. `Result<>` carries no value. Reading the wrong half is a bug and asserts.
template <class T = std::monostate>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}       // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, error) {}  // NOLINT(google-explicit-constructor)
  template <class Enum>
    requires(std::is_enum_v<Enum> && !std::is_same_v<Enum, T>)
  Result(Enum code) : Result(Error(code)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & {
    HW_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    HW_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    HW_ASSERT(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const {
    HW_ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

inline Result<> success() { return std::monostate{}; }

}  // namespace homeward

#define HW_JOIN_(a, b) a##b
#define HW_JOIN(a, b) HW_JOIN_(a, b)

// HW_TRY(expression): returns its error from the enclosing function, if it has one.
#define HW_TRY(...)                                                     \
  do {                                                                  \
    auto hw_result_ = (__VA_ARGS__);                                    \
    if (!hw_result_.ok()) return ::homeward::Error(hw_result_.error()); \
  } while (false)

// HW_LET(auto x, expression): the same, else declares x with the value.
#define HW_LET_(temporary, declaration, ...)                        \
  auto temporary = (__VA_ARGS__);                                   \
  if (!temporary.ok()) return ::homeward::Error(temporary.error()); \
  declaration = std::move(temporary).value()
#define HW_LET(declaration, ...) HW_LET_(HW_JOIN(hw_let_, __COUNTER__), declaration, __VA_ARGS__)
