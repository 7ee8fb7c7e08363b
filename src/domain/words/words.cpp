#include "domain/words/words.h"

#include <libstemmer.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include <set>

#include "base/assert.h"
#include "base/text.h"
#include "codec/codec.h"

namespace homeward::domain::words {
namespace {

using Text16 = std::u16string;

Text16 to_utf16(std::string_view text) {
  Text16 out(text.size() + 1, u'\0');
  int32_t size = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8(out.data(), static_cast<int32_t>(out.size()), &size, text.data(),
                static_cast<int32_t>(text.size()), &status);
  HW_ASSERT(U_SUCCESS(status));
  out.resize(static_cast<size_t>(size));
  return out;
}

std::string to_utf8(std::u16string_view text) {
  std::string out(text.size() * 3 + 1, '\0');
  int32_t size = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strToUTF8(out.data(), static_cast<int32_t>(out.size()), &size, text.data(),
              static_cast<int32_t>(text.size()), &status);
  HW_ASSERT(U_SUCCESS(status));
  out.resize(static_cast<size_t>(size));
  return out;
}

void cut_to_longest(std::string& word) {
  if (word.size() <= kLongestTermBytes) return;
  size_t end = kLongestTermBytes;
  while (end > 0 && (static_cast<uint8_t>(word[end]) & 0xC0) == 0x80) --end;
  word.resize(end);
}

struct Token {
  std::string word;
  UScriptCode script = USCRIPT_COMMON;
  bool at_end = false;  // the text ends with it
};

Bytes document_key(const GroupKey& group, const Place& place) {
  Bytes key = copy_of(group);
  append_place(key, place);
  return key;
}

Bytes term_prefix(const GroupKey& group, std::string_view term, bool whole) {
  Bytes key = copy_of(group);
  append(key, view_of(term));
  if (whole) key.push_back(0);
  return key;
}

}  // namespace

void append_place(Bytes& key, const Place& place) {
  append_key_u64(key, place.epoch);
  append_key_u64(key, place.number);
}

Place read_place(BytesView sixteen_bytes) {
  Reader reader(sixteen_bytes);
  Place place;
  place.epoch = reader.u64();
  place.number = reader.u64();
  return place;
}

struct Analyzer::Impl {
  const UNormalizer2* normalizer = nullptr;
  UBreakIterator* breaks = nullptr;
  sb_stemmer* russian = nullptr;
  sb_stemmer* english = nullptr;

  Impl() {
    UErrorCode status = U_ZERO_ERROR;
    normalizer = unorm2_getNFKCCasefoldInstance(&status);
    breaks = ubrk_open(UBRK_WORD, "", nullptr, 0, &status);
    HW_ASSERT(U_SUCCESS(status));
    russian = sb_stemmer_new("russian", "UTF_8");
    english = sb_stemmer_new("english", "UTF_8");
    HW_ASSERT(russian != nullptr && english != nullptr);
  }
  ~Impl() {
    ubrk_close(breaks);
    sb_stemmer_delete(russian);
    sb_stemmer_delete(english);
  }

  Text16 normalised(std::string_view text) const {
    const Text16 raw = to_utf16(text);
    Text16 out(raw.size() * 3 + 16, u'\0');
    for (;;) {
      UErrorCode status = U_ZERO_ERROR;
      const int32_t size = unorm2_normalize(normalizer, raw.data(), static_cast<int32_t>(raw.size()),
                                            out.data(), static_cast<int32_t>(out.size()), &status);
      const bool too_small = status == U_BUFFER_OVERFLOW_ERROR;
      HW_ASSERT(too_small || U_SUCCESS(status));
      out.resize(static_cast<size_t>(size));
      if (!too_small) break;
    }
    constexpr char16_t kGrave = 0x0300, kAcute = 0x0301, kYo = 0x0451, kYe = 0x0435;
    std::erase_if(out, [](char16_t unit) { return unit == kGrave || unit == kAcute; });
    std::ranges::replace(out, kYo, kYe);
    return out;
  }

