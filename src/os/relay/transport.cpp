#include "os/relay/transport.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace homeward::os {

namespace {

constexpr size_t kMostPieces = 64;

Transport::State state_of_errno(Transport::State when_not_ready) {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? when_not_ready
                                                                   : Transport::State::kEnded;
}

}  // namespace

Transport::Transport(int socket, SSL_CTX* tls) : socket_(socket) {
  if (tls == nullptr) return;
  ssl_ = SSL_new(tls);
  if (ssl_ == nullptr || SSL_set_fd(ssl_, socket) != 1) {
    close();
    return;
  }
  SSL_set_accept_state(ssl_);
}

Transport::Transport(int socket, SSL_CTX* tls, const std::string& host) : Transport(socket, tls) {
  if (ssl_ == nullptr) return;
  SSL_set_connect_state(ssl_);
  SSL_set_verify(ssl_, SSL_VERIFY_PEER, nullptr);
  X509_VERIFY_PARAM* const verified = SSL_get0_param(ssl_);
  // RFC 6066, section 3: a server name is no literal address.
  const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(verified, host.c_str()) == 1;
  const bool is_set = is_address || (SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                                              const_cast<char*>(host.c_str())) == 1 &&
                                     X509_VERIFY_PARAM_set1_host(verified, host.c_str(), host.size()) == 1);
  ERR_clear_error();
  if (!is_set) close();
}

Transport::~Transport() { close(); }

void Transport::close() {
  SSL_free(std::exchange(ssl_, nullptr));
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

Transport::State Transport::state_of(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      return State::kNotReadable;
    case SSL_ERROR_WANT_WRITE:
      return State::kNotWritable;
    case SSL_ERROR_ZERO_RETURN:
      return State::kEnded;
    default:
      is_broken_ = true;
      ERR_clear_error();
      return State::kEnded;
  }
}

Transport::State Transport::agree() {
  if (socket_ < 0) return State::kEnded;
  if (ssl_ == nullptr) return State::kDone;
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  return result == 1 ? State::kDone : state_of(result);
}

Transport::Moved Transport::read(MutableBytes into) {
  if (socket_ < 0) return {State::kEnded};
  if (ssl_ != nullptr) {
    ERR_clear_error();
    size_t size_bytes = 0;
    const int result = SSL_read_ex(ssl_, into.data(), into.size(), &size_bytes);
    return result == 1 ? Moved{State::kDone, size_bytes} : Moved{state_of(result)};
  }
  const ssize_t size = ::recv(socket_, into.data(), into.size(), 0);
  if (size > 0) return {State::kDone, static_cast<size_t>(size)};
  return {size == 0 ? State::kEnded : state_of_errno(State::kNotReadable)};
}

Transport::Moved Transport::write(BytesView bytes) {
  if (socket_ < 0) return {State::kEnded};
  if (ssl_ != nullptr) {
    ERR_clear_error();
    size_t size_bytes = 0;
    const int result = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &size_bytes);
    return result == 1 ? Moved{State::kDone, size_bytes} : Moved{state_of(result)};
  }
  const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (size >= 0) return {State::kDone, static_cast<size_t>(size)};
  return {state_of_errno(State::kNotWritable)};
}

Transport::Moved Transport::write(std::span<const BytesView> pieces, MutableBytes scratch) {
  if (pieces.size() == 1) return write(pieces[0]);
  if (ssl_ != nullptr) {
    size_t size_bytes = 0;
    for (const BytesView piece : pieces) {
      const size_t taken_bytes = std::min(piece.size(), scratch.size() - size_bytes);
      std::copy_n(piece.begin(), taken_bytes, scratch.begin() + static_cast<ptrdiff_t>(size_bytes));
      size_bytes += taken_bytes;
    }
    return write(scratch.first(size_bytes));
  }
  std::array<iovec, kMostPieces> vectors{};
  const size_t count = std::min(pieces.size(), kMostPieces);
  for (size_t i = 0; i < count; ++i) {
    vectors[i] = {const_cast<uint8_t*>(pieces[i].data()), pieces[i].size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  if (socket_ < 0) return {State::kEnded};
  const ssize_t size = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
  if (size >= 0) return {State::kDone, static_cast<size_t>(size)};
  return {state_of_errno(State::kNotWritable)};
}

void Transport::end_sending() {
  if (socket_ < 0) return;
  if (ssl_ != nullptr && !is_broken_) {
    ERR_clear_error();
    SSL_shutdown(ssl_);
    ERR_clear_error();
  }
  ::shutdown(socket_, SHUT_WR);
}

bool Transport::has_pending() const { return ssl_ != nullptr && SSL_pending(ssl_) > 0; }

}  // namespace homeward::os
