// Copies of queues of other relays, made of what was read there for somebody (docs/formats/wire.md, forward).
//
// A copy lies in the relay's own store, apart from its queues: under an id that no tokens lead to, so that
// nobody can append to it. Each of its entries is the original's number and bytes; numbers rise and may have
// gaps. What is answered from a copy are consecutive entries only. Members check by their running hash that
// a copy tells the truth, as they do with any relay.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "relay/store/store_link.h"

namespace homeward::relay {

class Mirror {
 public:
  // `append` stores one entry of a copy when it can.
  using Append = std::function<void(StoreAppend)>;
  // The link must outlive it.
  Mirror(StoreLink& store, Append append) : store_(store), append_(std::move(append)) {}

  // Keeps what the relay at `url` answered. `may_create`: also where there is no copy of that queue yet.
  void keep(const std::string& url, const wire::Entries& entries, bool may_create);

  // The consecutive entries from `after` + 1 on, up to an answer's bytes; nothing if that one is not kept.
  // `found` is called once: before this returns, or later.
  using Found = std::function<void(std::optional<wire::Entries>)>;
  void find(const std::string& url, const wire::QueueId& queue, uint64_t after, Found found);

 private:
  struct Search;
  struct Kept {
    uint64_t number = 0;
    Bytes entry;
  };
  static wire::QueueId copy_id(const std::string& url, const wire::QueueId& queue);
  static std::optional<Kept> decode(BytesView stored);
  // Number of the copy's last entry, 0 for an empty copy.
  void with_last(const wire::QueueId& copy, std::function<void(uint64_t last)> then);
  void keep_after(const wire::QueueId& copy, const wire::Entries& entries, uint64_t last, bool may_create);
  void search(std::shared_ptr<Search> search);
  void answer(std::shared_ptr<Search> search);

  StoreLink& store_;
  const Append append_;
  std::unordered_map<wire::QueueId, uint64_t> last_;  // of copies, for as many as are remembered
};

}  // namespace homeward::relay
