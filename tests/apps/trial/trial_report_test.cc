#include "apps/trial/trial_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_split.h"
#include "core/base/strings.h"
#include "tests/testing/times.h"

namespace tally {
namespace {

using testing::HasSubstr;
using testing::Not;

TrialResult SomeResult() {
  TrialResult result;
  result.fates = {90, 2, 0, 8, 0, 100};
  result.series = {{"stats:mw:login", 60}, {"stats:mw:buy", 20}, {"stats:hh:buy", 10}};
  result.oldest = MinuteAt("10:00");
  result.newest = MinuteAt("10:05");
  result.samples[static_cast<size_t>(Fate::kUnparsable)] = {{7, "no JSON\x01"}};
  return result;
}

TEST(TrialReport, ShowsFatesSeriesAndSamples) {
  EXPECT_EQ(TrialReport(SomeResult(), {}, {.series_max = 2}),
            R"(RECORDS                200
counted                 90   45.0 %
unparsable               8    4.0 %  no JSON object, or no valid time
missing_field            0    0.0 %
late                     2    1.0 %  before the newest event by more than 4h
future                   0    0.0 %
filtered               100   50.0 %  no metric's `where` matches

Minutes 2011-06-05T10:00Z to 2011-06-05T10:05Z, in UTC.

SERIES                                                                     COUNT
stats:mw:login                                                                60
stats:mw:buy                                                                  20
(1 more series)                                                               10

The first records that are unparsable
line 7: no JSON\x01
)");
}

TEST(TrialReport, SaysThatTheWallClockWouldNotCountOldMinutes) {
  Config config;
  EXPECT_THAT(TrialReport(SomeResult(), config, {.now = TimeAt("14:05:59")}), Not(HasSubstr("older")));
  EXPECT_THAT(TrialReport(SomeResult(), config, {.now = TimeAt("14:06")}), HasSubstr("They are older than 4h"));
  config.retention.clock = ClockKind::kEvent;
  EXPECT_THAT(TrialReport(SomeResult(), config, {.now = TimeAt("14:06")}), Not(HasSubstr("older")));
}

TEST(TrialReport, FitsEightyColumns) {
  TrialResult result = SomeResult();
  result.fates.fill(UINT64_MAX / 10);
  result.series[0] = {"stats:" + std::string(200, 'x'), UINT64_MAX / 2};
  for (int i = 0; i < 100; ++i) result.series[1].first += "\xC3\xBC";  // u with two dots: one column
  result.samples[0] = {{UINT64_MAX, std::string(200, 'x')}};
  for (auto line : absl::StrSplit(TrialReport(result, {}, {.now = Timestamp::Max()}), '\n')) {
    const auto bytes = std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
    EXPECT_LE(bytes, 80) << line;
  }
}

TEST(TrialReport, HasColorsOnlyIfAsked) {
  EXPECT_THAT(TrialReport(SomeResult(), {}, {}), Not(HasSubstr("\033")));
  EXPECT_THAT(TrialReport(SomeResult(), {}, {.colors = true}), HasSubstr("\033[31munparsable"));
}

}  // namespace
}  // namespace tally
