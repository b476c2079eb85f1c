// All counters of a node: the series, the minutes up to the last cut, the shards that count on, and the horizon.
//
//   Counters counters(rules, {.ttl = absl::Hours(4)});
//   Shard& shard = counters.AddShard();
//   shard.Apply(records, now);
//   counters.Tick(now);                       // moves the event clock and the horizon
//   const Changes& changes = counters.Cut();  // all that the disk does not have yet
//   if (store.Write(changes).ok()) counters.MarkSaved();
//
// Thread-safe, with two exceptions: shards are added before anybody else looks, and Cut() and MarkSaved() belong to one
// thread, the checkpointer's.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"
#include "core/counters/horizon.h"
#include "core/counters/minute_ring.h"
#include "core/counters/series_table.h"
#include "core/counters/shard.h"
#include "core/events/rules.h"
#include "core/time/clock.h"

namespace tally {

// What the disk is to become, in absolute values, never in increments: a batch whose fate is unknown after an I/O error
// may be written again.
struct Changes {
  struct BlockChange {
    BlockKey key;
    std::string packed;  // empty: the block is gone
  };
  struct SeriesChange {
    SeriesId id;
    std::string name;  // empty: the number is free
  };
  struct Partition {
    TopicPartition place;
    PartitionState state;
  };

  std::vector<BlockChange> blocks;
  std::vector<SeriesChange> series;
  std::vector<Partition> partitions;  // every one that there is
  std::vector<Minute> known_from;     // by metric
  Minute horizon = Minute::Min();
  Timestamp clock = Timestamp::Min();  // the event clock, or the wall clock at the last Tick()
};

// What a checkpoint holds. Its blocks are as they were written, its series have distinct numbers and names.
struct Saved {
  std::vector<std::pair<BlockKey, Block>> blocks;
  std::vector<SeriesTable::NamedSeries> series;
  std::vector<Changes::Partition> partitions;
  Minute horizon = Minute::Min();
  Timestamp clock = Timestamp::Min();
};

class Counters {
 public:
  struct Options {
    absl::Duration ttl = absl::Hours(4);
    ClockKind clock = ClockKind::kWall;
    size_t series_max = 1'000'000;
  };

  Counters(std::shared_ptr<const Rules> rules, const Options& options);

  // Takes over what a checkpoint holds (known_from apart, which goes by metric), less the series of metrics that there
  // are no more. Partitions wait for a shard to take them by TakePartition(); those that none takes keep their offsets.
  // REQUIRES: nothing was counted yet.
  void Restore(Saved saved);
  // Those that no shard has taken.
  std::vector<TopicPartition> RestoredPartitions() const;
  // The restored state of a partition, which is its shard's from now on; nothing if there is none.
  std::optional<PartitionState> TakePartition(const TopicPartition& place);

  Shard& AddShard();
  std::span<const std::unique_ptr<Shard>> shards() const { return shards_; }
  SeriesTable& series() { return series_; }
  const SeriesTable& series() const { return series_; }
  const Rules& rules() const { return *rules_; }
  const Options& options() const { return options_; }

  // Moves the clock to `wall` or, with kEvent, to what the partitions have reached, and the horizon to clock - ttl.
  // Called several times a second, and before a reader looks.
  void Tick(Timestamp wall);
  Timestamp clock() const;
  Minute horizon() const { return horizon_.Get(); }

  // Minutes that end after this are open: some partition may still bring records stamped in them.
  Timestamp CompleteUntil() const;
  std::vector<PartitionStatus> Partitions() const;

  // Minutes of `metric` before this were dropped, or were not wholly counted.
  Minute KnownFrom(uint32_t metric) const;
  void RaiseKnownFrom(uint32_t metric, Minute minute);

  // Cuts every shard, folds what they counted into the minutes, and drops minutes behind the horizon. Returns all that
  // changed since the last MarkSaved(), to be read until then. A shard stops for the swap of one pointer.
  const Changes& Cut();
  // What the last Cut() returned is on the disk.
  void MarkSaved();
  bool HasUnsaved() const;  // as of the last Cut()

  uint64_t live_counters() const;  // as of the last cut

 private:
  friend class View;

  void Fold(std::span<const Shard::Cut> cuts);
  void DropExpired();
  void FinishRetiring();
  void BeginRetiring();
  void CollectChanges(std::span<const Shard::Cut> cuts);
  Timestamp EventClock() const;

  const std::shared_ptr<const Rules> rules_;
  const Options options_;
  Horizon horizon_;
  std::atomic<int64_t> clock_millis_{Timestamp::Min().millis()};
  std::deque<Horizon> known_from_;  // by metric
  SeriesTable series_;
  std::vector<std::unique_ptr<Shard>> shards_;

  // Held by a View as long as it lives, and by the checkpointer for the moment in which it puts new blocks in place.
  // Taken before a shard's lock.
  mutable Mutex mutex_;
  MinuteRing ring_ ABSL_GUARDED_BY(mutex_);
  absl::btree_map<TopicPartition, PartitionState> parked_ ABSL_GUARDED_BY(mutex_);  // of no shard

  // The checkpointer's.
  absl::btree_set<BlockKey> unsaved_blocks_;
  absl::btree_set<SeriesId> unsaved_series_;
  bool moved_ = false;              // a partition or the horizon did
  std::vector<SeriesId> idle_;      // series without a minute, to be retired
  std::vector<SeriesId> retiring_;  // and those that are hidden from the shards
  Changes changes_;
};

}  // namespace tally
