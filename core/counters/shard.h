// The unit of exactly-once: some partitions, their next offsets, and the changes that their records made to the parts
// of the state since the last cut.
//
//   uint32_t slot = shard.AddPartition({"mw", 0}, state);      // at its next offset
//   shard.Apply(records, clock.Now());                         // one thread
//   std::vector<PartitionStatus> partitions = shard.Cut();     // another: offsets and parts of the same moment
//
// A shard decodes records, decides their fate and moves the offsets. PartitionControl decides which records it applies,
// and the parts (core/counters/state_part.h) decide what an event counts for. Shards share nothing that the hot path
// writes.
//
// One thread applies. Any thread may call the other methods. Partitions() does not wait for a chunk in progress and may
// not include it. The other methods wait for the end of the chunk, or longer if the applying thread takes the lock
// again first.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "core/base/mutex.h"
#include "core/counters/fate.h"
#include "core/counters/partition_control.h"
#include "core/counters/rejects.h"
#include "core/counters/state_part.h"
#include "core/events/record.h"
#include "core/events/rules.h"

namespace tally {

class Shard {
 public:
  // The lock is free for a moment after this many records, or bytes of payload.
  static constexpr size_t kChunkRecords = 256;
  static constexpr size_t kChunkBytes = 256 * 1024;

  Shard(std::shared_ptr<const Rules> rules, std::vector<std::unique_ptr<ShardPart>> parts);

  // Returns the slot that the partition's records carry.
  uint32_t AddPartition(TopicPartition topic_partition, const PartitionState& state);

  // Applies the records that their partitions accept: counts each, decides its fate, and moves next after it. `now` is
  // the wall clock. Only the shard's thread calls it.
  void Apply(std::span<const Record> records, Timestamp now);

  // These control a partition, as documented in PartitionControl.
  void ReachEnd(uint32_t slot, int64_t offset, Timestamp now);
  void ReportEnds(const std::map<TopicPartition, int64_t>& ends, Timestamp as_of);
  void Stop(uint32_t slot, std::string reason);
  int64_t BeginReading(uint32_t slot);
  void GiveUp(uint32_t slot, std::string reason);
  void Pause(uint32_t slot);
  void TrustNext(uint32_t slot);
  bool AcceptGap(uint32_t slot, const Gap& gap, const std::string& cluster);
  void NoteCluster(uint32_t slot, const std::string& cluster);

  // Cuts every part, and returns the partitions as of the same moment. By the checkpointer's thread.
  std::vector<PartitionStatus> Cut();

  std::vector<PartitionStatus> Partitions() const;
  void AppendRejects(std::vector<Rejects::Reject>& all) const;

 private:
  struct Part {
    std::unique_ptr<ShardPart> part;
    Timestamp horizon;  // of the chunk
  };

  void ApplyChunk(std::span<const Record> records, Timestamp limit, Timestamp now);
  // Sets `time` to that of the event, if it has one.
  Fate Judge(const Record& record, PartitionControl& partition, Timestamp limit, Timestamp& time)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  EventView EventOf(const Record& record, const PartitionControl& partition) const;
  Problem ProblemOf(Fate fate, const EventView& event, Timestamp time, Timestamp limit) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Fate Count(const EventView& event, Timestamp time) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Calls `change` with the partition, and publishes the new status.
  void Control(uint32_t slot, absl::FunctionRef<void(PartitionControl&)> change);
  void ShowChunk() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ShowPartition(uint32_t slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<const Rules> rules_;

  // Belong to the applying thread.
  const std::unique_ptr<Decoder> decoder_;
  std::vector<std::string_view> payloads_;  // of the chunk
  std::vector<Field> fields_;
  std::vector<uint32_t> touched_;  // slots of the chunk's records

  // Held for a whole chunk, and taken again at once for the next one: others may wait for many chunks.
  mutable Mutex mutex_;
  std::vector<PartitionControl> partitions_ ABSL_GUARDED_BY(mutex_);
  std::vector<Part> parts_ ABSL_GUARDED_BY(mutex_);
  Timestamp late_before_ ABSL_GUARDED_BY(mutex_);  // the earliest horizon of all parts
  Rejects rejects_ ABSL_GUARDED_BY(mutex_);

  // A copy for readers, as of the last whole chunk. If they waited for the lock above, the p99 of a GET during full
  // ingest would be ten times as long (tools/bench --only latency).
  mutable Mutex shown_mutex_ ABSL_ACQUIRED_AFTER(mutex_);
  std::vector<PartitionStatus> shown_partitions_ ABSL_GUARDED_BY(shown_mutex_);
};

}  // namespace tally
