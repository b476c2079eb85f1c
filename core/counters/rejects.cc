#include "core/counters/rejects.h"

#include <utility>

namespace tally {

void Rejects::Add(const TopicPartition& topic_partition, int64_t offset, Fate reason, Timestamp seen,
                  std::string_view payload, Problem problem) {
  std::deque<Reject>& kept = kept_[{topic_partition.topic, reason}];
  if (kept.size() == kKept) kept.pop_front();
  kept.push_back(
      {topic_partition, offset, reason, seen, std::string(payload.substr(0, kSampleBytes)), std::move(problem)});
}

void Rejects::AppendTo(std::vector<Reject>& all) const {
  for (const auto& [key, kept] : kept_) all.insert(all.end(), kept.begin(), kept.end());
}

}  // namespace tally
