// The minute counts of one shard: the ShardPart of MinuteCounters.
//
// A known series is looked up in the node's index without a lock. A new series is looked up in the series table.
//
// Deltas() may be called by any thread and does not wait for the shard.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "core/base/mutex.h"
#include "core/counters/delta.h"
#include "core/counters/horizon.h"
#include "core/counters/series_table.h"
#include "core/counters/state_part.h"
#include "core/events/rules.h"

namespace tally {

class ShardMinutes final : public ShardPart {
 public:
  // `series` and `horizon` outlive it.
  ShardMinutes(std::shared_ptr<const Rules> rules, SeriesTable& series, const Horizon& horizon);

  Timestamp BeginChunk() override { return horizon_.Get().start(); }
  Outcome Apply(const EventView& event, Timestamp time) override;
  void EndChunk() override;

  // The frozen delta stays readable through Deltas() until Release().
  void Cut() override;
  // Null between Release() and the next Cut(). Both belong to the checkpointer's thread.
  const std::shared_ptr<const Delta>& frozen() const { return frozen_; }
  void Release();

  // The active delta and, between a cut and its release, the frozen one. They include at least the records that an
  // earlier Shard::Partitions() reported as applied. They live until the next Release(), which the caller must prevent.
  using DeltaList = absl::InlinedVector<const Delta*, 2>;
  DeltaList Deltas() const;

 private:
  // The increment of a counter by an event, kept until the whole chunk is decoded.
  struct Increment {
    Minute minute;
    uint32_t metric = 0;
    uint64_t amount = 0;
    size_t name = 0;  // its first byte in names_
    size_t name_size = 0;
    SeriesIndex::Hash hash = 0;
    NameRef candidate = kNoName;
    Delta::Counter* counter = nullptr;
  };

  std::string_view NameOf(const Increment& increment) const {
    return {names_.data() + increment.name, increment.name_size};
  }
  void ShowDeltas();

  const std::shared_ptr<const Rules> rules_;
  SeriesTable& series_;
  const Horizon& horizon_;

  // These belong to the current chunk.
  std::vector<Increment> increments_;
  std::vector<char> names_;  // of their series, in sequence, up to names_end_
  size_t names_end_ = 0;

  // Only the checkpointer's thread replaces these. The active one is replaced with the shard's lock held.
  std::shared_ptr<Delta> active_ = std::make_shared<Delta>();
  std::shared_ptr<const Delta> frozen_;

  // A copy for readers: they do not wait for the shard's lock, which is held for a whole chunk.
  mutable Mutex shown_mutex_;
  DeltaList shown_ ABSL_GUARDED_BY(shown_mutex_);
};

}  // namespace tally
