// No tracked file names a path of one machine or the host of a package registry: a clone builds anywhere.
#include <gtest/gtest.h>

#include <cctype>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace homeward {
namespace {

// In two halves each, so that this file does not accuse itself.
const std::vector<std::string> kPaths = {
    "/wo"
    "rk/",
    "/ro"
    "ot/",
    "/ho"
    "me/",
    "/Use"
    "rs/"};
const std::vector<std::string> kHosts = {
    "registry.npm"
    "js.org",
    "registry.yarn"
    "pkg.com",
    "deb.deb"
    "ian.org",
    "files.python"
    "hosted.org",
    "proxy.gol"
    "ang.org",
    "static.crat"
    "es.io"};
const std::string kResolved =
    "\"resol"
    "ved\"";

std::optional<std::string> complaint(std::string_view file, std::string_view text) {
  for (const std::string& path : kPaths) {
    for (size_t at = text.find(path); at != std::string_view::npos; at = text.find(path, at + 1)) {
      // The beginning of a path, not its middle: after a letter it is a part of some other name or address.
      const char before = at == 0 ? ' ' : text[at - 1];
      const bool middle = std::isalnum(static_cast<unsigned char>(before)) != 0 ||
                          std::string_view("_-.$}*~)]").find(before) != std::string_view::npos;
      if (!middle) return "names the path " + path + "…";
    }
  }
  for (const std::string& host : kHosts) {
    if (text.find(host) != std::string_view::npos) return "names the registry " + host;
  }
  if (file.ends_with("package-lock.json") && text.find(kResolved) != std::string_view::npos) {
    return "keeps addresses of packages";
  }
  return std::nullopt;
}

std::vector<std::string> tracked_files() {
  std::vector<std::string> out;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen("git ls-files -z 2>/dev/null", "r"), pclose);
  std::string name;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) {
    if (c != 0) {
      name.push_back(static_cast<char>(c));
    } else {
      out.push_back(std::exchange(name, {}));
    }
  }
  return out;
}

TEST(Repository, NamesNoMachineAndNoRegistry) {
  const std::vector<std::string> files = tracked_files();
  if (files.empty()) GTEST_SKIP() << "not a git checkout";
  EXPECT_GT(files.size(), 20U);
  for (const std::string& file : files) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    if (const auto found = complaint(file, text.str())) ADD_FAILURE() << file << " " << *found;
  }
}

TEST(Repository, TheCheckBites) {
  EXPECT_TRUE(complaint("x",
                        "see /wo"
                        "rk/main"));
  EXPECT_TRUE(complaint("x",
                        "\"/ho"
                        "me/anna/file\""));
  EXPECT_TRUE(complaint("x",
                        "/ro"
                        "ot/.cache"));
  EXPECT_TRUE(complaint("web/package-lock.json",
                        "{\"resol"
                        "ved\": \"…\"}"));
  EXPECT_TRUE(complaint("x",
                        "https://registry.npm"
                        "js.org/vite"));
  EXPECT_FALSE(complaint("x",
                         "https://example.org/ho"
                         "me/page and $dir/ho"
                         "me/user"));
  EXPECT_FALSE(complaint("x.cpp",
                         "the \"resol"
                         "ved\" name"));
}

}  // namespace
}  // namespace homeward
