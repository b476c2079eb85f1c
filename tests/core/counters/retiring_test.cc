// A series retires after its last minute is dropped, and then its number is given to another name: at a moment when no
// shard, no delta and no reader can confuse the two.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/counting_node.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAreArray;

// A node of two shards that has counted `stats:mw:login` in 14:30 on the first. It is 18:30:59, and that minute is the
// horizon: the next tick drops it.
class OldSeriesNode : public CountingNode {
 public:
  OldSeriesNode() : CountingNode({.shards = 2}) {
    Apply(EventAt("14:30", "mw", "login"));
    Save();
    Tick("18:30:59");
  }
};

// Starts a cut, runs `meanwhile` after the deltas are frozen and before they are folded, and finishes the cut.
template <typename Meanwhile>
void SaveAnd(CountingNode& node, Meanwhile meanwhile) {
  auto view = std::make_unique<View>(node.counters());  // no cut folds while a view exists
  std::thread saving([&] { node.Save(); });
  while (node.counters().minutes().shards().back()->Deltas().size() < 2) std::this_thread::yield();
  meanwhile();
  view.reset();
  saving.join();
}

// No two series share a number, and no name occurs twice.
void ExpectSoundNames(CountingNode& node) {
  std::map<SeriesId, std::string> seen;
  for (const std::string& name : node.Names()) {
    SeriesId id = node.counters().series().Find(name);
    ASSERT_NE(id, kNoSeries) << name;
    EXPECT_TRUE(seen.emplace(id, name).second) << name << " and " << seen[id] << " are both " << id;
  }
}

TEST(Retiring, EndsASeriesAtTheSecondCutAfterItsLastMinute) {
  OldSeriesNode node;
  node.Tick("18:31:00");
  node.Save();
  EXPECT_THAT(node.Names(), ElementsAre("stats:mw:login"));
  node.Save();
  EXPECT_THAT(node.Names(), IsEmpty());
  EXPECT_THAT(node.disk().names(), IsEmpty());
}

TEST(Retiring, FreesAllNamesThatGoWithOneMinute) {
  CountingNode node;
  for (size_t i = 0; i < 2 * SeriesTable::kChunk + 100; ++i) node.Apply(EventAt("14:30", "mw", Cat("c", i)));
  node.Save();
  node.Tick("18:31:00");
  node.Save(), node.Save();
  EXPECT_THAT(node.Names(), IsEmpty());
  node.Apply(EventAt("18:31", "mw", "c0"));
  EXPECT_THAT(node.Counts(MinuteAt("18:31")), ElementsAre(Pair("stats:mw:c0", 1)));
}

TEST(Retiring, LeavesASeriesWithAnotherMinuteAlone) {
  OldSeriesNode node;
  node.Apply(EventAt("14:31", "mw", "login"));
  node.Tick("18:31:00");
  node.Save(), node.Save(), node.Save();
  EXPECT_THAT(node.Names(), ElementsAre("stats:mw:login"));
  EXPECT_EQ(node.Count("stats:mw:login", MinuteAt("14:31")), 1u);
}

TEST(Retiring, EndsWithAnEventAtAnyMoment) {
  for (int cuts_before = 0; cuts_before < 4; ++cuts_before) {
    for (size_t shard : {0, 1}) {
      SCOPED_TRACE(testing::Message() << cuts_before << " cuts, then shard " << shard);
      OldSeriesNode node;
      node.Tick("18:31:00");
      for (int i = 0; i < cuts_before; ++i) node.Save();
      node.Apply(EventAt("18:31", "mw", "login"), shard);
      for (int i = 0; i < 4; ++i) {
        EXPECT_THAT(node.Counts(MinuteAt("18:31")), ElementsAre(Pair("stats:mw:login", 1)));
        EXPECT_THAT(node.Names(), ElementsAre("stats:mw:login"));
        node.Save();
      }
      EXPECT_THAT(node.disk().names(), ElementsAre("stats:mw:login"));
      node.Apply(EventAt("18:31", "mw", "login"), 1 - shard);
      EXPECT_THAT(node.Counts(MinuteAt("18:31")), ElementsAre(Pair("stats:mw:login", 2)));
    }
  }
}

