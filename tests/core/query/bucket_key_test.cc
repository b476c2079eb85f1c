#include "core/query/bucket_key.h"

#include "gtest/gtest.h"

namespace tally {
namespace {

constexpr Minute kMinute = Minute::FromIndex(21'788'070);  // 2011-06-05T14:30Z

TEST(BucketKey, IsTheGroupAndTheMinute) {
  EXPECT_EQ(FormatBucketKey("stats:mw", kMinute), "stats:mw:2011_0605_1430");
  std::optional<BucketKey> key = ParseBucketKey("stats:mw:2011_0605_1430");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->group, "stats:mw");
  EXPECT_EQ(key->minute, kMinute);
}

TEST(BucketKey, AnythingElseIsNone) {
  for (std::string_view key : {"", "stats:mw", "2011_0605_1430", "stats:2011_0605_1430 ", "stats:2011_0605_1460"}) {
    EXPECT_FALSE(ParseBucketKey(key)) << key;
  }
}

TEST(BucketKey, ASeriesIsAGroupAndAField) {
  EXPECT_EQ(GroupOf("stats:mw:login"), "stats:mw");
  EXPECT_EQ(FieldOf("stats:mw:login"), "login");
  EXPECT_EQ(GroupOf("stats:mw:"), "stats:mw");
  EXPECT_EQ(FieldOf("stats:mw:"), "");
  EXPECT_EQ(GroupOf("all"), "all");
  EXPECT_EQ(FieldOf("all"), "count");
}

}  // namespace
}  // namespace tally
