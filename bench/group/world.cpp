#include "bench/group/world.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "vault/vault.h"

namespace homeward::bench {
namespace {

constexpr PassphraseCost kCheap{.memory_bytes = 8192, .passes = 1};
constexpr std::string_view kPassphrase = "a passphrase of the bench";
constexpr size_t kEntriesPerFrame = 256;

[[noreturn]] void die(const char* what) {
  std::fprintf(stderr, "group_bench: %s\n", what);
  std::exit(1);
}

}  // namespace

double World::cpu_ms() {
  timespec at{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
  return static_cast<double>(at.tv_sec) * 1e3 + static_cast<double>(at.tv_nsec) / 1e6;
}

size_t World::HashOfId::operator()(const wire::QueueId& id) const {
  size_t out = 0;
  std::memcpy(&out, id.data.data(), sizeof(out));
  return out;
}

uint64_t Member::disk_bytes() const {
  uint64_t out = 0;
  for (const std::string& path : disk->files())
    if (const auto file = disk->read_file(path)) out += file->size();
  return out;
}

Member& World::add_member() {
  Member& made = members.emplace_back();
  made.index = members.size() - 1;
  made.name = "Участница " + std::to_string(members.size());
  made.random = std::make_unique<SeededRandom>(1'000'000 + members.size());
  made.disk = std::make_unique<sim::SimDisk>();
  wake(made);
  return made;
}

void World::wake(Member& member) {
  if (member.client != nullptr) return;
  ++lives_[member.index];
  const VaultFiles files{"home", member.disk->vfs_name()};
  const double before = cpu_ms();
  const auto exists = Vault::exists(files);
  auto vault = exists.ok() && *exists ? Vault::open(files, view_of(kPassphrase), kCheap)
                                      : Vault::create(files, view_of(kPassphrase), kCheap, *member.random);
  if (!vault.ok()) die("a vault does not open");
  auto loaded = client::Client::load(std::move(*vault), {.default_relay = "bench", .cost = kCheap},
                                     *member.random, now);
  if (!loaded.ok()) die("a client does not load");
  member.client = std::move(*loaded);
  member.depth = 0;
  with(member, [&](client::Client& client) {
    client.tick(now);
    return 0;
  });
  member.spent.cpu_ms += cpu_ms() - before;
}

void World::sleep(Member& member) {
  member.client.reset();
  ++lives_[member.index];
  ++member.wake;
}

void World::discard(Member& member) {
  sleep(member);
  member.disk.reset();
  member.gone = true;
}

void World::obey(Member& member) {
  const uint64_t life = lives_[member.index];
  for (client::Effect& effect : member.client->take_effects()) {
    if (const auto* open = std::get_if<client::OpenConnection>(&effect)) {
      jobs_.push_back({member.index, life, open->connection, nullptr, 0, member.depth + 1});
    } else if (const auto* send = std::get_if<client::SendRequest>(&effect)) {
      member.spent.sent_bytes += wire::encode(send->request).size();
      serve(member, send->connection, send->request);
    }
  }
  set_timer(member);
}

void World::answer(Member& member, client::ConnectionId connection, wire::Answer&& answer) {
  const size_t size_bytes = wire::encode(answer).size();
  jobs_.push_back({member.index, lives_[member.index], connection,
                   std::make_shared<wire::Answer>(std::move(answer)), size_bytes, member.depth + 1});
}

void World::push(Queue& queue, const wire::QueueId& id, const Subscription& to, uint64_t after,
                 uint64_t depth) {
  while (after < queue.entries.size()) {
    wire::Entries out{id, after + 1, queue.entries.size(), {}};
    size_t size_bytes = 0;
    while (after < queue.entries.size() && out.entries.size() < kEntriesPerFrame &&
           (out.entries.empty() || size_bytes + queue.entries[after].size() <= wire::kReadAnswerBytes)) {
      size_bytes += queue.entries[after].size();
      out.entries.push_back(queue.entries[after++]);
    }
    auto made = std::make_shared<wire::Answer>(wire::Answer{0, std::move(out)});
    const size_t frame_bytes = wire::encode(*made).size();
    jobs_.push_back({to.member, to.life, to.connection, made, frame_bytes, depth});
  }
}

void World::serve(Member& member, client::ConnectionId connection, const wire::Request& request) {
  const uint64_t life = lives_[member.index];
  if (const auto* append = std::get_if<wire::Append>(&request.body)) {
    const wire::QueueId id = wire::queue_id(append->access);
    Queue& queue = queues_[id];
    for (size_t i = 0; i < queue.entries.size(); ++i)
      if (queue.entries[i] == append->entry)
        return answer(member, connection, {request.id, wire::Appended{i + 1}});
    queue.entries.push_back(append->entry);
    ++entries;
    entry_bytes += append->entry.size();
    answer(member, connection, {request.id, wire::Appended{queue.entries.size()}});
    if (queue.readers.size() > 2) ++entries_by_size[append->entry.size()];
    const auto pushed = std::make_shared<wire::Answer>(
        wire::Answer{0, wire::Entries{id, queue.entries.size(), queue.entries.size(), {append->entry}}});
    const size_t frame_bytes = wire::encode(*pushed).size();
    for (const Subscription& to : queue.readers)
      jobs_.push_back({to.member, to.life, to.connection, pushed, frame_bytes, member.depth + 1});
  } else if (const auto* subscribe = std::get_if<wire::Subscribe>(&request.body)) {
    const wire::QueueId id = wire::queue_id(subscribe->access);
    Queue& queue = queues_[id];
    answer(member, connection, {request.id, wire::Done{queue.entries.size()}});
    std::erase_if(queue.readers, [&](const Subscription& one) { return lives_[one.member] != one.life; });
    queue.readers.push_back({member.index, connection, life});
    queue.most_readers = std::max(queue.most_readers, queue.readers.size());
    push(queue, id, queue.readers.back(), subscribe->after, member.depth + 1);
  } else if (const auto* unsubscribe = std::get_if<wire::Unsubscribe>(&request.body)) {
    Queue& queue = queues_[unsubscribe->queue];
    std::erase_if(queue.readers, [&](const Subscription& one) {
      return one.member == member.index && one.connection == connection;
    });
    // What only a newcomer read is of no more use; answers are large.
    if (queue.readers.empty() && queue.most_readers == 1) std::vector<Bytes>().swap(queue.entries);
    answer(member, connection, {request.id, wire::Done{0}});
  }
}

void World::run_jobs() {
  while (!jobs_.empty()) {
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    Member& member = members[job.member];
    if (member.client == nullptr || lives_[member.index] != job.life) continue;
    member.depth = job.depth;
    member.spent.round_trips = std::max(member.spent.round_trips, job.depth);
    member.spent.received_bytes += job.size_bytes;
    with(member, [&](client::Client& client) {
      if (job.answer)
        client.answer(job.connection, *job.answer, now);
      else
        client.connection_up(job.connection, now);
      return 0;
    });
  }
}

void World::set_timer(Member& member) {
  const auto next = member.client->next_tick();
  ++member.wake;
  if (next) ticks_.push({std::max(*next, now.after_ms(1)), member.index, member.wake});
}

void World::run_until(Instant until) {
  run_jobs();
  while (!ticks_.empty() && ticks_.top().at <= until) {
    const Tick tick = ticks_.top();
    ticks_.pop();
    Member& member = members[tick.member];
    if (member.client == nullptr || member.wake != tick.wake) continue;
    now = std::max(now, tick.at);
    member.depth = 0;
    with(member, [&](client::Client& client) {
      client.tick(now);
      return 0;
    });
    run_jobs();
  }
  now = std::max(now, until);
}

}  // namespace homeward::bench
