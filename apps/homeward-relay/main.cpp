// homeward-relay: keeps queues of encrypted entries for groups and knows nothing of them.
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "apps/homeward-relay/config.h"
#include "os/postgres/store.h"
#include "os/relay/other_relays.h"
#include "os/relay/relay_server.h"

using homeward::os::RelayServer;
using homeward::os::RelayServerOptions;

namespace {

constexpr const char* kUsage =
    "usage: homeward-relay serve (--data DIR | --store CLUSTER...) [options]\n"
    "\n"
    "  --config FILE                 options from a TOML file: data = \"DIR\", max_store_mib = 1000, ...\n"
    "  --data DIR                    where entries are kept; made if it is missing\n"
    "  --store postgres://...        in a PostgreSQL cluster instead; repeated for several clusters\n"
    "  --store @FILE                 the same, a cluster on each line of FILE (or of "
    "$HOMEWARD_RELAY_STORES)\n"
    "  --store-alone yes             accept clusters without a synchronous standby\n"
    "  --forget-stores yes           do without clusters that were used before, and their queues\n"
    "  --listen ADDRESS:PORT         127.0.0.1:8470 if not given; port 0 takes a free one; 'none' for no "
    "TCP\n"
    "  --listen-unix PATH            a Unix socket as well, without TLS, for programs of this machine\n"
    "  --tls-cert FILE               speak HTTPS with this certificate, its chain after it (PEM)\n"
    "  --tls-key FILE                and its private key (PEM, no passphrase); SIGHUP reads both again\n"
    "  --retention-days N            how long entries are kept, and blobs at most (30)\n"
    "  --access-key-file FILE        only who shows the key in FILE may create queues, blobs\n"
    "  --max-store-mib N             refuse what is new when this much is stored (no bound)\n"
    "  --max-connections N           (20000)\n"
    "  --max-requests-per-second N   of one connection (2000)\n"
    "  --max-new-queues-per-hour N   of all together (36000)\n"
    "  --max-new-blobs-per-hour N    likewise (36000)\n"
    "  --max-chunks-per-second N     put and got, of one connection (250)\n"
    "  --max-subscriptions N         of one connection (1000)\n"
    "\n"
    "Prints 'relay: URL' when it is ready. SIGTERM or Ctrl-C ends it; nothing it acknowledged is lost.\n";

int wrong(const std::string& words) {
  std::fprintf(stderr, "homeward-relay: %s\n\n%s", words.c_str(), kUsage);
  return 2;
}

// Empty, or what is wrong with the value.
using Take = std::function<std::string(std::string_view value)>;
struct Option {
  std::string_view name;
  Take take;
};

template <class Number>
Take number(Number& to, uint64_t least, uint64_t most, uint64_t unit = 1) {
  return [&to, least, most, unit](std::string_view value) -> std::string {
    uint64_t parsed = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error != std::errc() || end != value.data() + value.size() || parsed < least || parsed > most) {
      return "takes a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    }
    to = static_cast<Number>(parsed * unit);
    return {};
  };
}

Take text(std::string& to) {
  return [&to](std::string_view value) -> std::string {
    to = value;
    return value.empty() ? "takes a name" : "";
  };
}

std::string take_listen(RelayServerOptions& options, std::string_view value) {
  if (value == "none") {
    options.address.clear();
    return {};
  }
  const size_t colon = value.rfind(':');
  if (colon == std::string_view::npos) return "takes ADDRESS:PORT";
  std::string_view address = value.substr(0, colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  options.address = address;
  const std::string problem = number(options.port, 0, 65'535)(value.substr(colon + 1));
  return problem.empty() ? problem : "takes ADDRESS:PORT, the port a number up to 65535";
}

constexpr size_t kShortestKey = 16;

std::string take_key(RelayServerOptions& options, std::string_view key) {
  if (key.size() < kShortestKey) return "takes a key of 16 characters or more";
  options.access_keys.emplace_back(key);
  return {};
}

std::string take_key_file(RelayServerOptions& options, std::string_view path) {
  std::ifstream file{std::string(path)};
  size_t count = 0;
  std::string problem;
  for (std::string key; problem.empty() && std::getline(file, key); ++count) problem = take_key(options, key);
  return count == 0 || !problem.empty() ? "takes a file with a key of 16 characters or more on each line"
                                        : "";
}

std::string take_other_relay(RelayServerOptions& options, std::string_view url) {
  if (!homeward::os::parse_relay_url(std::string(url)))
    return "takes http://HOST[:PORT] or https://HOST[:PORT]";
  options.limits.other_relays.emplace_back(url);
  return {};
}

std::string take_store_lines(RelayServerOptions& options, std::istream& lines) {
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (const std::string problem = homeward::os::problem_of_store(line, true); !problem.empty())
      return problem;
    options.stores.push_back(line);
  }
  return options.stores.empty() ? "names no cluster" : "";
}

std::string take_store(RelayServerOptions& options, std::string_view value) {
  if (value.starts_with('@')) {
    std::ifstream file{std::string(value.substr(1))};
    return take_store_lines(options, file);
  }
  options.stores.emplace_back(value);
  return homeward::os::problem_of_store(options.stores.back(), false);
}

Take yes(bool& to) {
  return [&to](std::string_view value) -> std::string {
    to = value == "yes";
    return value == "yes" || value == "no" ? "" : "takes yes or no";
  };
}

std::vector<Option> options_of(RelayServerOptions& options) {
  homeward::relay::Limits& limits = options.limits;
  return {
      {"--data", text(options.folder)},
      {"--store", [&](std::string_view value) { return take_store(options, value); }},
      {"--store-alone", yes(options.stores_are_alone)},
      {"--forget-stores", yes(options.forget_stores)},
      {"--listen", [&](std::string_view value) { return take_listen(options, value); }},
      {"--listen-unix", text(options.unix_socket)},
      {"--tls-cert", text(options.tls_certificate_file)},
      {"--tls-key", text(options.tls_key_file)},
      {"--retention-days", number(limits.retention_days, 1, 3'650)},
      {"--access-key-file", [&](std::string_view value) { return take_key_file(options, value); }},
      {"--access-key", [&](std::string_view value) { return take_key(options, value); }},
      {"--forward-to", [&](std::string_view value) { return take_other_relay(options, value); }},
      {"--max-store-mib", number(limits.most_store_bytes, 1, uint64_t{1} << 40, uint64_t{1} << 20)},
      {"--max-connections", number(options.most_connections, 1, 1'000'000)},
      {"--max-requests-per-second", number(limits.requests_per_second, 1, 1'000'000)},
      {"--max-new-queues-per-hour", number(limits.new_queues_per_hour, 0, 1'000'000'000)},
      {"--max-new-blobs-per-hour", number(limits.new_blobs_per_hour, 0, 1'000'000'000)},
      {"--max-chunks-per-second", number(limits.chunks_per_second, 1, 1'000'000)},
      {"--max-subscriptions", number(limits.subscriptions_per_connection, 1, 1'000'000)},
  };
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  if (arguments.size() == 1 && (arguments[0] == "--help" || arguments[0] == "help")) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  if (arguments.empty() || arguments[0] != "serve") return wrong("there is one command: serve");
  RelayServerOptions options;
  const std::vector<Option> known = options_of(options);
  const auto take = [&](const std::string& name, const std::string& value) -> std::string {
    const auto option = std::ranges::find(known, name, &Option::name);
    return option == known.end() ? "is no option" : option->take(value);
  };
  for (size_t i = 1; i < arguments.size(); i += 2) {
    const std::string name(arguments[i]);
    const bool is_config = name == "--config";
    if (!is_config && std::ranges::find(known, name, &Option::name) == known.end())
      return wrong("unknown option " + name);
    if (i + 1 == arguments.size()) return wrong(name + " needs a value");
    const std::string value(arguments[i + 1]);
    const std::string problem = is_config ? homeward::read_config(value, take) : take(name, value);
    if (!problem.empty()) return wrong(name + (is_config ? ": " : " ") + problem);
  }
  if (const char* stores = std::getenv("HOMEWARD_RELAY_STORES");
      stores != nullptr && options.stores.empty()) {
    std::istringstream lines{std::string(stores)};
    const std::string problem = take_store_lines(options, lines);
    if (!problem.empty()) return wrong("HOMEWARD_RELAY_STORES " + problem);
  }
  if (options.folder.empty() == options.stores.empty())
    return wrong("--data DIR or --store CLUSTER says where entries are kept");
  if (options.tls_certificate_file.empty() != options.tls_key_file.empty())
    return wrong("--tls-cert FILE and --tls-key FILE go together");

  const RelayServer::Started started = RelayServer::start(options);
  if (!started.server) {
    std::fprintf(stderr, "homeward-relay: %s\n", started.problem.c_str());
    return 1;
  }
  std::printf("relay: %s\n", started.server->url().c_str());
  std::fflush(stdout);
  started.server->run();
  std::puts("relay: stopped");
  return 0;
}
