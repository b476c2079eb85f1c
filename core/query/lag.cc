#include "core/query/lag.h"

#include <algorithm>

namespace tally {

Lag LagOf(const PartitionStatus& partition, Timestamp wall) {
  if (!partition.end) return {};
  if (partition.at_end()) return {0, 0};
  if (partition.end->offset < partition.state.next) return {};   // another log, or one that became shorter
  Lag lag{partition.end->offset - partition.state.next, std::nullopt};
  if (std::optional<Timestamp> newest = partition.state.newest_stamp) {
    lag.seconds = std::max(int64_t{0}, absl::ToInt64Seconds(wall - *newest));
  }
  return lag;
}

Lag TotalLag(std::span<const PartitionStatus> partitions, Timestamp wall) {
  Lag total{0, 0};
  for (const PartitionStatus& partition : partitions) {
    Lag lag = LagOf(partition, wall);
    *total.records += lag.records.value_or(0);
    total.seconds = std::max(*total.seconds, lag.seconds.value_or(0));
  }
  return total;
}

}  // namespace tally
