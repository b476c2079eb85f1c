#include "core/counters/partition_control.h"

#include <optional>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/times.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

Record LoginAt(int64_t offset, std::string_view payload = "login") {
  return {0, offset, TimeAt("14:30"), std::nullopt, payload};
}

// Partition mw:3 from offset 10 on.
class PartitionControlTest : public testing::Test {
 protected:
  static PartitionControl From(int64_t next) {
    PartitionState state;
    state.next = next;
    return {{"mw", 3}, state};
  }

  // Controls a chunk of one record as a shard does. Returns whether it was applied.
  bool Apply(const Record& record) {
    const bool accepted = partition_.Accepts(record);
    if (accepted) partition_.Applied(record, Fate::kCounted);
    partition_.EndChunk();
    return accepted;
  }

  const PartitionStatus& status() const { return partition_.status(); }
  const PartitionState& state() const { return status().state; }

  PartitionControl partition_ = From(10);
};

TEST_F(PartitionControlTest, AcceptsRecordsFromNextOn) {
  EXPECT_FALSE(Apply(LoginAt(9)));
  EXPECT_TRUE(Apply(LoginAt(10)));
  EXPECT_FALSE(Apply(LoginAt(10)));
  EXPECT_TRUE(Apply(LoginAt(15)));
  EXPECT_EQ(state().next, 16);
  EXPECT_EQ(state().fates[size_t(Fate::kCounted)], 2u);
  EXPECT_EQ(state().last, MarkOf(LoginAt(15)));
}

TEST_F(PartitionControlTest, KeepsTheLargestTimes) {
  partition_.NoteEventTime(TimeAt("14:29")), partition_.NoteEventTime(TimeAt("14:20"));
  Apply({0, 10, TimeAt("14:31"), std::nullopt, ""}), Apply({0, 11, TimeAt("14:30"), std::nullopt, ""});
  EXPECT_EQ(state().newest_event_time, TimeAt("14:29"));
  EXPECT_EQ(state().newest_timestamp, TimeAt("14:31"));
}

TEST_F(PartitionControlTest, AcceptsNothingWhileStopped) {
  partition_.Stop("gap");
  EXPECT_FALSE(Apply(LoginAt(10)));
  partition_.ReachEnd(20, TimeAt("14:30"));
  EXPECT_EQ(state().next, 10);
  EXPECT_EQ(status().stopped, "gap");
}

TEST_F(PartitionControlTest, ComparesTheLastRecordWithThatOfANewClient) {
  Apply(LoginAt(10));
  EXPECT_EQ(partition_.BeginReading(), 10);
  EXPECT_FALSE(Apply(LoginAt(10)));  // the same one
  EXPECT_TRUE(Apply(LoginAt(11)));
  EXPECT_FALSE(status().unverified);
}

TEST_F(PartitionControlTest, StopsAtAnotherRecordAndNamesTheCauses) {
  Apply(LoginAt(10));
  partition_.BeginReading();
  EXPECT_FALSE(Apply(LoginAt(10, "logout")));
  EXPECT_THAT(status().stopped, HasSubstr("the record at offset 10 is not the one that was there"));
  EXPECT_THAT(status().stopped, HasSubstr("the topic was created again, or an unclean leader election"));
  EXPECT_FALSE(status().unreadable);
}

TEST_F(PartitionControlTest, IgnoresAClientThatIsBeingReplaced) {
  partition_.Pause();
  EXPECT_TRUE(status().paused);
  EXPECT_FALSE(Apply(LoginAt(10)));
  partition_.GiveUp("damaged");
  partition_.ReachEnd(20, TimeAt("14:30"));
  EXPECT_EQ(status().stopped, "");
  EXPECT_EQ(state().next, 10);
  EXPECT_EQ(partition_.BeginReading(), 10);
  EXPECT_FALSE(status().paused);
  EXPECT_TRUE(Apply(LoginAt(10)));
}

TEST_F(PartitionControlTest, IsUnreadableIfItsClientCannotContinue) {
  partition_.GiveUp("damaged");
  EXPECT_EQ(status().stopped, "damaged");
  EXPECT_TRUE(status().unreadable);
  EXPECT_FALSE(Apply(LoginAt(10)));
}

TEST_F(PartitionControlTest, ReadsAtNextIfTheLogHasLostTheLastRecord) {
  Apply(LoginAt(10));
  partition_.Pause();
  partition_.TrustNext();
  EXPECT_EQ(partition_.BeginReading(), 11);
  EXPECT_TRUE(status().unverified);
}

TEST_F(PartitionControlTest, ContinuesAfterAnAcceptedGapWithTheNextClient) {
  Apply(LoginAt(10));
  partition_.Stop("expired");
  const Gap gap{11, 40, TimeAt("14:30")};
  EXPECT_TRUE(partition_.AcceptGap(gap, "other"));
  EXPECT_FALSE(Apply(LoginAt(50)));  // from the old client
  EXPECT_EQ(partition_.BeginReading(), 40);
  EXPECT_TRUE(Apply(LoginAt(40)));
  EXPECT_THAT(state().gaps, ElementsAre(gap));
  EXPECT_EQ(state().cluster, "other");
  EXPECT_EQ(status().stopped, "");
}

TEST_F(PartitionControlTest, AcceptsAGapAtNextOnly) {
  EXPECT_FALSE(partition_.AcceptGap({9, 40, TimeAt("14:30")}, ""));
  EXPECT_EQ(state().next, 10);
  EXPECT_THAT(state().gaps, SizeIs(0));
}

TEST_F(PartitionControlTest, ForgetsTheTimesOfAnotherLogAfterAGapBackwards) {
  partition_.NoteEventTime(TimeAt("14:29"));
  Apply(LoginAt(10));
  partition_.AcceptGap({11, 0, TimeAt("14:30")}, "");
  EXPECT_EQ(state().newest_event_time, std::nullopt);
  EXPECT_EQ(state().newest_timestamp, std::nullopt);
  EXPECT_EQ(state().last, std::nullopt);
}

TEST_F(PartitionControlTest, KeepsTheLatestGaps) {
  for (int64_t next = 10; next < 10 + 2 * int64_t{PartitionState::kGapsMax}; ++next) {
    partition_.AcceptGap({next, next + 1, TimeAt("14:30")}, "");
  }
  EXPECT_THAT(state().gaps, SizeIs(PartitionState::kGapsMax));
  EXPECT_EQ(state().gaps.back().to, state().next);
}

TEST_F(PartitionControlTest, KeepsTheFirstClusterThatIsNoted) {
  partition_.NoteCluster("a"), partition_.NoteCluster("b");
  EXPECT_EQ(state().cluster, "a");
}

TEST_F(PartitionControlTest, IsAtItsEndOnceNextReachesIt) {
  EXPECT_FALSE(status().at_end());
  partition_.ReportEnd({11, TimeAt("14:30")});
  EXPECT_FALSE(status().at_end());
  Apply(LoginAt(10));
  EXPECT_TRUE(status().at_end());
  partition_.ReachEnd(10, TimeAt("14:31"));  // the leader's end offset is after the client's
  EXPECT_EQ(status().end->offset, 11);
  EXPECT_EQ(state().next, 11);
}

}  // namespace
}  // namespace tally
