#include "os/node/home.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace homeward::os {
namespace fs = std::filesystem;
namespace {

// Writes the whole file under another name first, so that a reader sees the old or the new one.
bool write_private(const fs::path& path, const std::string& text) {
  const fs::path next = path.string() + ".new";
  const int file = ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  ::close(file);
  return written && ::rename(next.c_str(), path.c_str()) == 0;
}

}  // namespace

Result<Home> Home::take(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || ::chmod(folder.c_str(), 0700) != 0) return HomeError::kCannotMake;
  const int lock = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return HomeError::kCannotMake;
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return HomeError::kInUse;
  }
  const fs::path vault = folder / "vault";
  fs::create_directories(vault, error);
  if (error || ::chmod(vault.c_str(), 0700) != 0) {
    ::close(lock);
    return HomeError::kCannotMake;
  }
  return Home(folder, lock);
}

Home::Home(Home&& other) noexcept
    : folder_(std::move(other.folder_)), lock_(std::exchange(other.lock_, -1)) {}

Home::~Home() {
  if (lock_ < 0) return;
  std::error_code ignored;
  fs::remove(folder_ / "control", ignored);
  ::close(lock_);
}

std::string Home::language() const {
  std::ifstream file(folder_ / "language");
  std::string word;
  file >> word;
  return word == "ru" || word == "en" ? word : "";
}

void Home::set_language(const std::string& language) { write_private(folder_ / "language", language + "\n"); }

bool Home::write_control(const Control& control) {
  return write_private(folder_ / "control", std::to_string(control.port) + " " + control.token + "\n");
}

std::optional<Home::Control> Home::read_control(const fs::path& folder) {
  std::ifstream file(folder / "control");
  Control control;
  if (!(file >> control.port >> control.token)) return std::nullopt;
  return control;
}

}  // namespace homeward::os
