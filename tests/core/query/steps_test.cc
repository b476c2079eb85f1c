// Large requests run in steps. The tests change the node between the steps and check the answers.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/query/command_table.h"
#include "gmock/gmock.h"
#include "tests/core/query/node_fixture.h"

namespace tally {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::Not;

// Half of the series are one group. The others are groups of ten.
class Steps : public NodeTest {
 protected:
  static constexpr int kSeries = 8'000;
  static constexpr std::string_view kKey = "stats:large:2011_0605_1430";

  void SetUp() override {
    for (int i = 0; i < kSeries; ++i) Apply(EventOf(i, "14:30"), At("14:35"));
    ReachEnd();
    for (int i = 0; i < kSeries; ++i) {
      fields_.push_back(Cat("call", i));
      keys_.push_back(Cat("stats:g", i, ":2011_0605_1430"));
    }
  }

  static std::string EventOf(int i, std::string_view time) {
    const std::string game = i % 2 == 0 ? "large" : Cat("g", i / 20);
    return Cat(R"({"time":)", At(time).millis(), R"(,"game":")", game, R"(","call":"call)", i, R"("})");
  }

  // The long requests, with the reason.
  std::vector<std::vector<std::string_view>> LongCommands() const {
    std::vector<std::string_view> exists = {"EXISTS"}, hmget = {"HMGET", kKey};
    exists.insert(exists.end(), keys_.begin(), keys_.end());
    hmget.insert(hmget.end(), fields_.begin(), fields_.end());
    return {exists,
            hmget,
            {"LIST"},
            {"LIST", "*call7?"},
            {"TOP", "1000000", "stats:*", "-1h", "now"},
            {"RANGE", "stats:*", "-1h", "now"},
            {"KEYS", "*"},
            {"DBSIZE"},
            {"SCAN", "0", "COUNT", "1000"},
            {"HGETALL", kKey},
            {"HKEYS", kKey},
            {"HVALS", kKey},
            {"HLEN", kKey},
            {"EXISTS", kKey},
            {"TYPE", kKey},
            {"TTL", kKey}};
  }

