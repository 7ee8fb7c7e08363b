// A node's home on disk: a folder for this user alone, used by one node at a time.
//
//   HOME/lock       held while a node runs
//   HOME/language   "ru" or "en": chosen before the vault is open, so it stands outside it
//   HOME/control    where the running node listens and the token of `homeward call`; gone when it stops
//   HOME/vault/     the vault (docs/formats/vault.md)
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"

namespace homeward::os {

enum class HomeError : uint16_t {
  kCannotMake = 1,  // no such folder can be made, or it is not writable
  kInUse,           // another node runs on it
};
constexpr Room room_of(HomeError) { return Room::kOs; }

class Home {
 public:
  // Makes the folder where it is missing (mode 0700) and takes its lock for the life of the object.
  static Result<Home> take(const std::filesystem::path& folder);
  Home(Home&& other) noexcept;
  Home& operator=(Home&&) = delete;
  ~Home();  // lets the lock go and removes HOME/control

  std::filesystem::path vault_folder() const { return folder_ / "vault"; }
  std::string language() const;
  void set_language(const std::string& language);

  struct Control {
    uint16_t port = 0;
    std::string token;
  };
  bool write_control(const Control& control);  // readable by this user alone
  static std::optional<Control> read_control(const std::filesystem::path& folder);

 private:
  Home(std::filesystem::path folder, int lock) : folder_(std::move(folder)), lock_(lock) {}
  std::filesystem::path folder_;
  int lock_ = -1;
};

}  // namespace homeward::os
