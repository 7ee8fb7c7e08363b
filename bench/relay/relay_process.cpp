#include "bench/relay/relay_process.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/assert.h"

namespace homeward::bench {

Folder::Folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "homeward_relay_bench_XXXXXX").string();
  const char* made = ::mkdtemp(pattern.data());
  HW_ASSERT(made != nullptr);
  path_ = made;
}
Folder::~Folder() { std::filesystem::remove_all(path_); }

uint64_t now_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

uint64_t cpu_ns(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

void raise_handle_limit() {
  rlimit limit{65'536, 65'536};
  if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return;
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

RelayProcess::RelayProcess(const Options& options) {
  std::vector<std::string> arguments = {HOMEWARD_RELAY_PROGRAM, "serve",  "--listen",
                                        "127.0.0.1:0",          "--data", options.data};
  if (options.over_tls) {
    const std::string key = options.data + ".key.pem", certificate = options.data + ".cert.pem";
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
        "-keyout '" +
        key + "' -out '" + certificate + "' 2>/dev/null";
    const int made = std::system(make.c_str());
    HW_ASSERT(made == 0);
    arguments.insert(arguments.end(), {"--tls-cert", certificate, "--tls-key", key});
  }
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  int pipe[2];
  const int piped = ::pipe(pipe);
  HW_ASSERT(piped == 0);
  process_ = ::fork();
  if (process_ == 0) {
    ::dup2(pipe[1], 1);
    ::close(pipe[0]);
    ::close(pipe[1]);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(pipe[1]);
  out_ = pipe[0];
  std::string line;
  for (char c = 0; ::read(out_, &c, 1) == 1 && c != '\n';) line += c;
  const size_t colon = line.rfind(':');
  if (colon == std::string::npos) {
    std::fprintf(stderr, "the relay did not start\n");
    std::exit(1);
  }
  port_ = static_cast<uint16_t>(std::stoi(line.substr(colon + 1)));
}

RelayProcess::~RelayProcess() {
  ::kill(process_, SIGTERM);
  ::waitpid(process_, nullptr, 0);
  ::close(out_);
}

uint64_t RelayProcess::memory_bytes() const {
  std::ifstream status("/proc/" + std::to_string(process_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
  }
  return 0;
}

uint64_t RelayProcess::handles() const {
  uint64_t count = 0;
  for (const auto& each : std::filesystem::directory_iterator("/proc/" + std::to_string(process_) + "/fd")) {
    count += each.path().empty() ? 0 : 1;
  }
  return count;
}

}  // namespace homeward::bench
