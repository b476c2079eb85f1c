// A log that is no longer the one that was counted: records have expired, the topic was created again, or it is another
// cluster. The partition stops and reports why. It resumes only with --accept-gap.
#include <random>

#include "tests/kafka/node_test_base.h"
#include "tests/testing/fault_row.h"

namespace tally {
namespace {

using testing::HasSubstr;

constexpr absl::Duration kContinuityTimeout = absl::Seconds(60);

// Draws an integer from a range; both ends are included.
int Draw(std::mt19937_64& random, int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); }

class Continuity : public NodeTest {
 protected:
  Continuity() : NodeTest(kContinuityTimeout) {}
  void SetUp() override { CreateTopic(2); }

  void ExpectStopped(const std::string& why) {
    auto line = node_->process().WaitForLine(topic_ + ":0 is not read any more: " + why, kContinuityTimeout);
    EXPECT_TRUE(line.ok()) << line.status() << node_->process().Stderr();
    EXPECT_EQ(node_->Info("partitions_stopped"), "1");
    EXPECT_THAT(node_->Query({"INFO", "kafka"}), HasSubstr("stopped_" + topic_ + "_0:" + why));
    EXPECT_THAT(node_->Query({"LAG"}), HasSubstr(" stopped:"));
  }

  // Counts a topic and creates it again, several times, with `draw(random, next)` records, where `next` is the next
  // offset. The partition must stop with the reason `why(next, records)`, also if --accept-gap names no target offset.
  template <typename DrawRecords, typename Why>
  void CreateAgain(FaultRow& row, DrawRecords draw, Why why) {
    std::mt19937_64 random(row.seed());
    int next = 0, read = 0, logins = 0, fresh = 0;
    for (int i = 0; i < row.times() && !HasFailure(); ++i) {
      const int old = Draw(random, 1, 50);
      Produce(old, "login"), next += old, logins += old;
      Start(), ExpectRead(read += old), Stop();

      const int records = draw(random, next);
      ASSERT_TRUE(broker_.DeleteTopic(topic_).ok());
      CreateTopic(2);
      Produce(records, "new");
      const std::string gap = Cat(topic_, ":0@", next);
      Start(i % 2 == 0 ? std::vector<std::string>{} : std::vector<std::string>{"--accept-gap", gap});
      ExpectStopped(why(next, records)), Stop();

      const int offset = Draw(random, 0, records);
      const std::pair<std::string, int> targets[] = {{Cat(offset), offset}, {"start", 0}, {"end", records}};
      const auto& [word, from] = targets[i % 3];
      Start({"--accept-gap", Cat(gap, "=", word)});
      AwaitLine(Cat("accepted: it resumes at offset ", from));
      fresh += records - from;
      ExpectRead(read += records - from);
      EXPECT_EQ(CountOf("login"), Cat(logins));
      EXPECT_EQ(CountOf("new"), fresh == 0 ? "" : Cat(fresh));
      Stop();
      next = records;
    }
    row.Saw("stopped; resumed only with --accept-gap, at the start, the end or an offset; counts exact from there");
  }
};

TEST_F(Continuity, StopsAtAGapAndReadsTheOtherPartitions) {
  FaultRow row("offset expired", 20, 2);
  std::mt19937_64 random(row.seed());
  std::vector<std::string> accepted;
  int next = 0, read = 0, logins = 0, kept = 0;
  for (int i = 0; i < row.times() && !HasFailure(); ++i) {
    const int before = Draw(random, 1, 50), lost = Draw(random, 1, 50), kept_now = Draw(random, 0, 20);
    Produce(before, "login"), next += before, logins += before;
    Start(accepted);  // the old flag has no effect, because there is no gap
    ExpectRead(read += before), Stop();

    Produce(lost, "lost");
    Produce(kept_now, "kept");
    ASSERT_TRUE(broker_.DeleteRecordsBefore(topic_, 0, next + lost).ok());
    const std::string gone =
        Cat("offsets ", next, " to ", next + lost - 1, " are gone, up to ", lost, " records since 2");
    Start(accepted);  // the old flag names another gap
    ExpectStopped(gone);
    Produce(3, "other", 1);
    ExpectRead(read += 3), Stop();
    Start({"--accept-gap", Cat(topic_, ":0@", next - 1)});
    ExpectStopped(gone), Stop();

    accepted = {"--accept-gap", Cat(topic_, ":0@", next)};
    Start(accepted);
    AwaitLine(Cat("accepted: it resumes at offset ", next + lost));
    ExpectRead(read += kept_now);
    kept += kept_now;
    EXPECT_EQ(CountOf("login"), Cat(logins));
    EXPECT_EQ(CountOf("lost"), "");
    EXPECT_EQ(CountOf("kept"), kept == 0 ? "" : Cat(kept));
    Stop();
    auto dump = RunToEnd({TALLYD_BINARY, "dump", data_.path()}, kContinuityTimeout);
    ASSERT_TRUE(dump.ok());
    EXPECT_THAT(dump->out, HasSubstr(Cat("gap ", topic_, " 0 from ", next, " to ", next + lost, " accepted ")));
    next += lost + kept_now;
  }
  row.Saw(
      "stopped, the other partition continued; resumed only after that gap was accepted; the checkpoint shows the gap");
}

TEST_F(Continuity, ContinuesIfOnlyTheLastRecordIsGone) {
  Produce(10, "login");
  Start(), ExpectRead(10), Stop();
  ASSERT_TRUE(broker_.DeleteRecordsBefore(topic_, 0, 10).ok());
  Produce(5, "login");
  Start();
  ASSERT_TRUE(node_->process().WaitForLine("its last record counted is gone", kContinuityTimeout).ok());
  ExpectRead(15);
  EXPECT_EQ(CountOf("login"), "15");
}

TEST_F(Continuity, DetectsATopicThatWasCreatedAgainAndIsLonger) {
  FaultRow row("topic recreated, longer", 20, 3);
  CreateAgain(
      row, [](auto& random, int next) { return next + Draw(random, 1, 50); },
      [](int next, int) { return Cat("the record at offset ", next - 1, " is not the one that was there"); });
}

TEST_F(Continuity, DetectsATopicThatWasCreatedAgainAndIsShorter) {
  FaultRow row("topic recreated, shorter (the same as a truncated log)", 10, 1);
  CreateAgain(
      row, [](auto& random, int next) { return Draw(random, 0, next - 1); },
      [](int next, int records) {
        return Cat("the log ends before the next offset ", next, ": it was truncated, the topic was created again, or ",
                   "an unclean leader election lost records; the log is now from 0 to ", records);
      });
}

TEST_F(Continuity, DetectsAnotherCluster) {
  Produce(10, "login");
  Start(), ExpectRead(10), Stop();
  auto other = KafkaBroker::Start();
  ASSERT_TRUE(other.ok()) << other.status();
  ASSERT_TRUE((*other)->CreateTopic(topic_, 1).ok());
  Produce(**other, 20, "login");
  StartAt((*other)->bootstrap());
  // The reported reason depends on the broker that answers first.
  auto line = node_->process().WaitForLine(topic_ + ":0 is not read any more: ", kContinuityTimeout);
  EXPECT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(CountOf("login"), "10");
  Stop();

  StartAt((*other)->bootstrap(), {"--accept-gap", topic_ + ":0@10=end"});
  ASSERT_TRUE(node_->process().WaitForLine("accepted: it resumes at offset 20", kContinuityTimeout).ok());
  Produce(**other, 2, "login");
  ExpectRead(12);
  EXPECT_EQ(CountOf("login"), "12");
}

}  // namespace
}  // namespace tally
