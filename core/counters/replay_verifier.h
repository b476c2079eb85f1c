// Verifies that the log which a client reads is still the log that was counted.
//
//   int64_t offset = verifier.Begin(state);            // a client begins here
//   if (verifier.Judge(record, state) == ReplayVerifier::Verdict::kApply) ...
//
// A client begins at the last record that was applied and receives it a second time. If another record has that offset
// now, the topic was created again or records were lost, and nothing of the log continues what was counted.
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

  // Where a new client begins: at state.last, or at state.next if there is no last record or TrustNext() was called.
  int64_t Begin(const PartitionState& state);

  // Nothing is applied until the next Begin(): records that still come are from the old client.
  void Pause() { phase_ = Phase::kPaused; }

  // The log has lost state.last. As long as that is the last record, Begin() returns state.next.
  void TrustNext(const PartitionState& state);

  // The caller moves state.next past a record that is applied. A record between state.last and state.next also proves
  // another log: the counted log had none there.
  Verdict Judge(const Record& record, const PartitionState& state);

  // The client has read everything before `offset`. Returns whether that may be taken for the log that was counted.
  bool ReachEnd(int64_t offset, const PartitionState& state);

  // Whether the last Begin() had nothing to compare: compaction removed the record, or next was trusted.
  bool unverified() const { return unverified_; }

  bool paused() const { return phase_ == Phase::kPaused; }

  // Nothing is left to compare: a record is applied if its offset is at or after state.next.
  bool verified() const { return phase_ == Phase::kReading; }

 private:
  enum class Phase { kPaused, kVerifying, kReading };

  Phase phase_ = Phase::kReading;   // before the first Begin(), the caller answers for the log
  std::optional<int64_t> trusted_;  // the offset of a last record that the log has lost
  bool unverified_ = false;
};

}  // namespace tally