TEST(Retiring, GivesAFreedNumberToANewNameOnEveryShard) {
  OldSeriesNode node;
  SeriesId freed = node.counters().series().Find("stats:mw:login");
  node.Tick("18:31:00");
  node.Save(), node.Save(), node.Save();
  node.Apply(EventAt("18:31", "mw", "buy"), 1);
  EXPECT_EQ(node.counters().series().Find("stats:mw:buy"), freed);
  node.Apply(EventAt("18:31", "mw", "login"), 0);
  node.Apply(EventAt("18:31", "mw", "buy"), 0);
  node.Save();
  EXPECT_THAT(node.Counts(MinuteAt("18:31")), ElementsAre(Pair("stats:mw:buy", 2), Pair("stats:mw:login", 1)));
}

// A pin keeps the number of each series that was known when it was taken.

TEST(Retiring, KeepsTheNumberWhileAPinFromBeforeIsHeld) {
  OldSeriesNode node;
  const SeriesTable& table = node.counters().series();
  node.Tick("18:31:00");
  {
    SeriesTable::Pin pin(table);
    for (int i = 0; i < 5; ++i) node.Save();
    EXPECT_THAT(node.Names(), IsEmpty());
    EXPECT_THAT(node.disk().names(), IsEmpty());
    node.Apply(EventAt("18:31", "mw", "buy"));
    EXPECT_EQ(table.Name(0), "stats:mw:login");
    EXPECT_EQ(table.Find("stats:mw:buy"), 1u);
  }
  node.Save();
  node.Apply(EventAt("18:31", "mw", "quit"));
  EXPECT_EQ(table.Find("stats:mw:quit"), 0u);
}

// Each pin is taken before the one before it ends, and each is held during a cut.
TEST(Retiring, IsNotStoppedByPinsThatFollowEachOtherWithoutAGap) {
  OldSeriesNode node;
  const SeriesTable& table = node.counters().series();
  auto pin = std::make_unique<SeriesTable::Pin>(table);
  node.Tick("18:31:00");
  for (int i = 0; i < 3; ++i) {
    node.Save();
    auto next = std::make_unique<SeriesTable::Pin>(table);
    pin = std::move(next);
  }
  EXPECT_THAT(node.Names(), IsEmpty());
  node.Save();
  node.Apply(EventAt("18:31", "mw", "buy"));
  EXPECT_EQ(table.Find("stats:mw:buy"), 0u);
}

TEST(Retiring, MakesRoomUnderTheLimitWhileThereAreAlwaysPins) {
  CountingNode node({.series_max = 1});
  node.Apply(EventAt("14:30", "mw", "login"));
  auto pin = std::make_unique<SeriesTable::Pin>(node.counters().series());
  node.Tick("18:31:00");
  for (int i = 0; i < 5; ++i) {
    node.Save();
    auto next = std::make_unique<SeriesTable::Pin>(node.counters().series());
    pin = std::move(next);
  }
  node.Apply(EventAt("18:31", "mw", "buy"));
  EXPECT_THAT(node.Names(), ElementsAre("stats:mw:buy"));
}

TEST(Retiring, GivesANameThatComesBackANewNumberWhileTheOldOneIsPinned) {
  OldSeriesNode node;
  const SeriesTable& table = node.counters().series();
  node.Tick("18:31:00");
  {
    SeriesTable::Pin pin(table);
    node.Save(), node.Save();
    node.Apply(EventAt("18:31", "mw", "login"));
    EXPECT_EQ(table.Name(0), "stats:mw:login");
    EXPECT_EQ(table.NameIfLive(0), "");
    EXPECT_EQ(table.Find("stats:mw:login"), 1u);
    node.Save();
    CountingNode after({.shards = 2}, node.disk());
    EXPECT_THAT(after.Counts(MinuteAt("18:31")), ElementsAre(Pair("stats:mw:login", 1)));
  }
  node.Save(), node.Save(), node.Save();
  EXPECT_THAT(node.Counts(MinuteAt("18:31")), ElementsAre(Pair("stats:mw:login", 1)));
  EXPECT_THAT(node.disk().names(), ElementsAre("stats:mw:login"));
}

