// The events that move the node's clock, and the minutes that are complete (contract, Time).
#include <optional>
#include <string>

#include "core/counters/counters.h"
#include "gtest/gtest.h"
#include "tests/testing/counting_node.h"

namespace tally {
namespace {

// A node that replays history: it uses the event clock, and the wall clock is a day later.
CountingNode Replaying(int32_t shards) { return CountingNode({.clock = ClockKind::kEvent, .shards = shards}); }

// Applies an event of `time` and moves the clock. The wall clock shows 38:30, a day later.
void See(CountingNode& node, std::string_view time, size_t shard = 0) {
  node.Tick("38:30");
  node.Apply(EventAt(time, "mw", "login"), shard);
  node.Tick("38:30");
}

void ReachEnd(CountingNode& node, size_t shard) {
  node.shard(shard).ReachEnd(0, node.state(shard).next, node.now());
  node.Tick("38:30");
}

TEST(WallClock, IsTheTimeOfTheLastTick) {
  CountingNode node;
  node.Tick("14:30:05");
  EXPECT_EQ(node.counters().clock(), TimeAt("14:30:05"));
}

TEST(WallClock, IsNotMovedByAnEvent) {
  CountingNode node;
  node.Tick("14:30:00");
  node.Apply(EventAt("14:39", "mw", "login"));
  node.Tick("14:30:01");
  EXPECT_EQ(node.counters().clock(), TimeAt("14:30:01"));
  EXPECT_EQ(node.counters().horizon(), MinuteAt("10:30"));
}

TEST(EventTime, HasNoTimeBeforeTheFirstEvent) {
  CountingNode node = Replaying(1);
  node.Tick("38:30");
  EXPECT_EQ(node.counters().clock(), Timestamp::Min());
  EXPECT_EQ(node.counters().horizon(), Minute::Min());
}

TEST(EventTime, FollowsTheLargestEventTimeOfAPartition) {
  CountingNode node = Replaying(1);
  See(node, "14:30:05");
  EXPECT_EQ(node.counters().clock(), TimeAt("14:30:05"));
  See(node, "14:20:00");
  EXPECT_EQ(node.counters().clock(), TimeAt("14:30:05"));
}

TEST(EventTime, DrivesTheHorizon) {
  CountingNode node = Replaying(1);
  See(node, "14:30:05");
  EXPECT_EQ(node.counters().horizon(), MinuteAt("10:30"));
}

TEST(EventTime, IsThatOfThePartitionWithTheLargestLag) {
  CountingNode node = Replaying(3);
  See(node, "14:30", 0), See(node, "14:00", 1), See(node, "15:00", 2);
  EXPECT_EQ(node.counters().clock(), TimeAt("14:00"));
}

TEST(EventTime, IsHeldByAPartitionWithoutEventsYet) {
  CountingNode node = Replaying(2);
  See(node, "14:30", 0);
  EXPECT_EQ(node.counters().clock(), Timestamp::Min());
}

TEST(EventTime, DoesNotWaitForAPartitionAtItsEnd) {
  CountingNode node = Replaying(2);
  See(node, "14:30", 0), See(node, "14:00", 1);
  ReachEnd(node, 1);
  EXPECT_EQ(node.counters().clock(), TimeAt("14:30"));
}

TEST(EventTime, DoesNotWaitForAnEmptyPartition) {
  CountingNode node = Replaying(2);
  See(node, "14:30", 0);
  ReachEnd(node, 1);
  EXPECT_EQ(node.counters().clock(), TimeAt("14:30"));
}

TEST(EventTime, IsTheLargestOfAllOnceEveryPartitionIsAtItsEnd) {
  CountingNode node = Replaying(2);
  See(node, "14:30", 0), See(node, "14:00", 1);
  ReachEnd(node, 1), ReachEnd(node, 0);
  EXPECT_EQ(node.counters().clock(), TimeAt("14:30"));
}

TEST(EventTime, NeverGoesBack) {
  CountingNode node = Replaying(2);
  See(node, "14:30", 0), See(node, "14:00", 1);
  ReachEnd(node, 1), ReachEnd(node, 0);
  node.shard(1).ReportEnds({{{"mw", 1}, 100}}, node.now());
  node.Tick("38:30");
  EXPECT_EQ(node.counters().clock(), TimeAt("14:30"));
}

TEST(EventTime, IsNotMovedByAnEventFromTheWallsFuture) {
  CountingNode node = Replaying(1);
  See(node, "14:30");
  See(node, "40:00");
  EXPECT_EQ(node.counters().clock(), TimeAt("14:30"));
  EXPECT_EQ(node.fate(Fate::kFuture), 1u);
}

TEST(EventTime, IsInTheCheckpoint) {
  CountingNode before = Replaying(2);
  See(before, "14:30", 0), See(before, "14:20", 1);
  before.Save();
  CountingNode after({.clock = ClockKind::kEvent, .shards = 2}, before.disk());
  EXPECT_EQ(after.counters().clock(), TimeAt("14:20"));
  after.Tick("38:30");
  EXPECT_EQ(after.counters().clock(), TimeAt("14:20"));
}

TEST(EventTime, DoesNotGoBackForAPartitionThatIsNew) {
  CountingNode before = Replaying(1);
  See(before, "14:30");
  before.Save();
  CountingNode after({.clock = ClockKind::kEvent, .shards = 2}, before.disk());
  See(after, "10:45", 1);
  EXPECT_EQ(after.counters().clock(), TimeAt("14:30"));
}

// Complete minutes.

std::optional<Timestamp> CompleteUntil(CountingNode& node, std::string_view now) {
  node.Tick(now);
  return node.counters().CompleteUntil();
}

TEST(CompleteUntil, IsNeverBeforeAnythingIsRead) {
  Counters counters(Compiled({StatsMetric()}), {});
  counters.AddShard();
  counters.Tick(TimeAt("14:30"));
  EXPECT_EQ(counters.CompleteUntil(), std::nullopt);
  CountingNode node;
  EXPECT_EQ(CompleteUntil(node, "14:30"), Timestamp::Min());
}

TEST(CompleteUntil, FollowsTheTimestampsOfAPartitionThatIsNotAtItsEnd) {
  CountingNode node;
  node.Tick("14:20:05");
  node.Apply(EventAt("14:00", "mw", "login"));
  EXPECT_EQ(CompleteUntil(node, "14:30"), TimeAt("14:20:05"));
}

TEST(CompleteUntil, FollowsTheLeadersAnswerForAPartitionAtItsEnd) {
  CountingNode node;
  node.shard().ReachEnd(0, 0, TimeAt("14:29:50"));
  EXPECT_EQ(CompleteUntil(node, "14:30"), TimeAt("14:29:50"));
  node.shard().ReportEnds({{{"mw", 0}, 0}}, TimeAt("14:29:58"));
  EXPECT_EQ(CompleteUntil(node, "14:30"), TimeAt("14:29:58"));
}

TEST(CompleteUntil, DoesNotMoveWhileTheBrokerIsAway) {
  CountingNode node;
  node.shard().ReachEnd(0, 0, TimeAt("14:29:50"));
  EXPECT_EQ(CompleteUntil(node, "15:30"), TimeAt("14:29:50"));
}

TEST(CompleteUntil, DoesNotMoveForAPartitionThatLags) {
  CountingNode node;
  node.Tick("14:20:05");
  node.Apply(EventAt("14:20", "mw", "login"));
  node.shard().ReachEnd(0, 1, TimeAt("14:29:50"));
  node.shard().ReportEnds({{{"mw", 0}, 7}}, TimeAt("14:29:58"));
  EXPECT_EQ(CompleteUntil(node, "14:30"), TimeAt("14:20:05"));
}

TEST(CompleteUntil, IsThatOfThePartitionWithTheLargestLag) {
  CountingNode node({.shards = 2});
  node.shard(0).ReachEnd(0, 0, TimeAt("14:29:50"));
  EXPECT_EQ(CompleteUntil(node, "14:30"), Timestamp::Min());
  node.Tick("14:10:00");
  node.Apply("{", 1);
  EXPECT_EQ(CompleteUntil(node, "14:30"), TimeAt("14:10:00"));
}

TEST(CompleteUntil, IsHeldByAStoppedPartition) {
  CountingNode node({.shards = 2});
  node.shard(0).Stop(0, "gap");
  node.shard(1).ReachEnd(0, 0, TimeAt("14:29:50"));
  EXPECT_EQ(CompleteUntil(node, "14:30"), Timestamp::Min());
}

TEST(CompleteUntil, IsNeverLaterThanTheClock) {
  CountingNode node;
  node.shard().ReachEnd(0, 0, TimeAt("14:35:00"));
  EXPECT_EQ(CompleteUntil(node, "14:30"), TimeAt("14:30"));
}

}  // namespace
}  // namespace tally
