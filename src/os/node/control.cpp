#include "os/node/control.h"

#include <sodium.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <optional>

#include "os/node/home.h"

namespace homeward::os {
namespace asio = boost::asio;
namespace json = boost::json;
using asio::ip::tcp;

namespace {

// A connection with the request sent; nothing if no node runs on this home.
struct Connection {
  asio::io_context io;
  tcp::socket socket{io};
  asio::streambuf buffer;
};

bool ask(Connection& connection, const std::filesystem::path& home, const std::string& line,
         const std::string& body) {
  const auto control = Home::read_control(home);
  if (!control) return false;
  boost::system::error_code error;
  connection.socket.connect({asio::ip::address_v4::loopback(), control->port}, error);
  if (error) return false;
  std::string request = line + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(control->port) +
                        "\r\nAuthorization: Bearer " + control->token + "\r\nConnection: close\r\n";
  if (!body.empty()) {
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  request += "\r\n" + body;
  asio::write(connection.socket, asio::buffer(request), error);
  sodium_memzero(request.data(), request.size());
  return !error;
}

std::string read_line(Connection& connection, boost::system::error_code& error) {
  asio::read_until(connection.socket, connection.buffer, "\n", error);
  std::istream in(&connection.buffer);
  std::string line;
  std::getline(in, line);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

// Reads past the head; false if the status is not 200.
bool skip_head(Connection& connection) {
  boost::system::error_code error;
  const bool fine = read_line(connection, error).find(" 200 ") != std::string::npos;
  while (!error && !read_line(connection, error).empty()) {
  }
  return fine && !error;
}

// The answer of one call; nothing if no node runs there or it did not answer.
std::optional<json::value> ask_call(const std::filesystem::path& home, std::string body) {
  Connection connection;
  const bool asked = ask(connection, home, "POST /api/call", body);
  sodium_memzero(body.data(), body.size());
  if (!asked || !skip_head(connection)) return std::nullopt;
  boost::system::error_code error;
  asio::read(connection.socket, connection.buffer, error);
  const std::string answer{asio::buffers_begin(connection.buffer.data()),
                           asio::buffers_end(connection.buffer.data())};
  auto value = json::parse(answer, error);
  if (error) return std::nullopt;
  return value;
}

int no_node() {
  std::cerr << "homeward: no node runs on this home; start one with: homeward serve --home DIR\n";
  return 1;
}

int print_error(const json::object& error) {
  const std::string code(error.at("code").as_string());
  std::cout << json::serialize(json::object{{"error", error}}) << "\n";
  if (code != "unknown_command" && code != "bad_arguments") return 3;
  std::cerr << "homeward: " << std::string_view(error.at("message").as_string()) << "\n";
  return 2;
}

}  // namespace

int call(const std::filesystem::path& home, const std::string& name, std::string args) {
  boost::system::error_code error;
  const json::value parsed = json::parse(args, error);
  sodium_memzero(args.data(), args.size());
  if (error || !parsed.is_object()) {
    std::cerr << "homeward: the arguments are not a JSON object, such as '{\"name\": \"…\"}'\n";
    return 2;
  }
  const auto answer = ask_call(home, json::serialize(json::object{{"name", name}, {"args", parsed}}));
  if (!answer) return no_node();
  const json::object& object = answer->as_object();
  if (object.contains("error")) return print_error(object.at("error").as_object());
  std::cout << json::serialize(object.at("result")) << "\n";
  return 0;
}

int ask_node(const std::filesystem::path& home, const std::string& name, const std::string& args,
             std::string& result) {
  const auto answer =
      ask_call(home, json::serialize(json::object{{"name", name}, {"args", json::parse(args)}}));
  if (!answer) return no_node();
  const json::object& object = answer->as_object();
  if (object.contains("error")) {
    const json::object& refused = object.at("error").as_object();
    std::cerr << "homeward: " << std::string_view(refused.at("message").as_string()) << "\n";
    return refused.at("code").as_string() == "bad_arguments" ? 2 : 3;
  }
  result = json::serialize(object.at("result"));
  return 0;
}

int address(const std::filesystem::path& home) {
  const auto answer = ask_call(home, R"({"name":"page.address"})");
  if (!answer) return no_node();
  std::cout << "page: " << std::string_view(answer->at("result").at("address").as_string()) << "\n";
  return 0;
}

int watch(const std::filesystem::path& home) {
  Connection connection;
  if (!ask(connection, home, "GET /api/notices", "") || !skip_head(connection)) return no_node();
  boost::system::error_code error;
  while (!error) {
    const std::string line = read_line(connection, error);
    if (line.starts_with("data: ")) std::cout << line.substr(6) << std::endl;
  }
  return 0;
}

}  // namespace homeward::os