TEST(Retiring, ContinuesAfterARestart) {
  for (int cuts_before = 0; cuts_before < 3; ++cuts_before) {
    OldSeriesNode before;
    before.Tick("18:31:00");
    for (int i = 0; i < cuts_before; ++i) before.Save();
    CountingNode after({.shards = 2}, before.disk());
    after.Tick("18:31:00");
    after.Save(), after.Save();
    EXPECT_THAT(after.Names(), IsEmpty());
    EXPECT_THAT(after.disk().names(), IsEmpty());
    EXPECT_EQ(after.disk().blocks(), 0u);
  }
}

TEST(Retiring, ContinuesAfterFailedCheckpoints) {
  OldSeriesNode node;
  node.Tick("18:31:00");
  node.counters().Cut(), node.counters().Cut();
  node.Apply(EventAt("18:31", "mw", "buy"));
  node.Save();
  EXPECT_THAT(node.disk().names(), ElementsAre("stats:mw:buy"));
  CountingNode after({.shards = 2}, node.disk());
  EXPECT_THAT(after.Counts(MinuteAt("18:31")), ElementsAre(Pair("stats:mw:buy", 1)));
}

// A shard counts an event by a number that it still knows, while the cut that will retire the number is in progress.

TEST(Retiring, KeepsASeriesThatIsCountedWhileTheCutDropsItsLastMinute) {
  OldSeriesNode node;
  node.Tick("18:31:00");
  SaveAnd(node, [&] { node.Apply(EventAt("18:31", "mw", "login")); });
  EXPECT_THAT(node.Counts(MinuteAt("18:31")), ElementsAre(Pair("stats:mw:login", 1)));
  EXPECT_THAT(node.Names(), ElementsAre("stats:mw:login"));  // although it is hidden from the shards
  node.Save(), node.Save(), node.Save();
  EXPECT_THAT(node.Counts(MinuteAt("18:31")), ElementsAre(Pair("stats:mw:login", 1)));
}

TEST(Retiring, FreesANumberOnceIfThatMinuteExpiresBeforeTheNextCut) {
  OldSeriesNode node;
  node.Tick("18:31:00");
  SaveAnd(node, [&] { node.Apply(EventAt("14:31", "mw", "login")); });
  node.Tick("18:32:00");
  node.Save(), node.Save(), node.Save(), node.Save();
  EXPECT_THAT(node.Names(), IsEmpty());
  for (const char* call : {"a", "b", "c"}) node.Apply(EventAt("18:31", "mw", call));
  ExpectSoundNames(node);
  EXPECT_THAT(node.Counts(MinuteAt("18:31")),
              ElementsAre(Pair("stats:mw:a", 1), Pair("stats:mw:b", 1), Pair("stats:mw:c", 1)));
}

TEST(Retiring, KeepsASeriesThatAnotherShardCountsWhileTheCutFreesIt) {
  OldSeriesNode node;
  node.Tick("18:31:00");
  node.Save();
  SaveAnd(node, [&] { node.Apply(EventAt("18:31", "mw", "login"), 1); });
  node.Save(), node.Save(), node.Save();
  EXPECT_THAT(node.Counts(MinuteAt("18:31")), ElementsAre(Pair("stats:mw:login", 1)));
}

TEST(Retiring, KeepsOtherWhileItIsCounted) {
  CountingNode node({.series_max = 0, .shards = 2});
  node.Apply(EventAt("14:30", "mw", "login"));
  node.Save();
  node.Tick("18:31:00");
  SaveAnd(node, [&] { node.Apply(EventAt("18:31", "mw", "buy")); });
  SaveAnd(node, [&] { node.Apply(EventAt("18:31", "mw", "quit"), 1); });
  node.Save(), node.Save();
  EXPECT_THAT(node.Counts(MinuteAt("18:31")), ElementsAre(Pair("stats:mw:~other", 2)));
}

