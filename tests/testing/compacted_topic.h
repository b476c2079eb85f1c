// A topic whose beginning is compacted: of its first records only the last one of each key is left.
//
//   CompactedTopic compacted(broker, "mw");
//   ASSERT_TRUE(compacted.Create(/*partitions=*/2).ok());
//   ASSERT_TRUE(compacted.Append(0, events).ok());       // more than one of a key
//   auto left = compacted.Compact(0, last_event);        // returns once Kafka is done
//
// Compaction must not come between a node's look at a record and an oracle's, or they would read two logs. Kafka never
// compacts the newest segment, and here nothing whose stamp is younger than an hour. So what Append() writes, stamped
// two hours ago, is compacted all at once by Compact(), and what anybody writes after that, stamped now, never is.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/testing/kafka_broker.h"

namespace tally {

class CompactedTopic {
 public:
  static constexpr int kKeys = 10;

  CompactedTopic(KafkaBroker& broker, std::string topic) : broker_(broker), topic_(std::move(topic)) {}

  absl::Status Create(int partitions);

  // Keys go round, in each call from the first one on.
  absl::Status Append(int32_t partition, std::vector<Message> messages);

  // Appends `last`, stamped now, and waits until of all that is before it only the last of each key is left. Returns
  // how many records the partition has now.
  absl::StatusOr<uint64_t> Compact(int32_t partition, Message last);

  static std::string KeyOf(size_t i);

 private:
  KafkaBroker& broker_;
  const std::string topic_;
  std::vector<int64_t> ends_;  // by partition
  std::vector<std::set<std::string>> keys_;
};

}  // namespace tally
