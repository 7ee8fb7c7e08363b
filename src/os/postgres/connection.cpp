#include "os/postgres/connection.h"

#include <boost/asio/post.hpp>
#include <cstring>
#include <utility>

namespace homeward::os::postgres {

using boost::asio::posix::stream_descriptor;
using boost::system::error_code;

namespace {

constexpr int kBinary = 1;
constexpr uint32_t kInt8Type = 20;
constexpr uint32_t kByteaType = 17;

void put_big_endian(Bytes& out, uint64_t value, size_t size_bytes) {
  for (size_t i = size_bytes; i-- > 0;) out.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

// One dimension, no nulls, indices from 1.
Bytes array_head(uint32_t element_type, size_t count) {
  Bytes out;
  put_big_endian(out, count == 0 ? 0 : 1, 4);
  put_big_endian(out, 0, 4);
  put_big_endian(out, element_type, 4);
  if (count == 0) return out;
  put_big_endian(out, count, 4);
  put_big_endian(out, 1, 4);
  return out;
}

bool send_text(PGconn* connection, const char* text) {
  return PQsendQueryParams(connection, text, 0, nullptr, nullptr, nullptr, nullptr, kBinary) == 1;
}

bool send_call(PGconn* connection, const Call& call) {
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const Bytes& parameter : call.parameters) {
    // An empty value is no null.
    values.push_back(parameter.empty() ? "" : reinterpret_cast<const char*>(parameter.data()));
    lengths.push_back(static_cast<int>(parameter.size()));
  }
  const std::vector<int> formats(values.size(), kBinary);
  return PQsendQueryPrepared(connection, call.statement, static_cast<int>(values.size()), values.data(),
                             lengths.data(), formats.data(), kBinary) == 1;
}

}  // namespace

// --- Parameters and rows ---

Bytes int4(int32_t value) {
  Bytes out;
  put_big_endian(out, static_cast<uint32_t>(value), 4);
  return out;
}

Bytes int8(int64_t value) {
  Bytes out;
  put_big_endian(out, static_cast<uint64_t>(value), 8);
  return out;
}

Bytes boolean(bool value) { return {static_cast<uint8_t>(value ? 1 : 0)}; }

Bytes int8_array(const std::vector<int64_t>& values) {
  Bytes out = array_head(kInt8Type, values.size());
  for (const int64_t value : values) {
    put_big_endian(out, 8, 4);
    put_big_endian(out, static_cast<uint64_t>(value), 8);
  }
  return out;
}

Bytes bytea_array(const std::vector<BytesView>& values) {
  Bytes out = array_head(kByteaType, values.size());
  for (const BytesView value : values) {
    put_big_endian(out, value.size(), 4);
    append(out, value);
  }
  return out;
}

BytesView Rows::bytes(int row, int column) const {
  if (PQgetisnull(result_.get(), row, column) != 0) return {};
  return {reinterpret_cast<const uint8_t*>(PQgetvalue(result_.get(), row, column)),
          static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}

int64_t Rows::number(int row, int column) const {
  const BytesView value = bytes(row, column);
  if (value.empty() || value.size() > 8) return 0;
  // The sign of the first byte fills what is above it.
  uint64_t out = (value[0] & 0x80) != 0 ? UINT64_MAX : 0;
  for (const uint8_t byte : value) out = out << 8 | byte;
  return static_cast<int64_t>(out);
}

// --- The connection ---

Connection::Connection(boost::asio::io_context& loop, Connected connected, Lost lost, Notified notified)
    : socket_(loop, PQsocket(connected.get())),
      connected_(std::move(connected)),
      lost_(std::move(lost)),
      notified_(std::move(notified)) {
  PQsetNoticeReceiver(connected_.get(), on_notice, this);
  watch_reads();
}

Connection::~Connection() {
  *is_alive_ = false;
  socket_.release();  // libpq closes it
}

void Connection::on_notice(void* self, const PGresult* notice) {
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity != nullptr && std::strcmp(severity, "WARNING") == 0) {
    static_cast<Connection*>(self)->was_warned_ = true;
  }
}

void Connection::send(Request request) {
  const bool sent = !is_losing_ && send_now(request);
  out_.push_back({.request = std::move(request), .answer = {}});
  if (!sent) return lose();
  flush();
}

bool Connection::send_now(const Request& request) {
  PGconn* connection = connected_.get();
  if (request.is_transaction && !send_text(connection, "begin")) return false;
  for (const Call& call : *request.calls) {
    if (!send_call(connection, call)) return false;
  }
  if (request.is_transaction && !send_text(connection, "commit")) return false;
  return PQpipelineSync(connection) == 1;
}

void Connection::watch_reads() {
  socket_.async_wait(stream_descriptor::wait_read,
                     [this, is_alive = std::weak_ptr<bool>(is_alive_)](error_code error) {
                       const auto alive = is_alive.lock();
                       if (!alive || !*alive || error || is_losing_) return;
                       take_input();
                       if (!*alive || is_losing_) return;
                       watch_reads();
                     });
}

void Connection::flush() {
  if (is_flushing_ || is_losing_) return;
  const int left = PQflush(connected_.get());
  if (left < 0) return lose();
  if (left == 0) return;
  is_flushing_ = true;
  socket_.async_wait(stream_descriptor::wait_write,
                     [this, is_alive = std::weak_ptr<bool>(is_alive_)](error_code error) {
                       const auto alive = is_alive.lock();
                       if (!alive || !*alive || error) return;
                       is_flushing_ = false;
                       flush();
                     });
}

void Connection::take_input() {
  const auto alive = is_alive_;
  if (PQconsumeInput(connected_.get()) == 0) {
    take_results();  // what came before the end
    if (*alive) lose();
    return;
  }
  take_results();
  if (!*alive || is_losing_) return;
  flush();
  while (PGnotify* notify = PQnotifies(connected_.get())) {
    const std::unique_ptr<PGnotify, void (*)(void*)> kept(notify, PQfreemem);
    notified_(notify->extra, notify->be_pid == PQbackendPID(connected_.get()));
    if (!*alive) return;
  }
}

void Connection::take_results() {
  const auto alive = is_alive_;
  while (*alive && !is_losing_ && !out_.empty() && PQisBusy(connected_.get()) == 0) {
    PGresult* result = PQgetResult(connected_.get());
    if (result != nullptr) {
      take_result(result);
    } else if (PQstatus(connected_.get()) == CONNECTION_BAD) {
      return lose();
    }
  }
}

void Connection::take_result(PGresult* result) {
  Rows rows(result);
  Out& front = out_.front();
  switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK: {
      // "begin" and "commit" are no calls of the request's.
      const char* tag = PQcmdStatus(result);
      if (std::strcmp(tag, "ROLLBACK") == 0 && front.request.is_transaction) {
        if (front.answer.ok()) front.answer.failed = kLost;  // a commit that did not
      } else if (std::strcmp(tag, "BEGIN") != 0 && std::strcmp(tag, "COMMIT") != 0) {
        front.answer.rows.push_back(std::move(rows));
      }
      return;
    }
    case PGRES_PIPELINE_SYNC: {
      Out ended = std::move(front);
      out_.pop_front();
      // Such as that waiting for the standby was cancelled: it is committed here and perhaps nowhere else.
      if (std::exchange(was_warned_, false) && ended.request.is_transaction && ended.answer.ok()) {
        ended.answer.failed = kLost;
        out_.push_front(std::move(ended));
        return lose();
      }
      forget_failed_transaction();
      ended.request.done(std::move(ended.answer));
      return;
    }
    case PGRES_PIPELINE_ABORTED:
      return;
    default: {
      const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
      if (front.answer.ok()) front.answer.failed = state == nullptr ? kLost : state;
    }
  }
}

// A transaction that failed stays open until it is told to end.
void Connection::forget_failed_transaction() {
  if (PQtransactionStatus(connected_.get()) != PQTRANS_INERROR) return;
  out_.push_front({.request = {.calls = nullptr, .done = [](Answer) {}}, .answer = {}});
  if (!send_text(connected_.get(), "rollback") || PQpipelineSync(connected_.get()) != 1) return lose();
  flush();
}

void Connection::lose() {
  if (std::exchange(is_losing_, true)) return;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
  boost::asio::post(socket_.get_executor(), [this, is_alive = std::weak_ptr<bool>(is_alive_)] {
    const auto alive = is_alive.lock();
    if (!alive || !*alive) return;
    auto out = std::exchange(out_, {});
    const Lost lost = std::move(lost_);
    lost();  // may end this object
    for (Out& each : out) {
      Answer answer;
      answer.failed = kLost;
      each.request.done(std::move(answer));
    }
  });
}

}  // namespace homeward::os::postgres
