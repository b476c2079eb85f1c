#include "core/counters/shard.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/counters/one_shard.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TEST(Shard, CountsAnEventInItsMinute) {
  OneShard shard;
  shard.Apply(0, kLogin);
  shard.Apply(1, EventAt("14:30:59", "mw", "login"));
  shard.Apply(2, EventAt("14:31:00", "mw", "login"));
  EXPECT_EQ(shard.Count("stats:mw:login", MinuteAt("14:30")), 2u);
  EXPECT_EQ(shard.Count("stats:mw:login", MinuteAt("14:31")), 1u);
}

TEST(Shard, CountsAnEventForEveryMetricThatHolds) {
  MetricSpec logins = CallsMetric();
  logins.where = {{"call", {"login"}}};
  OneShard shard({StatsMetric(), logins});
  shard.Apply(0, kLogin);
  shard.Apply(1, EventAt("14:30", "mw", "buy"));
  EXPECT_EQ(shard.Count("stats:mw:login"), 1u);
  EXPECT_EQ(shard.Count("stats:mw:buy"), 1u);
  EXPECT_EQ(shard.Count("calls:login"), 1u);
  EXPECT_EQ(shard.table().Find("calls:buy"), kNoSeries);
}

TEST(Shard, MovesNextAfterTheRecord) {
  OneShard shard;
  shard.Apply(41, kLogin);
  EXPECT_EQ(shard.next(), 42);
}

TEST(Shard, AcceptsGapsBetweenOffsets) {
  OneShard shard;
  shard.Apply(0, kLogin), shard.Apply(7, kLogin);
  EXPECT_EQ(shard.next(), 8);
  EXPECT_EQ(shard.Count("stats:mw:login"), 2u);
}

TEST(Shard, AppliesARedeliveredRecordOnce) {
  OneShard shard;
  for (int64_t offset : {0, 1, 0, 1, 1, 2, 0}) shard.Apply(offset, kLogin);
  EXPECT_EQ(shard.Count("stats:mw:login"), 3u);
  EXPECT_EQ(shard.status().state.fates[size_t(Fate::kCounted)], 3u);
  EXPECT_EQ(shard.next(), 3);
}

TEST(Shard, AppliesARecordThatIsTwiceInABatchOnce) {
  OneShard shard;
  Record record{0, 5, OneShard::kNow, std::nullopt, kLogin};
  shard->Apply(std::vector<Record>{record, record, record}, OneShard::kNow);
  EXPECT_EQ(shard.Count("stats:mw:login"), 1u);
}

TEST(Shard, BeginsAtThePartitionsNextOffset) {
  OneShard shard;
  PartitionState state;
  state.next = 100;
  state.fates = {1, 2, 3, 4, 5, 6};
  uint32_t slot = shard->AddPartition({"hh", 0}, state);
  shard.Apply(99, kLogin, slot);
  EXPECT_EQ(shard.status(slot).state, state);
  shard.Apply(100, kLogin, slot);
  EXPECT_EQ(shard.next(slot), 101);
  EXPECT_THAT(shard.status(slot).state.fates, ElementsAre(2, 2, 3, 4, 5, 6));
}

TEST(Shard, KeepsPartitionsApart) {
  OneShard shard;
  uint32_t other = shard->AddPartition({"hh", 0}, {});
  shard.Apply(10, kLogin), shard.Apply(3, kLogin, other);
  EXPECT_EQ(shard.next(), 11);
  EXPECT_EQ(shard.next(other), 4);
  EXPECT_EQ(shard.Count("stats:mw:login"), 2u);
}

TEST(Shard, AppliesBatchesOfAnySize) {
  for (size_t size : {size_t{1}, Shard::kChunkRecords, Shard::kChunkRecords + 1, 3 * Shard::kChunkRecords}) {
    OneShard shard;
    std::vector<Record> records;
    for (size_t i = 0; i < size; ++i)
      records.push_back({0, static_cast<int64_t>(i), OneShard::kNow, std::nullopt, kLogin});
    shard->Apply(records, OneShard::kNow);
    EXPECT_EQ(shard.Count("stats:mw:login"), size);
  }
  OneShard shard;
  shard->Apply({}, OneShard::kNow);
  EXPECT_EQ(shard.next(), 0);
}

TEST(Shard, AppliesPayloadsOfAnySize) {
  OneShard shard;
  std::string large = kLogin + std::string(2 * Shard::kChunkBytes, ' ');
  std::vector<Record> records;
  for (int64_t i = 0; i < 5; ++i) records.push_back({0, i, OneShard::kNow, std::nullopt, i % 2 ? kLogin : large});
  shard->Apply(records, OneShard::kNow);
  EXPECT_EQ(shard.Count("stats:mw:login"), 5u);
}

