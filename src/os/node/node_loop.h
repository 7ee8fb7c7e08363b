// A node as a process: home, vault, client, connections to relays and the page's server on one thread and one
// loop.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace homeward::os {

struct ServeOptions {
  std::filesystem::path home;
  std::string page_host = "127.0.0.1";
  uint16_t page_port = 8480;
  std::string relay = "http://127.0.0.1:8470";
  std::optional<std::filesystem::path> passphrase_file;  // opens (or makes) the vault at the start
};

// Serves until SIGINT or SIGTERM; locks the vault before it returns. The exit status: 0, or 1 after words on
// standard error. Prints `page: ADDRESS` on standard output when the page can be opened.
int serve(const ServeOptions& options);

}  // namespace homeward::os
