// The buckets that are there: a group of series and a minute that is not before the horizon, with a count in it.
//
// Numbers of series that these functions return keep their names as long as a SeriesTable::Pin is held that was taken
// before. Thread-safe; no View is held for longer than the counts of one minute, or of one group, take to read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "core/counters/counters.h"
#include "core/query/bucket_key.h"
#include "core/query/glob.h"

namespace tally {

struct Bucket {
  SeriesId member;  // a series of the group, which it is named by
  Minute minute;
};

std::string KeyOf(const SeriesTable& table, const Bucket& bucket);

// The series of a group, by name; none if no metric has such a group.
std::vector<SeriesId> MembersOf(const SeriesTable& table, std::string_view group);

// The series behind a field of a group's buckets, by its encoded value; kNoSeries if there is none.
SeriesId MemberOf(const SeriesTable& table, std::string_view group, std::string_view field);

bool BucketExists(const Counters& counters, const BucketKey& key);

// What the names of all series begin with that have a bucket whose key `glob` matches.
std::string SeriesPrefix(const Glob& glob);

// Calls visit for each bucket of the series that begin with `prefix`, by minute and then by name, until it returns
// false.
void ForEachBucket(const Counters& counters, std::string_view prefix, absl::FunctionRef<bool(const Bucket&)> visit);

// A page of a walk through all buckets of the series that begin with `prefix`, in the order of names. It holds the
// buckets of as many groups as make `count` of them, or of `count` groups.
//
// The cursor is a bookmark: the number of a series in the last group walked, and a check on that group's name. So
// nothing is kept between pages, a walk survives a restart, and a bucket that is there from the first page to the
// last is met, whatever comes and goes beside it. If the series has gone, or the cursor is none of ours, the walk
// begins again.
struct ScanPage {
  int64_t next = 0;  // 0: that was the last one
  std::vector<Bucket> buckets;
};
ScanPage ScanBuckets(const Counters& counters, std::string_view prefix, int64_t cursor, size_t count);

}  // namespace tally
