#include "apps/config/start_time.h"

#include <gtest/gtest.h>

namespace tally {
namespace {

int64_t Millis(std::string_view text) {
  std::optional<Timestamp> time = ParseStartTime(text);
  return time.has_value() ? time->millis() : -1;
}

TEST(StartTime, IsRfc3339) {
  EXPECT_EQ(Millis("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(Millis("2011-06-05T14:30:45Z"), 1307284245000);
  EXPECT_EQ(Millis("2011-06-05T16:30:45+02:00"), 1307284245000);
  EXPECT_EQ(Millis("2011-06-05T14:30:45.2509Z"), 1307284245250);
}

TEST(StartTime, RefusesATimeBefore1970OrBeyondTheRangeOfTimestamp) {
  EXPECT_EQ(Millis("1969-12-31T23:59:59.999Z"), -1);
  EXPECT_EQ(Millis("1970-01-01T00:00:00+01:00"), -1);
  EXPECT_EQ(Millis("9999-01-01T00:00:00Z"), -1);
}

TEST(StartTime, RefusesOtherNotations) {
  for (const char* text : {"", "now", "infinite-future", "2011-06-05", "2011-06-05T14:30Z", "2011-06-05T14:30:45",
                           " 2011-06-05T14:30:45Z", "2011-06-05T14:30:45Z ", "2011-13-05T14:30:45Z", "20110605T143045Z",
                           "2011-06-05T14:30:45.Z5", "1307284245000"}) {
    EXPECT_EQ(Millis(text), -1) << text;
  }
}

TEST(StartTime, FormatsAsItParses) {
  EXPECT_EQ(FormatStartTime(Timestamp::FromMillis(1307284245000)), "2011-06-05T14:30:45Z");
  EXPECT_EQ(FormatStartTime(Timestamp::FromMillis(1307284245250)), "2011-06-05T14:30:45.25Z");
  for (int64_t ms : {int64_t{0}, int64_t{1}, int64_t{999}, Timestamp::kLimitMillis}) {
    EXPECT_EQ(Millis(FormatStartTime(Timestamp::FromMillis(ms))), ms);
  }
}

}  // namespace
}  // namespace tally