TEST(Shard, CountsByTopicKeyAndPartition) {
  OneShard shard({{"calls", {{"p", "@partition"}}, "", {}}, {"stats", {{"t", "@topic"}, {"k", "@key"}}, "", {}}});
  shard.Apply(0, kLogin);
  EXPECT_EQ(shard.Count("calls:3"), 1u);
  EXPECT_EQ(shard.Count("stats:mw:the%20key"), 1u);
}

TEST(Shard, AddsTheValueOfAMetric) {
  OneShard shard({{"calls", {{"call", "call"}}, "n", {}}});
  std::string prefix = Cat(R"({"time":)", TimeAt("14:30").millis(), R"(,"call":"buy","n":)");
  shard.Apply(0, prefix + "40}"), shard.Apply(1, prefix + "2}");
  EXPECT_EQ(shard.Count("calls:buy"), 42u);
}

TEST(Shard, StaysAtTheLargestCount) {
  OneShard shard({{"calls", {{"call", "call"}}, "n", {}}});
  std::string prefix = Cat(R"({"time":)", TimeAt("14:30").millis(), R"(,"call":"buy","n":)");
  shard.Apply(0, prefix + "99999999999999999999}"), shard.Apply(1, prefix + "1}");
  EXPECT_EQ(shard.Count("calls:buy"), kCountMax);
}

TEST(Shard, MakesNoSeriesOfAnEventThatAddsNothing) {
  OneShard shard({{"calls", {{"call", "call"}}, "n", {}}});
  shard.Apply(0, Cat(R"({"time":)", TimeAt("14:30").millis(), R"(,"call":"buy","n":0})"));
  EXPECT_EQ(shard.table().size(), 0u);
  EXPECT_EQ(shard.status().state.fates[size_t(Fate::kCounted)], 1u);
}

TEST(Shard, KeepsASampleOfWhatItRejects) {
  OneShard shard;
  shard.horizon().RaiseTo(MinuteAt("10:30"));
  shard.Apply(0, kLogin), shard.Apply(1, "{"), shard.Apply(2, EventAt("09:00", "mw", "x")), shard.Apply(3, "{}");
  std::vector<Rejects::Reject> rejects;
  shard->AppendRejects(rejects);
  ASSERT_THAT(rejects, SizeIs(3));
  EXPECT_EQ(rejects[1].reason, Fate::kUnparsable);
  EXPECT_EQ(rejects[1].topic_partition, (TopicPartition{"mw", 3}));
  EXPECT_EQ(rejects[1].offset, 1);
  EXPECT_EQ(rejects[1].sample, "{");
}

// Kafka's -1. A record that is merely old is late.
TEST(Shard, MissesTheTimeOfARecordWithoutATimestamp) {
  EventSpec event;
  event.time = "@timestamp";
  OneShard shard({StatsMetric()}, event);
  shard.horizon().RaiseTo(MinuteAt("10:30"));
  shard.ApplyStamped(0, Timestamp::Min()), shard.ApplyStamped(1, TimeAt("09:00"));
  EXPECT_EQ(shard.status().state.fates[size_t(Fate::kMissingField)], 1u);
  EXPECT_EQ(shard.status().state.fates[size_t(Fate::kLate)], 1u);
  EXPECT_EQ(shard.status().state.newest_event_time, TimeAt("09:00"));
}

TEST(Shard, CountsARecordWithoutATimestampByTheTimeOfItsEvent) {
  OneShard shard;
  shard.ApplyStamped(0, Timestamp::Min());
  EXPECT_EQ(shard.Count("stats:mw:login"), 1u);
}

TEST(Shard, KeepsNoSampleOfWhatWasFiltered) {
  OneShard shard(std::vector<MetricSpec>{});
  shard.Apply(0, kLogin);
  std::vector<Rejects::Reject> rejects;
  shard->AppendRejects(rejects);
  EXPECT_THAT(rejects, SizeIs(0));
}

// How far a partition is read.

TEST(Shard, RemembersTheLargestEventTime) {
  OneShard shard;
  EXPECT_EQ(shard.status().state.newest_event_time, std::nullopt);
  shard.Apply(0, EventAt("14:30:05", "mw", "x")), shard.Apply(1, EventAt("14:29:00", "mw", "x"));
  EXPECT_EQ(shard.status().state.newest_event_time, TimeAt("14:30:05"));
}

