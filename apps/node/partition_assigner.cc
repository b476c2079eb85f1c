#include "apps/node/partition_assigner.h"

#include <algorithm>

#include "core/base/crash_point.h"
#include "core/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace tally {

// The checkpoint has the offsets of these partitions. Before they are read, a broker must confirm that their logs are
// the same.
void PartitionAssigner::Resume(const TopicSet& topics) {
  for (const TopicPartition& topic_partition : counters_.RestoredPartitions()) {
    if (topics.Contains(topic_partition.topic)) Assign(topic_partition, *counters_.TakePartition(topic_partition));
  }
  saved_ = true;
  begun_ = true;
}

void PartitionAssigner::Add(const LogBounds::Offsets& starts, const std::string& cluster) {
  if (starts.empty()) return;
  saved_ = false;
  for (const auto& [topic_partition, next] : starts) {
    spdlog::info("{}:{} begins at offset {}", topic_partition.topic, topic_partition.partition, next);
    PartitionState state;
    state.next = next;
    state.cluster = cluster;
    Assign(topic_partition, state);
  }
}

// Assigns to the shard with the fewest partitions.
void PartitionAssigner::Assign(const TopicPartition& topic_partition, const PartitionState& state) {
  std::vector<size_t> load(ingests_.size());
  for (const auto& [other, shard] : shards_) ++load[shard];
  const auto shard = static_cast<size_t>(std::min_element(load.begin(), load.end()) - load.begin());
  counters_.shards()[shard]->AddPartition(topic_partition, state);
  shards_[topic_partition] = shard;
  unread_[shard].insert(topic_partition);
}

absl::Status PartitionAssigner::StartReading(bool replace) {
  if (begun_ && unread_.empty()) return absl::OkStatus();
  if (!saved_) {
    RETURN_IF_ERROR(replace ? checkpointer_.Replace() : checkpointer_.RunAlways());
    saved_ = true;
  }
  CrashPoint("before assigning");
  for (const auto& [shard, topic_partitions] : unread_) ingests_[shard]->Read(topic_partitions);
  unread_.clear();
  begun_ = true;
  return absl::OkStatus();
}

bool PartitionAssigner::CountedAnother(const std::string& cluster) const {
  if (cluster.empty()) return false;
  const std::vector<PartitionStatus> partitions = counters_.Partitions();
  return std::any_of(partitions.begin(), partitions.end(), [&](const PartitionStatus& partition) {
    return !partition.state.cluster.empty() && partition.state.cluster != cluster;
  });
}

}  // namespace tally
