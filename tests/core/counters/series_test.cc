#include "core/counters/series.h"

#include "gtest/gtest.h"

namespace tally {
namespace {

TEST(SeriesId, IsACellOfABlock) {
  EXPECT_EQ(BlockOf(255), 0u);
  EXPECT_EQ(CellOf(255), 255u);
  EXPECT_EQ(BlockOf(256), 1u);
  EXPECT_EQ(CellOf(256), 0u);
}

}  // namespace
}  // namespace tally
