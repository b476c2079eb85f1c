// Formats minutes and timestamps, always in UTC.
//
//   FormatMinute(minute);    // 2011-06-05T14:30Z
//   FormatBucket(minute);    // 2011_0605_1430, the end of a bucket's key
//
// Years have four digits; years before the year 0 also have a minus sign.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/time/time.h"

namespace tally {

std::string FormatMinute(Minute minute);
std::string FormatTimestamp(Timestamp time);  // 2011-06-05T14:30:45.123Z
inline constexpr size_t kBucketSize = 14;     // bytes, without a sign
std::string FormatBucket(Minute minute);

// Parses the output of FormatBucket(). Returns nullopt for anything else, for example 2011_0231_0000.
std::optional<Minute> ParseBucket(std::string_view text);

}  // namespace tally
