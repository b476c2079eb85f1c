// A record of the log as the shard takes it, and how the log's places are named.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/time/time.h"

namespace tally {

struct TopicPartition {
  std::string topic;
  int32_t partition = 0;

  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

// A view: key and payload belong to whoever made the record, and live as long as that one says.
struct Record {
  uint32_t slot = 0;    // which of the shard's partitions, as Shard::AddPartition() numbered it
  int64_t offset = 0;   // the record's own
  Timestamp stamp;      // Kafka's timestamp of the record, not the event's time
  std::optional<std::string_view> key;
  std::string_view payload;
};

}  // namespace tally
