// The buckets that exist. A bucket is a group of series and a minute that is not before the horizon and has a count.
//
// REQUIRES, for numbers to keep their names: a pin (NamePins), taken before and held as long as a result.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "core/base/task.h"
#include "core/query/bucket_key.h"
#include "core/query/glob.h"
#include "core/query/primitives.h"

namespace tally {

struct Bucket {
  SeriesRef member;  // a series of the group, which names it
  Minute minute;
};

std::string KeyOf(Slices slices, const Bucket& bucket);

// The series of a group, by name. Empty if no metric has such a group. `group` lives as long as the task.
Task<Selection> SelectGroup(Slices slices, std::string_view group);

// The name of the series for a field of a group's buckets; `field` is an encoded value. Empty if no such series can
// exist.
std::string MemberName(Slices slices, std::string_view group, std::string_view field);

// How many of `keys` are buckets that exist. A key that occurs several times counts as many times. The keys must live
// as long as the task.
Task<int64_t> CountExisting(Slices slices, std::span<const std::string_view> keys);

// How many buckets exist.
Task<int64_t> CountBuckets(Slices slices);

// Calls visit for each bucket whose key `glob` matches, by minute and then by name, until it returns false. A null
// `glob` matches all. `glob` and `visit` live as long as the task.
Task<bool> ForEachBucket(Slices slices, const Glob* glob, absl::FunctionRef<bool(const Bucket&)> visit);

// A page of a walk through all buckets whose key `glob` matches, in the order of names. It has whole groups: it ends
// after `count` buckets or after `count` groups.
//
// The cursor is a bookmark: the slice and number of a series in the last group walked, and a check on that group's
// name. So nothing is kept between pages, a walk survives a restart, and a walk returns each bucket that exists from
// the first page to the last, even if others come and go. If the series is gone, or no page returned this cursor, the
// walk starts again from the beginning.
struct ScanPage {
  int64_t next = 0;  // 0: this was the last page
  std::vector<Bucket> buckets = {};
};
Task<ScanPage> ScanBuckets(Slices slices, const Glob& glob, int64_t cursor, size_t count);

}  // namespace tally
