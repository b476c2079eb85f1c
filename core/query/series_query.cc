#include "core/query/series_query.h"

#include <algorithm>

#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/counters/view.h"
#include "core/query/bucket_key.h"
#include "core/query/glob.h"
#include "core/query/series_reader.h"
#include "core/query/words.h"
#include "core/time/format.h"

namespace tally {
namespace {

// Errors name at most so many metrics.
constexpr size_t kMetricsShown = 20;

std::string Expected(const SeriesTable& table) {
  std::string text;
  for (size_t i = 0; i < table.metrics().size(); ++i) {
    Append(text, i == 0 ? "expected " : i + 1 == table.metrics().size() ? " or " : ", ");
    if (i == kMetricsShown) return text + "one of the others";
    const SeriesTable::Metric& metric = table.metrics()[i];
    Append(text, metric.name);
    if (metric.dimensions == 1) Append(text, " with 1 value");
    if (metric.dimensions > 1) Append(text, Cat(" with ", metric.dimensions, " values"));
  }
  return text;
}

// `name` with each value encoded as series are named; itself if it is a name already.
std::string Canonical(std::string_view name) {
  size_t end = name.find(':');
  std::string canonical(name.substr(0, end));
  while (end != std::string_view::npos) {
    size_t begin = end + 1;
    end = name.find(':', begin);
    std::string_view value = name.substr(begin, end == std::string_view::npos ? end : end - begin);
    canonical.push_back(':');
    Append(canonical, value == kOther ? std::string(value) : Encoded(Decoded(value)));
  }
  return canonical;
}

// The minutes that are known for every one of the metrics.
MinuteRange KnownMinutes(const Counters& counters, const std::vector<uint32_t>& metrics) {
  Minute first = counters.horizon();
  for (uint32_t metric : metrics) first = std::max(first, counters.KnownFrom(metric));
  // An event clock that has not seen an event: nothing has begun.
  if (counters.clock() == Timestamp::Min()) return {first, first};
  return {first, MinuteOf(counters.clock()) + 1};
}

// The series that may hold what was counted of `name`, as SeriesTable::Admit() chooses them. None for no name.
std::vector<SeriesId> OthersOf(const SeriesTable& table, const std::string& name) {
  if (name.empty()) return {};
  std::string in_every(name.substr(0, name.find(':')));
  auto values = std::count(name.begin(), name.end(), ':');
  for (; values > 0; --values) Append(in_every, Cat(':', kOther));
  std::vector<SeriesId> others;
  for (const std::string& other : {Cat(GroupOf(name), ':', kOther), in_every}) {
    SeriesId id = table.Find(other);
    if (id != kNoSeries) others.push_back(id);
  }
  return others;
}

// The counts of a selection, and whether a minute's are hidden in an ~other.
class SelectionReader {
 public:
  SelectionReader(const Counters& counters, const Selection& selection)
      : counters_(counters), selected_(selection.ids), others_(OthersOf(counters.series(), selection.unlisted)) {}

  // Nothing if it is hidden.
  std::optional<uint64_t> Sum(Minute minute) const {
    View view(counters_);
    if (others_.Any(view, minute)) return std::nullopt;
    return selected_.Sum(view, minute);
  }

