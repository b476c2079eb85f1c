// Verifies that a client reads the log that was counted.
//
//   int64_t offset = verifier.Begin(state);            // a client begins here
//   if (verifier.Judge(record, state) == ReplayVerifier::Verdict::kApply) ...
//
// A client begins at the last applied record and receives it a second time. If another record has that offset now, the
// topic was created again or records were lost, and the log does not continue the counted one.
//
// Not thread-safe: belongs to a PartitionControl.
#pragma once

#include <cstdint>
#include <optional>

#include "core/counters/fate.h"
#include "core/events/record.h"

namespace tally {

class ReplayVerifier {
 public:
  enum class Verdict { kApply, kSkip, kAnotherLog };

  // Returns where a new client begins: at state.last, or at state.next if there is no last record or TrustNext() was
  // called.
  int64_t Begin(const PartitionState& state);

  // Nothing is applied until the next Begin(): records that still come are from the old client.
  void Pause() { phase_ = Phase::kPaused; }

  // The log has lost state.last. While it is the last record, Begin() returns state.next.
  void TrustNext(const PartitionState& state);

  // The caller moves state.next past an applied record. A record between state.last and state.next also proves another
  // log: the counted log had none there.
  Verdict Judge(const Record& record, const PartitionState& state);

  // The client has read everything before `offset`. Returns whether this can be the counted log.
  bool ReachEnd(int64_t offset, const PartitionState& state);

  // Whether the last Begin() found no record to compare: compaction removed it, or next was trusted.
  bool unverified() const { return unverified_; }

  bool paused() const { return phase_ == Phase::kPaused; }

  // The comparison is finished: a record is applied if its offset is at or after state.next.
  bool verified() const { return phase_ == Phase::kReading; }

 private:
  enum class Phase { kPaused, kVerifying, kReading };

  Phase phase_ = Phase::kReading;   // before the first Begin(), the caller guarantees the log
  std::optional<int64_t> trusted_;  // the offset of the last record, if the log has lost it
  bool unverified_ = false;
};

}  // namespace tally
