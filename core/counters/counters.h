// The counts of some partitions: their shards, the parts of the state (core/counters/state_part.h), and the clock. A
// node has one Counters, or several that share only the rules.
//
//   Counters counters(rules, {.ttl = absl::Hours(4)});
//   Shard& shard = counters.AddShard();
//   shard.Apply(records, now);
//   counters.Tick(now);                       // moves the event clock and the horizon
//   const Changes& changes = counters.Cut();  // everything that the disk does not have yet
//   if (store.Write(changes).ok()) counters.MarkSaved();
//
// Thread-safe, with two exceptions: shards are added first, and Cut() and MarkSaved() belong to the checkpointer's
// thread.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"
#include "core/counters/changes.h"
#include "core/counters/minute_counters.h"
#include "core/counters/series_table.h"
#include "core/counters/shard.h"
#include "core/counters/state_part.h"
#include "core/events/rules.h"
#include "core/time/clock.h"

namespace tally {

class Counters {
 public:
  struct Options {
    absl::Duration ttl = absl::Hours(4);
    ClockKind clock = ClockKind::kWall;
    size_t series_max = 1'000'000;
  };

  Counters(std::shared_ptr<const Rules> rules, const Options& options);

  // Takes over the contents of a checkpoint. Its partitions wait until a shard takes them with TakePartition(). A
  // partition that no shard takes keeps its offset. REQUIRES: nothing is counted yet.
  void Restore(Saved saved);
  // The partitions that no shard has taken.
  std::vector<TopicPartition> RestoredPartitions() const;
  // The restored state of a partition, which now belongs to a shard. Nothing if there is none.
  std::optional<PartitionState> TakePartition(const TopicPartition& topic_partition);

  Shard& AddShard();
  std::span<const std::unique_ptr<Shard>> shards() const { return shards_; }
  const MinuteCounters& minutes() const { return minutes_; }
  SeriesTable& series() { return minutes_.series(); }
  const SeriesTable& series() const { return minutes_.series(); }
  const Rules& rules() const { return *rules_; }
  const Options& options() const { return options_; }

  // Moves the clock to `wall` or, with kEvent, to the time that the partitions have reached, and moves the horizon of
  // each part with it. Called several times a second, and before a query.
  void Tick(Timestamp wall);
  Timestamp clock() const;
  Minute horizon() const { return minutes_.horizon(); }

  // Minutes that end after this are open: some partition may still deliver records of them. Returns nothing if there is
  // no partition.
  std::optional<Timestamp> CompleteUntil() const;
  std::vector<PartitionStatus> Partitions() const;

  // Minutes of `metric` before this were dropped, or were not fully counted.
  Minute KnownFrom(uint32_t metric) const { return minutes_.KnownFrom(metric); }
  void RaiseKnownFrom(uint32_t metric, Minute minute) { minutes_.RaiseKnownFrom(metric, minute); }

  // Cuts every shard, folds the frozen deltas into the parts, and drops minutes before their horizons. Returns all
  // changes since the last MarkSaved(). The result lives until the next Cut() or MarkSaved(). A shard stops for the
  // swap of a few pointers.
  const Changes& Cut();
  // Call this after the result of the last Cut() is on the disk.
  void MarkSaved();
  bool HasUnsaved() const;  // as of the last Cut()

  uint64_t live_counters() const { return minutes_.live_counters(); }  // as of the last cut

 private:
  friend class View;

  std::vector<Changes::Partition> CutShards();
  Timestamp EventClock() const;

  const std::shared_ptr<const Rules> rules_;
  const Options options_;
  std::atomic<int64_t> clock_millis_{Timestamp::Min().millis()};
  MinuteCounters minutes_;
  const std::vector<StatePart*> parts_ = {&minutes_};
  std::vector<std::unique_ptr<Shard>> shards_;

  mutable Mutex mutex_;
  absl::btree_map<TopicPartition, PartitionState> parked_ ABSL_GUARDED_BY(mutex_);  // restored, not taken yet

  // Belong to the checkpointer's thread.
  bool partitions_moved_ = false;
  Changes changes_;
};

}  // namespace tally