TEST(Shard, RemembersTheTimeOfLateAndFilteredEventsToo) {
  OneShard shard(std::vector<MetricSpec>{});
  shard.horizon().RaiseTo(MinuteAt("10:30"));
  shard.Apply(0, EventAt("09:00", "mw", "x"));
  EXPECT_EQ(shard.status().state.newest_event_time, TimeAt("09:00"));
  shard.Apply(1, EventAt("14:00", "mw", "x"));
  EXPECT_EQ(shard.status().state.newest_event_time, TimeAt("14:00"));
}

TEST(Shard, IgnoresTheTimeOfEventsFromTheFuture) {
  OneShard shard;
  shard.Apply(0, EventAt("16:00", "mw", "x")), shard.Apply(1, "{");
  EXPECT_EQ(shard.status().state.newest_event_time, std::nullopt);
}

TEST(Shard, RemembersTheLargestTimestampOfAnyRecord) {
  OneShard shard;
  shard.ApplyStamped(0, TimeAt("14:30:00")), shard.ApplyStamped(1, TimeAt("14:31:00")),
      shard.ApplyStamped(2, TimeAt("14:30:30"));
  EXPECT_EQ(shard.status().state.newest_timestamp, TimeAt("14:31:00"));
}

TEST(Shard, MovesNextToTheEndOfTheLog) {
  OneShard shard;
  shard.Apply(46, kLogin);
  shard->ReachEnd(0, 54, OneShard::kNow);
  EXPECT_EQ(shard.next(), 54);
  EXPECT_TRUE(shard.status().at_end());
  EXPECT_EQ(shard.status().end->as_of, OneShard::kNow);
}

TEST(Shard, NeverMovesNextBack) {
  OneShard shard;
  shard.Apply(46, kLogin);
  shard->ReachEnd(0, 40, OneShard::kNow);
  EXPECT_EQ(shard.next(), 47);
  EXPECT_TRUE(shard.status().at_end());
}

TEST(Shard, DropsARecordBeforeTheEndThatWasReached) {
  OneShard shard;
  shard->ReachEnd(0, 54, OneShard::kNow);
  shard.Apply(53, kLogin);
  EXPECT_EQ(shard.Count("stats:mw:login"), 0u);
  shard.Apply(54, kLogin);
  EXPECT_EQ(shard.Count("stats:mw:login"), 1u);
}

TEST(Shard, IsNotAtAnUnknownEnd) {
  OneShard shard;
  shard.Apply(0, kLogin);
  EXPECT_FALSE(shard.status().at_end());
}

TEST(Shard, IsNotAtItsEndBeforeTheLeadersEndOffset) {
  OneShard shard;
  shard->ReachEnd(0, 10, OneShard::kNow);
  shard->ReportEnds({{{"mw", 3}, 12}, {{"hh", 0}, 5}}, OneShard::kNow + absl::Seconds(1));
  EXPECT_FALSE(shard.status().at_end());
  EXPECT_EQ(shard.status().end->offset, 12);
  EXPECT_EQ(shard.next(), 10);
  shard.Apply(11, kLogin);
  EXPECT_TRUE(shard.status().at_end());
}

TEST(Shard, UsesTheLeadersEndOffsetIfItIsAfterTheClients) {
  OneShard shard;
  shard->ReportEnds({{{"mw", 3}, 12}}, OneShard::kNow);
  shard->ReachEnd(0, 10, OneShard::kNow);
  EXPECT_FALSE(shard.status().at_end());
}

// Stopped partitions.

TEST(Shard, AppliesNothingToAStoppedPartition) {
  OneShard shard;
  shard.Apply(0, kLogin);
  shard->Stop(0, "gap");
  shard.Apply(1, kLogin), shard.Apply(2, "{");
  EXPECT_EQ(shard.next(), 1);
  EXPECT_EQ(shard.Count("stats:mw:login"), 1u);
  EXPECT_EQ(shard.status().stopped, "gap");
}

TEST(Shard, StopsIfTheLastRecordIsAnother) {
  OneShard shard;
  shard.Apply(0, kLogin), shard.Apply(1, kLogin);
  EXPECT_EQ(shard->BeginReading(0), 1);
  shard.Apply(1, EventAt("14:30", "mw", "buy")), shard.Apply(2, kLogin);
  EXPECT_THAT(shard.status().stopped, HasSubstr("the record at offset 1 is not the one that was there"));
  EXPECT_EQ(shard.next(), 2);
  EXPECT_EQ(shard.Count("stats:mw:login"), 2u);
}

