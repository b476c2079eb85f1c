#include "core/query/lag.h"

#include <algorithm>

namespace tally {

namespace {

// The node asks leaders every two seconds. An answer that is not older than this counts as current.
constexpr absl::Duration kFresh = absl::Seconds(5);

// At its end, a partition's lag is the age of the answer that gave the end offset.
int64_t AgeOf(const LogEnd& end, Timestamp wall) {
  const absl::Duration age = wall - end.as_of;
  return age > kFresh ? absl::ToInt64Seconds(age) : 0;
}

}  // namespace

Lag LagOf(const PartitionStatus& partition, Timestamp wall) {
  if (!partition.end) return {};
  if (partition.at_end()) return {0, AgeOf(*partition.end, wall)};
  if (partition.end->offset < partition.state.next) return {};  // another log, or the log became shorter
  Lag lag{partition.end->offset - partition.state.next, std::nullopt};
  if (std::optional<Timestamp> newest = partition.state.newest_timestamp) {
    lag.seconds = std::max(int64_t{0}, absl::ToInt64Seconds(wall - *newest));
  }
  return lag;
}

}  // namespace tally
