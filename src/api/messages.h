// What a refusal says, in the node's language.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/error_codes.h"
#include "base/result.h"

namespace homeward::api {

enum class ErrorCode {
#define HOMEWARD_CODE(code, ru, en) code,
  HOMEWARD_ERROR_CODES(HOMEWARD_CODE)
#undef HOMEWARD_CODE
};

// As the JSON spells it.
std::string_view name_of(ErrorCode code);
// Of every code, in the order of the list.
std::vector<std::string_view> error_names();
// `language` is "ru"; everything else gets English.
std::string message_of(ErrorCode code, std::string_view language);
// For bad_arguments: which field, and what it takes.
std::string bad_arguments_message(std::string_view field, std::string_view takes, std::string_view language);
// The code that fits an error of the rooms below.
ErrorCode code_of(const Error& error);

}  // namespace homeward::api
