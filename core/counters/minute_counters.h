// The minute counters: the series, the packed minutes up to the last cut, the counts of the shards since then, and the
// horizon.
//
// Thread-safe, except for the calls that StatePart reserves for the checkpointer's thread. Shards are added first.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"
#include "core/counters/horizon.h"
#include "core/counters/minute_ring.h"
#include "core/counters/series_table.h"
#include "core/counters/shard_minutes.h"
#include "core/counters/state_part.h"
#include "core/events/rules.h"

namespace tally {

class MinuteCounters final : public StatePart {
 public:
  // A minute is dropped once its end + `ttl` is not after the clock.
  MinuteCounters(std::shared_ptr<const Rules> rules, absl::Duration ttl, size_t series_max);

  std::unique_ptr<ShardPart> AddShard() override;
  std::span<ShardMinutes* const> shards() const { return shards_; }
  void AdvanceTo(Timestamp clock) override { horizon_.RaiseTo(MinuteOf(clock - ttl_)); }

  SeriesTable& series() { return series_; }
  const SeriesTable& series() const { return series_; }
  Minute horizon() const { return horizon_.Get(); }
  uint64_t live_counters() const;  // as of the last cut

  // Minutes of `metric` before this were dropped, or were not fully counted.
  Minute KnownFrom(uint32_t metric) const;
  void RaiseKnownFrom(uint32_t metric, Minute minute);

  // Series of metrics that are no longer configured are dropped.
  void Restore(Saved& saved) override;

  void BeginCut() override;
  void Fold() override;
  void Expire() override;
  void Collect(Changes& changes) override;
  void MarkSaved() override;
  bool HasUnsaved() const override;

 private:
  friend class View;

  void FoldBlocks(std::span<const std::shared_ptr<const Delta>> deltas);
  void FinishRetiring();
  void BeginRetiring();

  const std::shared_ptr<const Rules> rules_;
  const absl::Duration ttl_;
  Horizon horizon_;
  std::deque<Horizon> known_from_;  // by metric
  SeriesTable series_;
  std::vector<ShardMinutes*> shards_;  // each is owned by its shard

  // Held by a View as long as it lives, and by the checkpointer for the moment in which it stores new blocks. Never
  // held while a shard's lock is taken.
  mutable Mutex mutex_;
  MinuteRing ring_ ABSL_GUARDED_BY(mutex_);

  // Belong to the checkpointer's thread.
  SeriesIndex::Outgrown outgrown_;  // readers may use them until every shard is cut
  Minute cut_horizon_ = Minute::Min();
  absl::btree_set<BlockKey> unsaved_blocks_;
  absl::btree_set<SeriesId> unsaved_series_;
  bool horizon_moved_ = false;
  std::vector<SeriesId> idle_;      // series without a minute, which will be retired
  std::vector<SeriesId> retiring_;  // series that are hidden from the shards
};

}  // namespace tally
