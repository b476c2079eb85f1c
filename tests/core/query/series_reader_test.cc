#include "core/query/series_reader.h"

#include <deque>
#include <map>
#include <utility>

#include "gmock/gmock.h"
#include "tests/core/query/node_fixture.h"

namespace tally {
namespace {

// Some blocks of series. Series i is the i-th that is counted, and has the count i % 7 + 1 at 14:30.
class SeriesReading : public NodeTest {
 protected:
  static constexpr uint32_t kSeries = 5 * kBlockSize + 10;  // more than the reader sorts at once
  static constexpr std::string_view kTime = "14:30";

  void SetUp() override {
    for (uint32_t i = 0; i < kSeries; ++i) Count(kTime, "hh", Cat(i), static_cast<int>(i % 7 + 1));
  }

  // Reads one call at a time.
  std::map<uint32_t, uint64_t> Read(const std::vector<SeriesId>& ids, std::string_view time = kTime) {
    std::deque<SeriesReader::Member> members;
    for (uint32_t i = 0; i < ids.size(); ++i) members.push_back({ids[i], i});
    const SeriesReader reader = SeriesReader::Of(std::move(members)).Finish();
    EXPECT_EQ(reader.size(), ids.size());
    std::map<uint32_t, uint64_t> counts;
    for (SeriesReader::Progress at{0, 0}; at.next < reader.size();) {
      at = reader.Read(View(counters_), MinuteOf(At(time)), at.next,
                       [&](uint32_t i, uint64_t count) { EXPECT_TRUE(counts.emplace(i, count).second); });
      EXPECT_LE(at.blocks, SeriesReader::kBlocksAtOnce);
    }
    return counts;
  }

  void ExpectEach(const std::vector<SeriesId>& ids) {
    std::map<uint32_t, uint64_t> expected;
    for (uint32_t i = 0; i < ids.size(); ++i) expected[i] = ids[i] % 7 + 1;
    EXPECT_EQ(Read(ids), expected);
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
}

TEST_F(SeriesReading, OneIsReadByItself) {
  const SeriesReader reader = SeriesReader::OfOne(12);
  uint64_t found = 0;
  reader.Read(View(counters_), MinuteOf(At(kTime)), 0, [&](uint32_t i, uint64_t count) { found = i + count; });
  EXPECT_EQ(found, 12 % 7 + 1);
}

}  // namespace
}  // namespace tally
