// Asks other relays what the rules pass on: POST /v1/call over connections that are kept for the next one.
// Certificates are verified against the system's authorities (or SSL_CERT_FILE) and the URL's host.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <unordered_map>

#include "os/relay/poller.h"
#include "relay/relay.h"

namespace homeward::os {

// http://HOST[:PORT] or https://HOST[:PORT]; nothing for anything else.
struct RelayAddress {
  bool over_tls = false;
  std::string host;
  std::string port;
};
std::optional<RelayAddress> parse_relay_url(const std::string& url);

class OtherRelays {
 public:
  // `done` is called once for each call, from the loop: with the body of the answer, or nothing.
  using Done = std::function<void(relay::ForwardId, std::optional<Bytes> answer)>;
  OtherRelays(boost::asio::io_context& io, Poller& poller, Done done);
  ~OtherRelays();

  void ask(relay::ForwardCall call);
  // Once a second: gives up what takes longer than five seconds more than it was to wait, and closes
  // connections that nobody needed for a while.
  void look_at_clock(Instant now);

 private:
  class Exchange;
  struct Trust;
  void resolved(std::shared_ptr<Exchange> exchange,
                const boost::asio::ip::tcp::resolver::results_type& found);
  void connect(Exchange& exchange, bool has_no_address);
  void finish(Exchange& exchange, std::optional<Bytes> answer);
  void start(std::shared_ptr<Exchange> exchange);

  boost::asio::io_context& io_;
  Poller& poller_;
  const Done done_;
  std::shared_ptr<Trust> trust_;
  boost::asio::ip::tcp::resolver resolver_;
  std::unordered_map<Exchange*, std::shared_ptr<Exchange>> busy_;
  std::vector<std::shared_ptr<Exchange>> idle_;  // connections that were answered and are kept
  std::vector<std::shared_ptr<Exchange>> gone_;  // until the loop has returned from them
  std::shared_ptr<bool> is_here_ = std::make_shared<bool>(true);
};

}  // namespace homeward::os
