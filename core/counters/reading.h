// What of a partition's log may be applied: what lies behind that which was counted, in the same log, brought by the
// client that reads it now.
//
//   int64_t offset = reading.Begin(state);            // where a client begins
//   if (reading.Judge(record, state) == Reading::Verdict::kApply) ...
//
// A client begins at the last record that was applied, and gets to see it once more: if it is another one now, the
// topic was created anew, and nothing of it continues what was counted.
//
// Not thread-safe: belongs to a shard's partition.
#pragma once

#include <cstdint>
#include <optional>

#include "core/counters/fate.h"
#include "core/events/record.h"

namespace tally {

class Reading {
 public:
  enum class Verdict { kApply, kSkip, kAnotherLog };

  // Where a new client begins: at state.last, or at state.next if there is none or it is to be trusted.
  int64_t Begin(const PartitionState& state);

  // Nothing is taken until the next Begin(): what still comes is of a client that is to go.
  void Pause() { phase_ = Phase::kPaused; }

  // From now on Begin() is at state.next as long as state.last is this one, which the log does not have any more.
  void TrustNext(const PartitionState& state);

  // The caller moves state.next behind a record that is applied. A record between state.last and state.next is one of
  // another log too: in ours there was none.
  Verdict Judge(const Record& record, const PartitionState& state);

  // All before `offset` was read. Returns whether that may be taken for the log that was counted.
  bool ReachEnd(int64_t offset, const PartitionState& state);

  // Whether the last Begin() found nothing to compare: compaction took the record, or it was trusted.
  bool unverified() const { return unverified_; }

  bool paused() const { return phase_ == Phase::kPaused; }

  // Nothing is to be compared: a record is applied if it is not behind state.next.
  bool plain() const { return phase_ == Phase::kReading; }

 private:
  enum class Phase { kPaused, kVerifying, kReading };

  Phase phase_ = Phase::kReading;   // until a client begins, whoever applies knows what it does
  std::optional<int64_t> trusted_;  // the offset of a last record that is gone
  bool unverified_ = false;
};

}  // namespace tally
