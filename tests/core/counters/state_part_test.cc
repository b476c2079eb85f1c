// A shard with a second part in addition to the minutes.
#include "core/counters/state_part.h"

#include <memory>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/counters/one_shard.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Outcome = ShardPart::Outcome;

// The calls of a part, and its results.
struct Observed {
  Timestamp horizon = Timestamp::Min();
  Outcome outcome = Outcome::kFiltered;
  std::vector<Timestamp> chunk;
  std::vector<Timestamp> applied;  // after the end of their chunk
  std::vector<Timestamp> cut;      // before the last cut
};

class SecondPart : public ShardPart {
 public:
  explicit SecondPart(Observed& observed) : observed_(observed) {}

  Timestamp BeginChunk() override { return observed_.horizon; }
  Outcome Apply(const EventView&, Timestamp time) override {
    observed_.chunk.push_back(time);
    return observed_.outcome;
  }
  void EndChunk() override {
    observed_.applied.insert(observed_.applied.end(), observed_.chunk.begin(), observed_.chunk.end());
    observed_.chunk.clear();
  }
  void Cut() override { observed_.cut = std::exchange(observed_.applied, {}); }

 private:
  Observed& observed_;
};

// The minutes count `stats` of events with a game and a call, from 14:00 on.
class TwoParts : public testing::Test {
 protected:
  TwoParts() { shard_.horizon().RaiseTo(MinuteAt("14:00")); }

  // The fate of one more event.
  Fate FateOf(const std::string& payload) {
    const PartitionState before = shard_.status().state;
    shard_.Apply(before.next, payload);
    const PartitionState after = shard_.status().state;
    for (size_t fate = 0; fate < kFates; ++fate) {
      if (after.fates[fate] != before.fates[fate]) return static_cast<Fate>(fate);
    }
    ADD_FAILURE() << "no fate";
    return Fate::kUnparsable;
  }

  static std::vector<std::unique_ptr<ShardPart>> Second(Observed& observed) {
    std::vector<std::unique_ptr<ShardPart>> parts;
    parts.push_back(std::make_unique<SecondPart>(observed));
    return parts;
  }
  static std::string WithoutCall(std::string_view time) {
    return Cat(R"({"time":)", TimeAt(time).millis(), R"(,"game":"mw"})");
  }

  Observed observed_;
  OneShard shard_{Compiled({StatsMetric()}), Second(observed_)};
};

TEST_F(TwoParts, BothGetAnEvent) {
  observed_.outcome = Outcome::kCounted;
  EXPECT_EQ(FateOf(EventAt("14:30", "mw", "login")), Fate::kCounted);
  EXPECT_EQ(shard_.Count("stats:mw:login"), 1u);
  EXPECT_THAT(observed_.applied, ElementsAre(TimeAt("14:30")));
}

TEST_F(TwoParts, AnEventThatIsLateForOneCountsForTheOther) {
  observed_.outcome = Outcome::kCounted;
  EXPECT_EQ(FateOf(EventAt("13:59", "mw", "login")), Fate::kCounted);
  EXPECT_EQ(shard_.Count("stats:mw:login", MinuteAt("13:59")), 0u);
  EXPECT_THAT(observed_.applied, ElementsAre(TimeAt("13:59")));
  observed_.horizon = TimeAt("14:10");
  EXPECT_EQ(FateOf(EventAt("14:05", "mw", "login")), Fate::kCounted);
  EXPECT_EQ(shard_.Count("stats:mw:login", MinuteAt("14:05")), 1u);
  EXPECT_THAT(observed_.applied, ElementsAre(TimeAt("13:59")));
}

TEST_F(TwoParts, AnEventBeforeBothHorizonsIsLate) {
  observed_.horizon = TimeAt("13:00");
  EXPECT_EQ(FateOf(EventAt("12:59", "mw", "login")), Fate::kLate);
  EXPECT_EQ(FateOf(EventAt("13:00", "mw", "login")), Fate::kFiltered);  // for the minutes it is late
  EXPECT_THAT(observed_.applied, ElementsAre(TimeAt("13:00")));
}

TEST_F(TwoParts, CountedByOneIsCounted) {
  observed_.outcome = Outcome::kMissingField;
  EXPECT_EQ(FateOf(EventAt("14:30", "mw", "login")), Fate::kCounted);
  observed_.outcome = Outcome::kCounted;
  EXPECT_EQ(FateOf(WithoutCall("14:30")), Fate::kCounted);
}

TEST_F(TwoParts, AFieldThatOneLacksIsMissingIfNoneCounts) {
  EXPECT_EQ(FateOf(WithoutCall("14:30")), Fate::kMissingField);
  observed_.outcome = Outcome::kMissingField;
  EXPECT_EQ(FateOf(EventAt("13:00", "mw", "login")), Fate::kMissingField);
}

TEST_F(TwoParts, NoneGetsAnEventFromTheFuture) {
  EXPECT_EQ(FateOf(EventAt("16:00", "mw", "login")), Fate::kFuture);
  EXPECT_THAT(observed_.applied, IsEmpty());
}

TEST_F(TwoParts, AreCutAtTheSameOffsets) {
  FateOf(EventAt("14:30", "mw", "login"));
  const std::vector<PartitionStatus> partitions = shard_->Cut();
  FateOf(EventAt("14:31", "mw", "login"));
  EXPECT_EQ(partitions[0].state.next, 1);
  EXPECT_THAT(observed_.cut, ElementsAre(TimeAt("14:30")));
  EXPECT_THAT(shard_.minutes().frozen()->Pages(), ElementsAre(BlockKey{MinuteAt("14:30"), 0}));
}

}  // namespace
}  // namespace tally
