// The table of rooms, as docs and linker know it: which room may include which. Reads every #include of src,
// apps and sim and fails on an edge that the table does not have.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace homeward {
namespace {

namespace fs = std::filesystem;
using Rooms = std::set<std::string, std::less<>>;

// A room may always include itself.
const std::map<std::string, Rooms, std::less<>> kMayUse = {
    {"base", {}},
    {"codec", {"base"}},
    {"crypto", {"base", "codec"}},
    {"sql", {"base"}},
    {"mls", {"base", "codec", "crypto"}},
    {"wire", {"base", "codec", "crypto"}},
    {"relay", {"base", "codec", "crypto", "wire", "sql"}},
    {"vault", {"base", "codec", "crypto", "sql"}},
    {"group", {"base", "codec", "crypto", "mls", "wire"}},
    {"domain", {"base", "codec"}},
    {"losses_stats", {"base"}},
    {"client", {"base", "codec", "crypto", "mls", "wire", "vault", "group", "domain", "losses_stats"}},
    {"api", {"base", "codec", "crypto", "mls", "wire", "vault", "group", "domain", "losses_stats", "client"}},
    {"os", {"base", "codec", "crypto", "wire", "relay", "vault", "group", "domain", "client", "api"}},
    {"apps", {"base", "losses_stats", "api", "os"}},
    {"sim",
     {"base", "codec", "crypto", "mls", "wire", "relay", "vault", "group", "domain", "losses_stats", "client",
      "sql"}},
};

// Headers in quotes that belong to no room.
const Rooms kOutside = {"sqlite3.h"};

struct Edge {
  std::string from;  // a room
  std::string to;    // what stands before the first slash, or the whole of it
};

bool is_test(const fs::path& file) {
  const std::string name = file.stem().string();
  return name.ends_with("_test") || name.starts_with("test_") || name.ends_with("_fuzz") ||
         name.ends_with("_bench") || name.ends_with("test_support");
}

// The room of a path relative to the project's root: src/mls/tree/x.h is in mls, apps/homeward/main.cpp in
// apps.
std::string room_of(const fs::path& file) {
  auto part = file.begin();
  if (*part == "src") ++part;
  return part->string();
}

std::vector<Edge> edges_of(const fs::path& file, std::string_view text) {
  std::vector<Edge> out;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::string_view rest = line;
    const auto skip_spaces = [&] {
      rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    };
    skip_spaces();
    if (!rest.starts_with('#')) continue;
    rest.remove_prefix(1);
    skip_spaces();
    if (!rest.starts_with("include")) continue;
    rest.remove_prefix(std::string_view("include").size());
    skip_spaces();
    if (!rest.starts_with('"')) continue;
    rest.remove_prefix(1);
    rest = rest.substr(0, rest.find('"'));
    out.push_back({room_of(file), std::string(rest.substr(0, rest.find('/')))});
  }
  return out;
}

bool allowed(const Edge& edge, bool test) {
  if (edge.from == edge.to || kOutside.contains(edge.to)) return true;
  if (test && (edge.to == "tests" || edge.to == "sim")) return true;  // the simulated disk and network
  const auto room = kMayUse.find(edge.from);
  return room != kMayUse.end() && room->second.contains(edge.to);
}

std::vector<std::string> forbidden(const fs::path& file, std::string_view text) {
  std::vector<std::string> out;
  for (const Edge& edge : edges_of(file, text)) {
    if (!allowed(edge, is_test(file)))
      out.push_back(file.string() + ": " + edge.from + " may not use " + edge.to);
  }
  return out;
}

TEST(IncludeEdges, AreThoseOfTheTable) {
  size_t files = 0;
  size_t edges = 0;
  for (const char* top : {"src", "apps", "sim"}) {
    if (!fs::is_directory(top)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(top)) {
      const std::string extension = entry.path().extension().string();
      if (!entry.is_regular_file() || (extension != ".h" && extension != ".cpp")) continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      ++files;
      edges += edges_of(entry.path(), text.str()).size();
      for (const std::string& complaint : forbidden(entry.path(), text.str())) ADD_FAILURE() << complaint;
    }
  }
  EXPECT_GT(files, 20U) << "run in the project's root";
  EXPECT_GT(edges, 40U);
}

TEST(IncludeEdges, TheCheckBites) {
  const auto complaints = [](const char* file, std::string_view text) {
    return forbidden(file, text).size();
  };
  EXPECT_EQ(complaints("src/relay/relay.cpp", "#include \"mls/group/group.h\"\n"), 1U);
  EXPECT_EQ(complaints("src/relay/store/x.h", "  #  include\t\"domain/talk/talk.h\"\n"), 1U);
  EXPECT_EQ(complaints("src/base/x.h", "#include \"codec/codec.h\"\n#include \"crypto/crypto.h\"\n"), 2U);
  EXPECT_EQ(complaints("src/client/x.cpp", "#include \"relay/relay.h\"\n"), 1U);
  EXPECT_EQ(complaints("apps/homeward/main.cpp", "#include \"mls/types.h\"\n"), 1U);
  EXPECT_EQ(complaints("src/mls/tree/x.cpp", "#include \"tree_math.h\"\n"), 1U);  // not by its room
  EXPECT_EQ(complaints("src/mls/tree/x.cpp", "#include \"tests/support/json.h\"\n"), 1U);
  EXPECT_EQ(complaints("src/vault/vault.cpp", "#include \"sim/sim_disk.h\"\n"), 1U);
  EXPECT_EQ(complaints("src/newroom/x.cpp", "#include \"base/bytes.h\"\n"),
            1U);  // a room that the table lacks

  EXPECT_EQ(complaints("src/vault/test_support.h", "#include \"sim/sim_disk.h\"\n"), 0U);
  EXPECT_EQ(complaints("src/mls/tree/x_test.cpp", "#include \"tests/support/json.h\"\n"), 0U);
  EXPECT_EQ(complaints("src/mls/tree/x.cpp", "#include \"mls/tree/tree_math.h\"\n#include <vector>\n"), 0U);
  EXPECT_EQ(complaints("src/relay/relay.cpp", "#include \"wire/wire.h\"\n// #include \"mls/types.h\"\n"), 0U);
}

TEST(IncludeEdges, TheTableHasNoCycle) {
  // Taking away rooms that use only rooms taken away before ends with none left.
  Rooms gone;
  bool progress = true;
  while (progress) {
    progress = false;
    for (const auto& [room, uses] : kMayUse) {
      if (gone.contains(room)) continue;
      if (std::includes(gone.begin(), gone.end(), uses.begin(), uses.end())) {
        gone.insert(room);
        progress = true;
      }
    }
  }
  EXPECT_EQ(gone.size(), kMayUse.size());
}

}  // namespace
}  // namespace homeward
