#include "core/query/buckets.h"

#include <algorithm>

#include "core/base/fnv.h"
#include "core/base/strings.h"
#include "core/counters/view.h"
#include "core/query/series_reader.h"

namespace tally {
namespace {

constexpr int64_t kBookmark = int64_t{1} << 62;  // set in every cursor, so that none is 0

// Folded to 30 bits.
int64_t Checksum(std::string_view text) {
  Fnv1a fnv;
  fnv.Add(text);
  return static_cast<int64_t>((fnv.hash() ^ (fnv.hash() >> 30)) & ((1u << 30) - 1));
}

int64_t BookmarkAt(SeriesId member, std::string_view group) { return kBookmark | Checksum(group) << 32 | member; }

// The first name behind those of a series' whole group: its names begin with the group and ':', and ';' is the byte
// after.
std::string BehindGroupOf(const std::string& series) {
  std::string_view group = GroupOf(series);
  return group.size() == series.size() ? Cat(series, '\0') : Cat(group, ';');
}

// Where the walk goes on.
std::string PositionOf(const SeriesTable& table, std::string_view prefix, int64_t cursor) {
  SeriesId member = static_cast<SeriesId>(cursor & 0xffffffff);
  std::string name = cursor == 0 ? "" : table.NameIfLive(member);
  if (name.empty() || BookmarkAt(member, GroupOf(name)) != cursor) return std::string(prefix);
  return std::max(BehindGroupOf(name), std::string(prefix));
}

void AppendBuckets(const Counters& counters, SeriesId member, std::string_view group, std::vector<Bucket>& buckets) {
  SeriesReader reader(MembersOf(counters.series(), group));
  View view(counters);
  for (Minute minute : view.Minutes()) {
    if (reader.Any(view, minute)) buckets.push_back({member, minute});
  }
}

// All series that begin with a prefix, and which of them are neighbours in a group.
struct Grouped {
  Grouped(const SeriesTable& table, std::string_view prefix) {
    std::string last;
    ids = table.List(prefix, [&](std::string_view name) {
      if (firsts.empty() || GroupOf(name) != last) {
        last = GroupOf(name);
        firsts.push_back(static_cast<uint32_t>(group_at.size()));
      }
      group_at.push_back(static_cast<uint32_t>(firsts.size() - 1));
      return true;
    });
  }

  std::vector<SeriesId> ids;       // by name
  std::vector<uint32_t> group_at;  // the group of ids[i]
  std::vector<uint32_t> firsts;    // the first i of each group
};

}  // namespace

std::string KeyOf(const SeriesTable& table, const Bucket& bucket) {
  return FormatBucketKey(GroupOf(table.Name(bucket.member)), bucket.minute);
}

std::vector<SeriesId> MembersOf(const SeriesTable& table, std::string_view group) {
  if (std::optional<uint32_t> metric = table.MetricOf(group); metric && table.metrics()[*metric].dimensions == 0) {
    SeriesId id = table.Find(group);
    return id == kNoSeries ? std::vector<SeriesId>() : std::vector{id};
  }
  std::string prefix = Cat(group, ':');
  if (!table.MetricOf(prefix)) return {};  // which has one value more: the empty one
  return table.List(prefix, [](std::string_view) { return true; });
}

SeriesId MemberOf(const SeriesTable& table, std::string_view group, std::string_view field) {
  std::string name = Cat(group, ':', field);
  if (table.MetricOf(name)) return GroupOf(name) == group ? table.Find(name) : kNoSeries;
  std::optional<uint32_t> metric = table.MetricOf(group);
  bool plain = metric && table.metrics()[*metric].dimensions == 0 && field == kCountField;
  return plain ? table.Find(group) : kNoSeries;
}

bool BucketExists(const Counters& counters, const BucketKey& key) {
  SeriesTable::Pin pin(counters.series());
  SeriesReader reader(MembersOf(counters.series(), key.group));
  return reader.Any(View(counters), key.minute);
}

std::string SeriesPrefix(const Glob& glob) {
  // A key is a group, ':' and a minute without ':', so what comes before the last ':' is of the group.
  size_t colon = glob.prefix().rfind(':');
  return colon == std::string::npos ? std::string() : glob.prefix().substr(0, colon);
}

void ForEachBucket(const Counters& counters, std::string_view prefix, absl::FunctionRef<bool(const Bucket&)> visit) {
  Grouped all(counters.series(), prefix);
  SeriesReader reader(all.ids);
  std::vector<bool> found(all.firsts.size());
  for (Minute minute : MinutesWithCounts(counters)) {
    found.assign(found.size(), false);
    reader.ForEach(View(counters), minute, [&](uint32_t i, uint64_t) {
      found[all.group_at[i]] = true;
      return true;
    });
    for (size_t group = 0; group < found.size(); ++group) {
      if (found[group] && !visit({all.ids[all.firsts[group]], minute})) return;
    }
  }
}

ScanPage ScanBuckets(const Counters& counters, std::string_view prefix, int64_t cursor, size_t count) {
  const SeriesTable& table = counters.series();
  ScanPage page;
  std::string position = PositionOf(table, prefix, cursor);
  for (size_t groups = 0; groups < count && page.buckets.size() < count; ++groups) {
    SeriesId member = table.FirstFrom(position);
    if (member == kNoSeries) return {0, std::move(page.buckets)};
    std::string name = table.Name(member);
    if (!name.starts_with(prefix)) return {0, std::move(page.buckets)};
    AppendBuckets(counters, member, GroupOf(name), page.buckets);
    position = BehindGroupOf(name);
    page.next = BookmarkAt(member, GroupOf(name));
  }
  return page;
}

}  // namespace tally
