// A topic with a compacted beginning: of its first records, only the last one of each key remains.
//
//   CompactedTopic compacted(broker, "mw");
//   ASSERT_TRUE(compacted.Create(/*partitions=*/2).ok());
//   ASSERT_TRUE(compacted.Append(0, events).ok());       // several records for a key
//   auto left = compacted.Compact(0, last_event);        // returns after Kafka has compacted the partition
//
// A node and an oracle must read the same log, so Kafka must not compact between their reads. Kafka does not compact
// the newest segment, and in this topic no record with a timestamp of the last hour. Append() writes records with a
// timestamp two hours ago; Compact() lets Kafka compact all of them at once. Later records have the current time as
// their timestamp, so they are never compacted.
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

  // Assigns the keys in rotation. Each call begins with the first key.
  absl::Status Append(int32_t partition, std::vector<Message> messages);

  // Appends `last` with the current time as its timestamp, and waits until only the last record of each key remains
  // before it. Returns the number of records in the partition.
  absl::StatusOr<uint64_t> Compact(int32_t partition, Message last);

  static std::string KeyOf(size_t i);

 private:
  KafkaBroker& broker_;
  const std::string topic_;
  std::vector<int64_t> ends_;  // by partition
  std::vector<std::set<std::string>> keys_;
};

}  // namespace tally
