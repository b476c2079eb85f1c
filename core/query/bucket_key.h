// The two names of a count: a series in a minute, and a field of a bucket. A Redis client sees the second.
//
//   series stats:mw:login, 2011-06-05T14:30Z   <->   key stats:mw:2011_0605_1430, field login
//
// A group names the buckets of a series: it is the series name without the last value. A series without values is its
// own group, and its field is `count`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/time/time.h"

namespace tally {

inline constexpr std::string_view kCountField = "count";

struct BucketKey {
  std::string_view group;  // of the text that was parsed
  Minute minute;
};

// Returns nothing if `key` does not end with ':' and a minute.
std::optional<BucketKey> ParseBucketKey(std::string_view key);
std::string FormatBucketKey(std::string_view group, Minute minute);

std::string_view GroupOf(std::string_view series);
std::string_view FieldOf(std::string_view series);

}  // namespace tally
