#include "apps/node/continuity_checker.h"

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/counting_node.h"
#include "tests/testing/fake_clock.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const TopicPartition kPartition = {"mw", 0};

// The answers of the leaders; a missing partition gets no answer.
class FakeBounds : public LogBounds {
 public:
  absl::StatusOr<Offsets> Ends(std::span<const TopicPartition> topic_partitions, absl::Duration) override {
    if (before_ends) before_ends();
    return Of(topic_partitions, ends);
  }
  absl::StatusOr<Offsets> Beginnings(std::span<const TopicPartition> topic_partitions, absl::Duration) override {
    if (before_beginnings) before_beginnings();
    return Of(topic_partitions, beginnings);
  }

  Offsets beginnings, ends;
  std::function<void()> before_ends, before_beginnings;

 private:
  static absl::StatusOr<Offsets> Of(std::span<const TopicPartition> topic_partitions, const Offsets& all) {
    Offsets found;
    for (const TopicPartition& topic_partition : topic_partitions) {
      if (auto at = all.find(topic_partition); at != all.end()) found.insert(*at);
    }
    if (found.empty()) return absl::UnavailableError("no answer");
    return found;
  }
};

// A partition with offsets 0 to 9, all of them counted.
class ContinuityCheckerTest : public testing::Test {
 protected:
  ContinuityCheckerTest() {
    node_.shard().NoteCluster(0, "a");
    for (int i = 0; i < 10; ++i) node_.Apply(EventAt("14:30", "mw", "login"));
    SetLog(0, 10);
  }

  void Check(const std::vector<std::string>& flags = {}) {
    std::vector<AcceptedGap> accepted;
    for (const std::string& flag : flags) accepted.push_back(*ParseAcceptedGap(flag));
    checker_ = std::make_unique<ContinuityChecker>(
        accepted, node_.counters(),
        ContinuityChecker::Actions{.renew = [this](size_t shard) { renewed_.push_back(shard); },
                                   .save = [this] { return save_; }},
        clock_);
  }

  void SetLog(int64_t begin, int64_t end) {
    bounds_.beginnings = {{kPartition, begin}};
    bounds_.ends = {{kPartition, end}};
  }

  absl::Status Look(const std::string& cluster = "a") {
    if (!checker_) Check();
    absl::Status status = checker_->Look(cluster, bounds_, absl::Seconds(1));
    if (status.ok()) status = checker_->CarryOut();
    return status;
  }
  void LookFor(absl::Duration d) {
    for (absl::Duration passed; passed <= d; passed += absl::Seconds(2), clock_.Advance(absl::Seconds(2))) {
      EXPECT_TRUE(Look().ok());
    }
  }

  PartitionStatus status() { return node_.shard().Partitions()[0]; }

  CountingNode node_;
  FakeClock clock_{TimeAt("14:31")};
  FakeBounds bounds_;
  std::vector<size_t> renewed_;
  absl::Status save_ = absl::OkStatus();
  std::unique_ptr<ContinuityChecker> checker_;
};

TEST_F(ContinuityCheckerTest, LeavesAHealthyPartitionAlone) {
  LookFor(absl::Minutes(2));
  SetLog(5, 12);
  LookFor(absl::Minutes(2));
  EXPECT_EQ(status().stopped, "");
  EXPECT_THAT(renewed_, IsEmpty());
  EXPECT_EQ(status().end->offset, 12);
}

TEST_F(ContinuityCheckerTest, StopsAtAGap) {
  SetLog(12, 20);
  node_.shard().Pause(0);
  EXPECT_TRUE(Look().ok());
  EXPECT_THAT(status().stopped, HasSubstr("offsets 10 to 11 are gone, up to 2 records since 2011-06-05T14:30"));
  EXPECT_THAT(status().stopped, HasSubstr("the log is now from 12 to 20; serve --accept-gap mw:0@10 resumes it"));
}

TEST_F(ContinuityCheckerTest, ContinuesIfOnlyTheLastRecordHasExpired) {
  SetLog(10, 10);
  node_.shard().Pause(0);
  EXPECT_TRUE(Look().ok());
  EXPECT_THAT(renewed_, ElementsAre(0u));
  EXPECT_EQ(node_.shard().BeginReading(0), 10);
  EXPECT_EQ(node_.shard().BeginReading(0), 10);  // another partition of the shard may need a new client too
}

// A topic that was created again, and has grown since the client was out of range.
TEST_F(ContinuityCheckerTest, ComparesIfTheLastRecordMayExist) {
  SetLog(0, 14);
  node_.shard().Pause(0);
  EXPECT_TRUE(Look().ok());
  EXPECT_THAT(renewed_, ElementsAre(0u));
  EXPECT_EQ(node_.shard().BeginReading(0), 9);
}

