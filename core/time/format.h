// How minutes and instants are written, always in UTC.
//
//   FormatMinute(minute);    // 2011-06-05T14:30Z
//   FormatBucket(minute);    // 2011_0605_1430, as the keys of buckets end
//
// Years have four digits and, before the year 0, a minus sign.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/time/time.h"

namespace tally {

std::string FormatMinute(Minute minute);
std::string FormatTimestamp(Timestamp time);  // 2011-06-05T14:30:45.123Z
std::string FormatBucket(Minute minute);

// What FormatBucket() wrote; nothing if `text` is anything else, as 2011_0231_0000 is.
std::optional<Minute> ParseBucket(std::string_view text);

}  // namespace tally
