#include "apps/homeward/losses_import.h"

#include <boost/json.hpp>
#include <iostream>

#include "apps/homeward/losses_tools.h"

namespace homeward::app {
namespace {

namespace json = boost::json;

// One call carries at most a megabyte, and what is quoted grows.
constexpr size_t kPartBytes = 400 * 1024;

class Node {
 public:
  Node(std::string home, AskNode ask) : home_(std::move(home)), ask_(ask) {}

  json::object call(const std::string& name, const json::object& args) const {
    std::string result;
    const int status = ask_(home_, name, json::serialize(args), result);
    if (status != 0) throw Stop{status, ""};
    return json::parse(result).as_object();
  }

 private:
  std::string home_;
  AskNode ask_;
};

// The group named by its id or its name; the only one if none is named.
std::string find_group(const Node& node, const std::string& wanted) {
  const json::object list = node.call("group.list", {});
  std::vector<std::string> found;
  for (const json::value& one : list.at("groups").as_array()) {
    const std::string id(one.at("group").as_string());
    if (wanted.empty() || wanted == id || wanted == one.at("name").as_string()) found.push_back(id);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) throw Stop{kWrongUsage, "there is no such group on this home"};
  throw Stop{kWrongUsage, "there are several groups: say which with --group"};
}

// Up to the beginning of a character.
size_t end_of_part(const std::string& text, size_t begin) {
  size_t end = std::min(text.size(), begin + kPartBytes);
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return end;
}

json::object import_file(const Node& node, json::object args, const std::string& text) {
  size_t begin = 0;
  for (size_t end = end_of_part(text, begin); end < text.size(); end = end_of_part(text, begin)) {
    json::object part{{"text", text.substr(begin, end - begin)}};
    if (args.contains("upload")) part["upload"] = args.at("upload");
    args["upload"] = node.call("losses.upload", part).at("upload");
    begin = end;
  }
  args["text"] = text.substr(begin);
  return node.call("losses.import", args);
}

int run(const std::vector<std::string>& words, AskNode ask) {
  const Arguments arguments =
      parse(words, {"--home", "--group", "--publisher", "--link", "--date"}, {"--public-names", "--check"});
  if (arguments.files.size() != 1) throw Stop{kWrongUsage, "import takes one file"};
  const std::string& file = arguments.files[0];
  const std::string text = read_file(file);
  const Node node(arguments.needed("--home"), ask);
  json::object args{{"group", find_group(node, arguments.option("--group", ""))}};
  for (const char* name : {"publisher", "link", "date"})
    if (const auto given = arguments.options.find(std::string("--") + name); given != arguments.options.end())
      args[name] = given->second;
  if (arguments.options.contains("--public-names")) args["names_are_public"] = true;
  if (arguments.options.contains("--check")) args["look_only"] = true;
  const json::object made = import_file(node, args, text);
  if (made.contains("problem")) {
    const json::object& problem = made.at("problem").as_object();
    throw Stop{kWrongFile,
               losses_stats::describe(file, {.line = problem.at("line").to_number<size_t>(),
                                             .column = problem.at("column").to_number<size_t>(),
                                             .expected = std::string(problem.at("expected").as_string())})};
  }
  std::cout << json::serialize(made) << "\n";
  return 0;
}

}  // namespace

int losses_import(const std::vector<std::string>& words, AskNode ask) {
  try {
    return run(words, ask);
  } catch (const Stop& stop) {
    if (!stop.why.empty()) std::cerr << "homeward: " << stop.why << "\n";
    if (!stop.why.empty() && stop.status == kWrongUsage) {
      std::cerr
          << "\n  homeward losses import --home DIR FILE.csv [--group NAME] [--publisher WHO] [--link URL]\n"
             "                         [--date DAY] [--public-names] [--check]\n";
    }
    return stop.status;
  }
}

}  // namespace homeward::app
