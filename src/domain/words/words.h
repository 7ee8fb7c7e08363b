// Words as people look for them: how text becomes the terms of a search index, in Russian and English.
//
// A text is normalised (Unicode NFKC with case folding, stress marks dropped, ё → е), broken into words by
// Unicode's rules (UAX 29) and each word gives two terms: itself and its Snowball stem (Russian for Cyrillic
// letters, English for Latin ones; other scripts have no stem of their own). A word of a query is found where
// its stem is a term, and the last one, while it is still being typed, also where a term begins with it.
//
// An `Analyzer` owns break rules and stemmers, which are dear to make: keep one. Not for use by two threads
// at once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/context.h"

namespace homeward::domain::words {

// A word longer than this many UTF-8 bytes is cut (at a letter's edge), in texts and in queries alike.
inline constexpr size_t kLongestTermBytes = 64;
// Of one text; what comes after is not indexed.
inline constexpr size_t kMostTerms = 2000;

class Analyzer {
 public:
  Analyzer();
  ~Analyzer();
  Analyzer(const Analyzer&) = delete;
  Analyzer& operator=(const Analyzer&) = delete;

  // Distinct terms, sorted. Text that is not UTF-8 has none.
  std::vector<std::string> terms(std::string_view text);

  struct Word {
    std::string stem;
    std::string prefix;  // set for a last word that ends where the query ends
    bool operator==(const Word&) const = default;
  };
  // The words that must all be found. None if there is no word in it, and then nothing is found.
  std::vector<Word> query(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The index of one feature: rows in two spaces of its own. A document is a place in a group.
struct Index {
  Space terms_space;      // group ‖ term ‖ 0 ‖ place → nothing
  Space documents_space;  // group ‖ place → its terms, so that they can be erased whatever the analyzer later
                          // says

  void add(Rows& rows, const GroupKey& group, const Place& place,
           const std::vector<std::string>& terms) const;
  // Erases every row of the document.
  void remove(Rows& rows, const GroupKey& group, const Place& place) const;
  // Places of the documents that hold all words; ascending.
  std::vector<Place> find(Rows& rows, const GroupKey& group, const std::vector<Analyzer::Word>& words) const;
  void forget(Rows& rows, const GroupKey& group) const;
};

// Sixteen bytes that sort as places do.
void append_place(Bytes& key, const Place& place);
Place read_place(BytesView sixteen_bytes);

}  // namespace homeward::domain::words
