// For tests and benchmarks: PostgreSQL servers of their own, in a temporary folder, heard on Unix sockets
// only.
#pragma once

#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/assert.h"
#include "os/postgres/statements.h"

namespace homeward::os::postgres {

// A cluster: one primary and, if wanted, one synchronous standby, which change places at every failover.
// Started as root it runs as the user that Debian's package makes, because PostgreSQL refuses root.
class TestCluster {
 public:
  struct Options {
    bool with_standby = false;
    std::string settings;  // lines for postgresql.conf
  };
  explicit TestCluster(Options options) : options_(std::move(options)) {
    std::string pattern = (std::filesystem::temp_directory_path() / "homeward_pg_XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    if (const passwd* user = as_root() ? ::getpwnam("postgres") : nullptr) {
      HW_ASSERT(::chown(folder_.c_str(), user->pw_uid, user->pw_gid) == 0);
    }
    HW_ASSERT(
        shell(binary("initdb") + " -D " + data(0) + " -U relay --auth=trust --no-sync -E UTF8 --locale=C"));
    configure(0);
    start(0);
    if (options_.with_standby) {
      add_standby(1);
      HW_ASSERT(sql("alter system set synchronous_standby_names = 'ANY 1 (*)'"));
      HW_ASSERT(sql("select pg_reload_conf()"));
      await([&] {
        return answer("select count(*) from pg_stat_replication where sync_state = 'quorum'") == "1";
      });
    }
  }
  ~TestCluster() {
    for (int server = 0; server < 2; ++server) kill(server);
    std::filesystem::remove_all(folder_);
  }
  TestCluster(const TestCluster&) = delete;
  TestCluster& operator=(const TestCluster&) = delete;

  // Reaches whichever server takes writes.
  std::string conninfo(const std::string& database = "postgres") const {
    return "postgresql://relay@/" + database + "?host=" + folder_ + "," + folder_ + "&port=" + port(0) + "," +
           port(1);
  }
  int primary() const { return primary_; }
  int standby() const { return 1 - primary_; }

  // The server and all its processes, without a word.
  void kill(int server) {
    pid_t& pid = pids_[server];
    if (pid <= 0) return;
    std::vector<pid_t> processes = children_of(pid);
    processes.push_back(pid);
    for (const pid_t process : processes) ::kill(process, SIGKILL);
    ::waitpid(std::exchange(pid, 0), nullptr, 0);
  }
  void start(int server) {
    HW_ASSERT(pids_[server] == 0);
    const std::string command = binary("postgres") + " -D " + data(server);
    pids_[server] = ::fork();
    if (pids_[server] == 0) {
      ::setpgid(0, 0);  // Ctrl-C in a terminal is not meant for it
      const std::string exec =
          "exec " + as_user() + command + " >> " + folder_ + "/log" + port(server) + " 2>&1";
      ::execl("/bin/sh", "sh", "-c", exec.c_str(), nullptr);
      ::_exit(127);
    }
    const std::string where = "host=" + folder_ + " port=" + port(server);
    await([&] { return PQping(where.c_str()) == PQPING_OK; });
  }
  void pause(int server) { signal_all(server, SIGSTOP); }
  void resume(int server) { signal_all(server, SIGCONT); }
  // The standby takes over; the other server is gone and comes back as its standby.
  void fail_over() {
    kill(primary_);
    HW_ASSERT(shell(binary("pg_ctl") + " promote -s -w -D " + data(standby())));
    primary_ = standby();
  }
  void rejoin() { add_standby(standby()); }

  // On the primary.
  bool sql(const std::string& text, const std::string& database = "postgres") const {
    const auto connected = to_primary(database);
    return run(connected.get(), text.c_str());
  }
  std::string answer(const std::string& text, const std::string& database = "postgres") const {
    const auto connected = to_primary(database);
    const TextRows rows = ask(connected.get(), text);
    return rows == nullptr || PQntuples(rows.get()) == 0 ? std::string() : PQgetvalue(rows.get(), 0, 0);
  }
  std::string log(int server) const {
    std::ifstream file(folder_ + "/log" + port(server));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  const std::string& folder() const { return folder_; }

  template <class Condition>
  static bool await(Condition condition, std::chrono::seconds patience = std::chrono::seconds(60)) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() >= until) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
  }

 private:
  static bool as_root() { return ::geteuid() == 0; }
  // Ends with this program, however that ends.
  static std::string as_user() {
    const std::string user = as_root() ? "--reuid=postgres --regid=postgres --clear-groups " : "";
    return "setpriv --pdeathsig=KILL " + user;
  }
  static std::string binary(const std::string& name) {
    const std::string debian = "/usr/lib/postgresql/15/bin/" + name;
    return ::access(debian.c_str(), X_OK) == 0 ? debian : name;
  }
  std::string data(int server) const { return folder_ + "/data" + port(server); }
  static std::string port(int server) { return std::to_string(5432 + server); }
  bool shell(const std::string& command) const {
    return std::system(("cd / && " + as_user() + command + " > " + folder_ + "/out 2>&1").c_str()) == 0;
  }
  Connected to_primary(const std::string& database) const {
    const std::string where =
        "host=" + folder_ + " port=" + port(primary_) + " user=relay dbname=" + database;
    return Connected(PQconnectdb(where.c_str()));
  }
  void configure(int server) const {
    std::ofstream file(data(server) + "/postgresql.conf", std::ios::app);
    file << "listen_addresses = ''\nunix_socket_directories = '" << folder_ << "'\nport = " << port(server)
         << "\nmax_connections = 60\nshared_buffers = 32MB\nwal_keep_size = 256MB\nmax_wal_size = 512MB\n"
         << options_.settings << "\n";
  }
  void add_standby(int server) {
    std::filesystem::remove_all(data(server));
    HW_ASSERT(shell(binary("pg_basebackup") + " -D " + data(server) +
                    " -R -X stream --checkpoint=fast --no-sync -h " + folder_ + " -p " + port(primary_) +
                    " -U relay"));
    configure(server);
    // For the day on which it is the primary.
    std::ofstream(data(server) + "/postgresql.conf", std::ios::app)
        << "synchronous_standby_names = 'ANY 1 (*)'\n";
    start(server);
  }
  static std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> out;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
      std::ifstream stat(entry.path() / "stat");
      std::string text;
      if (!std::getline(stat, text)) continue;
      const size_t name_end = text.rfind(')');
      if (name_end == std::string::npos || name_end + 4 >= text.size()) continue;
      if (std::atoi(text.c_str() + name_end + 4) == parent) out.push_back(std::atoi(text.c_str()));
    }
    return out;
  }
  void signal_all(int server, int signal) const {
    if (pids_[server] <= 0) return;
    for (const pid_t process : children_of(pids_[server])) ::kill(process, signal);
    ::kill(pids_[server], signal);
  }

  Options options_;
  std::string folder_;
  pid_t pids_[2] = {0, 0};
  int primary_ = 0;
};

}  // namespace homeward::os::postgres
