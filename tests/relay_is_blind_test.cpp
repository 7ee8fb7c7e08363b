// The relay's program holds no code that could read what it carries: nothing of MLS, groups, members' matters
// or their client is linked into it.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace homeward {
namespace {

struct Symbols {
  size_t all = 0;
  std::vector<std::string> forbidden;
};

// Whether a demangled symbol lies in a namespace that the relay must not have, or names one of its types.
bool forbidden(std::string_view symbol) {
  for (const char* room : {"mls", "group", "domain", "client", "vault", "api"}) {
    if (symbol.find("homeward::" + std::string(room) + "::") != std::string_view::npos) return true;
  }
  return false;
}

Symbols symbols_of(const std::string& program) {
  Symbols out;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(
      popen(("nm -C --defined-only '" + program + "'").c_str(), "r"), pclose);
  std::array<char, 8192> line{};
  while (std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    ++out.all;
    if (forbidden(line.data())) out.forbidden.emplace_back(line.data());
  }
  return out;
}

TEST(RelayIsBlind, ItsProgramHasNothingOfTheMembers) {
  const Symbols relay = symbols_of(HOMEWARD_RELAY_PROGRAM);
  EXPECT_GT(relay.all, 500U) << "a program without symbols proves nothing";
  EXPECT_TRUE(relay.forbidden.empty())
      << relay.forbidden.size() << " such symbols, the first: " << relay.forbidden[0];
}

TEST(RelayIsBlind, TheCheckBites) {
  // The members' own program has what the relay's must not have.
  EXPECT_GT(symbols_of(HOMEWARD_PROGRAM).forbidden.size(), 100U);
}

}  // namespace
}  // namespace homeward