// Names come and go on three shards; minutes expire after two; cuts, failed checkpoints, restarts, pins, and events in
// the middle of a cut at random. A map of maps is the model.
class Churn {
 public:
  explicit Churn(uint64_t seed) : random_(seed), options_{.ttl = absl::Minutes(2), .shards = 3} {
    node_ = std::make_unique<CountingNode>(options_);
    Tick();
  }

  void Step() {
    switch (Below(16)) {
      case 0:
        minute_ = minute_ + static_cast<int32_t>(Below(3)), Tick();
        break;
      case 1:
        Save();
        break;
      case 2:
        node_->counters().Cut();
        break;
      case 3:
        SaveAmidEvents();
        break;
      case 4:
        Below(4) ? Save() : Restart();
        break;
      case 5:
        pin_ = Below(2) ? std::make_unique<SeriesTable::Pin>(node_->counters().series()) : nullptr;
        break;
      default:
        Apply();
    }
    if (Below(8) == 0) Compare();
  }

  // Without readers and new events, two cuts free every name without a minute.
  void Settle() {
    pin_.reset();
    for (int i = 0; i < 3; ++i) Save();
    Compare();
    std::vector<std::string> names;
    for (const auto& [minute, counts] : counts_) {
      for (const auto& [name, n] : counts) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    ASSERT_EQ(node_->Names(), names);
    ASSERT_THAT(node_->disk().names(), UnorderedElementsAreArray(names));
  }

 private:
  using AllCounts = std::map<Minute, std::map<std::string, uint64_t>>;

  uint64_t Below(uint64_t n) { return random_() % n; }
  Minute horizon() const { return minute_ - 2; }

  void Tick() {
    node_->TickAt(minute_.start());
    counts_.erase(counts_.begin(), counts_.lower_bound(horizon()));
  }

  void Apply() {
    Minute minute = horizon() + static_cast<int32_t>(Below(3));
    std::string call = Cat("c", Below(2) ? Below(5) : Below(500));
    node_->Apply(Cat(R"({"time":)", minute.start().millis(), R"(,"game":"mw","call":")", call, R"("})"), Below(3));
    ++counts_[minute]["stats:mw:" + call];
  }

  void Save() {
    node_->Save();
    saved_ = counts_;
  }

  void SaveAmidEvents() {
    AllCounts before = counts_;
    SaveAnd(*node_, [&] { Apply(), Apply(), Apply(); });
    saved_ = std::move(before);
  }

  void Restart() {
    pin_.reset();
    auto fresh = std::make_unique<CountingNode>(options_, node_->disk());
    node_ = std::move(fresh);
    counts_ = saved_;
    Tick();
  }

  void Compare() {
    AllCounts found;
    {
      View view(node_->counters());
      for (Minute minute : view.Minutes()) {
        view.ForEach(minute, [&](SeriesId id, uint64_t n) {
          found[minute][std::string(node_->counters().series().Name(id))] += n;
        });
      }
    }
    ASSERT_EQ(found, counts_);
    ExpectSoundNames(*node_);
  }

  std::mt19937_64 random_;
  CountingOptions options_;
  std::unique_ptr<CountingNode> node_;
  std::unique_ptr<SeriesTable::Pin> pin_;
  Minute minute_ = MinuteAt("14:30");
  AllCounts counts_;
  AllCounts saved_;
};

TEST(Retiring, EqualsANaiveModelForRandomEvents) {
  for (uint64_t seed = 1; seed <= 60 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Churn churn(seed);
    for (int step = 0; step < 400 && !HasFailure(); ++step) churn.Step();
    if (!HasFailure()) churn.Settle();
  }
}

}  // namespace
}  // namespace tally
