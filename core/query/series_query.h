// The answers of GET, RANGE and TOP, made from the primitives' results.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/task.h"
#include "core/query/primitives.h"

namespace tally {

struct MinuteCount {
  uint64_t count = 0;
  bool open = false;
  uint32_t decimals = 0;  // of the count
};

// The count of the series `name` in one minute. Returns an error if no such series can exist, or if the minute is
// unknown; that error names the oldest known minute.
absl::StatusOr<MinuteCount> CountIn(Slices slices, std::string_view name, Minute minute);

// A step of a RANGE.
struct Step {
  Minute start;  // a multiple of the step since the epoch, even if the range begins later
  uint64_t count = 0;
  bool open = false;  // one of its known minutes is open
};

// The sums of each step of `range` that has a known minute, ascending.
std::vector<Step> StepsOf(const MinuteSums& sums, MinuteRange range, int32_t step_minutes);

// The `n` selected series with the largest sums over the known minutes of `range`, largest first, ties by name. Series
// with the sum 0 are left out. `selection` lives as long as the task.
struct TopSeries {
  SeriesRef series;
  uint64_t count;
  uint32_t decimals = 0;  // of the count; series of several metrics may differ
};
Task<std::vector<TopSeries>> Top(const Selection& selection, MinuteRange range, size_t n);

}  // namespace tally
