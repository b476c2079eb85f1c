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
  uint32_t slot = 0;   // which of the shard's partitions, as Shard::AddPartition() numbered it
  int64_t offset = 0;  // the record's own
  Timestamp stamp;     // Kafka's timestamp of the record, not the event's time
  std::optional<std::string_view> key;
  std::string_view payload;
};

// Enough of a record to tell it from that of another log at the same offset.
struct RecordMark {
  int64_t offset = 0;
  Timestamp stamp;
  uint64_t hash = 0;

  friend bool operator==(const RecordMark&, const RecordMark&) = default;
};

// The hash is FNV-1a, 64 bits, over the sizes of key and payload (8 bytes each, little-endian; all ones for no key) and
// up to 1 KB of each: it is kept on the disk, and must be the same in every process.
RecordMark MarkOf(const Record& record);

}  // namespace tally
