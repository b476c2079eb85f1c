// The lag of a partition's counts.
#pragma once

#include <cstdint>
#include <optional>

#include "core/counters/shard.h"

namespace tally {

struct Lag {
  // From next to the end offset. Unknown while the end offset is unknown.
  std::optional<int64_t> records;
  // The age of the newest record. At the end of the log: the age of the answer that gave the end offset, 0 if that is
  // fresh. Unknown until a record arrives.
  std::optional<int64_t> seconds;
};

Lag LagOf(const PartitionStatus& partition, Timestamp wall);

}  // namespace tally
