// JSON for tests, without its library in every test's translation unit. For test vectors and expected answers
// only: a field that is missing or of another kind throws, which fails the test with the field's name.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace homeward::test {

// A value within a document; copies are cheap and keep the document alive.
class Json {
 public:
  static Json parse(std::string_view text);
  // Throws if the file cannot be read or parsed.
  static Json load(const std::string& path);

  bool is_null() const;
  bool has(std::string_view key) const;
  Json operator[](std::string_view key) const;
  Json operator[](size_t index) const;
  size_t size() const;              // of an array
  std::vector<Json> items() const;  // of an array

  // The value itself…
  uint64_t number() const;
  bool boolean() const;
  std::string text() const;
  Bytes bytes() const;  // of a text in hexadecimal
  // …or the field of this object.
  uint64_t number(std::string_view key) const { return (*this)[key].number(); }
  bool boolean(std::string_view key) const { return (*this)[key].boolean(); }
  std::string text(std::string_view key) const { return (*this)[key].text(); }
  Bytes bytes(std::string_view key) const { return (*this)[key].bytes(); }
  // Nothing for null, as some vectors have optional fields.
  Bytes bytes_or_nothing(std::string_view key) const;

 private:
  explicit Json(std::shared_ptr<const void> value) : value_(std::move(value)) {}
  std::shared_ptr<const void> value_;  // a boost::json::value
};

// The folder of the public MLS vectors: the environment's HOMEWARD_MLS_VECTORS, else `../shared/mls-vectors`
// seen from the project's root, where CTest runs every test. Empty if there is none.
std::string mls_vectors_folder();

}  // namespace homeward::test

// HW_MLS_VECTORS(vectors, "crypto-basics.json"): declares `vectors`, or skips the test saying how to get
// them.
#define HW_MLS_VECTORS(name, file)                                                                   \
  if (::homeward::test::mls_vectors_folder().empty()) {                                              \
    GTEST_SKIP()                                                                                     \
        << "no MLS vectors: put the folder test-vectors of github.com/mlswg/mls-implementations at " \
           "../shared/mls-vectors, or name it in HOMEWARD_MLS_VECTORS";                              \
  }                                                                                                  \
  const ::homeward::test::Json name =                                                                \
      ::homeward::test::Json::load(::homeward::test::mls_vectors_folder() + "/" file)
