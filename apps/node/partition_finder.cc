#include "apps/node/partition_finder.h"

#include <algorithm>

#include "core/base/status_macros.h"
#include "spdlog/spdlog.h"

namespace tally {

absl::StatusOr<FoundPartitions> PartitionFinder::Find(KafkaMetadata& kafka, absl::Duration timeout) {
  FoundPartitions found;
  ASSIGN_OR_RETURN(found.topics, topics_.Find(kafka, timeout));
  found.partitions = KafkaMetadata::PartitionsOf(found.topics);
  found.all = KafkaMetadata::IsAuthorizedForAll(found.topics);
  found.missing_topics = topics_.MissingIn(found.topics);
  found.cluster = kafka.ClusterId(kClusterTimeout).value_or("");  // brokers before 0.10.1 have none
  for (const std::string& topic : found.missing_topics) {
    const bool known = std::find(missing_before_.begin(), missing_before_.end(), topic) != missing_before_.end();
    if (!known) spdlog::info("topic {} does not exist yet, or is not authorized; waiting for it", topic);
  }
  missing_before_ = found.missing_topics;
  return found;
}

}  // namespace tally
