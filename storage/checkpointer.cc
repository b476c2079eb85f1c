#include "storage/checkpointer.h"

#include <utility>

#include "core/base/status_macros.h"

namespace tally {
namespace {

int64_t SumOfNext(const std::vector<Changes::Partition>& partitions) {
  int64_t sum = 0;
  for (const auto& partition : partitions) sum += partition.state.next;
  return sum;
}

}  // namespace

Checkpointer::Checkpointer(Counters& counters, CheckpointStore& store, Fingerprints fingerprints, const Clock& clock)
    : counters_(counters),
      store_(store),
      fingerprints_(std::move(fingerprints)),
      clock_(clock),
      sequence_(store.sequence()),
      all_saved_at_(clock.Monotonic()) {}

absl::Status Checkpointer::Run() { return Checkpoint(How::kIfChanged); }
absl::Status Checkpointer::RunAlways() { return Checkpoint(How::kAlways); }
absl::Status Checkpointer::Replace() { return Checkpoint(How::kReplace); }

absl::Status Checkpointer::Checkpoint(How how) {
  MutexLock running(running_);
  absl::Duration began = clock_.Monotonic();
  counters_.Tick(clock_.Now());
  const Changes& changes = counters_.Cut();
  if (how != How::kIfChanged || counters_.HasUnsaved()) {
    MetricRows rows = Rows(changes);
    RETURN_IF_ERROR(how == How::kReplace ? store_.Replace(changes, rows) : store_.Write(changes, rows));
    counters_.MarkSaved();
  }
  MutexLock lock(mutex_);
  sequence_ = store_.sequence();
  all_saved_at_ = began;
  saved_ = changes.partitions;
  return absl::OkStatus();
}

MetricRows Checkpointer::Rows(const Changes& changes) const {
  MetricRows rows;
  rows.event = fingerprints_.event;
  const auto& metrics = counters_.rules().metrics();
  for (size_t i = 0; i < metrics.size(); ++i) {
    rows.metrics[metrics[i].name] = {changes.known_from[i], fingerprints_.metrics.at(metrics[i].name)};
  }
  return rows;
}

Checkpointer::Progress Checkpointer::progress() const {
  int64_t applied = 0;
  for (const PartitionStatus& partition : counters_.Partitions()) applied += partition.state.next;
  MutexLock lock(mutex_);
  bool saved = applied <= SumOfNext(saved_);
  return {sequence_, saved ? absl::ZeroDuration() : clock_.Monotonic() - all_saved_at_};
}

std::vector<Changes::Partition> Checkpointer::saved_positions() const {
  MutexLock lock(mutex_);
  return saved_;
}

}  // namespace tally
