// `homeward bulletin`: the folder of an approved bulletin, asked of the running node and written to disk.
#pragma once

#include <filesystem>
#include <string>

namespace homeward::os {

// Writes the newest bulletin that two organizers of the group approved into `out`, which must not be there
// yet, or be an empty folder. The folder appears whole or not at all. Where the vault has one group, `group`
// may be empty. Exit status as of `call`; 1 also if the folder cannot be written.
int bulletin(const std::filesystem::path& home, const std::filesystem::path& out, const std::string& group);

}  // namespace homeward::os
