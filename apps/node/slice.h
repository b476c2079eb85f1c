// One unit of counting: counters, the store and the checkpointer that save them with their offsets, and the check that
// the counts are a function of one prefix of the log.
//
//   ASSIGN_OR_RETURN(auto slice, Slice::Open(config, {}, renew, clock));
//   Shard& shard = slice->counters().AddShard();   // an ingest thread's batches go to the shards of its slices
//   slice->Tick(/*begun=*/true);                   // several times a second
//   slice->SaveLast();
//
// A node has a list of slices, at present with one entry. The node owns the parts that slices share: ingest threads,
// the partition manager, the clock, the server.
//
// Call Tick() and SaveLast() from one thread at a time, and use continuity() from the partition manager's thread. The
// headers of the parts describe the rest.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "apps/config/config.h"
#include "apps/node/continuity_checker.h"
#include "apps/node/start_options.h"
#include "core/counters/counters.h"
#include "core/time/trusted_clock.h"
#include "storage/checkpointer.h"

namespace tally {

class Slice {
 public:
  // Loads the checkpoint and locks its directory. FailedPrecondition, DataLoss and Unimplemented (its version) mean
  // that the directory cannot be used. `config` and `clock` outlive the slice; the clock is in doubt if it is earlier
  // than the checkpoint. `renew` reads the partitions of a shard with a new client.
  static absl::StatusOr<std::unique_ptr<Slice>> Open(const Config& config, const StartOptions& options,
                                                     std::function<void(size_t shard)> renew, TrustedClock& clock);

  Counters& counters() { return *counters_; }
  const CheckpointStore& store() const { return *store_; }
  Checkpointer& checkpointer() { return *checkpointer_; }
  const Checkpointer& checkpointer() const { return *checkpointer_; }
  ContinuityChecker& continuity() { return *continuity_; }
  StartMode start_mode() const { return start_mode_; }

  // Moves the horizon. Takes a checkpoint when an interval has passed; after each failure it waits longer. Takes none
  // before the start is on the disk (`begun`): an empty one would look like a start.
  void Tick(bool begun);

  // Takes the last checkpoint. Call it after the last record was applied.
  absl::Status SaveLast() { return checkpointer_->Run(); }

  // Whether a change has been unsaved for ten intervals.
  bool IsStale(const Checkpointer::Progress& progress) const;

 private:
  Slice(const Config& config, TrustedClock& clock);

  absl::Status Load(const StartOptions& options, const Fingerprints& configured);
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
