// One connection to a PostgreSQL server, watched by the loop: requests go out in libpq's pipeline mode, as
// many as wait in one go, and are answered in their order.
//
// A connection is made on a thread of its own (looking names up and shaking hands may block) and prepared
// there (session.h); from then on it belongs to the loop's thread.
#pragma once

#include <libpq-fe.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace homeward::os::postgres {

struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Connected = std::unique_ptr<PGconn, FinishConnection>;

// Parameters in PostgreSQL's binary form.
Bytes int4(int32_t value);
Bytes int8(int64_t value);
Bytes boolean(bool value);
Bytes int8_array(const std::vector<int64_t>& values);
Bytes bytea_array(const std::vector<BytesView>& values);

// The rows that one statement answered, in binary form.
class Rows {
 public:
  explicit Rows(PGresult* result) : result_(result) {}
  int count() const { return PQntuples(result_.get()); }
  // Empty for a null.
  BytesView bytes(int row, int column) const;
  // An int2, int4 or int8; 0 for a null.
  int64_t number(int row, int column) const;

 private:
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  std::unique_ptr<PGresult, Clear> result_;
};

// A prepared statement with its parameters.
struct Call {
  const char* statement = nullptr;
  std::vector<Bytes> parameters;
};

inline std::shared_ptr<const std::vector<Call>> calls(std::vector<Call> all) {
  return std::make_shared<const std::vector<Call>>(std::move(all));
}

struct Answer {
  std::vector<Rows> rows;  // of each call, if nothing failed
  // Five characters of SQLSTATE if a call failed; kLost if the connection did, or the server did not confirm
  // what it committed. What a lost request did is not known.
  std::string failed;
  bool ok() const { return failed.empty(); }
};
inline constexpr const char* kLost = "lost";

struct Request {
  std::shared_ptr<const std::vector<Call>> calls;
  // Sent as one, committed as one, and answered only after the commit. Without it the calls only read.
  bool is_transaction = false;
  std::function<void(Answer)> done;
};

class Connection {
 public:
  using Lost = std::function<void()>;
  // `is_own`: sent through this very connection.
  using Notified = std::function<void(std::string_view payload, bool is_own)>;
  // Takes over a connection in pipeline mode. `lost` is called once, later, and may end this; then all that
  // was out is answered kLost.
  Connection(boost::asio::io_context& loop, Connected connected, Lost lost, Notified notified);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // `done` is called later. A transaction is sent only when nothing else is out.
  void send(Request request);
  // As if the other side had gone.
  void lose();

 private:
  struct Out {
    Request request;
    Answer answer;
  };
  bool send_now(const Request& request);
  void watch_reads();
  void flush();
  void take_input();
  void take_results();
  void take_result(PGresult* result);
  void forget_failed_transaction();
  static void on_notice(void* self, const PGresult* notice);

  boost::asio::posix::stream_descriptor socket_;
  Connected connected_;
  Lost lost_;
  Notified notified_;
  std::deque<Out> out_;
  std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);
  bool is_flushing_ = false;
  bool is_losing_ = false;
  bool was_warned_ = false;  // by the server, about the request that is being answered
};

}  // namespace homeward::os::postgres
