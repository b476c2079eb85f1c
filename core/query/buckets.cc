#include "core/query/buckets.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/fnv.h"
#include "core/base/strings.h"

namespace tally {
namespace {

// cursor := bookmark (bit 62) check (20 bits) slice (10 bits) series (32 bits)
constexpr int64_t kBookmark = int64_t{1} << 62;  // set in every cursor, so that none is 0
constexpr int kCheckBits = 20;
constexpr int kSliceBits = 10;
constexpr int kSeriesBits = 32;

int64_t CheckOf(std::string_view text) {
  Fnv1a fnv;
  fnv.Add(text);
  return static_cast<int64_t>((fnv.hash() ^ (fnv.hash() >> kCheckBits)) & ((1u << kCheckBits) - 1));
}

int64_t BookmarkAt(SeriesRef member, std::string_view group) {
  return kBookmark | CheckOf(group) << (kSliceBits + kSeriesBits) | int64_t{member.slice} << kSeriesBits | member.id;
}

SeriesRef MemberIn(int64_t cursor) {
  const uint64_t bits = static_cast<uint64_t>(cursor);
  return {static_cast<uint32_t>(bits >> kSeriesBits & ((1u << kSliceBits) - 1)), static_cast<SeriesId>(bits)};
}

// The first name after all names of a series' group. These begin with the group and ':', and ';' is the byte after ':'.
std::string AfterGroupOf(std::string_view series) {
  std::string_view group = GroupOf(series);
  return group.size() == series.size() ? Cat(series, '\0') : Cat(group, ';');
}

// Where a walk continues.
std::string PositionOf(Slices slices, std::string_view prefix, int64_t cursor) {
  const SeriesRef member = MemberIn(cursor);
  std::string name;
  if (cursor != 0 && member.slice < slices.size()) name = TableOf(slices, member.slice).NameIfLive(member.id);
  if (name.empty() || BookmarkAt(member, GroupOf(name)) != cursor) return std::string(prefix);
  return std::max(AfterGroupOf(name), std::string(prefix));
}

// The prefix of the names of all series that have a bucket whose key `glob` matches.
std::string SeriesPrefix(const Glob& glob) {
  // A key is a group, ':' and a minute without ':', so the text before the last ':' belongs to the group.
  size_t colon = glob.prefix().rfind(':');
  return colon == std::string::npos ? std::string() : glob.prefix().substr(0, colon);
}

bool Matches(Slices slices, const Glob* glob, const Bucket& bucket) {
  return glob == nullptr || glob->Matches(KeyOf(slices, bucket));
}

// Whether a selection has a count in `minute`.
Task<bool> HasCount(const Selection& selection, Minute minute) {
  bool any = false;
  auto see = [&](size_t, uint64_t) { any = true; };
  const bool whole = co_await ForEachCount(selection, minute, see);
  co_return any&& whole;
}

// The first name that is not before `position` and begins with `prefix`; empty if there is none.
struct First {
  std::string name = {};
  SeriesRef series = {};
};
Task<First> FirstFrom(Slices slices, std::string prefix, std::string position) {
  First first;
  auto take = [&](std::string_view name, std::span<const SeriesRef> series) {
    first = {std::string(name), series.front()};
    return false;
  };
  co_await ForEachName(slices, std::move(prefix), std::move(position), take);
  co_return first;
}

}  // namespace

std::string KeyOf(Slices slices, const Bucket& bucket) {
  return FormatBucketKey(GroupOf(NameOf(slices, bucket.member)), bucket.minute);
}

Task<Selection> SelectGroup(Slices slices, std::string_view group) {
  const SeriesTable& table = TableOf(slices, 0);
  if (std::optional<uint32_t> metric = table.MetricOf(group); metric && table.metrics()[*metric].dimensions == 0) {
    absl::StatusOr<Selection> one = co_await Select(slices, group);
    co_return *std::move(one);
  }
  std::string prefix = Cat(group, ':');
  if (!table.MetricOf(prefix)) co_return Selection{.slices = slices};  // it has one more value, which is empty
  Selection members = co_await SelectPrefix(slices, std::move(prefix), SelectBy::kNames);
  co_return members;
}

std::string MemberName(Slices slices, std::string_view group, std::string_view field) {
  const SeriesTable& table = TableOf(slices, 0);
  std::string name = Cat(group, ':', field);
  if (table.MetricOf(name)) {
    if (field.find(':') != std::string_view::npos) name.clear();  // then another group has the series
    return name;
  }
  std::optional<uint32_t> metric = table.MetricOf(group);
  bool plain = metric && table.metrics()[*metric].dimensions == 0 && field == kCountField;
  name = plain ? group : "";
  return name;
}

// Lists each group once, even if several of the keys are its buckets.
Task<int64_t> CountExisting(Slices slices, std::span<const std::string_view> keys) {
  std::map<std::string_view, std::map<Minute, int64_t>> groups;
  for (std::string_view text : keys) {
    if (std::optional<BucketKey> key = ParseBucketKey(text)) ++groups[key->group][key->minute];
    co_await Did(1);
  }
  const std::vector<Minute> minutes = MinutesWithCounts(slices);
  int64_t existing = 0;
  for (const auto& [group, wanted] : groups) {
    Selection members = co_await SelectGroup(slices, group);
    for (const auto& [minute, times] : wanted) {
      co_await Did(1);
      if (members.names.empty() || !std::binary_search(minutes.begin(), minutes.end(), minute)) continue;
      const bool exists = co_await HasCount(members, minute);
      if (exists) existing += times;
    }
  }
  co_return existing;
}

Task<bool> ForEachBucket(Slices slices, const Glob* glob, absl::FunctionRef<bool(const Bucket&)> visit) {
  std::string prefix = glob == nullptr ? "" : SeriesPrefix(*glob);
  Selection groups = co_await SelectPrefix(slices, std::move(prefix), SelectBy::kGroups);
  std::vector<bool> found(groups.names.size());
  auto see = [&](size_t group, uint64_t) { found[group] = true; };
  for (Minute minute : MinutesWithCounts(slices)) {
    found.assign(found.size(), false);
    const bool whole = co_await ForEachCount(groups, minute, see);
    for (size_t group = 0; whole && group < found.size(); ++group) {
      if (group % 64 == 0) co_await Did(1);
      if (!found[group]) continue;
      const Bucket bucket{groups.names[group], minute};
      if (Matches(slices, glob, bucket) && !visit(bucket)) co_return false;
      co_await Did(glob == nullptr ? 1 : MatchWork(NameOf(slices, bucket.member)));
    }
  }
  co_return true;
}

Task<int64_t> CountBuckets(Slices slices) {
  int64_t buckets = 0;
  auto count = [&](const Bucket&) { return ++buckets, true; };
  co_await ForEachBucket(slices, nullptr, count);
  co_return buckets;
}

Task<ScanPage> ScanBuckets(Slices slices, const Glob& glob, int64_t cursor, size_t count) {
  ScanPage page;
  const std::string prefix = SeriesPrefix(glob);
  std::string position = PositionOf(slices, prefix, cursor);
  size_t buckets = 0;
  for (size_t groups = 0; groups < count && buckets < count; ++groups) {
    First first = co_await FirstFrom(slices, prefix, position);
    page.next = 0;
    if (first.name.empty()) break;
    std::string_view group = GroupOf(first.name);
    Selection members = co_await SelectGroup(slices, group);
    for (Minute minute : MinutesWithCounts(slices)) {
      const bool exists = co_await HasCount(members, minute);
      if (!exists) continue;
      ++buckets;
      const Bucket bucket{first.series, minute};
      if (Matches(slices, &glob, bucket)) page.buckets.push_back(bucket);
      co_await Did(MatchWork(first.name));
    }
    position = AfterGroupOf(first.name);
    page.next = BookmarkAt(first.series, group);
  }
  co_return page;
}

}  // namespace tally
