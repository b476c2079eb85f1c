// Finds the partitions that a node counts.
//
//   PartitionFinder finder(topics);
//   ASSIGN_OR_RETURN(FoundPartitions found, finder.Find(kafka, timeout));
//
// Not thread-safe: belongs to the partition manager's thread.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "apps/kafka/kafka_metadata.h"
#include "apps/node/topic_set.h"
#include "core/events/record.h"

namespace tally {

// The result of one lookup.
struct FoundPartitions {
  LogBounds::Topics topics;
  std::vector<TopicPartition> partitions;
  bool all = false;                         // false if some topics are not authorized: they may have more partitions
  std::vector<std::string> missing_topics;  // configured, but they do not exist or are not authorized
  std::string cluster;                      // Kafka's cluster id; empty if it has none
};

class PartitionFinder {
 public:
  // `topics` outlives this.
  explicit PartitionFinder(const TopicSet& topics) : topics_(topics) {}

  // Logs each topic that is missing and was not missing before.
  absl::StatusOr<FoundPartitions> Find(KafkaMetadata& kafka, absl::Duration timeout);

 private:
  // Short, because the id came with the partitions, if there is one.
  static constexpr absl::Duration kClusterTimeout = absl::Seconds(1);

  const TopicSet& topics_;
  std::vector<std::string> missing_before_;
};

}  // namespace tally
