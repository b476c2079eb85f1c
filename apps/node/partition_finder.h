// Finds the partitions that a node counts.
//
//   PartitionFinder finder(topics);
//   ASSIGN_OR_RETURN(FoundPartitions found, finder.Find(log, timeout));
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

// As of one lookup.
struct FoundPartitions {
  LogBounds::Topics topics;
  std::vector<TopicPartition> partitions;
  bool all = false;                         // else some topics are not authorized, and may have others
  std::vector<std::string> missing_topics;  // configured, but they do not exist or are not authorized
  std::string cluster;                      // Kafka's own name for it; empty if it has none
};

class PartitionFinder {
 public:
  // `topics` outlives this.
  explicit PartitionFinder(const TopicSet& topics) : topics_(topics) {}

  // With a line in the log for each topic that is missing and was not before.
  absl::StatusOr<FoundPartitions> Find(KafkaMetadata& log, absl::Duration timeout);

 private:
  static constexpr absl::Duration kClusterTimeout = absl::Seconds(1);  // it came with the partitions, if it has a name

  const TopicSet& topics_;
  std::vector<std::string> missing_before_;
};

}  // namespace tally
