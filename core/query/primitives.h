// The three primitives of all queries: the names that match, the sum of a selection for each minute, and rows of name
// and count for each minute. Each covers all slices and runs in steps.
//
//   absl::StatusOr<Selection> selection = co_await Select(slices, "stats:mw:*");
//   MinuteSums sums = co_await SumByMinute(*selection, range);
//
// A minute is unknown before KnownFrom() of a requested metric, and until it begins. For a series that a slice does not
// list, a minute is also unknown if an ~other of that slice has counts in it: they may be the counts of the series.
//
// Completeness is read before names and counts, and known-from after them. In the other order, a count that was read
// before the last event would pass for final, and the rest of a minute that was dropped meanwhile would pass for the
// whole.
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
#include "core/base/count.h"
#include "core/base/task.h"
#include "core/query/series_reader.h"
#include "core/query/slices.h"

namespace tally {

// The names that match.

// The largest cost of matching a name, in units of work (see Glob).
inline uint64_t MatchWork(std::string_view name) { return 1 + name.size() * name.size() / 4096; }

// Calls visit(name, series) for each name that begins with `prefix` and is not before `from`, in the order of names,
// until it returns false. `series` has one for each slice that has the name. Returns whether visit never returned
// false. `visit` lives as long as the task.
using VisitName = absl::FunctionRef<bool(std::string_view name, std::span<const SeriesRef> series)>;
Task<bool> ForEachName(Slices slices, std::string prefix, std::string from, VisitName visit);

// The series whose counts are requested.
struct Selection {
  struct Part {
    SeriesReader series;                // reports counts by an index in `names`
    std::vector<SeriesId> others = {};  // ~other series that may hide requested counts
  };

  Slices slices;
  Timestamp complete_until = Timestamp::Min();  // minutes that end by then are final
  std::vector<uint32_t> metrics = {};           // the metrics of the requested series
  std::deque<SeriesRef> names = {};             // a series of each name, by name
  std::vector<Part> parts = {};                 // by slice

  // The largest decimals of the metrics, and of each name; empty if all metrics have the same.
  uint32_t decimals = 0;
  std::deque<uint8_t> decimals_by_name = {};

  uint32_t DecimalsOf(size_t index) const { return decimals_by_name.empty() ? decimals : decimals_by_name[index]; }
  // A count of this name times the factor has the decimals of the selection.
  uint64_t FactorOf(size_t index) const { return kPowersOfTen[decimals - DecimalsOf(index)]; }
};

// The series that `glob` matches. Returns an error if it is too long (Glob::kBytesMax), if no metric can have a
// matching series, or if there is no wildcard and the text is not a series name. A glob that can match but matches
// nothing yet selects nothing: it counts 0. `glob` lives as long as the task.
Task<absl::StatusOr<Selection>> Select(Slices slices, std::string_view glob);

// All series whose names begin with `prefix`. With kGroups, `names` has one series of each group (GroupOf) instead, and
// counts are reported by group.
enum class SelectBy { kNames, kGroups };
Task<Selection> SelectPrefix(Slices slices, std::string prefix, SelectBy by);

// The sum of a selection for each minute, with the decimals of the selection.

struct MinuteSum {
  Minute minute;
  uint64_t count = 0;
  bool hidden = false;  // ~other may hold more of it
};

struct MinuteSums {
  std::vector<MinuteSum> minutes;  // those with a counter, ascending; others are 0
  MinuteRange known;
  Timestamp complete_until;

  bool open(Minute minute) const { return minute.end() > complete_until; }
};

// The sums of the minutes of `range`. `selection` lives as long as the task.
Task<MinuteSums> SumByMinute(const Selection& selection, MinuteRange range);

// The same for the one series `name` in one minute, at once. Needs no pin.
MinuteSum SumOfOne(Slices slices, std::string_view name, Minute minute);

// Only that count, without `hidden`: half the work.
uint64_t CountOfOne(Slices slices, std::string_view name, Minute minute);

// Rows of name and count for a minute.

// Calls visit(index in selection.names, count) for each count in `minute`, in no order. A name is visited once for each
// slice that has it. Returns false if the minute is now before the horizon: some counts may be missing. `selection` and
// `visit` live as long as the task.
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

// Returns a metric that has a series `name`, or an error that names what is expected.
absl::StatusOr<uint32_t> MetricOfSeries(Slices slices, std::string_view name);

}  // namespace tally
