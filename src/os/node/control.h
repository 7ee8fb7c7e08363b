// `homeward call` and `homeward watch`: a running node asked from the shell.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace homeward::os {

// Prints the answer's JSON. Exit status: 0; 1 if no node runs there; 2 for an unknown command or arguments
// that do not fit (words on standard error too); 3 for a refusal.
int call(const std::filesystem::path& home, const std::string& name, std::string args);
// The same for another command of the shell: the result's JSON goes into `result`, and nothing is printed
// but, on standard error, why there is none.
int ask_node(const std::filesystem::path& home, const std::string& name, const std::string& args,
             std::string& result);
// Prints notices as JSON lines until it is interrupted or the node ends.
int watch(const std::filesystem::path& home);
// Prints a fresh address for the browser.
int address(const std::filesystem::path& home);

}  // namespace homeward::os
