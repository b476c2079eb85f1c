#include "core/time/calendar.h"

#include <random>

#include "absl/time/civil_time.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

TEST(Calendar, NumbersDaysAsAbseilDoes) {
  std::mt19937 random(1);
  for (int i = 0; i < 100'000; ++i) {
    absl::CivilDay day = absl::CivilDay(kFirstYear, 1, 1) + static_cast<int64_t>(random() % 7'300'000);
    ASSERT_EQ(DayNumber(day.year(), day.month(), day.day()), day - absl::CivilDay(1970, 1, 1)) << day;
  }
}

TEST(Calendar, KnowsTheDaysOfEachMonth) {
  EXPECT_EQ(DaysInMonth(2011, 1), 31);
  EXPECT_EQ(DaysInMonth(2011, 6), 30);
  EXPECT_EQ(DaysInMonth(2011, 2), 28);
  EXPECT_EQ(DaysInMonth(2012, 2), 29);
  EXPECT_EQ(DaysInMonth(1900, 2), 28);
  EXPECT_EQ(DaysInMonth(2000, 2), 29);
}

}  // namespace
}  // namespace tally
