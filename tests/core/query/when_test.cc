#include "core/query/when.h"

#include "core/base/strings.h"
#include "core/time/format.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

// The time that `text` means at 2011-06-05T14:30:05.250Z, or the error.
std::string When(std::string_view text) {
  absl::StatusOr<Timestamp> when = ParseWhen(text, Timestamp::FromMillis(1307284205250));
  return when.ok() ? FormatTimestamp(*when) : std::string(FromAbsl(when.status().message()));
}

std::string Refusal(std::string_view shown) {
  return Cat("expected a time as now, -15m, 2011-06-05T14:30Z or epoch milliseconds, got ", shown);
}

TEST(When, NowIsTheClockThatIsHandedIn) {
  EXPECT_EQ(When("now"), "2011-06-05T14:30:05.250Z");
  EXPECT_EQ(When("NOW"), "2011-06-05T14:30:05.250Z");
}

TEST(When, ADurationGoesBackFromNow) {
  EXPECT_EQ(When("-15m"), "2011-06-05T14:15:05.250Z");
  EXPECT_EQ(When("-1h30m"), "2011-06-05T13:00:05.250Z");
  EXPECT_EQ(When("-1.5h"), "2011-06-05T13:00:05.250Z");
  EXPECT_EQ(When("-250ms"), "2011-06-05T14:30:05.000Z");
}

TEST(When, SecondsAndZoneMayBeLeftOut) {
  EXPECT_EQ(When("2011-06-05T14:30:45.5Z"), "2011-06-05T14:30:45.500Z");
  EXPECT_EQ(When("2011-06-05T14:30:45+02:00"), "2011-06-05T12:30:45.000Z");
  EXPECT_EQ(When("2011-06-05T14:30Z"), "2011-06-05T14:30:00.000Z");
  EXPECT_EQ(When("2011-06-05T14:30-01:30"), "2011-06-05T16:00:00.000Z");
  EXPECT_EQ(When("2011-06-05T14:30"), "2011-06-05T14:30:00.000Z");
  EXPECT_EQ(When("2011-06-05 14:30:45"), "2011-06-05T14:30:45.000Z");
}

TEST(When, ANumberIsMilliseconds) {
  EXPECT_EQ(When("1307284205250"), "2011-06-05T14:30:05.250Z");
  EXPECT_EQ(When("0"), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(When("-1"), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(When("9223372036854775807"), FormatTimestamp(Timestamp::Max()));
  EXPECT_EQ(When("-99999999h"), FormatTimestamp(Timestamp::Min()));
}

TEST(When, AnythingElseIsRefused) {
  for (std::string_view text : {"", "-", "15m", "--15m", "-inf", "-15x", "yesterday", "2011-06-05", "2011-13-05T14:30Z",
                                "2011-06-05T14:30X", "2011-06-05T14:30:00ZZ", "99999999999999999999",
                                "20110605T143000Z", "2011-06-05T25:00Z", "1e12", "now ", "12345-06-05T14:30Z"}) {
    EXPECT_EQ(When(text), Refusal(Cat("'", text, "'")));
  }
  EXPECT_EQ(When("\n"), Refusal("'\\n'"));
}

}  // namespace
}  // namespace tally
