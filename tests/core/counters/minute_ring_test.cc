#include "core/counters/minute_ring.h"

#include <map>
#include <random>
#include <set>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/times.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// A block with these counts, by cell.
Block Of(const std::map<uint32_t, uint64_t>& cells) {
  BlockCounts counts{};
  for (const auto& [cell, count] : cells) counts[cell] = count;
  return Block::Pack(counts);
}

TEST(MinuteRing, IsEmptyAtFirst) {
  MinuteRing ring;
  EXPECT_EQ(ring.Count(MinuteAt("14:30"), 7), 0u);
  EXPECT_EQ(ring.LiveMinutes(7), 0u);
  EXPECT_EQ(ring.counters(), 0u);
  EXPECT_TRUE(ring.Find({MinuteAt("14:30"), 0}).empty());
}

TEST(MinuteRing, HoldsBlocksByMinute) {
  MinuteRing ring;
  ring.Replace({MinuteAt("14:30"), 1}, Of({{7, 42}}));
  EXPECT_EQ(ring.Count(MinuteAt("14:30"), kBlockSize + 7), 42u);
  EXPECT_EQ(ring.Count(MinuteAt("14:30"), 7), 0u);
  EXPECT_EQ(ring.Count(MinuteAt("14:31"), kBlockSize + 7), 0u);
  EXPECT_EQ(ring.Count(MinuteAt("14:30"), 2 * kBlockSize + 7), 0u);
}

TEST(MinuteRing, ReplacesABlock) {
  MinuteRing ring;
  ring.Replace({MinuteAt("14:30"), 0}, Of({{7, 42}, {8, 1}}));
  ring.Replace({MinuteAt("14:30"), 0}, Of({{7, 43}, {9, 1}}));
  EXPECT_EQ(ring.Count(MinuteAt("14:30"), 7), 43u);
  EXPECT_EQ(ring.Count(MinuteAt("14:30"), 8), 0u);
  EXPECT_EQ(ring.counters(), 2u);
}

TEST(MinuteRing, KnowsInHowManyMinutesASeriesLives) {
  MinuteRing ring;
  ring.Replace({MinuteAt("14:30"), 0}, Of({{7, 1}, {8, 1}}));
  ring.Replace({MinuteAt("14:31"), 0}, Of({{7, 1}}));
  EXPECT_EQ(ring.LiveMinutes(7), 2u);
  EXPECT_EQ(ring.LiveMinutes(8), 1u);
  ring.Replace({MinuteAt("14:31"), 0}, Of({{8, 1}}));
  EXPECT_EQ(ring.LiveMinutes(7), 1u);
  EXPECT_EQ(ring.LiveMinutes(8), 2u);
}

TEST(MinuteRing, DropsTheMinutesBeforeTheHorizon) {
  MinuteRing ring;
  ring.Replace({MinuteAt("14:29"), 0}, Of({{7, 1}}));
  ring.Replace({MinuteAt("14:30"), 0}, Of({{7, 1}}));
  ring.Replace({MinuteAt("14:31"), 0}, Of({{7, 1}}));
  EXPECT_THAT(ring.Expire(MinuteAt("14:31")).blocks,
              ElementsAre(BlockKey{MinuteAt("14:29"), 0}, BlockKey{MinuteAt("14:30"), 0}));
  EXPECT_EQ(ring.Count(MinuteAt("14:30"), 7), 0u);
  EXPECT_EQ(ring.Count(MinuteAt("14:31"), 7), 1u);
  EXPECT_EQ(ring.counters(), 1u);
  EXPECT_THAT(ring.Expire(MinuteAt("14:31")).blocks, IsEmpty());
}

TEST(MinuteRing, ReportsTheSeriesWhoseLastCounterItDrops) {
  MinuteRing ring;
  ring.Replace({MinuteAt("14:29"), 0}, Of({{7, 1}, {8, 1}, {9, 1}}));
  ring.Replace({MinuteAt("14:30"), 0}, Of({{9, 1}}));
  ring.Replace({MinuteAt("14:31"), 0}, Of({{7, 1}}));
  EXPECT_THAT(ring.Expire(MinuteAt("14:31")).series, UnorderedElementsAre(8, 9));
  EXPECT_THAT(ring.Expire(MinuteAt("14:32")).series, ElementsAre(7));
}

TEST(MinuteRing, DropsNoBlockThatIsEmpty) {
  MinuteRing ring;
  ring.Replace({MinuteAt("14:30"), 3}, Of({{0, 1}}));
  EXPECT_THAT(ring.Expire(Minute::Max()).blocks, ElementsAre(BlockKey{MinuteAt("14:30"), 3}));
}

TEST(MinuteRing, EqualsANaiveMap) {
  std::mt19937 random(1);
  MinuteRing ring;
  std::map<std::pair<Minute, SeriesId>, uint64_t> model;
  Minute horizon = Minute::FromIndex(0);
  for (int step = 0; step < 5000; ++step) {
    BlockKey key{horizon + static_cast<int32_t>(random() % 5), static_cast<BlockIndex>(random() % 3)};
    if (random() % 10 > 0) {
      std::map<uint32_t, uint64_t> cells;
      for (uint32_t i = 0, n = random() % 40; i < n; ++i) cells[random() % 50] = 1 + random() % 9;
      ring.Replace(key, Of(cells));
      SeriesId first = key.block * kBlockSize;
      model.erase(model.lower_bound({key.minute, first}), model.lower_bound({key.minute, first + kBlockSize}));
      for (const auto& [cell, count] : cells) model[{key.minute, first + cell}] = count;
    } else {
      horizon = horizon + 1;
      std::set<SeriesId> last;
      for (auto at = model.begin(); at != model.lower_bound({horizon, 0}); ++at) last.insert(at->first.second);
      model.erase(model.begin(), model.lower_bound({horizon, 0}));
      for (const auto& [place, count] : model) last.erase(place.second);
      MinuteRing::Expired expired = ring.Expire(horizon);
      ASSERT_EQ(std::set<SeriesId>(expired.series.begin(), expired.series.end()), last);
    }
    ASSERT_EQ(ring.counters(), model.size());
    for (const auto& [place, count] : model) ASSERT_EQ(ring.Count(place.first, place.second), count);
  }
}

}  // namespace
}  // namespace tally
