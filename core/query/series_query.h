// What GET, RANGE and TOP say of series and minutes.
//
//   ASSIGN_OR_RETURN(Selection selection, Select(counters, "stats:mw:*"));
//   std::vector<Step> steps = Range(counters, selection, {from, to}, /*step_minutes=*/5);
//
// A minute is unknown before KnownFrom() of a metric that is asked for, and while it has not begun. It is unknown as
// well to a series that is not listed if in that minute an ~other of its has counts, which may be that series'.
//
// Thread-safe. REQUIRES, for a Selection to keep its meaning: a SeriesTable::Pin, taken before it was made.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/counters/counters.h"

namespace tally {

struct Selection {
  std::vector<SeriesId> ids;      // that are listed, by name
  std::vector<uint32_t> metrics;  // that the ids are of, or other matches would be; never empty
  std::string unlisted;           // the one name that was asked for, if it is no listed series
  Timestamp complete_until;       // Counters::CompleteUntil() before all that: what is complete cannot change any more
};

// The series that `glob` matches. An error if no metric could have any, or if the one that it names without a
// wildcard is none of a metric's. One that matches nothing yet, but could, selects nothing: it counts 0.
absl::StatusOr<Selection> Select(const Counters& counters, std::string_view glob);

// The one series `name`, in which no byte is a wildcard.
absl::StatusOr<Selection> SelectOne(const Counters& counters, std::string_view name);

// The minutes that start at or after `from` and before `to`.
struct MinuteRange {
  MinuteRange(Minute first_minute, Minute end_minute) : first(first_minute), end(end_minute) {}
  MinuteRange(Timestamp from, Timestamp to);

  bool empty() const { return !(first < end); }
  MinuteRange Intersect(const MinuteRange& other) const;

  Minute first;
  Minute end;  // the first one behind
};

struct MinuteCount {
  uint64_t count = 0;
  bool open = false;
};

// The sum of the selected series in one minute. An error if it is unknown, which names the oldest minute that is not.
absl::StatusOr<MinuteCount> CountIn(const Counters& counters, const Selection& selection, Minute minute);

struct Step {
  Minute start;  // a multiple of the step since the epoch, even where the range begins later
  uint64_t count = 0;
  bool open = false;  // one of its known minutes is
};

// The sum of the selected series in each step that has a known minute, ascending.
std::vector<Step> Range(const Counters& counters, const Selection& selection, MinuteRange range, int32_t step_minutes);

// Of the selected series the `n` with the largest sums over the known minutes, largest first, ties by name; none of 0.
std::vector<std::pair<SeriesId, uint64_t>> Top(const Counters& counters, const Selection& selection, MinuteRange range,
                                               size_t n);

}  // namespace tally
