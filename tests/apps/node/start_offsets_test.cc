#include "apps/node/start_offsets.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/apps/kafka/feed.h"
#include "tests/testing/times.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::Pair;

const TopicPartition kWithRecords = {"mw", 0};
const TopicPartition kWithout = {"mw", 1};

// A partition with three records and one without. For the embedded broker, no record is at or after any time.
class StartOffsetsTest : public testing::Test {
 protected:
  using Kind = StartPoint::Kind;

  StartOffsetsTest() {
    feed_.Create("mw", 2);
    feed_.Produce("mw", 0, {"a", "b", "c"});
    config_.event.ahead_max = absl::Minutes(5);
    config_.kafka.brokers = feed_.broker().bootstrap();
  }

  absl::StatusOr<StartOffsets> FindAt(Timestamp now, const StartPoint& start) {
    config_.kafka.start = start;
    return FindStartOffsets(config_, {kWithRecords, kWithout}, now, *kafka_, kPatience);
  }
  StartOffsets Find(const StartPoint& start) {
    auto found = FindAt(TimeAt("14:30:45"), start);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? *found : StartOffsets();
  }

  Feed feed_;
  Config config_;
  std::unique_ptr<KafkaMetadata> kafka_ = *KafkaMetadata::Create(feed_.options());
};

TEST_F(StartOffsetsTest, EarliestIsTheBeginningOfEachLog) {
  const StartOffsets start = Find({Kind::kEarliest, {}});
  EXPECT_THAT(start.offsets, ElementsAre(Pair(kWithRecords, 0), Pair(kWithout, 0)));
  EXPECT_EQ(start.known_from, Minute::Min());
}

TEST_F(StartOffsetsTest, RetentionByTheClockOfTheEventsIsTheWholeLog) {
  config_.retention.clock = ClockKind::kEvent;
  EXPECT_THAT(Find({Kind::kRetention, {}}).offsets, ElementsAre(Pair(kWithRecords, 0), Pair(kWithout, 0)));
  config_.retention.clock = ClockKind::kWall;
  EXPECT_THAT(Find({Kind::kRetention, {}}).offsets, ElementsAre(Pair(kWithRecords, 3), Pair(kWithout, 0)));
}

// A record before the end can have an event that is ahead_max later than now.
TEST_F(StartOffsetsTest, LatestIsTheEndAndKnowsTheMinutesThatNoEarlierRecordCanHave) {
  const StartOffsets start = Find({Kind::kLatest, {}});
  EXPECT_THAT(start.offsets, ElementsAre(Pair(kWithRecords, 3), Pair(kWithout, 0)));
  EXPECT_EQ(start.known_from, MinuteAt("14:36"));
}

TEST_F(StartOffsetsTest, ATimeAfterTheLastRecordIsTheEnd) {
  const StartOffsets start = Find({Kind::kTime, TimeAt("12:00:00")});
  EXPECT_THAT(start.offsets, ElementsAre(Pair(kWithRecords, 3), Pair(kWithout, 0)));
  EXPECT_EQ(start.known_from, MinuteAt("12:05"));
  EXPECT_EQ(Find({Kind::kTime, TimeAt("12:00:01")}).known_from, MinuteAt("12:06"));
}

// Such a record does not tell where the first record is that can still be counted.
TEST_F(StartOffsetsTest, RetentionIsTheWholeLogIfTheLastRecordHasNoPlausibleTimestamp) {
  const int64_t year_2000 = 946'684'800'000;
  feed_.ProduceAt("mw", 0, {-1});
  EXPECT_THAT(Find({Kind::kRetention, {}}).offsets, ElementsAre(Pair(kWithRecords, 0), Pair(kWithout, 0)));
  EXPECT_THAT(Find({Kind::kTime, TimeAt("12:00:00")}).offsets, ElementsAre(Pair(kWithRecords, 4), Pair(kWithout, 0)));
  feed_.ProduceAt("mw", 0, {1, year_2000 - 1});
  EXPECT_THAT(Find({Kind::kRetention, {}}).offsets, ElementsAre(Pair(kWithRecords, 0), Pair(kWithout, 0)));
  feed_.ProduceAt("mw", 0, {year_2000});
  EXPECT_THAT(Find({Kind::kRetention, {}}).offsets, ElementsAre(Pair(kWithRecords, 7), Pair(kWithout, 0)));
}

TEST_F(StartOffsetsTest, AreMissingIfOnePartitionHasNone) {
  feed_.broker().TakeLeader("mw", 1);
  const std::vector<std::string> topics = {"mw"};
  ASSERT_TRUE(kafka_->ListPartitions(topics, kPatience).ok());
  for (Kind kind : {Kind::kEarliest, Kind::kLatest, Kind::kRetention, Kind::kTime}) {
    const auto found = FindAt(TimeAt("14:30:45"), {kind, TimeAt("12:00:00")});
    EXPECT_EQ(found.status(), absl::UnavailableError("mw:1: the broker gave no offset to start at"));
  }
}

}  // namespace
}  // namespace tally
