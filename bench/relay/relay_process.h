// The relay's program under measurement, started and looked at from outside.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace homeward::bench {

// A folder that goes with this.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Nanoseconds of a clock that all processes share.
uint64_t now_ns();
// Processor time of a process, all its threads.
uint64_t cpu_ns(pid_t process);
void raise_handle_limit();

class RelayProcess {
 public:
  struct Options {
    std::string data;
    bool over_tls = false;  // with a certificate made in `data`
    std::vector<std::string> arguments = {};
  };
  explicit RelayProcess(const Options& options);
  ~RelayProcess();
  RelayProcess(const RelayProcess&) = delete;
  RelayProcess& operator=(const RelayProcess&) = delete;

  uint16_t port() const { return port_; }
  uint64_t cpu_ns() const { return bench::cpu_ns(process_); }
  uint64_t memory_bytes() const;  // its own, resident
  uint64_t handles() const;

 private:
  pid_t process_ = -1;
  int out_ = -1;
  uint16_t port_ = 0;
};

}  // namespace homeward::bench
