// One Counters counts random logs, and so do several Counters with some of the partitions each. Every reply is the
// same.
#include "core/query/slices.h"

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/counters/view.h"
#include "core/query/command.h"
#include "core/time/format.h"
#include "gmock/gmock.h"
#include "tests/core/query/node_fixture.h"
#include "tests/testing/model.h"

namespace tally {
namespace {

constexpr int32_t kPartitions = 24;
constexpr size_t kSlices = 12;

// A node with several slices. Partition p belongs to slice p % 11, so the last of twelve stays empty.
class SlicedNode : public StatusSource {
 public:
  SlicedNode(std::shared_ptr<const Rules> rules, size_t slices, const Clock& clock, size_t series_max = 1'000'000)
      : clock_(clock) {
    std::vector<Counters*> all;
    for (size_t i = 0; i < slices; ++i) {
      slices_.push_back(std::make_unique<Counters>(rules, Counters::Options{.series_max = series_max}));
      slices_.back()->AddShard();
      all.push_back(slices_.back().get());
    }
    for (int32_t p = 0; p < kPartitions; ++p) {
      slots_.push_back(ShardOf(p).AddPartition({"games", p}, {}));
      next_.push_back(0);
    }
    commands_ = std::make_unique<Commands>(all, clock_, *this);
  }

  void Apply(int32_t p, const std::string& payload) {
    Record record{slots_[static_cast<size_t>(p)], next_[static_cast<size_t>(p)]++, clock_.Now(), std::nullopt, payload};
    ShardOf(p).Apply({&record, 1}, clock_.Now());
  }
  void ReachEnd(int32_t p) {
    ShardOf(p).ReachEnd(slots_[static_cast<size_t>(p)], next_[static_cast<size_t>(p)], clock_.Now());
  }
  void Cut() {
    for (const auto& counters : slices_) {
      counters->Tick(clock_.Now());
      counters->Cut();
      counters->MarkSaved();
    }
  }

  Reply Ask(const std::vector<std::string>& words) {
    const std::vector<std::string_view> views(words.begin(), words.end());
    commands_->Tick();
    return commands_->Execute(views, session_).Finish();
  }
  NodeStatus Status() const override { return {}; }

 private:
  Shard& ShardOf(int32_t p) {
    const size_t slice = slices_.size() == 1 ? 0 : static_cast<size_t>(p) % (slices_.size() - 1);
    return *slices_[slice]->shards()[0];
  }

  const Clock& clock_;
  std::vector<std::unique_ptr<Counters>> slices_;
  std::vector<uint32_t> slots_;
  std::vector<int64_t> next_;
  std::unique_ptr<Commands> commands_;
  Session session_{.id = 17};
};

class SlicesTest : public NodeTest {
 protected:
  size_t Below(size_t n) { return random_() % n; }
  template <typename T>
  const T& Pick(const std::vector<T>& all) {
    return all[Below(all.size())];
  }

  void CountSome() {
    for (size_t i = Below(80); i > 0; --i) {
      clock_.Advance(absl::Milliseconds(1));  // rejects of one time are in the order of their partitions
      ModelEvent event;
      event.time = clock_.Now() - absl::Minutes(250) + absl::Seconds(static_cast<int64_t>(Below(265 * 60)));
      if (Below(20) > 0) event.game = Pick(games_);
      if (Below(20) > 0) event.call = Pick(calls_);
      if (Below(4) > 0) event.amount = Below(5);
      const int32_t p = static_cast<int32_t>(Below(kPartitions));
      const std::string payload = Below(30) == 0 ? "no event" : event.Json();
      one_.Apply(p, payload);
      many_.Apply(p, payload);
    }
    for (int32_t p = 0; p < kPartitions; ++p) {
      if (Below(10) == 0) continue;
      one_.ReachEnd(p);
      many_.ReachEnd(p);
    }
    if (Below(2) == 0) return;
    one_.Cut();  // at the same time: a series is listed until a cut retires it
    many_.Cut();
  }

  std::string Key() {
    return Cat(Pick(groups_), ":", FormatBucket(MinuteOf(clock_.Now()) - static_cast<int32_t>(Below(250))));
  }
  std::string Ago(size_t minutes) { return Cat("-", Below(minutes), "m"); }

  std::vector<std::string> Question() {
    const std::vector<std::vector<std::string>> questions = {
        {"LIST"},
        {"LIST", Pick(globs_)},
        {"GET", Pick(names_)},
        {"GET", Pick(names_), Ago(300)},
        {"RANGE", Pick(globs_), Ago(300), "now", Cat(1 + Below(90), "m")},
        {"RANGE", Pick(names_), "-300m", "now"},
        {"TOP", Cat(1 + Below(20)), Pick(globs_), Ago(300), "now"},
        {"HGETALL", Key()},
        {"HGET", Key(), Pick(calls_)},
        {"HMGET", Key(), Pick(calls_), Pick(calls_), "count"},
        {"HKEYS", Key()},
        {"HVALS", Key()},
        {"HLEN", Key()},
        {"EXISTS", Key(), Key(), Key()},
        {"TTL", Key()},
        {"TYPE", Key()},
        {"KEYS", Pick(std::vector<std::string>{"*", "stats:m*", "*_1430", "all:*", "spent:*:2011*"})},
        {"DBSIZE"},
        {"LAG"},
        {"REJECTS"},
        {"INFO", "events"},
        {"INFO", "kafka"},
        {"INFO", "server"},
        {"PING"}};
    return Pick(questions);
  }

