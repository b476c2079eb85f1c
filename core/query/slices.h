// All slices of a node: one Counters for each. A partition belongs to one slice, so counts add up. One name may be a
// series of several slices, with a different number in each.
//
// A whole answer covers all slices: the horizon and known-from are the largest of all, completeness is the smallest of
// those that have partitions.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/counters/counters.h"

namespace tally {

// Never empty. All have the same rules and options.
using Slices = std::span<const Counters* const>;

// A series of a slice.
struct SeriesRef {
  uint32_t slice = 0;
  SeriesId id = kNoSeries;
};

// The minutes that start at or after `first` and before `end`.
struct MinuteRange {
  MinuteRange(Minute first_minute, Minute end_minute) : first(first_minute), end(end_minute) {}
  MinuteRange(Timestamp from, Timestamp to);

  bool empty() const { return !(first < end); }
  bool contains(Minute minute) const { return minute >= first && minute < end; }
  MinuteRange Intersect(const MinuteRange& other) const;

  Minute first;
  Minute end;
};

inline const SeriesTable& TableOf(Slices slices, uint32_t slice) { return slices[slice]->series(); }
inline std::string_view NameOf(Slices slices, SeriesRef series) {
  return TableOf(slices, series.slice).Name(series.id);
}

// The clock that decides about minutes: the wall clock or the event clock.
inline Timestamp ClockOf(Slices slices) { return slices.front()->clock(); }

Minute HorizonOf(Slices slices);

// Minutes that end after this are open: some partition may still deliver records of them.
Timestamp CompleteUntil(Slices slices);

// The minutes that are known for all of `metrics`, which are numbers of SeriesTable::metrics().
MinuteRange KnownMinutes(Slices slices, std::span<const uint32_t> metrics);

// The minutes from the horizon on that have a counter, ascending.
std::vector<Minute> MinutesWithCounts(Slices slices);

// The partitions of all slices, ascending.
std::vector<PartitionStatus> PartitionsOf(Slices slices);

}  // namespace tally
