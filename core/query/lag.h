// How far a partition's counts are behind its log.
#pragma once

#include <cstdint>
#include <optional>

#include "core/counters/shard.h"

namespace tally {

struct Lag {
  std::optional<int64_t> records;  // from the next offset to the end; unknown while the end is
  std::optional<int64_t> seconds;  // the age of the newest record, at the end that of the answer where it is, 0 if
                                   // that is fresh; unknown as long as none came
};

Lag LagOf(const PartitionStatus& partition, Timestamp wall);

}  // namespace tally
