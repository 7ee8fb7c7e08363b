// The index by which articles are found: ranked, with mistakes of one letter, in a few milliseconds among
// thousands.
//
// A term is the stem of a word. Its documents stand in blocks of 128, so that a common word is a few rows and
// a rare one a single row. A document counts what a word is worth by where it stands (title, summary,
// headings, text), rarer words count more (BM25 with saturation). A word with one letter too many, too few,
// wrong or swapped with its neighbour keeps its first or its last letters: the terms that begin with the
// first half and those that end with the second half hold every candidate, and all terms with the same first,
// and the same last, three letters stand in one row.
//
// Rows, each key beginning with the group's id:
//   0x2208  term ‖ 0 ‖ u16 block → {u8 slot, u8 fields}…
//   0x2209  u16 block → 128 × document                  0x220A  u32 document → its terms
//   0x220B  last three letters, reversed → terms        0x220C  nothing → u32 documents there ever were
//   0x220E  first three letters → terms
#pragma once

#include <string>
#include <vector>

#include "domain/guidance/events.h"
#include "domain/words/words.h"

namespace homeward::domain::guidance {

using DocumentNumber = uint32_t;

// Nothing named: all of them.
struct Filter {
  std::optional<Audience> audience;
  std::optional<Situation> situation;
  bool with_withdrawn = false;
};
bool fits(const Filter& filter, const std::vector<Audience>& audiences,
          const std::vector<Situation>& situations, bool is_withdrawn);

struct FoundDocument {
  ArticleId article;
  double score = 0;
};
struct Findings {
  std::vector<FoundDocument> documents;  // best first
  // Of each word of the query, the rarest first, the terms by which it was found: for the snippet.
  std::vector<std::vector<std::string>> terms;
};

namespace index {

DocumentNumber new_document(Rows& rows, const GroupKey& group);
// Puts the document into the index, in place of what it was before.
void put(Rows& rows, words::Analyzer& analyzer, const GroupKey& group, DocumentNumber document,
         const ArticleId& article, const Content& content);
void set_withdrawn(Rows& rows, const GroupKey& group, DocumentNumber document);
Findings find(Rows& rows, words::Analyzer& analyzer, const GroupKey& group, std::string_view query,
              const Filter& filter);
void forget(Rows& rows, const GroupKey& group);

// Whether one letter too many, too few, wrong, or swapped with its neighbour makes one of the other. UTF-8.
bool within_one_letter(std::string_view a, std::string_view b);
// Where the first of these words that has a place in the text (the title aside) stands, with what is around
// it; empty if none has.
std::string snippet(const Content& content, const std::vector<std::vector<std::string>>& terms);

}  // namespace index
}  // namespace homeward::domain::guidance
