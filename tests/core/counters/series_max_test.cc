// The limit on series, tested with events.
#include <string>
#include <vector>

#include "core/counters/counters.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/counting_node.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(SeriesMax, KeepsTotalsRight) {
  CountingNode node({.metrics = {StatsMetric(), AllMetric()}, .series_max = 2});
  for (int i = 0; i < 100; ++i) node.Apply(EventAt("14:30", "mw", Cat("call", i)));
  uint64_t total = 0;
  for (const auto& [name, n] : node.Counts(MinuteAt("14:30"))) total += name == "all" ? 0 : n;
  EXPECT_EQ(total, 100u);
  EXPECT_EQ(node.Count("all", MinuteAt("14:30")), 100u);
}

TEST(SeriesMax, CountsAllBeyondItUnderOther) {
  CountingNode node({.series_max = 1, .shards = 2});
  for (size_t shard : {0, 1, 0, 1}) {
    node.Apply(EventAt("14:30", "mw", "login"), shard);
    node.Apply(EventAt("14:30", "mw", "buy"), shard);
    node.Apply(EventAt("14:30", "mw", "quit"), shard);
  }
  EXPECT_THAT(node.Counts(MinuteAt("14:30")), ElementsAre(Pair("stats:mw:login", 4), Pair("stats:mw:~other", 8)));
}

TEST(SeriesMax, AdmitsOneByNameOnceAnotherHasRetired) {
  CountingNode node({.series_max = 1});
  node.Apply(EventAt("14:30", "mw", "login"));
  node.Tick("18:30:59");
  node.Apply(EventAt("18:30", "mw", "buy"));
  node.Tick("18:31:00");
  node.Save(), node.Save(), node.Save();
  node.Apply(EventAt("18:31", "mw", "buy"));
  EXPECT_EQ(node.Count("stats:mw:~other", MinuteAt("18:30")), 1u);
  EXPECT_EQ(node.Count("stats:mw:buy", MinuteAt("18:31")), 1u);
}

TEST(SeriesMax, HoldsAcrossARestart) {
  CountingNode before({.series_max = 1});
  before.Apply(EventAt("14:30", "mw", "login")), before.Apply(EventAt("14:30", "mw", "buy"));
  before.Save();
  CountingNode after({.series_max = 1}, before.disk());
  after.Apply(EventAt("14:30", "mw", "login")), after.Apply(EventAt("14:30", "mw", "buy"));
  EXPECT_THAT(after.Counts(MinuteAt("14:30")), ElementsAre(Pair("stats:mw:login", 2), Pair("stats:mw:~other", 2)));
}

}  // namespace
}  // namespace tally