TEST_F(ContinuityCheckerTest, StopsAtALogThatStaysShort) {
  SetLog(0, 4);
  LookFor(absl::Seconds(28));
  EXPECT_EQ(status().stopped, "");
  LookFor(absl::Seconds(4));
  EXPECT_THAT(status().stopped, HasSubstr("the log ends before the next offset 10"));
}

TEST_F(ContinuityCheckerTest, ToleratesALeaderThatIsShortForAMoment) {
  for (int i = 0; i < 5; ++i) {
    SetLog(0, 4);
    LookFor(absl::Seconds(20));
    SetLog(0, 10);
    LookFor(absl::Seconds(4));
  }
  EXPECT_EQ(status().stopped, "");
}

TEST_F(ContinuityCheckerTest, DoesNotCountATimeWithoutAnswersAsShort) {
  SetLog(0, 4);
  EXPECT_TRUE(Look().ok());
  bounds_.ends = {{{"other", 0}, 1}};
  clock_.Advance(absl::Seconds(40));
  EXPECT_FALSE(Look().ok());
  SetLog(0, 10);
  EXPECT_TRUE(Look().ok());
  SetLog(0, 4);
  EXPECT_TRUE(Look().ok());
  EXPECT_EQ(status().stopped, "");
}

TEST_F(ContinuityCheckerTest, StopsIfTheTopicIsDeleted) {
  Check();
  checker_->NoteTopics({{"other", 1}});
  bounds_.ends.clear();  // no leader is asked
  LookFor(absl::Seconds(28));
  EXPECT_EQ(status().stopped, "");
  EXPECT_TRUE(status().paused);
  EXPECT_THAT(renewed_, IsEmpty());
  LookFor(absl::Seconds(4));
  EXPECT_THAT(status().stopped, HasSubstr("it does not exist any more: the topic was deleted"));
  EXPECT_THAT(renewed_, ElementsAre(0u));
}

TEST_F(ContinuityCheckerTest, StopsIfATopicHasFewerPartitions) {
  Check();
  checker_->NoteTopics({{"mw", 0}});
  LookFor(absl::Seconds(32));
  EXPECT_THAT(status().stopped, HasSubstr("with fewer partitions"));
}

TEST_F(ContinuityCheckerTest, ComparesATopicThatIsBack) {
  for (int i = 0; i < 3; ++i) {
    Check();
    checker_->NoteTopics({});
    LookFor(absl::Seconds(20));
    node_.Apply(EventAt("14:30", "mw", "login"));  // from a client that still reads the present log
    EXPECT_EQ(status().state.next, 10);
    checker_->NoteTopics({{"mw", 1}});
    EXPECT_TRUE(Look().ok());
    EXPECT_EQ(renewed_.size(), static_cast<size_t>(i + 1));
    EXPECT_EQ(node_.shard().BeginReading(0), 9);
    EXPECT_FALSE(status().paused);
  }
  EXPECT_EQ(status().stopped, "");
}

TEST_F(ContinuityCheckerTest, ComparesTheLastRecordAfterALeaderChange) {
  Check();
  checker_->NoteLeaders({{kPartition, 1}});
  EXPECT_TRUE(Look().ok());
  checker_->NoteLeaders({{kPartition, -1}});
  EXPECT_TRUE(Look().ok());
  EXPECT_THAT(renewed_, IsEmpty());
  checker_->NoteLeaders({{kPartition, 2}});
  bounds_.ends.clear();  // the new leader does not answer yet
  EXPECT_FALSE(Look().ok());
  EXPECT_TRUE(status().paused);
  node_.Apply(EventAt("14:30", "mw", "login"));  // from a client that still reads the present log
  EXPECT_EQ(status().state.next, 10);
  SetLog(0, 12);
  EXPECT_TRUE(Look().ok());
  EXPECT_THAT(renewed_, ElementsAre(0u));
  EXPECT_EQ(node_.shard().BeginReading(0), 9);
  EXPECT_TRUE(Look().ok());
  EXPECT_THAT(renewed_, ElementsAre(0u));
}

TEST_F(ContinuityCheckerTest, DoesNotTreatAnUnauthorizedTopicAsDeleted) {
  Check();
  checker_->NoteTopics({{"mw", std::nullopt}});
  LookFor(absl::Minutes(2));
  EXPECT_EQ(status().stopped, "");
  EXPECT_FALSE(status().paused);
}

TEST_F(ContinuityCheckerTest, StopsInAnotherClusterWithoutTheBeginningOfItsLog) {
  bounds_.beginnings.clear();
  EXPECT_TRUE(Look("b").ok());
  EXPECT_THAT(status().stopped, HasSubstr("expected the log of cluster a, found that of b"));
}