  std::vector<std::string> fields_, keys_;
};

// Each step does kStepWork units of work, and the series alone are more.
TEST_F(Steps, AreManyForLargeRequests) {
  for (const auto& words : LongCommands()) {
    Task<Reply> task = commands_.Execute(words, session_);
    int steps = 1;
    while (!task.Step()) ++steps;
    EXPECT_GE(steps, 4) << words[0];
    EXPECT_THAT(Lines(task.Take()), Each(Not(testing::StartsWith("ERR")))) << words[0];
  }
}

TEST_F(Steps, LetOthersAskInBetween) {
  for (const auto& words : LongCommands()) {
    const std::vector<std::string> alone = Lines(commands_.Execute(words, session_).Finish());
    Task<Reply> task = commands_.Execute(words, session_);
    Task<Reply> same = commands_.Execute(words, session_);
    while (!task.Step()) {
      (void)same.Step();
      ASSERT_THAT(Ask({"PING"}), ElementsAre("PONG"));
      ASSERT_THAT(Ask({"GET", "stats:large:call0", "14:30Z"}), Not(testing::IsEmpty()));
    }
    EXPECT_EQ(Lines(task.Take()), alone) << words[0];
    EXPECT_EQ(Lines(same.Finish()), alone) << words[0];
  }
}

// Names that exist from the first step to the last are in the answer, even if other names come meanwhile.
TEST_F(Steps, FindExistingSeriesWhileNewOnesCome) {
  for (std::string_view command : {"LIST", "KEYS"}) {
    std::vector<std::string_view> words = {command, "*"};
    const std::vector<std::string> before = Ask({command, "*"});
    Task<Reply> task = commands_.Execute(words, session_);
    for (int i = 0; !task.Step(); ++i) {
      for (int n = 0; n < 20; ++n) Apply(EventOf(100'000 + 1000 * i + n, "14:31"), At("14:35"));
      if (i % 5 == 0) Cut();
    }
    EXPECT_THAT(Lines(task.Take()), testing::IsSupersetOf(before));
  }
}

TEST_F(Steps, LeaveFinalMinutesAsTheyAre) {
  const std::vector<std::string> range = Ask({"RANGE", "stats:*", "2011-06-05T14:25Z", "2011-06-05T14:32Z"});
  std::vector<std::string_view> words = {"RANGE", "stats:*", "2011-06-05T14:25Z", "2011-06-05T14:32Z"};
  Task<Reply> task = commands_.Execute(words, session_);
  for (int i = 0; !task.Step(); ++i) {
    for (int n = 0; n < 20; ++n) Apply(EventOf(100'000 + 1000 * i + n, "14:35"), At("14:35"));
    Cut();
  }
  EXPECT_EQ(Lines(task.Take()), range);
}

TEST_F(Steps, KeepNamesWhileARequestOrItsReplyIsInProgress) {
  EXPECT_EQ(commands_.OldestPin(), absl::ZeroDuration());
  std::vector<std::string_view> words = {"LIST"};
  Task<Reply> first = commands_.Execute(words, session_);
  (void)first.Step();
  clock_.Advance(absl::Seconds(10));
  {
    Task<Reply> second = commands_.Execute(words, session_);
    Reply reply = second.Finish();
    clock_.Advance(absl::Seconds(5));
    EXPECT_EQ(commands_.OldestPin(), absl::Seconds(15));
    first = Reply{};  // cancelled
    EXPECT_EQ(commands_.OldestPin(), absl::Seconds(5));
  }
  EXPECT_EQ(commands_.OldestPin(), absl::ZeroDuration());
}

TEST_F(Steps, PinTheNamesThatTheyFind) {
  for (const auto& words : LongCommands()) {
    Task<Reply> task = commands_.Execute(words, session_);
    ASSERT_FALSE(task.Step()) << words[0];
    clock_.Advance(absl::Seconds(10));
    const bool finds = words[0] != "HMGET";  // which looks up each name by itself
    EXPECT_EQ(commands_.OldestPin(), finds ? absl::Seconds(10) : absl::ZeroDuration()) << words[0];
  }
}

// After this many steps, the horizon passes the minute that is read.
struct Passing {
  std::vector<std::string_view> words;
  int after_steps;
};

// Each series is alone in its block, so that a minute takes several steps to read.
class StepsAndTheHorizon : public NodeTest, public testing::WithParamInterface<Passing> {
 protected:
  static constexpr uint32_t kSeries = 2'000;

  void SetUp() override {
    Saved saved;
    BlockCounts counts{};
    counts[0] = 1;
    for (uint32_t i = 0; i < kSeries; ++i) {
      saved.series.push_back({i * kBlockSize, Cat("stats:", i < kSeries / 2 ? "large" : Cat("g", i), ":call", i)});
      saved.blocks.emplace_back(BlockKey{MinuteOf(At("14:30")), i}, Block::Pack(counts));
    }
    counters_.Restore(std::move(saved));
    counters_.Tick(clock_.Now());
  }
};

TEST_P(StepsAndTheHorizon, HaveADroppedMinuteForAllSeriesOrNone) {
  const auto& [words, after_steps] = GetParam();
  Count("14:31", "large", "call0", 3);
  clock_.Set(At("18:30:59"));  // the minute 14:30 is dropped a second later
  const size_t all = Lines(commands_.Execute(words, session_).Finish()).size();
  ASSERT_GE(all, 400u);
  Task<Reply> task = commands_.Execute(words, session_);
  for (int step = 0; !task.Step(); ++step) {
    if (step != after_steps) continue;
    clock_.Set(At("18:31:00"));
    counters_.Tick(clock_.Now());
    Cut();
  }
  const size_t rows = Lines(task.Take()).size();
  EXPECT_TRUE(rows <= 1 || rows == all) << rows << " of " << all << " rows of " << words[0];
}

std::vector<Passing> Passings() {
  std::vector<Passing> all;
  for (int after_steps = 0; after_steps < 20; ++after_steps) {
    all.push_back({{"TOP", "1000000", "stats:*", "-5h", "now"}, after_steps});
    all.push_back({{"HGETALL", "stats:large:2011_0605_1430"}, after_steps});
    all.push_back({{"KEYS", "stats:*"}, after_steps});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(AtAnyStep, StepsAndTheHorizon, testing::ValuesIn(Passings()),
                         [](const auto& named) { return Cat(named.param.words[0], named.param.after_steps); });

}  // namespace
}  // namespace tally
