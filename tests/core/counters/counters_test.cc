#include "core/counters/counters.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/counting_node.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Counters, CountWhatTheShardsApply) {
  CountingNode node({.shards = 2});
  node.Apply(EventAt("14:30:05", "mw", "login"), 0);
  node.Apply(EventAt("14:30:06", "mw", "login"), 1);
  EXPECT_EQ(node.Count("stats:mw:login", MinuteAt("14:30")), 2u);
}

TEST(Counters, CountTheSameBeforeAndAfterACut) {
  CountingNode node({.shards = 2});
  node.Apply(EventAt("14:30", "mw", "login"), 0);
  node.Save();
  node.Apply(EventAt("14:30", "mw", "login"), 1);
  EXPECT_EQ(node.Count("stats:mw:login", MinuteAt("14:30")), 2u);
  node.Save(), node.Save();
  EXPECT_EQ(node.Count("stats:mw:login", MinuteAt("14:30")), 2u);
}

TEST(Counters, TakeALateEventIntoAMinuteThatIsFolded) {
  CountingNode node;
  node.Apply(EventAt("12:00", "mw", "login"));
  node.Save();
  node.Apply(EventAt("12:00", "mw", "login"));
  node.Save();
  EXPECT_EQ(node.Count("stats:mw:login", MinuteAt("12:00")), 2u);
}

TEST(Counters, StayAtTheLargestCountAcrossShardsAndCuts) {
  CountingNode node({.metrics = {{"spent", {}, "n", {}}}, .shards = 2});
  std::string most = Cat(R"({"time":)", TimeAt("14:30").millis(), R"(,"n":9223372036854775807})");
  node.Apply(most, 0), node.Apply(most, 1);
  EXPECT_EQ(node.Count("spent", MinuteAt("14:30")), kCountMax);
  node.Save();
  node.Apply(most, 0);
  EXPECT_EQ(node.Count("spent", MinuteAt("14:30")), kCountMax);
  node.Save();
  EXPECT_EQ(node.Count("spent", MinuteAt("14:30")), kCountMax);
}

TEST(Counters, KnowTheirNumberAsOfTheLastCut) {
  CountingNode node;
  node.Apply(EventAt("14:30", "mw", "login")), node.Apply(EventAt("14:29", "mw", "login"));
  node.Apply(EventAt("14:30", "mw", "buy"));
  EXPECT_EQ(node.counters().live_counters(), 0u);
  node.Save();
  EXPECT_EQ(node.counters().live_counters(), 3u);
}

// The horizon.

TEST(Horizon, IsAtFirstBeforeEveryMinute) { EXPECT_EQ(CountingNode().counters().horizon(), Minute::Min()); }

TEST(Horizon, IsTheOldestMinuteWhoseEndPlusTtlHasNotPassed) {
  CountingNode node({.ttl = absl::Hours(4)});
  node.Tick("18:30:59");
  EXPECT_EQ(node.counters().horizon(), MinuteAt("14:30"));
  node.Tick("18:31:00");
  EXPECT_EQ(node.counters().horizon(), MinuteAt("14:31"));
}

TEST(Horizon, NeverMovesBack) {
  CountingNode node;
  node.Tick("18:31:00"), node.Tick("12:00:00");
  EXPECT_EQ(node.counters().horizon(), MinuteAt("14:31"));
  EXPECT_EQ(node.counters().clock(), TimeAt("12:00:00"));
}

TEST(Horizon, HidesAMinuteAtOnceAndDropsItAtTheNextCut) {
  CountingNode node;
  node.Apply(EventAt("14:30", "mw", "login"));
  node.Save();
  node.Tick("18:31:00");
  EXPECT_EQ(node.Count("stats:mw:login", MinuteAt("14:30")), 0u);
  EXPECT_EQ(node.counters().live_counters(), 1u);
  node.Save();
  EXPECT_EQ(node.counters().live_counters(), 0u);
  EXPECT_EQ(node.disk().blocks(), 0u);
}

TEST(Horizon, DropsAlsoWhatWasNeverFolded) {
  CountingNode node;
  node.Apply(EventAt("14:30", "mw", "login"));
  node.Tick("18:31:00");
  node.Save();
  EXPECT_EQ(node.counters().live_counters(), 0u);
  EXPECT_EQ(node.fate(Fate::kCounted), 1u);
}

TEST(Horizon, DecidesWhatIsLateForAnyClock) {
  CountingNode node;
  node.Tick("18:31:00"), node.Tick("15:00:00");
  node.Apply(EventAt("14:30:59", "mw", "login")), node.Apply(EventAt("14:31:00", "mw", "login"));
  EXPECT_EQ(node.fate(Fate::kLate), 1u);
  EXPECT_EQ(node.fate(Fate::kCounted), 1u);
}

TEST(Horizon, OfATtlWithoutEndStaysWhereItIs) {
  CountingNode node({.ttl = absl::InfiniteDuration()});
  node.Tick("18:31:00");
  node.Apply(R"({"time":0,"game":"mw","call":"login"})");
  EXPECT_EQ(node.Count("stats:mw:login", Minute::FromIndex(0)), 1u);
}

