// What an operator may see of a relay: counts only, never an id, an address or the size of one entry.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace homeward::relay {

struct Counters {
  uint64_t appended = 0;  // entries stored
  uint64_t repeated = 0;  // appends that found their entry there
  uint64_t queues_created = 0;
  uint64_t reads = 0;
  uint64_t subscribes = 0;
  uint64_t entries_sent = 0;  // in answers and pushes
  uint64_t chunks_stored = 0;
  uint64_t chunks_repeated = 0;  // puts that found their chunk there
  uint64_t chunks_sent = 0;
  uint64_t blobs_created = 0;
  uint64_t blob_status_reads = 0;
  uint64_t forwarded = 0;             // requests passed on to other relays
  uint64_t answered_from_copies = 0;  // of these, reads that the other relay did not answer
  uint64_t entries_copied = 0;
  uint64_t commits = 0;  // transactions that stored something
  uint64_t failed_commits = 0;
  std::array<uint64_t, 16> refused{};  // by number of wire::Reason

  uint64_t connections = 0;           // now
  uint64_t subscriptions = 0;         // now
  uint64_t waiting_reads = 0;         // now
  uint64_t waiting_append_bytes = 0;  // now
  uint64_t stored_bytes = 0;          // after the last commit
};

// Prometheus text exposition format, version 0.0.4.
std::string metrics_text(const Counters& counters);

}  // namespace homeward::relay
