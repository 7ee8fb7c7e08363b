// The word lists themselves; `comparison_words` is how to reach them.
#pragma once

#include <array>
#include <string_view>

namespace homeward::client {

using WordList = std::array<std::string_view, 1024>;
extern const WordList kRussianWords;
extern const WordList kEnglishWords;

}  // namespace homeward::client
