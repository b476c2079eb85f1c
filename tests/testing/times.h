// Minutes and timestamps of one day, in a short form for tests.
//
//   MinuteAt("14:30").end() == TimeAt("14:31:00")
#pragma once

#include <charconv>
#include <string_view>

#include "core/base/check.h"
#include "core/time/time.h"

namespace tally {

// Returns a time of 2011-06-05, UTC, such as "14:30:59"; the seconds are optional.
inline Timestamp TimeAt(std::string_view time) {
  constexpr int64_t kMidnightMillis = 1'307'232'000'000;
  int64_t seconds = 0;
  for (int64_t unit = 3600; !time.empty() && unit > 0; unit /= 60) {
    int64_t n = 0;
    auto [end, error] = std::from_chars(time.data(), time.data() + time.size(), n);
    TALLY_CHECK(error == std::errc());
    seconds += n * unit;
    time.remove_prefix(static_cast<size_t>(end - time.data()));
    if (!time.empty()) time.remove_prefix(1);
  }
  return Timestamp::FromMillis(kMidnightMillis + seconds * 1000);
}

inline Minute MinuteAt(std::string_view time) { return MinuteOf(TimeAt(time)); }

}  // namespace tally
