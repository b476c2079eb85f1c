#include "core/counters/view.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/counting_node.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// A node whose only series has three counts in 14:30: one folded, one frozen by a cut in progress, and one after that.
class NodeAmidACut : public CountingNode {
 public:
  NodeAmidACut() {
    Apply(EventAt("14:30", "mw", "login"));
    Save();
    Apply(EventAt("14:30", "mw", "login"));
    shard().Cut();
    Apply(EventAt("14:30", "mw", "login"));
  }
};

TEST(View, AddsWhatWasFoldedToWhatTheShardsHaveCountedSince) {
  NodeAmidACut node;
  View view(node.counters());
  EXPECT_EQ(view.Count(MinuteAt("14:30"), 0), 3u);
  BlockCounts counts{};
  counts[0] = 40;
  view.AddTo({MinuteAt("14:30"), 0}, counts);
  EXPECT_EQ(counts[0], 43u);
}

TEST(View, OfNothingIsEmpty) {
  CountingNode node;
  View view(node.counters());
  EXPECT_EQ(view.Count(MinuteAt("14:30"), 0), 0u);
  EXPECT_THAT(view.Minutes(), IsEmpty());
  EXPECT_THAT(view.Blocks(MinuteAt("14:30")), IsEmpty());
}

TEST(View, ListsTheMinutesThatHaveACounterEachOnce) {
  NodeAmidACut node;
  node.Apply(EventAt("14:33", "mw", "login")), node.Apply(EventAt("14:29", "mw", "login"));
  EXPECT_THAT(View(node.counters()).Minutes(), ElementsAre(MinuteAt("14:29"), MinuteAt("14:30"), MinuteAt("14:33")));
}

TEST(View, ListsTheBlocksOfAMinuteEachOnce) {
  CountingNode node;
  for (int i = 0; i < 600; ++i) node.Apply(EventAt(i < 300 ? "14:30" : "14:31", "mw", Cat("c", i)));
  node.Save();
  node.Apply(EventAt("14:31", "mw", "c0")), node.Apply(EventAt("14:31", "mw", "c599"));
  View view(node.counters());
  EXPECT_THAT(view.Blocks(MinuteAt("14:30")), ElementsAre(0, 1));
  EXPECT_THAT(view.Blocks(MinuteAt("14:31")), ElementsAre(0, 1, 2));
  EXPECT_THAT(view.Blocks(MinuteAt("14:32")), IsEmpty());
}

TEST(View, VisitsTheCountersOfAMinuteByNumber) {
  CountingNode node;
  for (const char* call : {"a", "b", "c"}) node.Apply(EventAt("14:30", "mw", call));
  node.Save();
  node.Apply(EventAt("14:31", "mw", "b")), node.Apply(EventAt("14:30", "mw", "c"));
  std::vector<std::pair<SeriesId, uint64_t>> seen;
  View(node.counters()).ForEach(MinuteAt("14:30"), [&](SeriesId id, uint64_t n) { seen.emplace_back(id, n); });
  EXPECT_THAT(seen, ElementsAre(Pair(0, 1), Pair(1, 1), Pair(2, 2)));
}

TEST(View, ShowsNothingBeforeTheHorizon) {
  NodeAmidACut node;
  node.Apply(EventAt("14:31", "mw", "login"));
  node.Tick("18:31:00");
  View view(node.counters());
  BlockCounts counts{};
  view.AddTo({MinuteAt("14:30"), 0}, counts);
  EXPECT_EQ(counts[0], 0u);
  EXPECT_EQ(view.Count(MinuteAt("14:30"), 0), 0u);
  EXPECT_THAT(view.Minutes(), ElementsAre(MinuteAt("14:31")));
  EXPECT_THAT(view.Blocks(MinuteAt("14:30")), IsEmpty());
}

TEST(View, KeepsItsHorizon) {
  NodeAmidACut node;
  View view(node.counters());
  node.Tick("18:31:00");
  EXPECT_EQ(view.Count(MinuteAt("14:30"), 0), 3u);
}

TEST(View, HoldsBackTheFoldButNoShardAndNoClock) {
  CountingNode node;
  node.Apply(EventAt("14:30", "mw", "login"));
  auto view = std::make_unique<View>(node.counters());
  std::thread saving([&] { node.Save(); });
  while (node.counters().minutes().shards()[0]->Deltas().size() < 2) std::this_thread::yield();
  node.Apply(EventAt("14:30", "mw", "login"));
  EXPECT_EQ(view->Count(MinuteAt("14:30"), 0), 1u);
  EXPECT_EQ(node.counters().minutes().shards()[0]->Deltas().size(), 2u);
  view.reset();
  saving.join();
  EXPECT_EQ(View(node.counters()).Count(MinuteAt("14:30"), 0), 2u);
}

TEST(View, StaysAtTheLargestCount) {
  CountingNode node({.metrics = {{"spent", {}, "n", {}}}});
  std::string most = Cat(R"({"time":)", TimeAt("14:30").millis(), R"(,"n":9223372036854775807})");
  node.Apply(most);
  node.Save();
  node.Apply(most);
  View view(node.counters());
  EXPECT_EQ(view.Count(MinuteAt("14:30"), 0), kCountMax);
  view.ForEach(MinuteAt("14:30"), [](SeriesId, uint64_t n) { EXPECT_EQ(n, kCountMax); });
}

}  // namespace
}  // namespace tally
