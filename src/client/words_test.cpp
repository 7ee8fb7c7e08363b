#include "client/words.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "client/client.h"

namespace homeward::client {
namespace {

// As code points; words of both languages lie in the basic plane, in one or two bytes each.
std::u16string letters(std::string_view word) {
  std::u16string out;
  for (size_t i = 0; i < word.size(); ++i) {
    const auto byte = static_cast<uint8_t>(word[i]);
    if (byte < 0x80) {
      out.push_back(byte);
    } else {
      out.push_back(static_cast<char16_t>((byte & 0x1F) << 6 | (static_cast<uint8_t>(word[++i]) & 0x3F)));
    }
  }
  return out;
}

// At most one letter put in, left out or exchanged makes one of the other.
bool is_near(const std::u16string& a, const std::u16string& b) {
  size_t same = 0;
  while (same < std::min(a.size(), b.size()) && a[same] == b[same]) ++same;
  const auto rest = [](const std::u16string& word, size_t from) {
    return word.substr(std::min(from, word.size()));
  };
  return rest(a, same + 1) == rest(b, same + 1) || rest(a, same + 1) == rest(b, same) ||
         rest(a, same) == rest(b, same + 1);
}

TEST(Words, ListsAreWhatVoicesNeed) {
  const std::u16string russian = u"абвгдежзийклмнопрстуфхцчшщъыьэюя";  // no ё: it would be read as е
  const std::u16string english = u"abcdefghijklmnopqrstuvwxyz";
  for (const auto& [language, alphabet] : {std::pair{"ru", russian}, std::pair{"en", english}}) {
    SCOPED_TRACE(language);
    const auto list = comparison_words(language);
    ASSERT_EQ(list.size(), 1024u);
    std::set<std::u16string> beginnings;
    std::vector<std::u16string> words;
    for (const std::string_view word : list) {
      ASSERT_TRUE(is_utf8(view_of(word)));
      const std::u16string text = letters(word);
      EXPECT_GE(text.size(), 3u) << word;
      EXPECT_LE(text.size(), 8u) << word;
      EXPECT_EQ(text.find_first_not_of(alphabet), std::u16string::npos) << word;
      EXPECT_TRUE(beginnings.insert(text.substr(0, 4)).second) << word;
      for (const std::u16string& other : words) EXPECT_FALSE(is_near(text, other)) << word;
      words.push_back(text);
    }
  }
}

}  // namespace
}  // namespace homeward::client
