// homeward: a member's node and the commands that speak to it.
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "apps/homeward/losses.h"
#include "apps/homeward/losses_import.h"
#include "os/node/bulletin_out.h"
#include "os/node/control.h"
#include "os/node/node_loop.h"

namespace {

constexpr const char* kUsage = R"(homeward: a member's node

  homeward serve   --home DIR [--page 127.0.0.1:8480] [--relay URL] [--passphrase-file FILE]
  homeward call    --home DIR NAME ['{json}' | -]     one command to the running node; - reads the JSON from standard input
  homeward watch   --home DIR                         notices as JSON lines
  homeward address --home DIR                         a fresh address for the browser
  homeward bulletin --home DIR --out FOLDER [--group ID]   the newest bulletin that two organizers approved
  homeward losses  …                                  counts of losses, from files; needs no home
  homeward losses import --home DIR FILE.csv          a file into the register of a group
)";

struct Arguments {
  std::map<std::string, std::string> options;
  std::vector<std::string> words;
};

int wrong_usage(const std::string& why) {
  std::cerr << "homeward: " << why << "\n\n" << kUsage;
  return 2;
}

// Options that `allowed` names, each with a value; throws what is wrong.
Arguments parse(int argc, char** argv, const std::vector<std::string>& allowed) {
  Arguments out;
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i];
    if (!word.starts_with("--")) {
      out.words.push_back(word);
      continue;
    }
    if (std::find(allowed.begin(), allowed.end(), word) == allowed.end()) throw "there is no option " + word;
    if (i + 1 >= argc) throw word + " needs a value";
    out.options[word] = argv[++i];
  }
  if (!out.options.contains("--home")) throw std::string("--home DIR is needed");
  return out;
}

int serve(const Arguments& arguments) {
  homeward::os::ServeOptions options;
  options.home = arguments.options.at("--home");
  if (!arguments.words.empty()) return wrong_usage("serve takes options only");
  if (const auto page = arguments.options.find("--page"); page != arguments.options.end()) {
    const std::string& text = page->second;
    const size_t colon = text.rfind(':');
    const char* end = text.data() + text.size();
    if (colon == std::string::npos) return wrong_usage("--page takes HOST:PORT, such as 127.0.0.1:8480");
    const auto read = std::from_chars(text.data() + colon + 1, end, options.page_port);
    if (read.ec != std::errc() || read.ptr != end)
      return wrong_usage("--page takes HOST:PORT, such as 127.0.0.1:8480");
    options.page_host = text.substr(0, colon);
  }
  if (const auto relay = arguments.options.find("--relay"); relay != arguments.options.end()) {
    if (!relay->second.starts_with("http://") && !relay->second.starts_with("https://")) {
      return wrong_usage("--relay takes a URL that begins with http:// or https://");
    }
    options.relay = relay->second;
  }
  if (const auto file = arguments.options.find("--passphrase-file"); file != arguments.options.end()) {
    options.passphrase_file = file->second;
  }
  return homeward::os::serve(options);
}

int call(const Arguments& arguments) {
  if (arguments.words.empty() || arguments.words.size() > 2)
    return wrong_usage("call takes a command's name and its JSON");
  std::string json = arguments.words.size() == 2 ? arguments.words[1] : "{}";
  if (json == "-") json.assign(std::istreambuf_iterator<char>(std::cin), {});
  return homeward::os::call(arguments.options.at("--home"), arguments.words[0], std::move(json));
}

int bulletin(const Arguments& arguments) {
  const auto out = arguments.options.find("--out");
  if (out == arguments.options.end() || !arguments.words.empty())
    return wrong_usage("bulletin needs --out FOLDER");
  const auto group = arguments.options.find("--group");
  return homeward::os::bulletin(arguments.options.at("--home"), out->second,
                                group == arguments.options.end() ? "" : group->second);
}

int ask_node(const std::string& home, const std::string& name, const std::string& args, std::string& result) {
  return homeward::os::ask_node(home, name, args, result);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  if (command == "losses" && argc > 2 && std::string(argv[2]) == "import")
    return homeward::app::losses_import({argv + 2, argv + argc}, ask_node);
  if (command == "losses") return homeward::app::losses({argv + 2, argv + argc});
  try {
    if (command == "serve")
      return serve(parse(argc, argv, {"--home", "--page", "--relay", "--passphrase-file"}));
    if (command == "call") return call(parse(argc, argv, {"--home"}));
    if (command == "watch") return homeward::os::watch(parse(argc, argv, {"--home"}).options.at("--home"));
    if (command == "bulletin") return bulletin(parse(argc, argv, {"--home", "--out", "--group"}));
    if (command == "address")
      return homeward::os::address(parse(argc, argv, {"--home"}).options.at("--home"));
  } catch (const std::string& why) {
    return wrong_usage(why);
  }
  if (command == "--help" || command == "help") {
    std::cout << kUsage;
    return 0;
  }
  return wrong_usage(command.empty() ? "say what to do" : "there is no command " + command);
}