TEST(KnownFrom, IsTheHorizonOrTheSetMinuteIfThatIsLater) {
  CountingNode node;
  EXPECT_EQ(node.counters().KnownFrom(0), Minute::Min());
  node.counters().RaiseKnownFrom(0, MinuteAt("14:30"));
  EXPECT_EQ(node.counters().KnownFrom(0), MinuteAt("14:30"));
  node.Tick("18:00:00");
  EXPECT_EQ(node.counters().KnownFrom(0), MinuteAt("14:30"));
  node.Tick("19:00:00");
  EXPECT_EQ(node.counters().KnownFrom(0), MinuteAt("15:00"));
}

TEST(KnownFrom, IsEachMetricsOwnAndNeverMovesBack) {
  CountingNode node({.metrics = {StatsMetric(), AllMetric()}});
  node.counters().RaiseKnownFrom(1, MinuteAt("14:30"));
  node.counters().RaiseKnownFrom(1, MinuteAt("14:00"));
  EXPECT_EQ(node.counters().KnownFrom(0), Minute::Min());
  EXPECT_EQ(node.counters().KnownFrom(1), MinuteAt("14:30"));
  EXPECT_THAT(node.counters().Cut().known_from, ElementsAre(Minute::Min(), MinuteAt("14:30")));
}

// The changes that a cut gives to the disk.

TEST(Cut, HoldsTheChangedBlocksWhole) {
  CountingNode node;
  node.Apply(EventAt("14:30", "mw", "login")), node.Apply(EventAt("14:31", "mw", "login"));
  node.Save();
  node.Apply(EventAt("14:31", "mw", "buy"));
  const Changes& changes = node.counters().Cut();
  ASSERT_THAT(changes.blocks, SizeIs(1));
  EXPECT_EQ(changes.blocks[0].key, (BlockKey{MinuteAt("14:31"), 0}));
  EXPECT_EQ(Block::Parse(changes.blocks[0].packed)->count(0), 1u);
  EXPECT_EQ(Block::Parse(changes.blocks[0].packed)->count(1), 1u);
}

TEST(Cut, NamesTheNewSeries) {
  CountingNode node;
  node.Apply(EventAt("14:30", "mw", "login"));
  node.Save();
  node.Apply(EventAt("14:30", "mw", "login")), node.Apply(EventAt("14:30", "mw", "buy"));
  const Changes& changes = node.counters().Cut();
  ASSERT_THAT(changes.series, SizeIs(1));
  EXPECT_EQ(changes.series[0].name, "stats:mw:buy");
}

TEST(Cut, HoldsEveryPartition) {
  CountingNode node({.shards = 2});
  node.Apply(EventAt("14:30", "mw", "login"), 1);
  const Changes& changes = node.counters().Cut();
  ASSERT_THAT(changes.partitions, SizeIs(2));
  EXPECT_EQ(changes.partitions[0].state.next, 0);
  EXPECT_EQ(changes.partitions[1].state.next, 1);
}

TEST(Cut, HoldsHorizonAndClock) {
  CountingNode node;
  node.Tick("18:31:05");
  EXPECT_EQ(node.counters().Cut().horizon, MinuteAt("14:31"));
  EXPECT_EQ(node.counters().Cut().clock, TimeAt("18:31:05"));
}

TEST(Cut, GrowsUntilItIsSaved) {
  CountingNode node;
  node.Apply(EventAt("14:30", "mw", "login"));
  node.counters().Cut();
  node.Apply(EventAt("14:31", "mw", "buy"));
  EXPECT_THAT(node.counters().Cut().blocks, SizeIs(2));
  EXPECT_THAT(node.counters().Cut().series, SizeIs(2));
  node.counters().MarkSaved();
  EXPECT_THAT(node.counters().Cut().blocks, IsEmpty());
  EXPECT_THAT(node.counters().Cut().series, IsEmpty());
}

TEST(Cut, ReportsThatABlockIsGone) {
  CountingNode node;
  node.Apply(EventAt("14:30", "mw", "login"));
  node.Save();
  node.Tick("18:31:00");
  const Changes& changes = node.counters().Cut();
  ASSERT_THAT(changes.blocks, SizeIs(1));
  EXPECT_EQ(changes.blocks[0].packed, "");
}

TEST(Cut, HasNothingToSaveIfNothingHappened) {
  CountingNode node;
  node.Tick("14:30:00");
  node.Save();
  node.Tick("14:30:59");
  node.counters().Cut();
  EXPECT_FALSE(node.counters().HasUnsaved());
}

TEST(Cut, HasUnsavedChangesIfAnythingMoved) {
  CountingNode node;
  node.Tick("14:30:00");
  auto unsaved = [&] {
    node.counters().Cut();
    bool has = node.counters().HasUnsaved();
    node.counters().MarkSaved();
    return has;
  };
  EXPECT_TRUE(unsaved());
  EXPECT_FALSE(unsaved());
  node.Apply(EventAt("14:30", "mw", "login"));
  EXPECT_TRUE(unsaved());
  node.Apply("{");
  EXPECT_TRUE(unsaved());
  node.shard().ReachEnd(0, 100, node.now());
  EXPECT_TRUE(unsaved());
  node.Tick("14:31:00");
  EXPECT_TRUE(unsaved());
  EXPECT_FALSE(unsaved());
}

}  // namespace
}  // namespace tally
