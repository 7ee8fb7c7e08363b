#include "client/words.h"

#include "client/client.h"

namespace homeward::client {

std::span<const std::string_view> comparison_words(std::string_view language) {
  return language == "ru" ? kRussianWords : kEnglishWords;
}

}  // namespace homeward::client
