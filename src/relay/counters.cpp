#include "relay/counters.h"

#include <string_view>

#include "wire/wire.h"

namespace homeward::relay {

namespace {

struct Metric {
  std::string_view name;
  std::string_view type;
  std::string_view help;
};

void write_head(std::string& out, const Metric& metric) {
  out.append("# HELP ").append(metric.name).append(" ").append(metric.help).append("\n# TYPE ");
  out.append(metric.name).append(" ").append(metric.type).append("\n");
}

void write(std::string& out, const Metric& metric, uint64_t value) {
  write_head(out, metric);
  out.append(metric.name).append(" ").append(std::to_string(value)).append("\n");
}

constexpr std::array<std::string_view, 16> kReasonNames = {"",
                                                           "bad_request",
                                                           "entry_size",
                                                           "queue_full",
                                                           "too_many_requests",
                                                           "too_many_queues",
                                                           "access_key",
                                                           "disk_full",
                                                           "shutting_down",
                                                           "too_many_subscriptions",
                                                           "expired",
                                                           "internal",
                                                           "other_relay",
                                                           "no_forwarding",
                                                           "chunk_differs",
                                                           "no_chunk"};
static_assert(kReasonNames.size() == static_cast<size_t>(wire::kLastReason) + 1);

}  // namespace

std::string metrics_text(const Counters& counters) {
  std::string out;
  write(out, {"homeward_relay_appended_total", "counter", "Entries stored."}, counters.appended);
  write(out, {"homeward_relay_repeated_total", "counter", "Appends whose entry was there."},
        counters.repeated);
  write(out, {"homeward_relay_queues_created_total", "counter", "Queues created."}, counters.queues_created);
  write(out, {"homeward_relay_reads_total", "counter", "Read requests."}, counters.reads);
  write(out, {"homeward_relay_subscribes_total", "counter", "Subscribe requests."}, counters.subscribes);
  write(out, {"homeward_relay_entries_sent_total", "counter", "Entries in answers and pushes."},
        counters.entries_sent);
  write(out, {"homeward_relay_chunks_stored_total", "counter", "Chunks of blobs stored."},
        counters.chunks_stored);
  write(out, {"homeward_relay_chunks_repeated_total", "counter", "Puts whose chunk was there."},
        counters.chunks_repeated);
  write(out, {"homeward_relay_chunks_sent_total", "counter", "Chunks in answers."}, counters.chunks_sent);
  write(out, {"homeward_relay_blobs_created_total", "counter", "Blobs created."}, counters.blobs_created);
  write(out, {"homeward_relay_blob_status_reads_total", "counter", "Requests for a blob's status."},
        counters.blob_status_reads);
  write(out, {"homeward_relay_forwarded_total", "counter", "Requests passed on to other relays."},
        counters.forwarded);
  write(out,
        {"homeward_relay_answered_from_copies_total", "counter",
         "Forwarded reads that the other relay did not answer and a copy did."},
        counters.answered_from_copies);
  write(out, {"homeward_relay_entries_copied_total", "counter", "Entries of other relays kept as copies."},
        counters.entries_copied);
  write(out, {"homeward_relay_commits_total", "counter", "Transactions that stored entries or chunks."},
        counters.commits);
  write(out, {"homeward_relay_failed_commits_total", "counter", "Transactions that failed."},
        counters.failed_commits);
  write(out, {"homeward_relay_connections", "gauge", "Open connections."}, counters.connections);
  write(out, {"homeward_relay_subscriptions", "gauge", "Subscriptions."}, counters.subscriptions);
  write(out, {"homeward_relay_waiting_reads", "gauge", "Reads that wait for an entry."},
        counters.waiting_reads);
  write(out, {"homeward_relay_waiting_append_bytes", "gauge", "Bytes received and not yet on disk."},
        counters.waiting_append_bytes);
  write(out, {"homeward_relay_stored_bytes", "gauge", "Bytes in the store."}, counters.stored_bytes);
  write_head(out, {"homeward_relay_refused_total", "counter", "Requests refused, by reason."});
  for (size_t reason = 1; reason < kReasonNames.size(); ++reason) {
    out.append("homeward_relay_refused_total{reason=\"").append(kReasonNames[reason]).append("\"} ");
    out.append(std::to_string(counters.refused[reason])).append("\n");
  }
  return out;
}

}  // namespace homeward::relay
