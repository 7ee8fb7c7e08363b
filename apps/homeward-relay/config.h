// The relay's configuration file: TOML 1.0, with the same options as on the command line and nothing else. A
// key is an option's name with `_` for `-`; what may be given several times is an array.
#pragma once

#include <functional>
#include <string>

namespace homeward {

// Hands each option of the file to `take`, with its name as on the command line ("--max-store-mib"), which
// says what is wrong with the value, if anything is. Empty, or a problem with the line it is in.
std::string read_config(
    const std::string& path,
    const std::function<std::string(const std::string& option, const std::string& value)>& take);

}  // namespace homeward
