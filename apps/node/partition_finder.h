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
  std::vector<std::string> missing_topics;  // of kafka.topics: no authorized topic has the name, or matches
  std::vector<std::string> matched_topics;  // those that only a regular expression selects
  std::string cluster;                      // Kafka's cluster id; empty if it has none
};

class PartitionFinder {
 public:
  // `topics` outlives this.
  explicit PartitionFinder(const TopicSet& topics) : topics_(topics) {}

  // If regular expressions match more topics than this, a warning is logged: each partition takes memory in the node
  // and a part of each request to the brokers. An expression that matches too much is usually a mistake.
  static constexpr size_t kManyTopics = 1000;

  // Logs each topic that is missing and was not missing before, and the topics that are newly matched.
  absl::StatusOr<FoundPartitions> Find(KafkaMetadata& kafka, absl::Duration timeout);

  // The warning about `matched`; empty if they are not too many.
  static std::string ManyTopics(const std::vector<std::string>& matched);

 private:
  // Short, because the id came with the partitions, if there is one.
  static constexpr absl::Duration kClusterTimeout = absl::Seconds(1);

  void LogMatched(const std::vector<std::string>& matched);

  const TopicSet& topics_;
  std::vector<std::string> missing_before_;
  std::vector<std::string> matched_before_;  // sorted
};

}  // namespace tally
