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
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "core/base/mutex.h"
#include "core/counters/delta.h"
#include "core/counters/fate.h"
#include "core/counters/horizon.h"
#include "core/counters/reading.h"
#include "core/counters/rejects.h"
#include "core/counters/series_table.h"
#include "core/events/record.h"
#include "core/events/rules.h"

namespace tally {

// What the log's leader said last about a partition. Not part of the checkpoint.
struct LogEnd {
  int64_t offset = 0;  // behind the last record that can be read
  Timestamp as_of;     // when it was asked for
};

// What a person may want to know of a partition.
struct PartitionStatus {
  TopicPartition place;
  PartitionState state;
  std::optional<LogEnd> end;
  std::string stopped;        // why it is not read any more; empty while it is
  bool unreadable = false;    // stopped by its client: the log is the same, but what comes next cannot be read
  bool out_of_range = false;  // the log does not have the offset that was to be read
  bool unverified = false;    // that it is the log which was counted could not be seen when a client began

  // What is out of range, or stopped beyond the log's end, is not: who knows what comes there.
  bool at_end() const {
    if (!end || out_of_range) return false;
    return stopped.empty() ? state.next >= end->offset : state.next == end->offset;
  }
};

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

  // Counts each record whose offset is not behind its partition's next one, decides its fate, and moves next behind it.
  // Records of a stopped partition are ignored. `now` is the wall clock. Only by the shard's thread.
  void Apply(std::span<const Record> records, Timestamp now);

  // The log was read up to `offset`, whatever the offsets between held (transaction markers, compaction).
  void ReachEnd(uint32_t slot, int64_t offset, Timestamp now);

  // The leaders say that the logs end there, when asked at `as_of`.
  void ReportEnds(const std::map<TopicPartition, int64_t>& ends, Timestamp as_of);

  // Nothing more is applied to the partition.
  void Stop(uint32_t slot, std::string reason);

  // A client begins to read the partition at the offset that this returns. What others still bring is not applied.
  int64_t BeginReading(uint32_t slot);
  // What the client says that reads it: it cannot go on, or the log does not have the offset. Of one that is to go it
  // says nothing.
  void GiveUp(uint32_t slot, std::string reason);
  void LeaveRange(uint32_t slot);

  // The log has lost the last record, and there is nothing to compare: the next BeginReading() is at next.
  void TrustNext(uint32_t slot);
  // Goes on at `gap.to`, in whatever log there is now: a person said so. Stopped no more, and nothing is applied until
  // BeginReading(). Returns false, and does nothing, if next is not `gap.from` any more.
  bool AcceptGap(uint32_t slot, const Gap& gap, const std::string& cluster);
  // Which cluster the log is in, if that was not known.
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
  struct Partition {
    PartitionStatus status;
    std::string number;  // in decimal, for @partition
    Reading reading;
    const Record* newest = nullptr;  // of the chunk: the last one that was applied
  };
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
  Fate Judge(const Record& record, Partition& partition, Minute horizon, Timestamp limit)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Partition& At(uint32_t slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Takes(const Record& record, Partition& partition) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
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
  std::vector<Partition> partitions_ ABSL_GUARDED_BY(mutex_);
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