TEST(Shard, ContinuesAfterTheLastRecordIfItIsTheSame) {
  OneShard shard;
  shard.Apply(0, kLogin), shard.Apply(1, kLogin);
  EXPECT_EQ(shard->BeginReading(0), 1);
  shard.Apply(1, kLogin), shard.Apply(2, kLogin);
  EXPECT_EQ(shard.status().stopped, "");
  EXPECT_EQ(shard.Count("stats:mw:login"), 3u);
  EXPECT_FALSE(shard.status().unverified);
}

TEST(Shard, AppliesNothingFromAClientThatIsBeingReplaced) {
  OneShard shard;
  shard.Apply(0, kLogin);
  shard->Pause(0);
  shard.Apply(1, kLogin);
  shard->ReachEnd(0, 2, OneShard::kNow);
  EXPECT_TRUE(shard.status().paused);
  EXPECT_EQ(shard.next(), 1);
  EXPECT_FALSE(shard.status().at_end());
  shard->TrustNext(0);
  EXPECT_EQ(shard->BeginReading(0), 1);
  EXPECT_FALSE(shard.status().paused);
  EXPECT_TRUE(shard.status().unverified);
  shard.Apply(1, kLogin);
  EXPECT_EQ(shard.Count("stats:mw:login"), 2u);
}

TEST(Shard, LearnsItsClusterOnce) {
  OneShard shard;
  shard->NoteCluster(0, "a"), shard->NoteCluster(0, "b");
  EXPECT_EQ(shard.status().state.cluster, "a");
}

TEST(Shard, StopsIfItsClientCannotContinue) {
  OneShard shard;
  shard->GiveUp(0, "damaged record"), shard->GiveUp(0, "another");
  EXPECT_EQ(shard.status().stopped, "damaged record");
  EXPECT_TRUE(shard.status().unreadable);
}

TEST(Shard, ContinuesAfterAnAcceptedGapOnceANewClientReads) {
  OneShard shard;
  shard.Apply(16, kLogin);
  shard->Stop(0, "another log");
  EXPECT_FALSE(shard->AcceptGap(0, {16, 3, OneShard::kNow}, "cluster"));  // next has moved
  EXPECT_TRUE(shard->AcceptGap(0, {17, 3, OneShard::kNow}, "cluster"));
  shard.Apply(40, kLogin);  // from the old client
  shard->GiveUp(0, "damaged"), shard->Pause(0);
  EXPECT_EQ(shard.next(), 3);
  EXPECT_EQ(shard.status().stopped, "");
  EXPECT_FALSE(shard.status().paused);
  EXPECT_EQ(shard->BeginReading(0), 3);
  shard.Apply(3, kLogin);
  PartitionState state = shard.status().state;
  EXPECT_EQ(state.next, 4);
  EXPECT_THAT(state.gaps, ElementsAre(Gap{17, 3, OneShard::kNow}));
  EXPECT_EQ(state.cluster, "cluster");
  EXPECT_EQ(shard.status().stopped, "");
}

TEST(Shard, DoesNotMoveAStoppedPartitionToItsEnd) {
  OneShard shard;
  shard->Stop(0, "gap");
  shard->ReachEnd(0, 54, OneShard::kNow);
  EXPECT_EQ(shard.next(), 0);
  EXPECT_FALSE(shard.status().at_end());
}

TEST(Shard, ContinuesWithItsOtherPartitions) {
  OneShard shard;
  uint32_t other = shard->AddPartition({"hh", 0}, {});
  shard->Stop(0, "gap");
  Record records[] = {{0, 0, OneShard::kNow, std::nullopt, kLogin}, {other, 0, OneShard::kNow, std::nullopt, kLogin}};
  shard->Apply(records, OneShard::kNow);
  EXPECT_EQ(shard.next(), 0);
  EXPECT_EQ(shard.next(other), 1);
}

TEST(Shard, AsksTheTableForASeriesThatIsRetiring) {
  OneShard shard;
  shard.Apply(0, kLogin);
  SeriesId id = shard.table().Find("stats:mw:login");
  shard.table().BeginRetiring({&id, 1});
  shard.Apply(1, kLogin);
  EXPECT_THAT(shard.table().FinishRetiring({&id, 1}, [](SeriesId) { return true; }), SizeIs(0));
}

TEST(ShardDeathTest, DiesOfARecordOfNoPartition) {
  OneShard shard;
  EXPECT_DEATH(shard.Apply(0, kLogin, 1), "check failed");
}

}  // namespace
}  // namespace tally
