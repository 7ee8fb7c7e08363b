#include "domain/guidance/search.h"

#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "codec/codec.h"

namespace homeward::domain::guidance {
namespace {

constexpr Space kPostingSpace = 0x2208;
constexpr Space kDocumentSpace = 0x2209;
constexpr Space kTermsSpace = 0x220A;
constexpr Space kEndingSpace = 0x220B;
constexpr Space kCountSpace = 0x220C;
constexpr Space kBeginningSpace = 0x220E;

constexpr uint32_t kBlock = 128;
constexpr uint8_t kInTitle = 1, kInSummary = 2, kInHeadings = 4, kInText = 8;
constexpr double kExact = 1, kBeginning = 0.7, kOneLetter = 0.35;
constexpr double kSaturation = 4, kByLength = 0.3;
// Shorter words have too many neighbours.
constexpr size_t kShortestMistaken = 4;
constexpr size_t kMostQueryWords = 12;
constexpr size_t kMostTerms = 4'000;  // of a document
// Of the terms that begin with a word that is still being typed, the shortest.
constexpr size_t kMostBeginnings = 60;
constexpr size_t kBucketLetters = 3;
constexpr size_t kLongestEnding = 3;

// What a document row says: 16 + 2 + 2 + 1 + 2 bytes.
struct Document {
  ArticleId article;
  uint16_t audiences = 0, situations = 0;  // bit n - 1: value n; none: all
  uint8_t flags = 0;                       // 1: there is one; 2: withdrawn
  uint16_t length = 0;                     // terms
};
constexpr size_t kDocumentBytes = 23;

Bytes block_key(const GroupKey& group, uint32_t document) {
  Bytes key = copy_of(group);
  const auto block = static_cast<uint16_t>(document / kBlock);
  key.push_back(static_cast<uint8_t>(block >> 8));
  key.push_back(static_cast<uint8_t>(block));
  return key;
}

Bytes term_key(const GroupKey& group, std::string_view term, bool whole) {
  Bytes key = copy_of(group);
  append(key, view_of(term));
  if (whole) key.push_back(0);
  return key;
}

Bytes posting_key(const GroupKey& group, std::string_view term, DocumentNumber document) {
  Bytes key = term_key(group, term, true);
  const auto block = static_cast<uint16_t>(document / kBlock);
  key.push_back(static_cast<uint8_t>(block >> 8));
  key.push_back(static_cast<uint8_t>(block));
  return key;
}

Bytes number_key(const GroupKey& group, DocumentNumber document) {
  Bytes key = copy_of(group);
  Writer out;
  out.u32(document);
  append(key, out.view());
  return key;
}

// Letters of a text as UTF-8 pieces.
std::vector<std::string_view> letters(std::string_view text) {
  std::vector<std::string_view> out;
  for (size_t at = 0; at < text.size();) {
    size_t end = at + 1;
    while (end < text.size() && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) ++end;
    out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

std::string joined(std::span<const std::string_view> pieces) {
  std::string out;
  for (const std::string_view piece : pieces) out += piece;
  return out;
}

std::string reversed(std::string_view text) {
  std::vector<std::string_view> pieces = letters(text);
  std::ranges::reverse(pieces);
  return joined(pieces);
}

template <class Enum>
uint16_t mask_of(const std::vector<Enum>& values) {
  uint16_t mask = 0;
  for (const Enum value : values)
    if (static_cast<uint8_t>(value) <= 16)
      mask |= static_cast<uint16_t>(1u << (static_cast<uint8_t>(value) - 1));
  return mask;
}

void write_document(Rows& rows, const GroupKey& group, DocumentNumber number, const Document& document) {
  const Bytes key = block_key(group, number);
  Bytes block = rows.get(kDocumentSpace, key).value_or(Bytes());
  block.resize(kBlock * kDocumentBytes);
  Writer out;
  out.raw(document.article).u16(document.audiences).u16(document.situations);
  out.u8(document.flags).u16(document.length);
  std::ranges::copy(out.view(),
                    block.begin() + static_cast<std::ptrdiff_t>(number % kBlock * kDocumentBytes));
  rows.put(kDocumentSpace, key, block);
}

Document read_document(Reader& in) {
  Document document;
  document.article = in.fixed<ArticleId>();
  document.audiences = in.u16();
  document.situations = in.u16();
  document.flags = in.u8();
  document.length = in.u16();
  return document;
}

std::vector<Document> read_documents(Rows& rows, const GroupKey& group) {
  std::vector<Document> out;
  rows.scan(kDocumentSpace, prefix_range(group), [&](BytesView key, BytesView value) {
    const size_t first = (size_t{key[key.size() - 2]} << 8 | key[key.size() - 1]) * kBlock;
    out.resize(first + kBlock);
    Reader in(value);
    for (size_t i = 0; i < kBlock; ++i) out[first + i] = read_document(in);
    return true;
  });
  return out;
}

// --- Postings ---

// Terms in rows by their first letters (or, reversed, by their last).
struct Bucket {
  Space space;
  std::string letters_;

  static Bucket beginning(std::string_view term) {
    const auto pieces = letters(term);
    return {kBeginningSpace, joined(std::span(pieces).first(std::min(kBucketLetters, pieces.size())))};
  }
  static Bucket ending(std::string_view term) {
    const auto pieces = letters(term);
    return {kEndingSpace, reversed(joined(std::span(pieces).last(std::min(kBucketLetters, pieces.size()))))};
  }
  void add(Rows& rows, const GroupKey& group, std::string_view term) const {
    const Bytes key = term_key(group, letters_, true);
    const Bytes row = rows.get(space, key).value_or(Bytes());
    for (Reader in(row); !in.empty();)
      if (equal(in.opaque(), view_of(term))) return;
    Writer out;
    out.raw(row).text(term);
    rows.put(space, key, out.view());
  }
  void remove(Rows& rows, const GroupKey& group, std::string_view term) const {
    const Bytes key = term_key(group, letters_, true);
    const Bytes row = rows.get(space, key).value_or(Bytes());
    Writer out;
    for (Reader in(row); !in.empty();)
      if (const BytesView one = in.opaque(); !equal(one, view_of(term))) out.opaque(one);
    if (out.size() == 0) return rows.erase(space, key);
    rows.put(space, key, out.view());
  }
  // Every term of every row that begins with these letters.
  template <class Visit>
  void scan(Rows& rows, const GroupKey& group, Visit&& visit) const {
    rows.scan(space, prefix_range(term_key(group, letters_, false)), [&](BytesView, BytesView value) {
      for (Reader in(value); !in.empty();) {
        const BytesView term = in.opaque();
        visit(std::string_view(reinterpret_cast<const char*>(term.data()), term.size()));
      }
      return true;
    });
  }
};

void add_posting(Rows& rows, const GroupKey& group, const std::string& term, DocumentNumber document,
                 uint8_t fields) {
  const Bytes key = posting_key(group, term, document);
  const auto slot = static_cast<uint8_t>(document % kBlock);
  Bytes row = rows.get(kPostingSpace, key).value_or(Bytes());
  if (row.empty()) {
    Bucket::beginning(term).add(rows, group, term);
    Bucket::ending(term).add(rows, group, term);
  }
  row.push_back(slot);
  row.push_back(fields);
  rows.put(kPostingSpace, key, row);
}

void remove_posting(Rows& rows, const GroupKey& group, const std::string& term, DocumentNumber document) {
  const Bytes key = posting_key(group, term, document);
  std::optional<Bytes> row = rows.get(kPostingSpace, key);
  if (!row) return;
  const auto slot = static_cast<uint8_t>(document % kBlock);
  for (size_t i = 0; i + 1 < row->size(); i += 2) {
    if ((*row)[i] != slot) continue;
    const auto at = row->begin() + static_cast<std::ptrdiff_t>(i);
    row->erase(at, at + 2);
    break;
  }
  if (!row->empty()) return rows.put(kPostingSpace, key, *row);
  rows.erase(kPostingSpace, key);
  bool elsewhere = false;
  rows.scan(kPostingSpace, prefix_range(term_key(group, term, true)), [&](BytesView, BytesView) {
    elsewhere = true;
    return false;
  });
  if (elsewhere) return;
  Bucket::beginning(term).remove(rows, group, term);
  Bucket::ending(term).remove(rows, group, term);
}

void remove_terms(Rows& rows, const GroupKey& group, DocumentNumber document) {
  const Bytes key = number_key(group, document);
  const std::optional<Bytes> row = rows.get(kTermsSpace, key);
  if (!row) return;
  for (Reader reader(*row); !reader.empty();)
    remove_posting(rows, group, homeward::text_of(reader.opaque()), document);
  rows.erase(kTermsSpace, key);
}

std::map<std::string, uint8_t> terms_of(words::Analyzer& analyzer, const Content& content) {
  std::string headings, text;
  const auto add = [](std::string& to, std::string_view more) { (to += more) += "\n"; };
  for (const Step& step : content.steps) {
    add(headings, step.title);
    for (const std::string* words : {&step.text, &step.say, &step.write}) add(text, *words);
  }
  for (const Paper& paper : content.papers) add(headings, paper.title);
  for (const Threat& threat : content.threats) add(headings, threat.threat), add(text, threat.truth);
  std::map<std::string, uint8_t> out;
  const auto note = [&](std::string_view words, uint8_t field) {
    for (const words::Analyzer::Word& word : analyzer.query(words)) {
      if (out.size() == kMostTerms && !out.contains(word.stem)) continue;
      out[word.stem] |= field;
    }
  };
  note(content.title, kInTitle);
  note(content.summary, kInSummary);
  note(headings, kInHeadings);
  note(text, kInText);
  return out;
}

// --- Finding ---

struct Search {
  Rows& rows;
  const GroupKey& group;
  std::vector<Document> documents;
  double mean_length = 1;
  std::set<std::string> terms;

  double worth(uint8_t fields, const Document& document) const {
    const double count = (fields & kInTitle ? 8 : 0) + (fields & kInSummary ? 4 : 0) +
                         (fields & kInHeadings ? 2 : 0) + (fields & kInText ? 1 : 0);
    const double length = 1 - kByLength + kByLength * document.length / mean_length;
    return count * (kSaturation + 1) / (count + kSaturation * length);
  }

  using Worths = std::vector<float>;  // by document; 0: not found
  void take(BytesView key, BytesView value, double quality, Worths& out) {
    const size_t first = (size_t{key[key.size() - 2]} << 8 | key[key.size() - 1]) * kBlock;
    for (size_t i = 0; i + 1 < value.size(); i += 2) {
      const size_t number = first + value[i];
      if (number >= documents.size()) continue;
      out[number] =
          std::max(out[number], static_cast<float>(quality * worth(value[i + 1], documents[number])));
    }
  }
  void collect(const std::string& term, double quality, Worths& out) {
    bool is_there = false;
    rows.scan(kPostingSpace, prefix_range(term_key(group, term, true)), [&](BytesView key, BytesView value) {
      take(key, value, quality, out);
      is_there = true;
      return true;
    });
    if (is_there) terms.insert(term);
  }
  // The shortest terms that begin so.
  std::vector<std::string> beginnings(std::string_view text) {
    std::vector<std::string> out;
    Bucket::beginning(text).scan(rows, group, [&](std::string_view term) {
      if (term.starts_with(text)) out.emplace_back(term);
    });
    std::ranges::sort(out, [](const auto& a, const auto& b) { return a.size() < b.size(); });
    if (out.size() > kMostBeginnings) out.resize(kMostBeginnings);
    return out;
  }
  // Every term one letter away from the word's stem, or from the word without an ending.
  std::set<std::string> neighbours(const words::Analyzer::Word& word) {
    std::set<std::string> out;
    const std::vector<std::string_view> pieces = letters(word.stem);
    const size_t first = pieces.size() / 2, last = pieces.size() - first - 1;
    const std::vector<std::string_view> whole = letters(word.prefix);
    const auto consider = [&](std::string_view term) {
      if (term != word.stem &&
          (index::within_one_letter(term, word.stem) || fits_without_ending(term, whole)))
        out.emplace(term);
    };
    const size_t head = std::min(first, kBucketLetters), tail = std::min(last, kBucketLetters);
    Bucket{kBeginningSpace, joined(std::span(pieces).first(head))}.scan(rows, group, consider);
    Bucket{kEndingSpace, reversed(joined(std::span(pieces).last(tail)))}.scan(rows, group, consider);
    return out;
  }
  static bool fits_without_ending(std::string_view term, std::span<const std::string_view> whole) {
    if (whole.empty()) return false;
    const size_t size = letters(term).size();
    if (size < kShortestMistaken || size > whole.size() + 1 || size + kLongestEnding + 1 < whole.size())
      return false;
    for (size_t kept = size - 1; kept <= size + 1; ++kept)
      if (kept <= whole.size() && whole.size() - kept <= kLongestEnding &&
          index::within_one_letter(term, joined(whole.first(kept))))
        return true;
    return false;
  }
  Worths word(const words::Analyzer::Word& word, bool is_last) {
    Worths out(documents.size());
    collect(word.stem, kExact, out);
    const bool is_exact = std::ranges::any_of(out, [](float one) { return one > 0; });
    if (is_last && !word.prefix.empty())
      for (const std::string& term : beginnings(word.prefix)) collect(term, kBeginning, out);
    const size_t size = letters(word.stem).size();
    if (size < kShortestMistaken || (size == kShortestMistaken && is_exact)) return out;
    for (const std::string& term : neighbours(word)) collect(term, kOneLetter, out);
    return out;
  }
};

// Each word of the query by itself, so that each is known as it was written, not only by its stem.
std::vector<words::Analyzer::Word> words_of(words::Analyzer& analyzer, std::string_view query) {
  std::vector<words::Analyzer::Word> out;
  for (size_t at = 0; at < query.size() && out.size() < kMostQueryWords;) {
    const size_t end = std::min(query.find_first_of(" \t\r\n", at), query.size());
    for (words::Analyzer::Word& word : analyzer.query(query.substr(at, end - at)))
      if (out.size() < kMostQueryWords) out.push_back(std::move(word));
    at = end + 1;
  }
  return out;
}

bool suits(const Filter& filter, const Document& document) {
  const auto has = [](uint16_t mask, uint8_t value) { return mask == 0 || (mask >> (value - 1) & 1) != 0; };
  return (document.flags & 1) != 0 && (filter.with_withdrawn || (document.flags & 2) == 0) &&
         (!filter.audience || has(document.audiences, static_cast<uint8_t>(*filter.audience))) &&
         (!filter.situation || has(document.situations, static_cast<uint8_t>(*filter.situation)));
}

}  // namespace

bool fits(const Filter& filter, const std::vector<Audience>& audiences,
          const std::vector<Situation>& situations, bool is_withdrawn) {
  return suits(filter, Document{.article = {},
                                .audiences = mask_of(audiences),
                                .situations = mask_of(situations),
                                .flags = static_cast<uint8_t>(is_withdrawn ? 3 : 1)});
}

namespace index {

DocumentNumber new_document(Rows& rows, const GroupKey& group) {
  DocumentNumber number = 0;
  if (const std::optional<Bytes> row = rows.get(kCountSpace, group)) number = Reader(*row).u32();
  Writer out;
  out.u32(number + 1);
  rows.put(kCountSpace, group, out.view());
  return number;
}

void put(Rows& rows, words::Analyzer& analyzer, const GroupKey& group, DocumentNumber document,
         const ArticleId& article, const Content& content) {
  if (document >= kBlock * 0x10000) return;  // more than eight million: not found by words
  remove_terms(rows, group, document);
  const std::map<std::string, uint8_t> terms = terms_of(analyzer, content);
  Writer all;
  for (const auto& [term, fields] : terms) {
    add_posting(rows, group, term, document, fields);
    all.text(term);
  }
  rows.put(kTermsSpace, number_key(group, document), all.view());
  write_document(rows, group, document,
                 {.article = article,
                  .audiences = mask_of(content.audiences),
                  .situations = mask_of(content.situations),
                  .flags = 1,
                  .length = static_cast<uint16_t>(std::min<size_t>(terms.size(), 0xFFFF))});
}

void set_withdrawn(Rows& rows, const GroupKey& group, DocumentNumber document) {
  const std::optional<Bytes> block = rows.get(kDocumentSpace, block_key(group, document));
  if (!block) return;
  Reader in(BytesView(*block).subspan(document % kBlock * kDocumentBytes, kDocumentBytes));
  Document row = read_document(in);
  row.flags = 3;
  write_document(rows, group, document, row);
}

Findings find(Rows& rows, words::Analyzer& analyzer, const GroupKey& group, std::string_view query,
              const Filter& filter) {
  const std::vector<words::Analyzer::Word> words = words_of(analyzer, query);
  if (words.empty()) return {};
  Search search{rows, group, read_documents(rows, group), 1, {}};
  size_t count = 0, length = 0;
  for (const Document& document : search.documents)
    if (document.flags != 0) ++count, length += document.length;
  if (count == 0) return {};
  search.mean_length = std::max(1.0, static_cast<double>(length) / static_cast<double>(count));

  std::vector<double> scores(search.documents.size()), matched(search.documents.size());
  std::vector<std::pair<double, std::vector<std::string>>> terms;
  double sought = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    search.terms.clear();
    const Search::Worths worths = search.word(words[i], i + 1 == words.size());
    const auto found = static_cast<double>(std::ranges::count_if(worths, [](float one) { return one > 0; }));
    if (found == 0) continue;
    const double rarity = std::log(1 + (static_cast<double>(count) - found + 0.5) / (found + 0.5));
    sought += rarity;
    terms.emplace_back(rarity, std::vector(search.terms.begin(), search.terms.end()));
    for (size_t document = 0; document < worths.size(); ++document) {
      if (worths[document] <= 0) continue;
      scores[document] += rarity * static_cast<double>(worths[document]);
      matched[document] += rarity;
    }
  }
  // Words that no article has are passed over: people describe what happened in words of their own. Of the
  // others a third of their weight is enough, and more counts more.
  constexpr double kEnough = 0.3;
  Findings out;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (matched[i] <= 0 || matched[i] < kEnough * sought || !suits(filter, search.documents[i])) continue;
    const double share = matched[i] / sought;
    out.documents.push_back({search.documents[i].article, scores[i] * share * share});
  }
  std::ranges::sort(out.documents, [](const auto& a, const auto& b) {
    return std::tie(b.score, a.article) < std::tie(a.score, b.article);
  });
  std::ranges::sort(terms, std::ranges::greater());
  for (auto& [rarity, found] : terms) out.terms.push_back(std::move(found));
  return out;
}

void forget(Rows& rows, const GroupKey& group) {
  for (const Space space :
       {kPostingSpace, kDocumentSpace, kTermsSpace, kEndingSpace, kCountSpace, kBeginningSpace})
    rows.erase_range(space, prefix_range(group));
}

bool within_one_letter(std::string_view a, std::string_view b) {
  if (a == b) return true;
  if (a.size() > b.size() + 4 || b.size() > a.size() + 4) return false;
  const std::vector<std::string_view> first = letters(a), second = letters(b);
  size_t head = 0;
  while (head < first.size() && head < second.size() && first[head] == second[head]) ++head;
  size_t tail = 0;
  while (tail < first.size() - head && tail < second.size() - head &&
         first[first.size() - 1 - tail] == second[second.size() - 1 - tail])
    ++tail;
  const size_t left = first.size() - head - tail, right = second.size() - head - tail;
  if (left <= 1 && right <= 1) return true;
  return left == 2 && right == 2 && first[head] == second[head + 1] && first[head + 1] == second[head];
}

}  // namespace index
}  // namespace homeward::domain::guidance
