// A time as it is written in a text: year to milliseconds, with or without an offset from UTC.
//
//   CivilTime civil{.year = 2011, .month = 6, .day = 5, .hour = 14, .minute = 30};
//   Timestamp time;
//   if (!ToTimestamp(civil, LocalZone(), time)) ...;   // no such time, for example February 30
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "core/time/time.h"

namespace tally {

struct CivilTime {
  int64_t year = 1970;
  int64_t month = 1;
  int64_t day = 1;
  int64_t hour = 0;
  int64_t minute = 0;
  int64_t second = 0;  // 60: a leap second
  int64_t millis = 0;
  bool has_offset = false;
  int64_t offset = 0;  // of the text, in seconds east of UTC
};

// The zone of times that are written without an offset. Immutable.
class LocalZone {
 public:
  LocalZone() = default;  // UTC
  explicit LocalZone(absl::TimeZone zone) : zone_(zone), is_utc_(zone == absl::UTCTimeZone()) {}

  const absl::TimeZone& zone() const { return zone_; }

  // The Unix seconds of a civil time without an offset. A time that the zone skips, or has twice, when its clocks are
  // changed is read with the offset from before the change, as absl::ParseTime does.
  int64_t UnixSeconds(const CivilTime& civil) const;

 private:
  absl::TimeZone zone_ = absl::UTCTimeZone();
  bool is_utc_ = true;
};

// Returns false if the time does not exist: a part is out of range, or a second 60 is not at 23:59 UTC. A leap second
// is the first second of the next day, as in Unix time. A fraction is cut to milliseconds.
bool ToTimestamp(const CivilTime& civil, const LocalZone& zone, Timestamp& time);

}  // namespace tally
