// The bytes of one connection, in the clear or over TLS straight on the socket: nothing ever blocks. Without
// buffers of its own; what TLS keeps for a connection that is idle is given back.
#pragma once

#include <string>

#include "base/bytes.h"

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace homeward::os {

class Transport {
 public:
  // Takes the socket, which does not block. Over TLS as a server if `tls` is given; null if memory is short.
  explicit Transport(int socket, SSL_CTX* tls = nullptr);
  // The other side of it: as a client that wants the certificate to be of `host`, a name or an IP address.
  Transport(int socket, SSL_CTX* tls, const std::string& host);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  enum class State : uint8_t {
    kDone,
    kNotReadable,  // goes on once the socket is readable
    kNotWritable,  // goes on once the socket is writable
    kEnded,        // the peer has gone, or broke the rules
  };
  struct Moved {
    State state = State::kDone;
    size_t size_bytes = 0;
  };

  // Agrees on TLS; done at once where there is none. To be called again until it is done.
  State agree();
  Moved read(MutableBytes into);
  // Some of `bytes`, from their beginning. What was not written is to be given again before anything else.
  Moved write(BytesView bytes);
  // Several pieces, one after the other; where TLS is spoken they are copied to `scratch` first.
  Moved write(std::span<const BytesView> pieces, MutableBytes scratch);
  // Says that nothing more comes from here.
  void end_sending();
  void close();

  int socket() const { return socket_; }
  bool is_secured() const { return ssl_ != nullptr; }
  // Bytes that TLS has taken from the socket and not given out: the socket does not become readable for them.
  bool has_pending() const;

 private:
  State state_of(int result);

  int socket_ = -1;
  SSL* ssl_ = nullptr;
  bool is_broken_ = false;  // TLS failed: not even its end is said
};

}  // namespace homeward::os
