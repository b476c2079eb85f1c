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

}  // namespace
}  // namespace tally
