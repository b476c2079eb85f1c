#include "core/query/slices.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/counters/view.h"

namespace tally {

MinuteRange::MinuteRange(Timestamp from, Timestamp to) : first(MinuteOf(from)), end(MinuteOf(to)) {
  if (first.start() < from) first = first + 1;
  if (end.start() < to) end = end + 1;
}

MinuteRange MinuteRange::Intersect(const MinuteRange& other) const {
  return {std::max(first, other.first), std::min(end, other.end)};
}

Minute HorizonOf(Slices slices) {
  Minute horizon = Minute::Min();
  for (const Counters* counters : slices) horizon = std::max(horizon, counters->horizon());
  return horizon;
}

Timestamp CompleteUntil(Slices slices) {
  std::optional<Timestamp> complete;
  for (const Counters* counters : slices) {
    std::optional<Timestamp> of_slice = counters->CompleteUntil();
    if (of_slice) complete = std::min(complete.value_or(*of_slice), *of_slice);
  }
  return complete.value_or(Timestamp::Min());
}

MinuteRange KnownMinutes(Slices slices, std::span<const uint32_t> metrics) {
  Minute first = HorizonOf(slices);
  for (const Counters* counters : slices) {
    for (uint32_t metric : metrics) first = std::max(first, counters->KnownFrom(metric));
  }
  // The event clock has seen no event: no minute has begun.
  if (ClockOf(slices) == Timestamp::Min()) return {first, first};
  return {first, MinuteOf(ClockOf(slices)) + 1};
}

std::vector<Minute> MinutesWithCounts(Slices slices) {
  std::vector<Minute> minutes;
  for (const Counters* counters : slices) {
    for (Minute minute : View(*counters).Minutes()) minutes.push_back(minute);
  }
  std::sort(minutes.begin(), minutes.end());
  minutes.erase(std::unique(minutes.begin(), minutes.end()), minutes.end());
  minutes.erase(minutes.begin(), std::lower_bound(minutes.begin(), minutes.end(), HorizonOf(slices)));
  return minutes;
}

std::vector<PartitionStatus> PartitionsOf(Slices slices) {
  std::vector<PartitionStatus> all;
  for (const Counters* counters : slices) {
    for (PartitionStatus& status : counters->Partitions()) all.push_back(std::move(status));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.topic_partition < b.topic_partition; });
  return all;
}

}  // namespace tally
