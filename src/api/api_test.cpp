// The list of commands: the page's types are fresh, arguments are checked strictly, every refusal has words.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "api/node.h"
#include "api/passphrase.h"

namespace homeward::api {
namespace {

TEST(Api, PageTypesAreFresh) {
  std::ifstream file("web/src/api.gen.ts");
  const std::string there{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(there, typescript()) << "run: build/dev/bin/api_types > web/src/api.gen.ts";
}

class NoVault final : public Host {
 public:
  bool vault_exists() override { return false; }
  Result<Vault> create_vault(BytesView) override { return VaultError::kDiskFull; }
  Result<Vault> open_vault(BytesView) override { return VaultError::kWrongPassphrase; }
  std::string language() override { return language_; }
  void set_language(const std::string& language) override { language_ = language; }
  std::string default_relay() override { return "http://127.0.0.1:1"; }
  Random& random() override { return random_; }
  Instant now() override { return {0}; }

 private:
  std::string language_;
  SeededRandom random_{1};
};

std::string code_of_answer(const json::object& answer) {
  return answer.contains("error") ? std::string(answer.at("error").at("code").as_string()) : "";
}

TEST(Api, ArgumentsAreCheckedAndTheFieldIsNamed) {
  NoVault host;
  Node node(host);
  EXPECT_EQ(code_of_answer(node.call("nothing.such", json::object())), "unknown_command");
  const auto missing = node.call("group.create", {{"name", "Дом"}});
  EXPECT_EQ(code_of_answer(missing), "bad_arguments");
  EXPECT_EQ(missing.at("error").at("field"), "my_name");
  EXPECT_EQ(code_of_answer(node.call("app.state", {{"more", 1}})), "bad_arguments");
  EXPECT_EQ(code_of_answer(node.call("app.state", json::array())), "bad_arguments");
  EXPECT_EQ(code_of_answer(node.call("app.set_language", {{"language", 5}})), "bad_arguments");
  EXPECT_EQ(code_of_answer(node.call("app.set_language", {{"language", "xx"}})), "bad_arguments");
  EXPECT_EQ(code_of_answer(node.call("group.list", json::object())), "no_vault");
  EXPECT_EQ(code_of_answer(node.call("vault.create", {{"passphrase", ""}})), "passphrase_empty");
  EXPECT_EQ(code_of_answer(node.call("vault.create", {{"passphrase", "x"}})), "disk_full");
}

TEST(Api, WordsFollowTheLanguage) {
  NoVault host;
  Node node(host);
  const auto english = node.call("group.list", json::object());
  node.call("app.set_language", {{"language", "ru"}});
  const auto russian = node.call("group.list", json::object());
  EXPECT_NE(english.at("error").at("message"), russian.at("error").at("message"));
  EXPECT_EQ(node.call("app.state", json::object()).at("result").at("language"), "ru");
}

TEST(Passphrase, RussianIsNotOverrated) {
  EXPECT_LT(passphrase_guesses_log10("пароль"), 5);  // "password" on either layout
  EXPECT_LT(passphrase_guesses_log10("пароль123"), 6);
  EXPECT_LT(passphrase_guesses_log10("йцукен"), 5);
  EXPECT_LT(passphrase_guesses_log10("мама мыла раму"), 15);
  EXPECT_GT(passphrase_guesses_log10("сосна левый утюг дождь кафель"), kEnoughGuessesLog10);
  EXPECT_LT(passphrase_guesses_log10("password1"), 5);
  EXPECT_GT(passphrase_guesses_log10("r8Kw!zqPv72mUx"), kEnoughGuessesLog10);
  EXPECT_EQ(passphrase_guesses_log10(""), 0);
}

}  // namespace
}  // namespace homeward::api