  // All keys of a scan: the cursors name numbers, which differ.
  std::vector<std::string> Scan(SlicedNode& node, const std::string& glob) {
    std::vector<std::string> keys;
    std::string cursor = "0";
    do {
      std::vector<std::string> page = Lines(node.Ask({"SCAN", cursor, "MATCH", glob, "COUNT", "7"}));
      cursor = page[0];
      keys.insert(keys.end(), page.begin() + 1, page.end());
    } while (cursor != "0");
    return keys;
  }

  const uint32_t seed_ = std::random_device{}();
  std::mt19937_64 random_{seed_};
  SlicedNode one_{MakeRules(), 1, clock_};
  SlicedNode many_{MakeRules(), kSlices, clock_};
  const std::vector<std::string> games_ = {"mw", "hh", "dd", "m", "mw-2"};
  const std::vector<std::string> calls_ = {"login", "logout", "buy", "a", "a b"};
  const std::vector<std::string> groups_ = {"stats:mw", "stats:hh", "stats:m", "spent", "all", "none", "stats"};
  const std::vector<std::string> globs_ = {"stats:*", "stats:mw:*", "stats:m*:l*", "*:buy", "*",
                                           "spent:*", "all",        "none:*",      "stats"};
  const std::vector<std::string> names_ = {
      "stats:mw:login", "stats:mw-2:buy", "stats:no:no", "spent:dd", "all", "none"};
};

TEST_F(SlicesTest, EveryReplyIsThatOfOne) {
  SCOPED_TRACE(Cat("seed ", seed_));
  for (int round = 0; round < 40; ++round) {
    clock_.Advance(absl::Seconds(static_cast<int64_t>(Below(20 * 60))));
    CountSome();
    for (int i = 0; i < 40; ++i) {
      const std::vector<std::string> question = Question();
      ASSERT_EQ(Lines(many_.Ask(question)), Lines(one_.Ask(question))) << testing::PrintToString(question);
    }
    for (const std::string glob : {"*", "stats:m*"}) ASSERT_EQ(Scan(many_, glob), Scan(one_, glob));
  }
}

TEST_F(SlicesTest, SumANameThatSeveralHave) {
  for (int32_t p = 0; p < 3; ++p) {
    for (int32_t n = 0; n <= p; ++n) many_.Apply(p, R"({"time":1307284440,"game":"mw","call":"login"})");
  }
  EXPECT_THAT(Lines(many_.Ask({"GET", "stats:mw:login", "2011-06-05T14:34Z"})), testing::ElementsAre("6 open"));
  EXPECT_THAT(Lines(many_.Ask({"LIST", "stats:*"})), testing::ElementsAre("stats:mw:login"));
  EXPECT_THAT(Lines(many_.Ask({"HGETALL", "stats:mw:2011_0605_1434"})), testing::ElementsAre("login 6"));
  EXPECT_THAT(Lines(many_.Ask({"TOP", "5", "stats:*", "-5m", "now"})), testing::ElementsAre("stats:mw:login 6"));
}

// A slice whose partitions lag keeps the minute open. A slice without partitions does not.
TEST_F(SlicesTest, AreCompleteOnceAllAreThatHavePartitions) {
  for (int32_t p = 0; p < kPartitions; ++p) {
    if (p == 5) continue;
    many_.Apply(p, R"({"time":1307284440,"game":"mw","call":"login"})");
    many_.ReachEnd(p);
  }
  EXPECT_THAT(Lines(many_.Ask({"GET", "stats:mw:login", "2011-06-05T14:34Z"})), testing::ElementsAre("23 open"));
  for (int32_t p = 0; p < kPartitions; ++p) many_.ReachEnd(p);
  EXPECT_THAT(Lines(many_.Ask({"GET", "stats:mw:login", "2011-06-05T14:34Z"})), testing::ElementsAre("23"));
}

// Each slice checks ~other by itself: if another slice lists the series, this slice may still have hidden some of it.
TEST_F(SlicesTest, HideANameThatOneOfThemCountsUnderOther) {
  SlicedNode node(MakeRules(), 3, clock_, /*series_max=*/1);
  const std::string login = R"({"time":1307284440,"game":"mw","call":"login"})";
  const std::string buy = R"({"time":1307284440,"game":"mw","call":"a"})";
  node.Apply(0, login);
  node.Apply(1, buy);
  EXPECT_THAT(Lines(node.Ask({"GET", "stats:mw:login", "2011-06-05T14:34Z"})), testing::ElementsAre("1 open"));
  node.Apply(1, login);  // under ~other in the second slice
  EXPECT_THAT(Lines(node.Ask({"GET", "stats:mw:login", "2011-06-05T14:34Z"})),
              testing::ElementsAre(testing::HasSubstr("~other may have its counts")));
  EXPECT_THAT(Lines(node.Ask({"RANGE", "stats:mw:login", "2011-06-05T14:34Z", "2011-06-05T14:35Z"})),
              testing::IsEmpty());
}

}  // namespace
}  // namespace tally