 private:
  const Counters& counters_;
  const SeriesReader selected_;
  const SeriesReader others_;
};

absl::Status Unknown(Minute minute, std::string_view why, const MinuteRange& known) {
  std::string oldest = known.empty() ? "none is known yet" : Cat("the oldest known is ", FormatMinute(known.first));
  return absl::OutOfRangeError(Cat("minute ", FormatMinute(minute), why, "; ", oldest));
}

// The one series `name`, of a selection whose complete_until is set.
absl::StatusOr<Selection> One(const SeriesTable& table, std::string_view name, Selection selection) {
  std::optional<uint32_t> metric = table.MetricOf(name);
  if (!metric) return InvalidArgument("no metric has a series ", Quoted(name), ": ", Expected(table));
  if (std::string canonical = Canonical(name); canonical != name) {
    return InvalidArgument("no series is named ", Quoted(name), ": values are percent-encoded, as ", Quoted(canonical));
  }
  selection.metrics.push_back(*metric);
  SeriesId id = table.Find(name);
  if (id != kNoSeries) selection.ids.push_back(id);
  if (id == kNoSeries) selection.unlisted = name;
  return selection;
}

// Completeness is asked before the series and their counts: the other way round, a count that was read before the last
// event came would pass for final.
Selection Nothing(const Counters& counters) {
  return {.ids = {}, .metrics = {}, .unlisted = {}, .complete_until = counters.CompleteUntil()};
}

}  // namespace

absl::StatusOr<Selection> SelectOne(const Counters& counters, std::string_view name) {
  return One(counters.series(), name, Nothing(counters));
}

absl::StatusOr<Selection> Select(const Counters& counters, std::string_view text) {
  const SeriesTable& table = counters.series();
  Selection selection = Nothing(counters);
  Glob glob(text);
  if (!glob.has_wildcard()) return One(table, glob.prefix(), std::move(selection));
  for (uint32_t i = 0; i < table.metrics().size(); ++i) {
    const SeriesTable::Metric& metric = table.metrics()[i];
    if (glob.CanMatchSeries(metric.name, metric.dimensions)) selection.metrics.push_back(i);
  }
  if (selection.metrics.empty()) {
    return InvalidArgument("no metric has a series as ", Quoted(text), ": ", Expected(table));
  }
  selection.ids = table.List(glob.prefix(), [&](std::string_view name) { return glob.Matches(name); });
  return selection;
}

MinuteRange::MinuteRange(Timestamp from, Timestamp to) : first(MinuteOf(from)), end(MinuteOf(to)) {
  if (first.start() < from) first = first + 1;
  if (end.start() < to) end = end + 1;
}

MinuteRange MinuteRange::Intersect(const MinuteRange& other) const {
  return {std::max(first, other.first), std::min(end, other.end)};
}

absl::StatusOr<MinuteCount> CountIn(const Counters& counters, const Selection& selection, Minute minute) {
  std::optional<uint64_t> count = SelectionReader(counters, selection).Sum(minute);
  // What is known is asked after the count: what the horizon passed meanwhile may have been dropped.
  MinuteRange known = KnownMinutes(counters, selection.metrics);
  if (minute >= known.end) return Unknown(minute, " has not begun", known);
  if (minute < known.first) return Unknown(minute, " is not known any more, or never was", known);
  if (!count) return Unknown(minute, " is unknown to a series that was new then: ~other has counts", known);
  return MinuteCount{*count, minute.end() > selection.complete_until};
}

std::vector<Step> Range(const Counters& counters, const Selection& selection, MinuteRange range, int32_t step_minutes) {
  std::vector<std::pair<Minute, std::optional<uint64_t>>> sums;
  SelectionReader reader(counters, selection);
  for (Minute minute : MinutesWithCounts(counters)) {
    if (minute >= range.first && minute < range.end) sums.emplace_back(minute, reader.Sum(minute));
  }
  range = range.Intersect(KnownMinutes(counters, selection.metrics));  // after the counts, as in CountIn()
  std::vector<Step> steps;
  auto sum = sums.begin();
  for (Minute minute = range.first; minute < range.end; minute = minute + 1) {
    while (sum != sums.end() && sum->first < minute) ++sum;
    bool counted = sum != sums.end() && sum->first == minute;
    if (counted && !sum->second) continue;
    int32_t past = minute.index() % step_minutes;
    Minute start = minute - (past < 0 ? past + step_minutes : past);
    if (steps.empty() || steps.back().start != start) steps.push_back({start});
    if (counted) steps.back().count = AddCounts(steps.back().count, *sum->second);
    steps.back().open = minute.end() > selection.complete_until;  // from the first open minute on, all are
  }
  return steps;
}

std::vector<std::pair<SeriesId, uint64_t>> Top(const Counters& counters, const Selection& selection, MinuteRange range,
                                               size_t n) {
  std::vector<uint64_t> sums(selection.ids.size());
  SeriesReader reader(selection.ids);
  range = range.Intersect(KnownMinutes(counters, selection.metrics));
  for (Minute minute : MinutesWithCounts(counters)) {
    if (minute < range.first || minute >= range.end) continue;
    reader.ForEach(View(counters), minute, [&](uint32_t i, uint64_t count) {
      sums[i] = AddCounts(sums[i], count);
      return true;
    });
  }
  std::vector<uint32_t> order;  // ids are in the order of names, so places are as well
  for (uint32_t i = 0; i < sums.size(); ++i) {
    if (sums[i] > 0) order.push_back(i);
  }
  n = std::min(n, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(n), order.end(),
                    [&](uint32_t a, uint32_t b) { return sums[a] != sums[b] ? sums[a] > sums[b] : a < b; });
  std::vector<std::pair<SeriesId, uint64_t>> top;
  for (size_t i = 0; i < n; ++i) top.emplace_back(selection.ids[order[i]], sums[order[i]]);
  return top;
}

}  // namespace tally
