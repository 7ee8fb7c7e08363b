#include "os/node/bulletin_out.h"

#include <boost/json.hpp>
#include <fstream>
#include <iostream>

#include "os/node/control.h"

namespace homeward::os {
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

// The vault's only group, if it has one; else its groups are named on standard error.
int only_group(const fs::path& home, std::string& group) {
  std::string result;
  if (const int status = ask_node(home, "group.list", "{}", result); status != 0) return status;
  const json::value listed = json::parse(result);
  const json::array& groups = listed.at("groups").as_array();
  if (groups.size() == 1) {
    group = std::string(groups[0].at("group").as_string());
    return 0;
  }
  std::cerr << "homeward: "
            << (groups.empty() ? "there is no group in this vault\n" : "say which group: --group ID\n");
  for (const json::value& one : groups)
    std::cerr << "  " << std::string_view(one.at("group").as_string()) << "  "
              << std::string_view(one.at("name").as_string()) << "\n";
  return 2;
}

bool write_file(const fs::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  return file.good();
}

// Beside its place first, so that nobody finds half a bulletin.
bool write_folder(const json::array& files, const fs::path& out) {
  fs::path whole = out;
  if (!whole.has_filename()) whole = whole.parent_path();
  const fs::path beside = whole.parent_path() / (whole.filename().string() + ".part");
  std::error_code error;
  fs::remove_all(beside, error);
  if (!fs::create_directories(beside, error)) return false;
  bool good = true;
  for (const json::value& file : files) {
    const fs::path name = std::string(file.at("name").as_string());
    good = good && name == name.filename() && write_file(beside / name, file.at("text").as_string());
  }
  // Replaces an empty folder, and nothing else.
  if (good) fs::rename(beside, whole, error);
  if (good && !error) return true;
  fs::remove_all(beside, error);
  return false;
}

}  // namespace

int bulletin(const fs::path& home, const fs::path& out, const std::string& asked_group) {
  std::string group = asked_group;
  if (group.empty()) {
    if (const int status = only_group(home, group); status != 0) return status;
  }
  std::error_code error;
  if (fs::exists(out, error) && !(fs::is_directory(out, error) && fs::is_empty(out, error))) {
    std::cerr << "homeward: " << out.string() << " is there already; give a folder that is not\n";
    return 1;
  }
  std::string result;
  const std::string args = json::serialize(json::object{{"group", group}});
  if (const int status = ask_node(home, "bulletin.files", args, result); status != 0) return status;
  const json::value folder = json::parse(result);
  if (!write_folder(folder.at("files").as_array(), out)) {
    std::cerr << "homeward: " << out.string() << " cannot be written\n";
    return 1;
  }
  std::cout << "bulletin " << folder.at("number").as_int64() << " in " << out.string()
            << "\nSHA-256 of its list of files: " << std::string_view(folder.at("digest").as_string())
            << "\n";
  return 0;
}

}  // namespace homeward::os