  // Words in order.
  std::vector<Token> tokens(std::string_view text) {
    std::vector<Token> out;
    if (!is_utf8(view_of(text))) return out;
    const Text16 whole = normalised(text);
    UErrorCode status = U_ZERO_ERROR;
    ubrk_setText(breaks, whole.data(), static_cast<int32_t>(whole.size()), &status);
    HW_ASSERT(U_SUCCESS(status));
    int32_t start = ubrk_first(breaks);
    for (int32_t end = ubrk_next(breaks); end != UBRK_DONE; start = end, end = ubrk_next(breaks)) {
      if (ubrk_getRuleStatus(breaks) < UBRK_WORD_NUMBER) continue;
      const std::u16string_view piece =
          std::u16string_view(whole).substr(static_cast<size_t>(start), static_cast<size_t>(end - start));
      UErrorCode script_status = U_ZERO_ERROR;
      UChar32 first = 0;
      U16_GET(piece.data(), 0, 0, piece.size(), first);
      Token token{to_utf8(piece), uscript_getScript(first, &script_status),
                  static_cast<size_t>(end) == whole.size()};
      cut_to_longest(token.word);
      out.push_back(std::move(token));
    }
    return out;
  }

  std::string stem(const Token& token) {
    sb_stemmer* stemmer = token.script == USCRIPT_CYRILLIC ? russian
                          : token.script == USCRIPT_LATIN  ? english
                                                           : nullptr;
    if (stemmer == nullptr) return token.word;
    const sb_symbol* found = sb_stemmer_stem(stemmer, reinterpret_cast<const sb_symbol*>(token.word.data()),
                                             static_cast<int>(token.word.size()));
    HW_ASSERT(found != nullptr);
    return {reinterpret_cast<const char*>(found), static_cast<size_t>(sb_stemmer_length(stemmer))};
  }
};

Analyzer::Analyzer() : impl_(std::make_unique<Impl>()) {}
Analyzer::~Analyzer() = default;

std::vector<std::string> Analyzer::terms(std::string_view text) {
  std::set<std::string> out;
  for (const Token& token : impl_->tokens(text)) {
    if (out.size() + 2 > kMostTerms) break;
    out.insert(impl_->stem(token));
    out.insert(token.word);
  }
  return {out.begin(), out.end()};
}

std::vector<Analyzer::Word> Analyzer::query(std::string_view text) {
  std::vector<Word> out;
  for (const Token& token : impl_->tokens(text))
    out.push_back({impl_->stem(token), token.at_end ? token.word : std::string()});
  return out;
}

void Index::add(Rows& rows, const GroupKey& group, const Place& place,
                const std::vector<std::string>& terms) const {
  if (terms.empty()) return;
  Writer document;
  for (const std::string& term : terms) {
    Bytes key = term_prefix(group, term, true);
    append_place(key, place);
    rows.put(terms_space, key, {});
    document.text(term);
  }
  rows.put(documents_space, document_key(group, place), document.view());
}

void Index::remove(Rows& rows, const GroupKey& group, const Place& place) const {
  const Bytes key = document_key(group, place);
  const std::optional<Bytes> document = rows.get(documents_space, key);
  if (!document) return;
  for (Reader reader(*document); !reader.empty();) {
    Bytes term_key = term_prefix(group, text_of(reader.opaque()), true);
    append_place(term_key, place);
    rows.erase(terms_space, term_key);
  }
  rows.erase(documents_space, key);
}

std::vector<Place> Index::find(Rows& rows, const GroupKey& group,
                               const std::vector<Analyzer::Word>& words) const {
  std::vector<Place> found;
  for (size_t i = 0; i < words.size(); ++i) {
    std::vector<Place> here;
    const auto collect = [&](const Bytes& prefix) {
      rows.scan(terms_space, prefix_range(prefix), [&](BytesView key, BytesView) {
        here.push_back(read_place(key.last(16)));
        return true;
      });
    };
    collect(term_prefix(group, words[i].stem, true));
    if (!words[i].prefix.empty()) collect(term_prefix(group, words[i].prefix, false));
    std::ranges::sort(here);
    here.erase(std::unique(here.begin(), here.end()), here.end());
    if (i == 0) {
      found = std::move(here);
    } else {
      std::erase_if(found, [&](const Place& place) { return !std::ranges::binary_search(here, place); });
    }
    if (found.empty()) break;
  }
  return found;
}

void Index::forget(Rows& rows, const GroupKey& group) const {
  rows.erase_range(terms_space, prefix_range(group));
  rows.erase_range(documents_space, prefix_range(group));
}

}  // namespace homeward::domain::words
