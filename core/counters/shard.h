// The unit of exactly-once: some partitions, their next offsets, and what their records counted since the last cut.
//
//   uint32_t slot = shard.AddPartition({"mw", 0}, state);      // at its next offset
//   shard.Apply(records, clock.Now());                         // one thread
//   Shard::Cut cut = shard.CutNow();                           // another: offsets and delta of the same moment
//
// Shards share nothing that is written on the hot path: a series that is known is looked up in the node's index without
// a lock, a new one is asked of the series table.
//
// One thread applies. Any thread may call the other methods. Deltas() and Partitions() do not wait for a chunk in the
// making, and may be without it; the others wait for its end, and longer if the applying thread is quicker to take the
// lock again.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "core/base/mutex.h"
#include "core/counters/delta.h"
#include "core/counters/fate.h"
#include "core/counters/horizon.h"
#include "core/counters/partition_control.h"
#include "core/counters/rejects.h"
#include "core/counters/series_table.h"
#include "core/events/record.h"
#include "core/events/rules.h"

namespace tally {

class Shard {
 public:
  // So many records, or bytes of payload, are applied before the lock is free for a moment.
  static constexpr size_t kChunkRecords = 256;
  static constexpr size_t kChunkBytes = 256 * 1024;

  // What was counted since the cut before, and the partitions as of the same moment.
  struct Cut {
    std::shared_ptr<const Delta> delta;
    std::vector<PartitionStatus> partitions;
  };

  // `series` and `horizon` are the node's and outlive the shard.
  Shard(std::shared_ptr<const Rules> rules, SeriesTable& series, const Horizon& horizon);

  // Returns the slot that the partition's records carry.
  uint32_t AddPartition(TopicPartition place, const PartitionState& state);

  // Applies the records that their partitions accept: counts each, decides its fate, and moves next after it. `now` is
  // the wall clock. Only by the shard's thread.
  void Apply(std::span<const Record> records, Timestamp now);

  // Partitions are controlled as PartitionControl says.
  void ReachEnd(uint32_t slot, int64_t offset, Timestamp now);
  void ReportEnds(const std::map<TopicPartition, int64_t>& ends, Timestamp as_of);
  void Stop(uint32_t slot, std::string reason);
  int64_t BeginReading(uint32_t slot);
  void GiveUp(uint32_t slot, std::string reason);
  void LeaveRange(uint32_t slot);
  void TrustNext(uint32_t slot);
  bool AcceptGap(uint32_t slot, const Gap& gap, const std::string& cluster);
  void NoteCluster(uint32_t slot, const std::string& cluster);

  // Swaps the delta out, so that the cost does not grow with the number of counters. The frozen one stays readable
  // through Deltas() until Release().
  Cut CutNow();
  void Release();

  // The active delta and, between a cut and its release, the frozen one. They hold at least what Partitions() said
  // before was applied, and live until the next Release(), which the caller keeps from coming.
  using DeltaList = absl::InlinedVector<const Delta*, 2>;
  DeltaList Deltas() const;
  std::vector<PartitionStatus> Partitions() const;
  void AppendRejects(std::vector<Rejects::Reject>& all) const;

 private:
  // What an event adds to a counter, until the whole chunk is decoded.
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

  void ApplyChunk(std::span<const Record> records, Minute horizon, Timestamp limit, Timestamp now);
  Fate Judge(const Record& record, PartitionControl& partition, Minute horizon, Timestamp limit)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Calls `change` with the partition, and shows what has become of it.
  void Control(uint32_t slot, absl::FunctionRef<void(PartitionControl&)> change);
  Fate Count(const EventView& event, Minute minute) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string_view NameOf(const Increment& increment) const {
    return {names_.data() + increment.name, increment.name_size};
  }
  void AddIncrements() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ShowChunk() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ShowPartition(uint32_t slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ShowDeltas() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<const Rules> rules_;
  SeriesTable& series_;
  const Horizon& horizon_;

  // The applying thread's own.
  const std::unique_ptr<Decoder> decoder_;
  std::vector<std::string_view> payloads_;  // of the chunk
  std::vector<Field> fields_;
  std::vector<Increment> increments_;  // of the chunk
  std::vector<char> names_;            // of their series, one behind the other, up to names_end_
  size_t names_end_ = 0;
  std::vector<uint32_t> touched_;  // slots of the chunk's records

  // Held for a whole chunk, and taken again at once for the next: whoever waits for it may wait for many.
  mutable Mutex mutex_;
  std::vector<PartitionControl> partitions_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<Delta> active_ ABSL_GUARDED_BY(mutex_) = std::make_shared<Delta>();
  std::shared_ptr<const Delta> frozen_ ABSL_GUARDED_BY(mutex_);
  Rejects rejects_ ABSL_GUARDED_BY(mutex_);

  // What readers see: a copy, as of the last whole chunk. Waiting for the lock above, the 99th percentile of a GET
  // beside full ingest is ten times as long (tools/bench --only latency).
  mutable Mutex shown_mutex_ ABSL_ACQUIRED_AFTER(mutex_);
  std::vector<PartitionStatus> shown_partitions_ ABSL_GUARDED_BY(shown_mutex_);
  DeltaList shown_deltas_ ABSL_GUARDED_BY(shown_mutex_);
};

}  // namespace tally
