// What GET, RANGE and TOP answer, of the primitives' results.
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
};

// The count of the series `name` in one minute. An error if there can be no such series, or if the minute is unknown,
// which names the oldest minute that is known.
absl::StatusOr<MinuteCount> CountIn(Slices slices, std::string_view name, Minute minute);

// A step of a RANGE.
struct Step {
  Minute start;  // a multiple of the step since the epoch, even where the range begins later
  uint64_t count = 0;
  bool open = false;  // one of its known minutes is
};

// The sums of each step of `range` that has a known minute, ascending.
std::vector<Step> StepsOf(const MinuteSums& sums, MinuteRange range, int32_t step_minutes);

// Of the selected series the `n` with the largest sums over the known minutes of `range`, largest first, ties by name;
// none that counted 0. `selection` lives as long as the task.
struct TopSeries {
  SeriesRef series;
  uint64_t count;
};
Task<std::vector<TopSeries>> Top(const Selection& selection, MinuteRange range, size_t n);

}  // namespace tally
