#include "core/time/format.h"

#include <random>

#include "gtest/gtest.h"

namespace tally {
namespace {

constexpr Timestamp kTime = Timestamp::FromMillis(1307284245007);

TEST(Format, WritesUtc) {
  EXPECT_EQ(FormatMinute(MinuteOf(kTime)), "2011-06-05T14:30Z");
  EXPECT_EQ(FormatTimestamp(kTime), "2011-06-05T14:30:45.007Z");
  EXPECT_EQ(FormatBucket(MinuteOf(kTime)), "2011_0605_1430");
}

TEST(Format, WritesTimesBefore1970) {
  EXPECT_EQ(FormatTimestamp(Timestamp::FromMillis(-1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatBucket(Minute::FromIndex(-1)), "1969_1231_2359");
}

TEST(Format, WritesTheWholeRange) {
  EXPECT_EQ(FormatTimestamp(Timestamp::Max()), "5138-11-16T09:46:40.000Z");
  EXPECT_EQ(FormatTimestamp(Timestamp::Min()), "-1199-02-15T14:13:20.000Z");
  EXPECT_EQ(FormatMinute(Minute::Min()), "-2114-12-08T21:52Z");
  EXPECT_EQ(FormatMinute(Minute::Max()), "6053-01-23T02:07Z");
  EXPECT_EQ(FormatBucket(Minute::FromIndex(-1'051'900'000)), "-0031_1230_2120");
}

TEST(Format, ParsesTheBucketsThatItWrites) {
  auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 10'000; ++i) {
    Minute minute = Minute::FromIndex(static_cast<int32_t>(random()));
    ASSERT_EQ(ParseBucket(FormatBucket(minute)), minute) << FormatBucket(minute);
  }
}

TEST(Format, RejectsOtherTextAsABucket) {
  for (std::string_view text :
       {"", "2011_0605_143", "2011_0605_14300", "2011-0605-1430", "2011_0231_0000", "2011_0605_2400", "2011_0605_1460",
        "2011_1301_0000", "2011_0600_0000", "9999_1231_2359", "-0000_0101_0000", "201a_0605_1430", "+011_0605_1430",
        "2011_06+5_1430", "-9999_0101_0000"}) {
    EXPECT_EQ(ParseBucket(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tally
