#include "core/query/primitives.h"

#include <algorithm>
#include <optional>

#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/counters/view.h"
#include "core/query/bucket_key.h"
#include "core/query/glob.h"
#include "core/query/words.h"

namespace tally {
namespace {

// Errors name at most this many metrics.
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

// `name` with each value percent-encoded; unchanged if it is a series name already.
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

// The series that may hold the counts of `name`, as SeriesTable::Admit() chooses them.
std::vector<SeriesId> OthersOf(const SeriesTable& table, std::string_view name) {
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

bool AnyCount(const View& view, Minute minute, const std::vector<SeriesId>& ids) {
  return std::any_of(ids.begin(), ids.end(), [&](SeriesId id) { return view.Count(minute, id) > 0; });
}

// The count of one slice for the series `name`. Nothing if the slice does not list it.
std::optional<uint64_t> CountIfListed(const Counters& counters, std::string_view name, Minute minute) {
  View view(counters);  // before the number is looked up: while the view lives, the series keeps its number
  const SeriesId id = counters.series().Find(name);
  if (id == kNoSeries) return std::nullopt;
  return view.Count(minute, id);
}

// Whether a slice that does not list the series `name` may have counted it under ~other.
bool IsHidden(const Counters& counters, std::string_view name, Minute minute) {
  View view(counters);
  return AnyCount(view, minute, OthersOf(counters.series(), name));
}

// The names that one slice of a walk has found and not yet returned.
struct SliceWalk {
  SeriesTable::Walk names;
  std::vector<SeriesTable::Named> some = {};
  size_t at = 0;
  bool over = false;

  bool needs_more() const { return at == some.size() && !over; }
  // Returns the work that it took.
  uint64_t TakeMore() {
    over = !names.Next(some);
    at = 0;
    return some.empty() && !over ? SeriesOrder::kPlacedAtOnce : 1 + some.size() / 8;
  }
  const std::string_view* name() const { return at == some.size() ? nullptr : &some[at].name; }
};

// Finds the smallest name of all slices, and its series. Returns false if there is none.
bool NextName(std::vector<SliceWalk>& walks, std::string_view& name, std::vector<SeriesRef>& series) {
  const std::string_view* least = nullptr;
  for (const SliceWalk& walk : walks) {
    const std::string_view* its = walk.name();
    if (its != nullptr && (least == nullptr || *its < *least)) least = its;
  }
  if (least == nullptr) return false;
  name = *least;
  series.clear();
  for (uint32_t slice = 0; slice < walks.size(); ++slice) {
    SliceWalk& walk = walks[slice];
    if (walk.name() != nullptr && *walk.name() == name) series.push_back({slice, walk.some[walk.at++].id});
  }
  return true;
}

// Adds names to a selection. Finish() makes its parts.
class Collector {
 public:
  explicit Collector(Slices slices) : selection_{.slices = slices}, members_(slices.size()) {
    selection_.complete_until = CompleteUntil(slices);
  }

  Selection& selection() { return selection_; }
  void Add(std::span<const SeriesRef> series, bool is_new) {
    if (is_new) selection_.names.push_back(series.front());
    const uint32_t index = static_cast<uint32_t>(selection_.names.size() - 1);
    for (const SeriesRef& one : series) members_[one.slice].push_back({one.id, index});
  }
  Task<Selection> Finish() {
    for (auto& members : members_) {
      SeriesReader series = co_await SeriesReader::Of(std::move(members));
      selection_.parts.push_back({.series = std::move(series)});
    }
    co_return std::move(selection_);
  }

 private:
  Selection selection_;
  std::vector<std::deque<SeriesReader::Member>> members_;  // by slice
};

// Sets the largest decimals of the selection's metrics. Returns whether they differ.
bool SetDecimals(const SeriesTable& table, Selection& selection) {
  bool mixed = false;
  for (uint32_t metric : selection.metrics) {
    const uint32_t decimals = table.metrics()[metric].decimals;
    mixed |= decimals != table.metrics()[selection.metrics.front()].decimals;
    selection.decimals = std::max(selection.decimals, decimals);
  }
  return mixed;
}

// The one series `name`.
absl::StatusOr<Selection> SelectOne(Slices slices, std::string_view name) {
  Collector collector(slices);
  Selection& selection = collector.selection();
  ASSIGN_OR_RETURN(uint32_t metric, MetricOfSeries(slices, name));
  selection.metrics.push_back(metric);
  selection.decimals = TableOf(slices, 0).metrics()[metric].decimals;
  for (uint32_t slice = 0; slice < slices.size(); ++slice) {
    const SeriesTable& table = TableOf(slices, slice);
    const SeriesId id = table.Find(name);
    if (id == kNoSeries) {
      selection.parts.push_back({.series = {}, .others = OthersOf(table, name)});
      continue;
    }
    if (selection.names.empty()) selection.names.push_back({slice, id});
    selection.parts.push_back({.series = SeriesReader::OfOne(id)});
  }
  return std::move(selection);
}

}  // namespace

absl::StatusOr<uint32_t> MetricOfSeries(Slices slices, std::string_view name) {
  const SeriesTable& table = TableOf(slices, 0);
  std::optional<uint32_t> metric = table.MetricOf(name);
  if (!metric) return InvalidArgument("no metric has a series ", Quoted(name), ": ", Expected(table));
  if (std::string canonical = Canonical(name); canonical != name) {
    return InvalidArgument("no series is named ", Quoted(name), ": values are percent-encoded, as ", Quoted(canonical));
  }
  return *metric;
}

Task<bool> ForEachName(Slices slices, std::string prefix, std::string from, VisitName visit) {
  std::vector<SliceWalk> walks;
  for (const Counters* counters : slices) walks.push_back({.names = {counters->series(), prefix, from}});
  std::string_view name;
  std::vector<SeriesRef> series;
  for (;;) {
    for (SliceWalk& walk : walks) {
      while (walk.needs_more()) co_await Did(walk.TakeMore());
    }
    if (!NextName(walks, name, series)) co_return true;
    if (!visit(name, series)) co_return false;
    co_await Did(MatchWork(name));
  }
}

Task<absl::StatusOr<Selection>> Select(Slices slices, std::string_view text) {
  absl::StatusOr<Glob> glob = Glob::Parse(text);
  if (!glob.ok()) co_return absl::StatusOr<Selection>(glob.status());
  if (!glob->has_wildcard()) co_return SelectOne(slices, glob->prefix());
  Collector collector(slices);
  const SeriesTable& table = TableOf(slices, 0);
  for (uint32_t i = 0; i < table.metrics().size(); ++i) {
    const SeriesTable::Metric& metric = table.metrics()[i];
    if (glob->CanMatchSeries(metric.name, metric.dimensions)) collector.selection().metrics.push_back(i);
    co_await Did(glob->CanMatchSeriesWork(metric.name, metric.dimensions));
  }
  if (collector.selection().metrics.empty()) {
    co_return absl::StatusOr<Selection>(
        InvalidArgument("no metric has a series as ", Quoted(text), ": ", Expected(table)));
  }
  const bool mixed = SetDecimals(table, collector.selection());
  auto add = [&](std::string_view name, std::span<const SeriesRef> series) {
    if (!glob->Matches(name)) return true;
    collector.Add(series, true);
    if (mixed) collector.selection().decimals_by_name.push_back(static_cast<uint8_t>(table.DecimalsOf(name)));
    return true;
  };
  co_await ForEachName(slices, glob->prefix(), "", add);
  Selection selection = co_await collector.Finish();
  co_return absl::StatusOr<Selection>(std::move(selection));
}

Task<Selection> SelectPrefix(Slices slices, std::string prefix, SelectBy by) {
  Collector collector(slices);
  std::string group;
  auto add = [&](std::string_view name, std::span<const SeriesRef> series) {
    const bool is_new = by == SelectBy::kNames || collector.selection().names.empty() || GroupOf(name) != group;
    if (is_new && by == SelectBy::kGroups) group = GroupOf(name);
    collector.Add(series, is_new);
    return true;
  };
  co_await ForEachName(slices, std::move(prefix), "", add);
  Selection selection = co_await collector.Finish();
  co_return selection;
}

Task<MinuteSums> SumByMinute(const Selection& selection, MinuteRange range) {
  std::vector<MinuteSum> minutes;
  for (Minute minute : MinutesWithCounts(selection.slices)) {
    if (!range.contains(minute)) continue;
    MinuteSum sum{minute};
    for (size_t slice = 0; slice < selection.parts.size(); ++slice) {
      const Selection::Part& part = selection.parts[slice];
      SeriesReader::Progress at{0, 0};
      do {
        {
          View view(*selection.slices[slice]);
          if (AnyCount(view, minute, part.others)) sum.hidden = true;
          auto add = [&](uint32_t index, uint64_t count) {
            sum.count = AddCounts(sum.count, MultiplyCount(count, selection.FactorOf(index)));
          };
          at = part.series.Read(view, minute, at.next, add);
        }
        co_await Did(at.blocks);
      } while (at.next < part.series.size());
    }
    minutes.push_back(sum);
  }
  co_return MinuteSums{std::move(minutes), KnownMinutes(selection.slices, selection.metrics), selection.complete_until};
}

MinuteSum SumOfOne(Slices slices, std::string_view name, Minute minute) {
  MinuteSum sum{minute};
  for (const Counters* counters : slices) {
    const std::optional<uint64_t> count = CountIfListed(*counters, name, minute);
    if (!count && IsHidden(*counters, name, minute)) sum.hidden = true;
    sum.count = AddCounts(sum.count, count.value_or(0));
  }
  return sum;
}

uint64_t CountOfOne(Slices slices, std::string_view name, Minute minute) {
  uint64_t sum = 0;
  for (const Counters* counters : slices) sum = AddCounts(sum, CountIfListed(*counters, name, minute).value_or(0));
  return sum;
}

}  // namespace tally
