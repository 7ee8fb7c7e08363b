#include "api/estimate_job.h"

namespace homeward::api {

EstimateJob::EstimateJob(losses_stats::Cells cells, uint64_t seed) : cells_(std::move(cells)) {
  thread_ = std::thread([this, seed] {
    losses_stats::EstimateOptions options;
    options.seed = seed;
    options.work.progress = [this](double share) { share_ = share; };
    options.work.stopped = [this] { return stop_.load(); };
    losses_stats::Estimate made = losses_stats::estimate(cells_, options);
    const std::lock_guard lock(mutex_);
    result_ = std::move(made);
  });
}

EstimateJob::~EstimateJob() {
  stop();
  thread_.join();
}

std::optional<losses_stats::Estimate> EstimateJob::result() const {
  const std::lock_guard lock(mutex_);
  return result_;
}

}  // namespace homeward::api
