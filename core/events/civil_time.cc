#include "core/events/civil_time.h"

#include "absl/time/civil_time.h"
#include "core/time/calendar.h"

namespace tally {
namespace {

constexpr int64_t kDay = 86'400;

int64_t SecondsInUtc(const CivilTime& civil) {
  return DayNumber(civil.year, civil.month, civil.day) * kDay + civil.hour * 3600 + civil.minute * 60 + civil.second;
}

bool Exists(const CivilTime& civil) {
  return civil.year >= kFirstYear && civil.month >= 1 && civil.month <= 12 && civil.day >= 1 &&
         civil.day <= DaysInMonth(civil.year, civil.month) && civil.hour >= 0 && civil.hour <= 23 &&
         civil.minute >= 0 && civil.minute <= 59 && civil.second >= 0 && civil.second <= 60;
}

}  // namespace

int64_t LocalZone::UnixSeconds(const CivilTime& civil) const {
  if (is_utc_) return SecondsInUtc(civil);
  const absl::CivilSecond second(civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second);
  return absl::ToUnixSeconds(zone_.At(second).pre);
}

bool ToTimestamp(const CivilTime& civil, const LocalZone& zone, Timestamp& time) {
  if (!Exists(civil)) return false;
  const int64_t seconds = civil.has_offset ? SecondsInUtc(civil) - civil.offset : zone.UnixSeconds(civil);
  if (civil.second == 60 && seconds % kDay != 0) return false;
  time = Timestamp::FromMillis(seconds * 1000 + civil.millis);
  return true;
}

}  // namespace tally
