#include "os/node/node_loop.h"

#include <sodium.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "api/node.h"
#include "base/text.h"
#include "os/node/home.h"
#include "os/node/os_random.h"
#include "os/node/page_server.h"
#include "os/node/relay_link.h"

namespace homeward::os {
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

// Memory for JSON that holds a passphrase or a message: wiped when it goes.
class WipingMemory final : public json::memory_resource {
  void* do_allocate(size_t size, size_t alignment) override {
    return ::operator new(size, std::align_val_t(alignment));
  }
  void do_deallocate(void* at, size_t size, size_t alignment) override {
    sodium_memzero(at, size);
    ::operator delete(at, std::align_val_t(alignment));
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

class NodeLoop final : public api::Host {
 public:
  NodeLoop(asio::io_context& io, Home home, const ServeOptions& options)
      : io_(io), home_(std::move(home)), options_(options), timer_(io), node_(*this) {
    OsRandom random;
    control_token_ = to_base64url(random.bytes(32));
    server_ = std::make_unique<PageServer>(
        io, PageServer::Options{options.page_host, options.page_port, control_token_},
        [this](std::string& body) { return answer(body); });
    if (!home_.write_control({server_->port(), control_token_})) {
      throw std::runtime_error("the home folder cannot be written to");
    }
  }
  ~NodeLoop() override { links_.clear(); }

  std::string address() { return server_->new_address(); }

  bool open_at_start(const std::string& passphrase) {
    const auto opened = node_.open_or_create(view_of(passphrase));
    if (!opened.ok()) {
      std::cerr << "homeward: " << api::message_of(api::code_of(opened.error()), language()) << "\n";
      return false;
    }
    pump();
    return true;
  }

  void stop() {
    node_.lock();
    links_.clear();
    server_.reset();
    timer_.cancel();
  }

  // --- api::Host ---
  bool vault_exists() override {
    const auto exists = Vault::exists(files());
    return exists.ok() && *exists;
  }
  Result<Vault> create_vault(BytesView passphrase) override {
    return Vault::create(files(), passphrase, PassphraseCost{}, random_);
  }
  Result<Vault> open_vault(BytesView passphrase) override {
    return Vault::open(files(), passphrase, PassphraseCost{});
  }
  std::string language() override { return home_.language(); }
  void set_language(const std::string& language) override { home_.set_language(language); }
  std::string default_relay() override { return options_.relay; }
  Random& random() override { return random_; }
  Instant now() override { return wall_clock(); }

 private:
  VaultFiles files() const { return {.folder = home_.vault_folder().string()}; }

  // The body of POST /api/call to the body of its answer.
  std::string answer(std::string& body) {
    WipingMemory memory;
    std::string out;
    {
      boost::system::error_code error;
      json::parse_options strict;
      strict.max_depth = 16;
      const json::value asked = json::parse(body, error, &memory, strict);
      const json::object* object = error ? nullptr : asked.if_object();
      const json::value* name = object != nullptr ? object->if_contains("name") : nullptr;
      const json::value* args = object != nullptr ? object->if_contains("args") : nullptr;
      if (name != nullptr && name->is_string() && name->as_string() == "page.address") {
        out = json::serialize(json::object{{"result", {{"address", address()}}}});
      } else if (name == nullptr || !name->is_string()) {
        out = json::serialize(node_.call("", json::object()));
      } else {
        const json::value none = json::object();
        out =
            json::serialize(node_.call(std::string_view(name->as_string()), args != nullptr ? *args : none));
      }
    }
    pump();
    return out;
  }

  // Carries out what the client wants of the network, passes notices on, and sets the timer.
  void pump() {
    if (session_ != node_.session()) {  // locked or unlocked: connections of before are void
      session_ = node_.session();
      links_.clear();
    }
    for (client::Effect& effect : node_.take_network()) carry_out(effect);
    for (const api::Notice& notice : node_.take_notices())
      server_->broadcast(json::serialize(api::to_json(notice)));
    set_timer();
  }

  void carry_out(client::Effect& effect) {
    if (auto* open = std::get_if<client::OpenConnection>(&effect)) {
      open_link(open->connection, open->relay);
    } else if (auto* close = std::get_if<client::CloseConnection>(&effect)) {
      links_.erase(close->connection);
    } else if (auto* send = std::get_if<client::SendRequest>(&effect)) {
      const auto link = links_.find(send->connection);
      if (link != links_.end()) link->second->send(std::move(send->request));
    }
  }

  void open_link(client::ConnectionId id, const std::string& relay) {
    const uint64_t session = session_;
    const auto current = [this, session] { return session == node_.session() && node_.client() != nullptr; };
    RelayLink::Callbacks callbacks;
    callbacks.up = [this, id, current] {
      if (!current()) return;
      node_.client()->connection_up(id, now());
      later();
    };
    callbacks.lost = [this, id, current] {
      if (!current()) return;
      node_.client()->connection_lost(id, now());
      later();
    };
    callbacks.answer = [this, id, current](const wire::Answer& given) {
      if (!current()) return;
      node_.client()->answer(id, given, now());
      later();
    };
    links_[id] = std::make_unique<RelayLink>(io_, relay, std::move(callbacks));
  }

  // Pumps from the loop: a link must not be closed from within its own callback.
  void later() {
    if (std::exchange(pumping_, true)) return;
    asio::post(io_, [this] {
      pumping_ = false;
      if (server_) pump();
    });
  }

  void set_timer() {
    const auto next = node_.client() != nullptr ? node_.client()->next_tick() : std::nullopt;
    if (!next) {
      timer_.cancel();
      return;
    }
    const int64_t wait_ms = std::clamp<int64_t>(next->ms - now().ms, 1, 60'000);
    timer_.expires_after(std::chrono::milliseconds(wait_ms));
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error || !server_) return;
      if (node_.client() != nullptr) node_.client()->tick(now());
      pump();
    });
  }

  asio::io_context& io_;
  Home home_;
  ServeOptions options_;
  asio::steady_timer timer_;
  OsRandom random_;
  api::Node node_;
  std::string control_token_;
  std::unique_ptr<PageServer> server_;
  std::map<client::ConnectionId, std::unique_ptr<RelayLink>> links_;
  uint64_t session_ = 0;
  bool pumping_ = false;
};

std::optional<std::string> read_passphrase(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) || line.empty()) return std::nullopt;
  return line;
}

}  // namespace

int serve(const ServeOptions& options) {
  auto home = Home::take(options.home);
  if (!home.ok()) {
    std::cerr << (home.error().is(HomeError::kInUse)
                      ? "homeward: another node is running on this home already\n"
                      : "homeward: the home folder cannot be made or written to\n");
    return 1;
  }
  try {
    asio::io_context io(1);
    asio::signal_set signals(io, SIGINT, SIGTERM);
    NodeLoop loop(io, std::move(home).value(), options);
    if (options.passphrase_file) {
      auto passphrase = read_passphrase(*options.passphrase_file);
      if (!passphrase) {
        std::cerr << "homeward: the passphrase file is not there or its first line is empty\n";
        return 1;
      }
      const bool opened = loop.open_at_start(*passphrase);
      sodium_memzero(passphrase->data(), passphrase->size());
      if (!opened) return 1;
    }
    std::cout << "page: " << loop.address() << std::endl;
    signals.async_wait([&](const boost::system::error_code& error, int) {
      if (error) return;
      loop.stop();
      io.stop();
    });
    io.run();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "homeward: " << error.what() << "\n";
    return 1;
  }
}

}  // namespace homeward::os
