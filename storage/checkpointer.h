// Takes checkpoints in sequence: cuts the counters and writes the changes.
//
//   Checkpointer checkpointer(counters, store, fingerprints, clock);
//   absl::Status status = checkpointer.Run();      // every interval, from one thread
//
// A failed write loses nothing: the next one writes its changes too. Thread-safe: one checkpoint at a time.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"
#include "core/counters/counters.h"
#include "core/time/clock.h"
#include "storage/checkpoint_store.h"
#include "storage/fingerprint.h"

namespace tally {

class Checkpointer {
 public:
  struct Progress {
    uint64_t sequence = 0;    // of the last checkpoint that is stored
    absl::Duration age;       // of the oldest change that is not saved, or a little more; zero if all is saved
    uint64_t failures = 0;    // checkpoints that could not be written
    absl::Duration duration;  // of the last one that was written, its cut included; zero before the first
  };

  // All arguments outlive the checkpointer.
  Checkpointer(Counters& counters, CheckpointStore& store, Fingerprints fingerprints, const Clock& clock);

  // Writes a checkpoint if anything changed since the last one.
  absl::Status Run();
  // Always writes one: the first checkpoint stores the resolved start before the first record is applied.
  absl::Status RunAlways();
  // Writes one that replaces everything that is stored.
  absl::Status Replace();

  Progress progress() const;
  // The offsets in the last checkpoint that is stored.
  std::vector<Changes::Partition> saved_offsets() const;

 private:
  enum class How { kIfChanged, kAlways, kReplace };

  absl::Status Checkpoint(How how);
  absl::Status Write(How how, const Changes& changes);
  MetricRows Rows(const Changes& changes) const;

  Mutex running_;  // taken before mutex_
  Counters& counters_;
  CheckpointStore& store_;
  const Fingerprints fingerprints_;
  const Clock& clock_;

  mutable Mutex mutex_;
  uint64_t sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration all_saved_at_ ABSL_GUARDED_BY(mutex_);  // monotonic: every change before it is stored
  uint64_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration duration_ ABSL_GUARDED_BY(mutex_);
  std::vector<Changes::Partition> saved_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tally