TEST_F(ContinuityCheckerTest, DoesNotAskForABeginningIfTheLeaderDidNotAnswerWithTheEnd) {
  bounds_.ends = {{{"mw", 1}, 5}};  // of another leader
  node_.shard().AddPartition({"mw", 1}, PartitionState{});
  node_.shard().Pause(0);
  bounds_.before_beginnings = [] { ADD_FAILURE() << "asked"; };
  EXPECT_TRUE(Look().ok());
  EXPECT_THAT(renewed_, IsEmpty());
  bounds_.before_beginnings = nullptr;
  SetLog(0, 10);
  EXPECT_TRUE(Look().ok());
  EXPECT_THAT(renewed_, ElementsAre(0u));
}

TEST_F(ContinuityCheckerTest, AcceptsAnyClusterWithoutAnId) {
  EXPECT_TRUE(Look("").ok());
  EXPECT_EQ(status().stopped, "");
}

TEST_F(ContinuityCheckerTest, AcceptsAGapOnceItIsOnTheDisk) {
  SetLog(12, 20);
  node_.shard().Pause(0);
  Check({"mw:0@10"});
  save_ = absl::UnavailableError("disk full");
  EXPECT_FALSE(Look().ok());
  EXPECT_FALSE(Look().ok());
  EXPECT_THAT(renewed_, IsEmpty());
  save_ = absl::OkStatus();
  EXPECT_TRUE(Look().ok());
  EXPECT_THAT(renewed_, ElementsAre(0u));
  EXPECT_EQ(node_.shard().BeginReading(0), 12);
  EXPECT_THAT(status().state.gaps, ElementsAre(Gap{10, 12, clock_.Now()}));
}

TEST_F(ContinuityCheckerTest, NeedsAnOffsetToResumeInAnotherLog) {
  Check({"mw:0@10"});
  EXPECT_TRUE(Look("b").ok());
  EXPECT_NE(status().stopped, "");
  EXPECT_TRUE(Look("b").ok());
  EXPECT_NE(status().stopped, "");
  EXPECT_THAT(renewed_, ElementsAre(0u));  // once, without the stopped partition
}

TEST_F(ContinuityCheckerTest, ResumesAtTheGivenOffset) {
  SetLog(2, 8);
  for (const auto& [flag, offset] : std::map<std::string, int64_t>{{"start", 2}, {"end", 8}, {"5", 5}}) {
    CountingNode node;
    for (int i = 0; i < 10; ++i) node.Apply("{}");
    ContinuityChecker checker({*ParseAcceptedGap("mw:0@10=" + flag)}, node.counters(),
                              {.renew = [](size_t) {}, .save = [] { return absl::OkStatus(); }}, clock_);
    node.shard().NoteCluster(0, "a");
    EXPECT_TRUE(checker.Look("b", bounds_, absl::Seconds(1)).ok());
    EXPECT_EQ(node.state().next, offset);
    EXPECT_EQ(node.state().cluster, "b");
  }
}

TEST_F(ContinuityCheckerTest, RefusesAnOffsetOutsideTheLog) {
  for (const char* flag : {"mw:0@10=1", "mw:0@10=9", "mw:0@11=start", "mw:1@10=start"}) {
    CountingNode node;
    for (int i = 0; i < 10; ++i) node.Apply("{}");
    SetLog(2, 8);
    ContinuityChecker checker({*ParseAcceptedGap(flag)}, node.counters(),
                              {.renew = [](size_t) {}, .save = [] { return absl::OkStatus(); }}, clock_);
    node.shard().NoteCluster(0, "a");
    EXPECT_TRUE(checker.Look("b", bounds_, absl::Seconds(1)).ok());
    EXPECT_EQ(node.state().next, 10) << flag;
  }
}

TEST_F(ContinuityCheckerTest, ResumesAfterADamagedRecordButNeverBeforeIt) {
  SetLog(0, 20);
  node_.shard().GiveUp(0, "damaged record");
  Check({"mw:0@10=start"});
  EXPECT_TRUE(Look().ok());
  EXPECT_EQ(status().stopped, "damaged record");
  Check({"mw:0@10=11"});
  EXPECT_TRUE(Look().ok());
  EXPECT_EQ(status().state.next, 11);
}

TEST_F(ContinuityCheckerTest, UsesAFlagOnlyForTheOffsetThatTheNodeStartedAt) {
  Check({"mw:0@11=start"});
  EXPECT_TRUE(Look().ok());
  node_.Apply(EventAt("14:30", "mw", "login"));  // next is 11 now
  EXPECT_TRUE(Look("b").ok());
  EXPECT_THAT(status().stopped, HasSubstr("cluster"));
}

TEST_F(ContinuityCheckerTest, AcceptsNoGapOfAPartitionThatWasReadMeanwhile) {
  Check({"mw:0@10=start"});
  bounds_.before_ends = [this] { node_.Apply(EventAt("14:30", "mw", "login")); };
  EXPECT_TRUE(Look("b").ok());
  EXPECT_THAT(status().stopped, HasSubstr("cluster"));
  EXPECT_EQ(status().state.next, 11);
}

}  // namespace
}  // namespace tally
