#include "core/counters/delta.h"

#include <algorithm>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/times.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<BlockKey> PagesOf(const Delta& delta) {
  std::vector<BlockKey> pages = delta.Pages();
  std::sort(pages.begin(), pages.end());
  return pages;
}

TEST(Delta, IsEmptyAtFirst) {
  Delta delta;
  EXPECT_EQ(delta.Count(MinuteAt("14:30"), 7), 0u);
  EXPECT_THAT(delta.Pages(), IsEmpty());
}

TEST(Delta, AddsUp) {
  Delta delta;
  delta.Add(MinuteAt("14:30"), 7, 1);
  delta.Add(MinuteAt("14:30"), 7, 41);
  EXPECT_EQ(delta.Count(MinuteAt("14:30"), 7), 42u);
}

TEST(Delta, KeepsMinutesAndSeriesApart) {
  Delta delta;
  delta.Add(MinuteAt("14:30"), 7, 1);
  delta.Add(MinuteAt("14:31"), 7, 2);
  delta.Add(MinuteAt("14:30"), 8, 3);
  delta.Add(MinuteAt("14:30"), 7 + kBlockSize, 4);
  EXPECT_EQ(delta.Count(MinuteAt("14:30"), 7), 1u);
  EXPECT_EQ(delta.Count(MinuteAt("14:31"), 7), 2u);
  EXPECT_EQ(delta.Count(MinuteAt("14:30"), 8), 3u);
  EXPECT_EQ(delta.Count(MinuteAt("14:30"), 7 + kBlockSize), 4u);
}

TEST(Delta, FindsItsMinuteAgainAfterAnother) {
  Delta delta;
  for (int i = 0; i < 100; ++i) delta.Add(Minute::FromIndex(i % 3 - 1), static_cast<SeriesId>(i % 2) * 1000, 1);
  EXPECT_EQ(delta.Count(Minute::FromIndex(-1), 0), 17u);
  EXPECT_EQ(delta.Count(Minute::FromIndex(-1), 1000), 17u);
  EXPECT_EQ(delta.Count(Minute::FromIndex(0), 0) + delta.Count(Minute::FromIndex(0), 1000), 33u);
}

TEST(Delta, StaysAtTheLargestCount) {
  Delta delta;
  delta.Add(MinuteAt("14:30"), 7, kCountMax);
  delta.Add(MinuteAt("14:30"), 7, kCountMax);
  EXPECT_EQ(delta.Count(MinuteAt("14:30"), 7), kCountMax);
}

TEST(Delta, MakesAPageForABlockOfAMinuteOnTheFirstTouch) {
  Delta delta;
  delta.Add(MinuteAt("14:30"), 5 * kBlockSize, 1);
  delta.Add(MinuteAt("14:30"), 5 * kBlockSize + 255, 1);
  delta.Add(MinuteAt("14:29"), 0, 1);
  EXPECT_THAT(PagesOf(delta), ElementsAre(BlockKey{MinuteAt("14:29"), 0}, BlockKey{MinuteAt("14:30"), 5}));
}

TEST(Delta, AddsABlockToCounts) {
  Delta delta;
  delta.Add(MinuteAt("14:30"), kBlockSize, 1);
  delta.Add(MinuteAt("14:30"), kBlockSize + 255, 2);
  BlockCounts counts{};
  counts[0] = 10;
  counts[1] = 20;
  counts[255] = kCountMax;
  delta.AddTo({MinuteAt("14:30"), 1}, counts);
  EXPECT_EQ(counts[0], 11u);
  EXPECT_EQ(counts[1], 20u);
  EXPECT_EQ(counts[255], kCountMax);
}

TEST(Delta, AddsNothingForABlockThatItDoesNotHave) {
  Delta delta;
  delta.Add(MinuteAt("14:30"), kBlockSize, 1);
  BlockCounts counts{};
  for (BlockKey key : {BlockKey{MinuteAt("14:30"), 0}, BlockKey{MinuteAt("14:30"), 2}, BlockKey{MinuteAt("14:31"), 1}})
    delta.AddTo(key, counts);
  EXPECT_EQ(counts, BlockCounts{});
}

TEST(Delta, CanBeReadWhileItsWriterAdds) {
  Delta delta;
  constexpr int kRounds = 20'000;
  std::thread writer([&] {
    for (int i = 0; i < kRounds; ++i) {
      delta.Add(MinuteAt("14:30"), 0, 1);
      delta.Add(MinuteAt("14:30") + i % 50, static_cast<SeriesId>(i % 97) * kBlockSize, 1);
    }
  });
  uint64_t seen = 0;
  while (seen < kRounds) {
    uint64_t count = delta.Count(MinuteAt("14:30"), 0);
    ASSERT_GE(count, seen);
    seen = count;
    for (const BlockKey& page : delta.Pages()) {
      BlockCounts counts{};
      delta.AddTo(page, counts);
      ASSERT_LE(counts[0], 2u * kRounds);
    }
  }
  writer.join();
  uint64_t all = 0;
  for (const BlockKey& page : delta.Pages()) all += delta.Count(page.minute, page.block * kBlockSize);
  EXPECT_EQ(all, 2u * kRounds);
}

}  // namespace
}  // namespace tally
