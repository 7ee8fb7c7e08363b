#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <filesystem>

#include "os/relay/server_store.h"
#include "os/relay/writer_thread.h"

namespace homeward::os {

namespace {

std::string words_for(const Error& error) {
  if (error.is(relay::RelayError::kDiskFull)) return "the disk is full";
  if (error.is(relay::RelayError::kNewerFormat))
    return "the data was written by a later version of this program";
  if (error.is(relay::RelayError::kCannotOpen))
    return "the data folder cannot be written, or another program uses it";
  return "the store could not be opened; its files may be damaged";
}

class LocalStore final : public ServerStore {
 public:
  explicit LocalStore(boost::asio::io_context& loop) : loop_(loop) {}
  ~LocalStore() override {
    writer_.reset();
    link_.reset();
    store_.reader.reset();
    store_.writer.reset();
    if (lock_ >= 0) ::close(lock_);
  }

  // What keeps it from opening; empty if nothing does.
  std::string open(const std::string& folder) {
    if (const std::string problem = lock(folder); !problem.empty()) return problem;
    Result<relay::Store> opened = relay::open_sqlite_store({.folder = folder});
    if (!opened.ok()) return words_for(opened.error());
    store_ = std::move(*opened);
    link_.emplace(*store_.reader);
    writer_.emplace(*store_.writer, [this](relay::Batch batch) {
      auto kept = std::make_shared<relay::Batch>(std::move(batch));
      boost::asio::post(loop_, [ran = std::exchange(ran_, nullptr), kept] { ran(std::move(*kept)); });
    });
    return {};
  }

  void run(relay::Batch batch, Ran ran) override {
    ran_ = std::move(ran);  // the writer takes it after it was given the batch, and gives it up before `ran`
    writer_->give(std::move(batch));
  }
  void read(const Query& query, Read done) override { link_->read(query, std::move(done)); }
  void read_blob(const wire::BlobId& blob, ReadBlob done) override {
    link_->read_blob(blob, std::move(done));
  }
  void read_chunk(const wire::BlobId& blob, uint16_t index, ReadChunk done) override {
    link_->read_chunk(blob, index, std::move(done));
  }
  void refresh() override { link_->refresh(); }

 private:
  std::string lock(const std::string& folder) {
    ::umask(077);
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return "the data folder cannot be made";
    lock_ = ::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0) return "the data folder cannot be written";
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) return "another relay uses this data folder";
    return {};
  }

  boost::asio::io_context& loop_;
  int lock_ = -1;
  relay::Store store_;
  std::optional<relay::LocalStoreLink> link_;
  Ran ran_;
  std::optional<WriterThread> writer_;
};

}  // namespace

OpenedStore open_local_store(boost::asio::io_context& loop, const std::string& folder) {
  auto store = std::make_unique<LocalStore>(loop);
  std::string problem = store->open(folder);
  if (!problem.empty()) return {.store = nullptr, .problem = std::move(problem)};
  return {.store = std::move(store), .problem = {}};
}

}  // namespace homeward::os
