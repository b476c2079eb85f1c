#include "storage/checkpointer.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/crash_point.h"
#include "core/base/status_macros.h"

namespace tally {

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
  const bool writes = how != How::kIfChanged || counters_.HasUnsaved();
  absl::Status status = writes ? Write(how, changes) : absl::OkStatus();
  MutexLock lock(mutex_);
  if (!status.ok()) {
    ++failures_;
    return status;
  }
  if (writes) duration_ = clock_.Monotonic() - began;
  sequence_ = store_.sequence();
  all_saved_at_ = began;
  saved_ = changes.partitions;
  return absl::OkStatus();
}

absl::Status Checkpointer::Write(How how, const Changes& changes) {
  const MetricRows rows = Rows(changes);
  RETURN_IF_ERROR(how == How::kReplace ? store_.Replace(changes, rows) : store_.Write(changes, rows));
  CrashPoint("between write and note");
  counters_.MarkSaved();
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
  // Adds the partitions one by one: the checkpoint also has those of removed topics, to which nothing is applied.
  std::vector<PartitionStatus> partitions = counters_.Partitions();
  MutexLock lock(mutex_);
  std::map<TopicPartition, int64_t> next;
  for (const auto& [topic_partition, state] : saved_) next[topic_partition] = state.next;
  bool saved = std::all_of(partitions.begin(), partitions.end(), [&](const PartitionStatus& partition) {
    return partition.state.next <= next[partition.topic_partition];
  });
  return {sequence_, saved ? absl::ZeroDuration() : clock_.Monotonic() - all_saved_at_, failures_, duration_};
}

std::vector<Changes::Partition> Checkpointer::saved_offsets() const {
  MutexLock lock(mutex_);
  return saved_;
}

}  // namespace tally
