#include "core/counters/rejects.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/times.h"

namespace tally {
namespace {

using testing::ElementsAre;

const TopicPartition kMw{"mw", 0};
const TopicPartition kHh{"hh", 3};

void Add(Rejects& rejects, const TopicPartition& topic_partition, int64_t offset, Fate reason) {
  rejects.Add(topic_partition, offset, reason, TimeAt("14:30"), "{");
}

std::vector<Rejects::Reject> All(const Rejects& rejects) {
  std::vector<Rejects::Reject> all;
  rejects.AppendTo(all);
  return all;
}

TEST(Rejects, KeepsWhereWhyWhenAndWhat) {
  Rejects rejects;
  rejects.Add(kHh, 17, Fate::kFuture, TimeAt("14:30"), "{\"time\":9}");
  ASSERT_EQ(All(rejects).size(), 1u);
  EXPECT_EQ(All(rejects)[0].topic_partition, kHh);
  EXPECT_EQ(All(rejects)[0].offset, 17);
  EXPECT_EQ(All(rejects)[0].reason, Fate::kFuture);
  EXPECT_EQ(All(rejects)[0].seen, TimeAt("14:30"));
  EXPECT_EQ(All(rejects)[0].sample, "{\"time\":9}");
}

TEST(Rejects, KeepsTheLastTenOldestFirst) {
  Rejects rejects;
  for (int64_t offset = 0; offset < 25; ++offset) Add(rejects, kMw, offset, Fate::kLate);
  std::vector<int64_t> offsets;
  for (const auto& reject : All(rejects)) offsets.push_back(reject.offset);
  EXPECT_THAT(offsets, ElementsAre(15, 16, 17, 18, 19, 20, 21, 22, 23, 24));
}

TEST(Rejects, KeepsTenOfEachReasonAndTopic) {
  Rejects rejects;
  for (int64_t offset = 0; offset < 25; ++offset) {
    for (Fate reason : {Fate::kLate, Fate::kFuture, Fate::kUnparsable, Fate::kMissingField}) {
      Add(rejects, kMw, offset, reason), Add(rejects, kHh, offset, reason);
    }
  }
  EXPECT_EQ(All(rejects).size(), 80u);
}

TEST(Rejects, SharesTheTenAmongTheTopicsPartitions) {
  Rejects rejects;
  for (int32_t partition = 0; partition < 25; ++partition) Add(rejects, {"mw", partition}, 0, Fate::kLate);
  EXPECT_EQ(All(rejects).size(), 10u);
  EXPECT_EQ(All(rejects)[0].topic_partition.partition, 15);
}

TEST(Rejects, CutsASampleAt200Bytes) {
  Rejects rejects;
  rejects.Add(kMw, 0, Fate::kUnparsable, TimeAt("14:30"), std::string(1'000'000, '\0'));
  EXPECT_EQ(All(rejects)[0].sample, std::string(200, '\0'));
}

TEST(Rejects, AreAppended) {
  Rejects rejects;
  Add(rejects, kMw, 1, Fate::kLate);
  std::vector<Rejects::Reject> all(3);
  rejects.AppendTo(all);
  EXPECT_EQ(all.size(), 4u);
}

}  // namespace
}  // namespace tally
