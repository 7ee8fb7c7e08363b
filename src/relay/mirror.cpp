#include "relay/mirror.h"

#include "codec/codec.h"
#include "crypto/crypto.h"

namespace homeward::relay {

namespace {

constexpr size_t kRememberedCopies = 10'000;
constexpr size_t kNumber_bytes = 8;

}  // namespace

// Looks for the entry with number `wanted` among the places [from, to) of a copy; what is expired lies before
// what is kept, and numbers rise.
struct Mirror::Search {
  wire::QueueId queue, copy;
  uint64_t wanted = 0;
  uint64_t from = 0;
  uint64_t to = 0;
  Found found;
};

wire::QueueId Mirror::copy_id(const std::string& url, const wire::QueueId& queue) {
  // Longer than what a queue's id is made of, so that none is ever the same.
  return wire::QueueId::from(
      sha256({view_of("homeward copy of a queue"), sha256(view_of(url)).view(), queue.view()}));
}

std::optional<Mirror::Kept> Mirror::decode(BytesView stored) {
  Reader in(stored);
  Kept out{.number = in.u64(), .entry = copy_of(in.rest())};
  if (!in.ok() || !wire::is_entry_size(out.entry.size())) return std::nullopt;
  return out;
}

// --- Keeping ---

void Mirror::keep(const std::string& url, const wire::Entries& entries, bool may_create) {
  if (entries.entries.empty()) return;
  const wire::QueueId copy = copy_id(url, entries.queue);
  if (const auto known = last_.find(copy); known != last_.end())
    return keep_after(copy, entries, known->second, may_create);
  auto kept = std::make_shared<const wire::Entries>(entries);
  with_last(copy,
            [this, copy, kept, may_create](uint64_t last) { keep_after(copy, *kept, last, may_create); });
}

void Mirror::with_last(const wire::QueueId& copy, std::function<void(uint64_t last)> then) {
  store_.read({.queue = copy, .after = UINT64_MAX, .most_bytes = 1},
              [this, copy, then = std::move(then)](Result<StoreReader::Page> end) {
                if (!end.ok()) return;  // what cannot be looked up is not kept
                if (end->last_in_queue == 0) return then(0);
                store_.read({.queue = copy, .after = end->last_in_queue - 1, .most_bytes = 1},
                            [then](Result<StoreReader::Page> page) {
                              if (!page.ok()) return;
                              const auto last =
                                  page->entries.empty() ? std::nullopt : decode(page->entries[0]);
                              then(last ? last->number : 0);
                            });
              });
}

void Mirror::keep_after(const wire::QueueId& copy, const wire::Entries& entries, uint64_t last,
                        bool may_create) {
  for (size_t i = 0; i < entries.entries.size(); ++i) {
    const uint64_t number = entries.first + i;
    if (number <= last) continue;
    Writer stored;
    stored.reserve(kNumber_bytes + entries.entries[i].size());
    stored.u64(number).raw(entries.entries[i]);
    append_({.queue = copy, .entry = stored.take(), .may_create = may_create});
    last = number;
  }
  if (last_.size() >= kRememberedCopies) last_.clear();
  last_[copy] = last;
}

// --- Finding ---

void Mirror::find(const std::string& url, const wire::QueueId& queue, uint64_t after, Found found) {
  auto search = std::make_shared<Search>();
  search->queue = queue;
  search->copy = copy_id(url, queue);
  search->wanted = after + 1;
  search->found = std::move(found);
  if (after == UINT64_MAX) return search->found(std::nullopt);
  store_.read({.queue = search->copy, .after = UINT64_MAX, .most_bytes = 1},
              [this, search](Result<StoreReader::Page> end) {
                if (!end.ok()) return search->found(std::nullopt);
                search->to = end->last_in_queue;
                this->search(search);
              });
}

void Mirror::search(std::shared_ptr<Search> search) {
  if (search->from >= search->to) return answer(std::move(search));
  const uint64_t middle = search->from + (search->to - search->from) / 2;
  store_.read({.queue = search->copy, .after = middle, .most_bytes = 1},
              [this, search, middle](Result<StoreReader::Page> page) {
                if (!page.ok()) return search->found(std::nullopt);
                const auto at = page->entries.empty() ? std::nullopt : decode(page->entries[0]);
                // Without an entry: expired, and so is all before.
                (at && at->number >= search->wanted ? search->to : search->from) =
                    at && at->number >= search->wanted ? middle : middle + 1;
                this->search(search);
              });
}

void Mirror::answer(std::shared_ptr<Search> search) {
  store_.read({.queue = search->copy, .after = search->from, .most_bytes = wire::kReadAnswerBytes},
              [search](Result<StoreReader::Page> page) {
                if (!page.ok()) return search->found(std::nullopt);
                wire::Entries out{.queue = search->queue, .first = search->wanted, .entries = {}};
                for (const Bytes& stored : page->entries) {
                  auto at = decode(stored);
                  if (!at || at->number != search->wanted + out.entries.size()) break;
                  out.entries.push_back(std::move(at->entry));
                }
                if (out.entries.empty()) return search->found(std::nullopt);
                out.last_in_queue = search->wanted + out.entries.size() - 1;
                search->found(std::move(out));
              });
}

}  // namespace homeward::relay
