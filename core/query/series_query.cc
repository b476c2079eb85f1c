#include "core/query/series_query.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/events/decimal.h"
#include "core/time/format.h"

namespace tally {
namespace {

// A step makes room for this many sums.
constexpr size_t kSumsAtOnce = 32 * 1024;

absl::Status Unknown(Minute minute, std::string_view why, const MinuteRange& known) {
  std::string oldest = known.empty() ? "none is known yet" : Cat("the oldest known is ", FormatMinute(known.first));
  return absl::OutOfRangeError(Cat("minute ", FormatMinute(minute), why, "; ", oldest));
}

// The sum of each name of the selection over the known minutes of `range`.
Task<std::vector<uint64_t>> SumByName(const Selection& selection, MinuteRange range) {
  std::vector<uint64_t> sums;
  sums.reserve(selection.names.size());
  while (sums.size() < selection.names.size()) {
    sums.resize(std::min(sums.size() + kSumsAtOnce, selection.names.size()));
    co_await Did(kStepWork);
  }
  auto add = [&](size_t index, uint64_t count) { sums[index] = AddCounts(sums[index], count); };
  range = range.Intersect(KnownMinutes(selection.slices, selection.metrics));
  for (Minute minute : MinutesWithCounts(selection.slices)) {
    if (!range.contains(minute)) continue;
    if (co_await ForEachCount(selection, minute, add)) continue;
    // Some of the minute was added before it was dropped. Everything starts again: the minute is no longer known.
    co_return std::vector<uint64_t>();
  }
  co_return sums;
}

struct Candidate {
  WideInt sum;     // with the decimals of the selection: exact, at most kCountMax * 10^kDecimalsMax
  uint32_t index;  // in the order of names
};

bool IsBetter(const Candidate& a, const Candidate& b) { return a.sum != b.sum ? a.sum > b.sum : a.index < b.index; }

// Keeps the `n` best, best first.
Task<std::vector<Candidate>> Best(const Selection& selection, const std::vector<uint64_t>& sums, size_t n) {
  std::vector<Candidate> best;  // a heap, the worst on top
  best.reserve(std::min(n, sums.size()));
  for (uint32_t index = 0; index < sums.size(); ++index) {
    const Candidate candidate{WideInt{sums[index]} * selection.FactorOf(index), index};
    if (candidate.sum > 0 && (best.size() < n || IsBetter(candidate, best.front()))) {
      if (best.size() == n) {
        std::pop_heap(best.begin(), best.end(), IsBetter);
        best.pop_back();
      }
      best.push_back(candidate);
      std::push_heap(best.begin(), best.end(), IsBetter);
      co_await Did(1);
    } else if (index % 64 == 0) {
      co_await Did(1);
    }
  }
  for (auto end = best.end(); end != best.begin(); --end) {
    std::pop_heap(best.begin(), end, IsBetter);
    co_await Did(1);
  }
  co_return best;
}

}  // namespace

absl::StatusOr<MinuteCount> CountIn(Slices slices, std::string_view name, Minute minute) {
  ASSIGN_OR_RETURN(uint32_t metric, MetricOfSeries(slices, name));
  const Timestamp complete_until = CompleteUntil(slices);
  const MinuteSum sum = SumOfOne(slices, name, minute);
  const MinuteRange known = KnownMinutes(slices, {&metric, 1});
  if (minute >= known.end) return Unknown(minute, " has not begun", known);
  if (minute < known.first) return Unknown(minute, " is not known any more, or never was", known);
  if (sum.hidden) return Unknown(minute, " is unknown for this series: ~other may have its counts", known);
  return MinuteCount{sum.count, minute.end() > complete_until, TableOf(slices, 0).metrics()[metric].decimals};
}

std::vector<Step> StepsOf(const MinuteSums& sums, MinuteRange range, int32_t step_minutes) {
  range = range.Intersect(sums.known);
  std::vector<Step> steps;
  auto sum = sums.minutes.begin();
  for (Minute minute = range.first; minute < range.end; minute = minute + 1) {
    while (sum != sums.minutes.end() && sum->minute < minute) ++sum;
    bool counted = sum != sums.minutes.end() && sum->minute == minute;
    if (counted && sum->hidden) continue;
    int32_t past = minute.index() % step_minutes;
    Minute start = minute - (past < 0 ? past + step_minutes : past);
    if (steps.empty() || steps.back().start != start) steps.push_back({start});
    if (counted) steps.back().count = AddCounts(steps.back().count, sum->count);
    steps.back().open = sums.open(minute);  // all minutes after the first open minute are open
  }
  return steps;
}

Task<std::vector<TopSeries>> Top(const Selection& selection, MinuteRange range, size_t n) {
  std::vector<uint64_t> sums;
  while (sums.size() < selection.names.size()) sums = co_await SumByName(selection, range);
  std::vector<Candidate> best = co_await Best(selection, sums, n);
  std::vector<TopSeries> top;
  top.reserve(best.size());
  for (const Candidate& candidate : best) {
    const uint32_t index = candidate.index;
    top.push_back({selection.names[index], sums[index], selection.DecimalsOf(index)});
    co_await Did(1);
  }
  co_return top;
}

}  // namespace tally
