#include "core/base/count.h"

#include "gtest/gtest.h"

namespace tally {
namespace {

TEST(AddCounts, StaysAtTheLargestCount) {
  EXPECT_EQ(AddCounts(1, 2), 3u);
  EXPECT_EQ(AddCounts(kCountMax - 1, 1), kCountMax);
  EXPECT_EQ(AddCounts(kCountMax, 1), kCountMax);
  EXPECT_EQ(AddCounts(1, kCountMax), kCountMax);
  EXPECT_EQ(AddCounts(kCountMax, kCountMax), kCountMax);
  EXPECT_EQ(kCountMax, 9'223'372'036'854'775'807u);
}

TEST(MultiplyCount, StaysAtTheLargestCount) {
  EXPECT_EQ(MultiplyCount(2, 10), 20u);
  EXPECT_EQ(MultiplyCount(kCountMax, 1), kCountMax);
  EXPECT_EQ(MultiplyCount(kCountMax / 10, 10), kCountMax - 7);
  EXPECT_EQ(MultiplyCount(kCountMax / 10 + 1, 10), kCountMax);
}

TEST(FormatCount, HasExactlyTheDecimals) {
  EXPECT_EQ(FormatCount(0, 0), "0");
  EXPECT_EQ(FormatCount(0, 2), "0.00");
  EXPECT_EQ(FormatCount(5, 2), "0.05");
  EXPECT_EQ(FormatCount(1250, 2), "12.50");
  EXPECT_EQ(FormatCount(kCountMax, 9), "9223372036.854775807");
}

}  // namespace
}  // namespace tally
