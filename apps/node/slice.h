// One unit of what a node counts: counters, the store and the checkpointer that save them together with their offsets,
// and the check that they stay a function of one prefix of the log.
//
//   ASSIGN_OR_RETURN(auto slice, Slice::Open(config, {.renew = ...}, clock));
//   Shard& shard = slice->counters().AddShard();    // for an ingest thread, whose batches go to the shards of its
//   slices slice->Tick(/*begun=*/true);                    // several times a second: the horizon, and a checkpoint
//   each interval slice->SaveLast();
//
// A node has a list of slices, of which there is one. The parts that slices share belong to the node: ingest threads,
// the partition manager, the clock, the server.
//
// Tick() and SaveLast() are for one thread at a time, and continuity() is for the partition manager's. The parts say
// the rest.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "apps/config/config.h"
#include "apps/node/accepted_gap.h"
#include "apps/node/continuity_checker.h"
#include "apps/node/start_mode.h"
#include "core/counters/counters.h"
#include "core/time/trusted_clock.h"
#include "storage/checkpointer.h"

namespace tally {

struct SliceOptions {
  // As in NodeOptions.
  bool init = false;
  bool recount = false;
  std::vector<AcceptedGap> accepted = {};

  std::function<void(size_t shard)> renew;  // has a shard's partitions read by a new client
};

class Slice {
 public:
  // Loads the checkpoint and locks its directory. FailedPrecondition, DataLoss and Unimplemented (its version) mean
  // that the directory cannot be used. `config` and `clock` outlive the slice; the clock is in doubt if it is earlier
  // than the checkpoint.
  static absl::StatusOr<std::unique_ptr<Slice>> Open(const Config& config, const SliceOptions& options,
                                                     TrustedClock& clock);

  Counters& counters() { return *counters_; }
  const Counters& counters() const { return *counters_; }
  const CheckpointStore& store() const { return *store_; }
  Checkpointer& checkpointer() { return *checkpointer_; }
  const Checkpointer& checkpointer() const { return *checkpointer_; }
  ContinuityChecker& continuity() { return *continuity_; }
  StartMode start_mode() const { return start_mode_; }

  // Moves the horizon. Takes a checkpoint once an interval has passed, and after a failure later each time, but none
  // before the start is on the disk (`begun`): an empty one would pass for a start.
  void Tick(bool begun);

  // The last checkpoint, after the last record was applied.
  absl::Status SaveLast() { return checkpointer_->Run(); }

  // A change has been unsaved for ten intervals.
  bool stale() const;

 private:
  Slice(const Config& config, TrustedClock& clock);

  absl::Status Load(const SliceOptions& options, const Fingerprints& configured);
  void Continue(CheckpointContents contents);
  void DoubtClockBefore(Timestamp checkpoint);

  const Config& config_;
  TrustedClock& clock_;
  std::unique_ptr<Counters> counters_;
  std::unique_ptr<CheckpointStore> store_;
  std::unique_ptr<Checkpointer> checkpointer_;
  std::unique_ptr<ContinuityChecker> continuity_;
  StartMode start_mode_ = StartMode::kFirst;

  absl::Duration checkpoint_at_;                       // the last try
  absl::Duration retry_after_ = absl::ZeroDuration();  // zero unless it failed
};

}  // namespace tally
