// A record as a shard applies it, and the topic partition that it comes from.
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

// A view. Key and payload belong to the source of the record, which documents their lifetime.
struct Record {
  uint32_t slot = 0;  // the result of Shard::AddPartition() for the partition
  int64_t offset = 0;
  Timestamp timestamp;  // Kafka's timestamp of the record, not the time of the event
  std::optional<std::string_view> key;
  std::string_view payload;
};

// Identifies a record: distinguishes it from the record of another log at the same offset.
struct RecordMark {
  int64_t offset = 0;
  Timestamp timestamp;
  uint64_t hash = 0;

  friend bool operator==(const RecordMark&, const RecordMark&) = default;
};

// The hash is FNV-1a with 64 bits over the sizes of key and payload (8 bytes each, little-endian; all ones for no key)
// and the first 1 KB of each. It is stored on disk, so every process must compute the same hash.
RecordMark MarkOf(const Record& record);

}  // namespace tally
