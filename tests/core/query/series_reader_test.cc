#include "core/query/series_reader.h"

#include <map>

#include "gmock/gmock.h"
#include "tests/core/query/node_fixture.h"

namespace tally {
namespace {

// Three blocks of series; the one that is the i-th to be counted has number i and counts i % 7 + 1 at 14:30.
class SeriesReading : public NodeTest {
 protected:
  static constexpr uint32_t kSeries = 2 * kBlockSize + 10;
  static constexpr std::string_view kTime = "14:30";

  void SetUp() override {
    for (uint32_t i = 0; i < kSeries; ++i) Count(kTime, "hh", Cat(i), static_cast<int>(i % 7 + 1));
  }

  std::map<uint32_t, uint64_t> Read(const std::vector<SeriesId>& ids, std::string_view time = kTime) {
    std::map<uint32_t, uint64_t> counts;
    EXPECT_TRUE(SeriesReader(ids).ForEach(View(counters_), MinuteOf(At(time)), [&](uint32_t i, uint64_t count) {
      EXPECT_TRUE(counts.emplace(i, count).second);
      return true;
    }));
    return counts;
  }

  void ExpectEach(const std::vector<SeriesId>& ids) {
    std::map<uint32_t, uint64_t> expected;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < ids.size(); ++i) sum += expected[i] = ids[i] % 7 + 1;
    EXPECT_EQ(Read(ids), expected);
    EXPECT_EQ(SeriesReader(ids).Sum(View(counters_), MinuteOf(At(kTime))), sum);
  }
};

TEST_F(SeriesReading, EachCountIsThatOfItsSeries) {
  std::vector<SeriesId> all, few;
  for (uint32_t i = 0; i < kSeries; ++i) all.push_back(kSeries - 1 - i);  // in any order
  for (uint32_t i = 0; i < kSeries; i += 100) few.push_back(i);
  ExpectEach(all);
  ExpectEach(few);
  ExpectEach({});
  Cut();
  ExpectEach(all);
  ExpectEach(few);
}

TEST_F(SeriesReading, WhatHasNoCountIsNotVisited) {
  Count("14:31", "hh", "1");
  Count("14:31", "hh", "300");
  EXPECT_THAT(Read({0, 1, 2, 3, 4, 300}, "14:31"), testing::ElementsAre(testing::Pair(1, 1), testing::Pair(5, 1)));
  EXPECT_TRUE(SeriesReader(std::vector<SeriesId>{0, 1, 2, 3}).Any(View(counters_), MinuteOf(At("14:31"))));
  EXPECT_FALSE(SeriesReader(std::vector<SeriesId>{0, 2, 3, 4}).Any(View(counters_), MinuteOf(At("14:31"))));
}

TEST_F(SeriesReading, StopsWhenTheVisitorHasSeenEnough) {
  int visited = 0;
  bool all = SeriesReader(std::vector<SeriesId>{0, 1, 2, 3, 4, 300})
                 .ForEach(View(counters_), MinuteOf(At(kTime)), [&](uint32_t, uint64_t) { return ++visited < 2; });
  EXPECT_FALSE(all);
  EXPECT_EQ(visited, 2);
}

}  // namespace
}  // namespace tally
