// The last records that were not counted, as samples for a person.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/counters/fate.h"
#include "core/events/problem.h"

namespace tally {

// Not thread-safe: belongs to a shard. A problem lives as long as the shard's rules.
class Rejects {
 public:
  static constexpr size_t kKept = 10;          // records for each reason and topic
  static constexpr size_t kSampleBytes = 200;  // from the start of each payload

  struct Reject {
    TopicPartition topic_partition;
    int64_t offset = 0;
    Fate reason = Fate::kUnparsable;
    Timestamp seen;
    std::string sample;
    Problem problem = {};
  };

  void Add(const TopicPartition& topic_partition, int64_t offset, Fate reason, Timestamp seen, std::string_view payload,
           Problem problem = {});

  // Appends all rejects, oldest first within a topic and reason.
  void AppendTo(std::vector<Reject>& all) const;

 private:
  std::map<std::pair<std::string, Fate>, std::deque<Reject>, std::less<>> kept_;
};

}  // namespace tally
