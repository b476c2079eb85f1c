// The three questions that all answers are made of: which names match; the sum of a selection for each minute; and rows
// of name and count for each minute. Each covers all slices, and runs in steps.
//
//   absl::StatusOr<Selection> selection = co_await Select(slices, "stats:mw:*");
//   MinuteSums sums = co_await SumByMinute(*selection, range);
//
// A minute is unknown before KnownFrom() of a metric that is asked for, and while it has not begun. To a series that a
// slice does not list it is also unknown if in that minute an ~other of that slice has counts, which may be those of
// the series.
//
// Completeness is asked before names and counts, and what is known after them. The other way round, a count that was
// read before the last event came would pass for final, and the rest of a minute that was dropped meanwhile for all of
// it.
//
// REQUIRES, for numbers to keep their names: a pin (NamePins), taken before and held as long as a result.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "core/base/task.h"
#include "core/query/series_reader.h"
#include "core/query/slices.h"

namespace tally {

// The names that match.

// What it takes at most to match a name, in units of work (see Glob).
inline uint64_t MatchWork(std::string_view name) { return 1 + name.size() * name.size() / 4096; }

// Calls visit(name, its series, one for each slice that has it) for each name that begins with `prefix` and is not
// before `from`, in the order of names, until it returns false. Returns whether it never did. `visit` lives as long as
// the task.
using VisitName = absl::FunctionRef<bool(std::string_view name, std::span<const SeriesRef> series)>;
Task<bool> ForEachName(Slices slices, std::string prefix, std::string from, VisitName visit);

// Series whose counts are asked for.
struct Selection {
  struct Part {
    SeriesReader series;                // reports counts by an index in `names`
    std::vector<SeriesId> others = {};  // ~other series that may hide what was asked for
  };

  Slices slices;
  Timestamp complete_until = Timestamp::Min();  // minutes that end by then are final
  std::vector<uint32_t> metrics = {};           // whose series were asked for
  std::deque<SeriesRef> names = {};             // a series of each name, by name
  std::vector<Part> parts = {};                 // by slice
};

// The series that `glob` matches. An error if no metric could have any, or if there is no wildcard and it is no name of
// a series. One that matches nothing yet, but could, selects nothing: it counts 0. `glob` lives as long as the task.
Task<absl::StatusOr<Selection>> Select(Slices slices, std::string_view glob);

// All series whose names begin with `prefix`. With kGroups, `names` has one series of each group (GroupOf) instead, and
// counts are reported by group.
enum class SelectBy { kNames, kGroups };
Task<Selection> SelectPrefix(Slices slices, std::string prefix, SelectBy by);

// The sum of a selection for each minute.

struct MinuteSum {
  Minute minute;
  uint64_t count = 0;
  bool hidden = false;  // ~other may have more of it
};

struct MinuteSums {
  std::vector<MinuteSum> minutes;  // that have a counter, ascending; others are 0
  MinuteRange known;
  Timestamp complete_until;

  bool open(Minute minute) const { return minute.end() > complete_until; }
};

// Of the minutes of `range`. `selection` lives as long as the task.
Task<MinuteSums> SumByMinute(const Selection& selection, MinuteRange range);

// The same for the one series `name` in one minute, at once. Needs no pin.
MinuteSum SumOfOne(Slices slices, std::string_view name, Minute minute);

// The count of that, without what is hidden: half as much work.
uint64_t CountOfOne(Slices slices, std::string_view name, Minute minute);

// Rows of name and count for a minute.

// Calls visit(index in selection.names, count) for each count in `minute`, in no order; a name that several slices have
// is visited for each of them. Returns whether the minute is still not before the horizon: if it is not, some counts
// may be missing. `selection` and `visit` live as long as the task.
template <typename Visit>
Task<bool> ForEachCount(const Selection& selection, Minute minute, Visit& visit) {
  for (size_t slice = 0; slice < selection.parts.size(); ++slice) {
    const SeriesReader& series = selection.parts[slice].series;
    for (SeriesReader::Progress at{0, 0}; at.next < series.size();) {
      at = series.Read(View(*selection.slices[slice]), minute, at.next, visit);
      co_await Did(at.blocks);
    }
  }
  co_return minute >= HorizonOf(selection.slices);
}

// A metric that has a series `name`; an error that says what is expected instead.
absl::StatusOr<uint32_t> MetricOfSeries(Slices slices, std::string_view name);

}  // namespace tally
