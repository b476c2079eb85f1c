// The state that a node takes over from a checkpoint.
#include <string>
#include <vector>

#include "core/counters/counters.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/counting_node.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

// The state of a node that starts with the disk of `before`.
CountingNode After(const CountingNode& before, const CountingOptions& options) {
  return CountingNode(options, before.disk());
}

TEST(Restore, BringsBackCountsOffsetsFatesAndHorizon) {
  CountingOptions options{.metrics = {StatsMetric(), AllMetric()}};
  CountingNode before(options);
  before.Tick("14:30:00");
  before.Apply(EventAt("14:30", "mw", "login")), before.Apply(EventAt("14:20", "mw", "buy")), before.Apply("{");
  before.Save();
  CountingNode after = After(before, options);
  EXPECT_EQ(after.Counts(MinuteAt("14:30")), before.Counts(MinuteAt("14:30")));
  EXPECT_EQ(after.Counts(MinuteAt("14:20")), before.Counts(MinuteAt("14:20")));
  EXPECT_EQ(after.state(), before.state());
  EXPECT_EQ(after.counters().horizon(), MinuteAt("10:30"));
  EXPECT_EQ(after.counters().clock(), TimeAt("14:30"));
  EXPECT_EQ(after.Names(), before.Names());
  EXPECT_EQ(after.counters().live_counters(), 4u);
}

TEST(Restore, ForgetsWhatWasNotSaved) {
  CountingNode before;
  before.Apply(EventAt("14:30", "mw", "login"));
  before.Save();
  before.Apply(EventAt("14:30", "mw", "login"));
  CountingNode after = After(before, {});
  EXPECT_EQ(after.Count("stats:mw:login", MinuteAt("14:30")), 1u);
  EXPECT_EQ(after.state().next, 1);
}

TEST(Restore, HasNothingToSaveOfCounters) {
  CountingNode before;
  before.Apply(EventAt("14:30", "mw", "login"));
  before.Save();
  CountingNode after = After(before, {});
  EXPECT_THAT(after.counters().Cut().blocks, IsEmpty());
  EXPECT_THAT(after.counters().Cut().series, IsEmpty());
}

TEST(Restore, KeepsTheOffsetsOfPartitionsThatNoShardTakes) {
  CountingNode before({.shards = 3});
  before.Apply(EventAt("14:30", "mw", "login"), 2);
  before.Save();
  CountingNode after = After(before, {.shards = 1});
  EXPECT_THAT(after.counters().Partitions(), SizeIs(1));
  EXPECT_THAT(after.counters().RestoredPartitions(), ElementsAre(TopicPartition{"mw", 1}, TopicPartition{"mw", 2}));
  after.Save();
  CountingNode again = After(after, {.shards = 3});
  EXPECT_EQ(again.state(2), before.state(2));
}

TEST(Restore, HandsAPartitionToOneShardOnly) {
  CountingNode before;
  before.Apply(EventAt("14:30", "mw", "login"));
  before.Save();
  Counters counters(Compiled({StatsMetric()}), {});
  counters.Restore(before.disk().Load());
  EXPECT_EQ(counters.TakePartition({"mw", 0})->next, 1);
  EXPECT_EQ(counters.TakePartition({"mw", 0}), std::nullopt);
  EXPECT_EQ(counters.TakePartition({"hh", 0}), std::nullopt);
}

TEST(Restore, DropsAMetricThatIsNoLongerConfigured) {
  CountingNode before({.metrics = {StatsMetric(), CallsMetric(), AllMetric()}});
  before.Apply(EventAt("14:30", "mw", "login")), before.Apply(EventAt("14:30", "hh", "buy"));
  before.Save();
  CountingNode after = After(before, {.metrics = {StatsMetric()}});
  EXPECT_THAT(after.Counts(MinuteAt("14:30")), ElementsAre(Pair("stats:hh:buy", 1), Pair("stats:mw:login", 1)));
  EXPECT_THAT(after.Names(), ElementsAre("stats:hh:buy", "stats:mw:login"));
  EXPECT_EQ(after.counters().live_counters(), 2u);
}

TEST(Restore, DropsItFromTheDiskWithTheNextCheckpoint) {
  CountingNode before({.metrics = {StatsMetric(), CallsMetric()}});
  before.Apply(EventAt("14:30", "mw", "login"));
  before.Save();
  CountingNode after = After(before, {.metrics = {StatsMetric()}});
  after.Save();
  EXPECT_THAT(after.disk().names(), ElementsAre("stats:mw:login"));
  CountingNode again = After(after, {.metrics = {StatsMetric(), CallsMetric()}});
  EXPECT_THAT(again.Counts(MinuteAt("14:30")), ElementsAre(Pair("stats:mw:login", 1)));
}

TEST(Restore, LeavesNoMinuteThatHeldNothingElse) {
  CountingNode before({.metrics = {CallsMetric()}});
  before.Apply(EventAt("14:30", "mw", "login"));
  before.Save();
  CountingNode after = After(before, {.metrics = {StatsMetric()}});
  EXPECT_THAT(View(after.counters()).Minutes(), IsEmpty());
  after.Save();
  EXPECT_EQ(after.disk().blocks(), 0u);
  EXPECT_THAT(after.disk().names(), IsEmpty());
}

TEST(Restore, GivesTheNumbersOfADroppedMetricToNewSeries) {
  CountingNode before({.metrics = {CallsMetric()}});
  for (const char* call : {"a", "b", "c"}) before.Apply(EventAt("14:30", "mw", call));
  before.Save();
  CountingNode after = After(before, {.metrics = {StatsMetric()}});
  for (const char* call : {"x", "y", "z"}) after.Apply(EventAt("14:30", "mw", call));
  auto counts = after.Counts(MinuteAt("14:30"));
  EXPECT_THAT(counts, ElementsAre(Pair("stats:mw:x", 1), Pair("stats:mw:y", 1), Pair("stats:mw:z", 1)));
  after.Save();
  EXPECT_EQ(After(after, {}).Counts(MinuteAt("14:30")), counts);
}

TEST(Restore, TakesAShorterTtlAtTheNextTick) {
  CountingNode before;
  before.Tick("14:30:00");
  before.Apply(EventAt("12:00", "mw", "login"));
  before.Save();
  CountingNode after = After(before, {.ttl = absl::Hours(1)});
  EXPECT_EQ(after.Count("stats:mw:login", MinuteAt("12:00")), 1u);
  after.Tick("14:30:00");
  EXPECT_EQ(after.Count("stats:mw:login", MinuteAt("12:00")), 0u);
}

TEST(Restore, FillsALongerTtlAsTimePasses) {
  CountingNode before;
  before.Tick("14:30:00");
  before.Save();
  CountingNode after = After(before, {.ttl = absl::Hours(8)});
  after.Tick("15:00:00");
  EXPECT_EQ(after.counters().horizon(), MinuteAt("10:30"));
  after.Tick("18:31:00");
  EXPECT_EQ(after.counters().horizon(), MinuteAt("10:31"));
}

}  // namespace
}  // namespace tally
