// An estimate that runs beside the node's loop: a thread that gets counts and nothing else, tells how far it
// is, and stops when asked or when it is destroyed.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "losses_stats/estimate.h"

namespace homeward::api {

class EstimateJob {
 public:
  EstimateJob(losses_stats::Cells cells, uint64_t seed);
  ~EstimateJob();  // stops it, and waits for that at most a piece of work
  EstimateJob(const EstimateJob&) = delete;
  EstimateJob& operator=(const EstimateJob&) = delete;

  void stop() { stop_ = true; }
  double share() const { return share_; }
  // Nothing as long as it runs; `stopped` if it was.
  std::optional<losses_stats::Estimate> result() const;

 private:
  losses_stats::Cells cells_;
  std::atomic<bool> stop_ = false;
  std::atomic<double> share_ = 0;
  mutable std::mutex mutex_;
  std::optional<losses_stats::Estimate> result_;
  std::thread thread_;
};

}  // namespace homeward::api
