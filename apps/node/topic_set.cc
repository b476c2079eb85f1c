#include "apps/node/topic_set.h"

#include <algorithm>

namespace tally {

bool TopicSet::Contains(std::string_view topic) const {
  return std::find(names_.begin(), names_.end(), topic) != names_.end();
}

absl::StatusOr<LogBounds::Topics> TopicSet::Find(KafkaMetadata& kafka, absl::Duration timeout) const {
  return kafka.ListPartitions(names_, timeout);
}

std::vector<std::string> TopicSet::MissingIn(const LogBounds::Topics& found) const {
  std::vector<std::string> missing;
  for (const std::string& name : names_) {
    const auto topic = found.find(name);
    if (topic == found.end() || !topic->second) missing.push_back(name);
  }
  return missing;
}

}  // namespace tally
