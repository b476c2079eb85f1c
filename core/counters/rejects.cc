#include "core/counters/rejects.h"

namespace tally {

void Rejects::Add(const TopicPartition& place, int64_t offset, Fate reason, Timestamp seen, std::string_view payload) {
  std::deque<Reject>& kept = kept_[{place.topic, reason}];
  if (kept.size() == kKept) kept.pop_front();
  kept.push_back({place, offset, reason, seen, std::string(payload.substr(0, kSampleBytes))});
}

void Rejects::AppendTo(std::vector<Reject>& all) const {
  for (const auto& [key, kept] : kept_) all.insert(all.end(), kept.begin(), kept.end());
}

}  // namespace tally
