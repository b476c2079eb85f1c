// The proleptic Gregorian calendar. Not absl::CivilDay: it takes ten times as long for one date.
#pragma once

#include <cstdint>

namespace tally {

// REQUIRES: `month` is 1 to 12.
constexpr int64_t DaysInMonth(int64_t year, int64_t month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// Returns the days since 1970-01-01. The computation lets years begin in March, so that the leap day is the last day.
// REQUIRES: the day exists, and its year is kFirstYear or later.
inline constexpr int64_t kFirstYear = -9999;
constexpr int64_t DayNumber(int64_t year, int64_t month, int64_t day) {
  constexpr int64_t kDaysIn400Years = 146'097;
  constexpr int64_t k400Years = 25;  // makes every year positive
  const int64_t y = year + 400 * k400Years - (month <= 2 ? 1 : 0);
  const int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719'468 - kDaysIn400Years * k400Years;
}

}  // namespace tally
