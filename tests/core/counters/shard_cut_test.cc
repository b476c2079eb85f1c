// Cuts of a shard: what belongs to a checkpoint, and what stays readable.
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/counters/one_shard.h"

namespace tally {
namespace {

using testing::SizeIs;

TEST(ShardCut, HoldsCountsAndOffsetsOfTheSameMoment) {
  OneShard shard;
  shard.Apply(0, kLogin), shard.Apply(1, kLogin);
  const std::vector<PartitionStatus> partitions = shard->Cut();
  shard.Apply(2, kLogin);
  const SeriesId id = shard.table().Find("stats:mw:login");
  EXPECT_EQ(shard.minutes().frozen()->Count(MinuteAt("14:30"), id), 2u);
  EXPECT_EQ(partitions[0].state.next, 2);
  EXPECT_EQ(partitions[0].state.fates[size_t(Fate::kCounted)], 2u);
}

TEST(ShardCut, LeavesWhatItFrozeReadableUntilItIsReleased) {
  OneShard shard;
  shard.Apply(0, kLogin);
  shard->Cut();
  shard.Apply(1, kLogin);
  EXPECT_THAT(shard.minutes().Deltas(), SizeIs(2));
  EXPECT_EQ(shard.Count("stats:mw:login"), 2u);
  shard.minutes().Release();
  EXPECT_THAT(shard.minutes().Deltas(), SizeIs(1));
  EXPECT_EQ(shard.Count("stats:mw:login"), 1u);
}

TEST(ShardCut, OfNothingNewIsEmpty) {
  OneShard shard;
  shard.Apply(0, kLogin);
  shard->Cut(), shard.minutes().Release();
  shard->Cut();
  EXPECT_THAT(shard.minutes().frozen()->Pages(), SizeIs(0));
}

TEST(ShardCut, BelongsToItsReaderAlsoAfterTheRelease) {
  OneShard shard;
  shard.Apply(0, kLogin);
  shard->Cut();
  const std::shared_ptr<const Delta> delta = shard.minutes().frozen();
  shard.minutes().Release();
  EXPECT_THAT(delta->Pages(), SizeIs(1));
}

}  // namespace
}  // namespace tally
