// Gives partitions to shards, and to the ingest threads that read them. A partition is read only after its first offset
// is on the disk.
//
//   PartitionAssigner assigner(counters, checkpointer, ingests);
//   assigner.Resume(topics);                                 // the partitions of the checkpoint
//   assigner.Add({{{"mw", 0}, 17}}, cluster);                // new ones, and their first offsets
//   RETURN_IF_ERROR(assigner.StartReading(/*replace=*/false));
//
// Not thread-safe: belongs to the partition manager's thread. Only begun() is for any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "apps/node/ingest.h"
#include "apps/node/topic_set.h"
#include "core/counters/counters.h"
#include "core/events/record.h"
#include "storage/checkpointer.h"

namespace tally {

class PartitionAssigner {
 public:
  // All arguments outlive this; `ingests` are those of the counters' shards.
  PartitionAssigner(Counters& counters, Checkpointer& checkpointer, std::vector<std::unique_ptr<Ingest>>& ingests)
      : counters_(counters), checkpointer_(checkpointer), ingests_(ingests) {}

  // Takes over the partitions of the checkpoint that belong to `topics`, at its offsets.
  void Resume(const TopicSet& topics);

  // Takes over new partitions of the cluster `cluster`, each at its offset.
  void Add(const LogBounds::Offsets& starts, const std::string& cluster);

  // Saves the offsets of new partitions; if `replace`, in a checkpoint that replaces the previous one. Then reads all
  // partitions that are not read yet. An error: the offsets could not be saved; the next call tries again.
  absl::Status StartReading(bool replace);

  // The start is on the disk, so checkpoints may follow. There are none before: an empty one would look like a start.
  bool begun() const { return begun_; }
  bool has_unread() const { return !unread_.empty(); }
  bool Has(const TopicPartition& topic_partition) const { return shards_.contains(topic_partition); }

  // Whether the counters have records of a cluster other than `cluster`.
  bool CountedAnother(const std::string& cluster) const;

 private:
  void Assign(const TopicPartition& topic_partition, const PartitionState& state);

  Counters& counters_;
  Checkpointer& checkpointer_;
  std::vector<std::unique_ptr<Ingest>>& ingests_;

  std::map<TopicPartition, size_t> shards_;            // of each partition
  std::map<size_t, std::set<TopicPartition>> unread_;  // by shard: not yet given to its ingest thread
  bool saved_ = false;                                 // their first offsets are on the disk
  std::atomic<bool> begun_{false};
};

}  // namespace tally
