#include "apps/node/partition_finder.h"

#include <algorithm>

#include "apps/config/topics.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "spdlog/spdlog.h"

namespace tally {

absl::StatusOr<FoundPartitions> PartitionFinder::Find(KafkaMetadata& kafka, absl::Duration timeout) {
  FoundPartitions found;
  ASSIGN_OR_RETURN(found.topics, topics_.Find(kafka, timeout));
  found.partitions = KafkaMetadata::PartitionsOf(found.topics);
  found.all = KafkaMetadata::IsAuthorizedForAll(found.topics);
  found.missing_topics = topics_.MissingIn(found.topics);
  found.cluster = kafka.ClusterId(kClusterTimeout).value_or("");  // brokers before 0.10.1 have none
  found.matched_topics = topics_.MatchedIn(found.topics);
  for (const std::string& topic : found.missing_topics) {
    const bool known = std::find(missing_before_.begin(), missing_before_.end(), topic) != missing_before_.end();
    if (known) continue;
    if (IsTopicPattern(topic)) {
      spdlog::info("no topic matches {}; waiting for one", topic);
    } else {
      spdlog::info("topic {} does not exist yet, or is not authorized; waiting for it", topic);
    }
  }
  missing_before_ = found.missing_topics;
  LogMatched(found.matched_topics);
  return found;
}

void PartitionFinder::LogMatched(const std::vector<std::string>& matched) {
  std::string names;
  for (const std::string& topic : matched) {
    if (std::binary_search(matched_before_.begin(), matched_before_.end(), topic)) continue;
    Append(names, Cat(names.empty() ? "" : ", ", topic));
  }
  if (!names.empty()) spdlog::info("new topics that match kafka.topics: {}", names);
  if (matched.size() > kManyTopics && matched_before_.size() <= kManyTopics) spdlog::warn("{}", ManyTopics(matched));
  matched_before_ = matched;
}

std::string PartitionFinder::ManyTopics(const std::vector<std::string>& matched) {
  if (matched.size() <= kManyTopics) return "";
  return Cat("the regular expressions of kafka.topics match ", matched.size(), " topics: more than ", kManyTopics,
             " take much memory, and much time of the brokers");
}

}  // namespace tally
