// A log that is no longer what was counted: records that have expired, a topic created anew, another cluster. The
// partition stops and says why, and goes on only where a person says so.
#include "tests/kafka/node_test_base.h"

namespace tally {
namespace {

using testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(60);

class Continuity : public NodeTest {
 protected:
  Continuity() : NodeTest(kPatience) {}
  void SetUp() override { CreateTopic(2); }

  void CreateAnew(int partitions) {
    ASSERT_TRUE(broker_.DeleteTopic(topic_).ok());
    CreateTopic(partitions);
  }

  void ExpectStopped(const std::string& why) {
    auto said = node_->process().WaitForLine(topic_ + "[0] is not read any more: " + why, kPatience);
    EXPECT_TRUE(said.ok()) << said.status() << node_->process().Stderr();
    EXPECT_EQ(node_->Info("partitions_stopped"), "1");
    EXPECT_THAT(node_->Query({"INFO", "kafka"}), HasSubstr("stopped_" + topic_ + "_0:" + why));
    EXPECT_THAT(node_->Query({"LAG"}), HasSubstr(" stopped:"));
  }
};

TEST_F(Continuity, StopsAtAGapAndReadsTheOtherPartitions) {
  Produce(10, "login");
  Start(), ExpectRead(10), Stop();
  Produce(10, "lost");
  Produce(5, "kept");
  ASSERT_TRUE(broker_.DeleteRecordsBefore(topic_, 0, 20).ok());
  Start();
  ExpectStopped("offsets 10 to 19 are gone, up to 10 records since 2");
  Produce(3, "other", 1);
  ExpectRead(13);
  Stop();

  Start({"--accept-gap", topic_ + ":0@9"});   // the next offset is another one
  ExpectStopped("offsets 10 to 19 are gone");
  Stop();

  std::vector<std::string> accepted = {"--accept-gap", topic_ + ":0@10"};
  Start(accepted);
  ExpectRead(18);
  EXPECT_EQ(CountOf("login"), "10");
  EXPECT_EQ(CountOf("lost"), "");
  EXPECT_EQ(CountOf("kept"), "5");
  Stop();
  auto dump = RunToEnd({TALLYD_BINARY, "dump", data_.path()}, kPatience);
  ASSERT_TRUE(dump.ok());
  EXPECT_THAT(dump->out, HasSubstr("gap " + topic_ + " 0 from 10 to 20 accepted "));

  ASSERT_TRUE(broker_.DeleteRecordsBefore(topic_, 0, 25).ok());
  Produce(2, "login");
  Start(accepted);   // left in place, it accepts nothing: there is no gap
  ExpectRead(20);
  EXPECT_EQ(CountOf("login"), "12");
}

TEST_F(Continuity, GoesOnWhereOnlyTheLastRecordIsGone) {
  Produce(10, "login");
  Start(), ExpectRead(10), Stop();
  ASSERT_TRUE(broker_.DeleteRecordsBefore(topic_, 0, 10).ok());
  Produce(5, "login");
  Start();
  ASSERT_TRUE(node_->process().WaitForLine("its last record counted is gone", kPatience).ok());
  ExpectRead(15);
  EXPECT_EQ(CountOf("login"), "15");
}

TEST_F(Continuity, KnowsATopicThatWasCreatedAnewAndIsLonger) {
  Produce(10, "login");
  Start(), ExpectRead(10), Stop();
  CreateAnew(2);
  Produce(20, "new");
  Start();
  ExpectStopped("the record at offset 9 is not the one that was there");
  Stop();

  Start({"--accept-gap", topic_ + ":0@10"});   // where to go on is for a person to say
  ExpectStopped("the record at offset 9 is not the one that was there");
  Stop();

  Start({"--accept-gap", topic_ + ":0@10=start"});
  ExpectRead(30);
  EXPECT_EQ(CountOf("login"), "10");
  EXPECT_EQ(CountOf("new"), "20");
}

TEST_F(Continuity, KnowsATopicThatWasCreatedAnewAndIsShorter) {
  Produce(10, "login");
  Start(), ExpectRead(10), Stop();
  CreateAnew(2);
  Produce(4, "new");
  Start();
  ExpectStopped(
      "the log ends before the next offset 10: it was truncated, or the topic was created anew; the log is now from 0 "
      "to 4");
  Stop();

  Start({"--accept-gap", topic_ + ":0@10=1"});
  ExpectRead(13);
  EXPECT_EQ(CountOf("new"), "3");
}

TEST_F(Continuity, KnowsAnotherCluster) {
  Produce(10, "login");
  Start(), ExpectRead(10), Stop();
  auto other = KafkaBroker::Start();
  ASSERT_TRUE(other.ok()) << other.status();
  ASSERT_TRUE((*other)->CreateTopic(topic_, 1).ok());
  Produce(**other, 20, "login");
  StartAt((*other)->bootstrap());
  // Which of the two it finds first depends on who answers first.
  auto said = node_->process().WaitForLine(topic_ + "[0] is not read any more: ", kPatience);
  EXPECT_TRUE(said.ok()) << said.status();
  EXPECT_EQ(CountOf("login"), "10");
  Stop();

  StartAt((*other)->bootstrap(), {"--accept-gap", topic_ + ":0@10=end"});
  ASSERT_TRUE(node_->process().WaitForLine("accepted: it goes on at offset 20", kPatience).ok());
  Produce(**other, 2, "login");
  ExpectRead(12);
  EXPECT_EQ(CountOf("login"), "12");
}

}  // namespace
}  // namespace tally
