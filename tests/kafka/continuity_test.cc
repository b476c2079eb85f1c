// A log that is no longer what was counted: records that have expired, a topic created anew, another cluster. The
// partition stops and says why, and goes on only where a person says so.
#include <random>

#include "tests/kafka/node_test_base.h"
#include "tests/testing/fault_row.h"

namespace tally {
namespace {

using testing::HasSubstr;

constexpr absl::Duration kContinuityTimeout = absl::Seconds(60);

// A whole number from a range, both ends in it.
int Draw(std::mt19937_64& random, int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); }

class Continuity : public NodeTest {
 protected:
  Continuity() : NodeTest(kContinuityTimeout) {}
  void SetUp() override { CreateTopic(2); }

  void ExpectStopped(const std::string& why) {
    auto said = node_->process().WaitForLine(topic_ + ":0 is not read any more: " + why, kContinuityTimeout);
    EXPECT_TRUE(said.ok()) << said.status() << node_->process().Stderr();
    EXPECT_EQ(node_->Info("partitions_stopped"), "1");
    EXPECT_THAT(node_->Query({"INFO", "kafka"}), HasSubstr("stopped_" + topic_ + "_0:" + why));
    EXPECT_THAT(node_->Query({"LAG"}), HasSubstr(" stopped:"));
  }

  // Counts a topic and creates it anew, time and again: with `draw(random, next)` records, `next` the next offset.
  // The partition must stop for `why(next, records)`, also where a flag accepts that but does not say where to go on.
  template <typename DrawRecords, typename Why>
  void CreateAnew(FaultRow& row, DrawRecords draw, Why why) {
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
      const std::pair<std::string, int> places[] = {{Cat(offset), offset}, {"start", 0}, {"end", records}};
      const auto& [word, from] = places[i % 3];
      Start({"--accept-gap", Cat(gap, "=", word)});
      AwaitLine(Cat("accepted: it goes on at offset ", from));
      fresh += records - from;
      ExpectRead(read += records - from);
      EXPECT_EQ(CountOf("login"), Cat(logins));
      EXPECT_EQ(CountOf("new"), fresh == 0 ? "" : Cat(fresh));
      Stop();
      next = records;
    }
    row.Saw("stopped; went on only where a person said where: at its start, its end or an offset; exact from there");
  }
};

TEST_F(Continuity, StopsAtAGapAndReadsTheOtherPartitions) {
  FaultRow row("offset expired", 20, 2);
  std::mt19937_64 random(row.seed());
  std::vector<std::string> accepted;
  int next = 0, read = 0, logins = 0, kept = 0;
  for (int i = 0; i < row.times() && !HasFailure(); ++i) {
    const int before = Draw(random, 1, 50), lost = Draw(random, 1, 50), behind = Draw(random, 0, 20);
    Produce(before, "login"), next += before, logins += before;
    Start(accepted);  // left in place, it accepts nothing: there is no gap
    ExpectRead(read += before), Stop();

    Produce(lost, "lost");
    Produce(behind, "kept");
    ASSERT_TRUE(broker_.DeleteRecordsBefore(topic_, 0, next + lost).ok());
    const std::string gone =
        Cat("offsets ", next, " to ", next + lost - 1, " are gone, up to ", lost, " records since 2");
    Start(accepted);  // that was another gap
    ExpectStopped(gone);
    Produce(3, "other", 1);
    ExpectRead(read += 3), Stop();
    Start({"--accept-gap", Cat(topic_, ":0@", next - 1)});
    ExpectStopped(gone), Stop();

    accepted = {"--accept-gap", Cat(topic_, ":0@", next)};
    Start(accepted);
    AwaitLine(Cat("accepted: it goes on at offset ", next + lost));
    ExpectRead(read += behind);
    kept += behind;
    EXPECT_EQ(CountOf("login"), Cat(logins));
    EXPECT_EQ(CountOf("lost"), "");
    EXPECT_EQ(CountOf("kept"), kept == 0 ? "" : Cat(kept));
    Stop();
    auto dump = RunToEnd({TALLYD_BINARY, "dump", data_.path()}, kContinuityTimeout);
    ASSERT_TRUE(dump.ok());
    EXPECT_THAT(dump->out, HasSubstr(Cat("gap ", topic_, " 0 from ", next, " to ", next + lost, " accepted ")));
    next += lost + behind;
  }
  row.Saw("stopped, the other partition went on; read on only where that gap was accepted, which the checkpoint says");
}

TEST_F(Continuity, GoesOnWhereOnlyTheLastRecordIsGone) {
  Produce(10, "login");
  Start(), ExpectRead(10), Stop();
  ASSERT_TRUE(broker_.DeleteRecordsBefore(topic_, 0, 10).ok());
  Produce(5, "login");
  Start();
  ASSERT_TRUE(node_->process().WaitForLine("its last record counted is gone", kContinuityTimeout).ok());
  ExpectRead(15);
  EXPECT_EQ(CountOf("login"), "15");
}

TEST_F(Continuity, KnowsATopicThatWasCreatedAnewAndIsLonger) {
  FaultRow row("topic recreated, longer", 20, 3);
  CreateAnew(
      row, [](auto& random, int next) { return next + Draw(random, 1, 50); },
      [](int next, int) { return Cat("the record at offset ", next - 1, " is not the one that was there"); });
}

TEST_F(Continuity, KnowsATopicThatWasCreatedAnewAndIsShorter) {
  FaultRow row("topic recreated shorter, or truncated, which looks alike", 10, 1);
  CreateAnew(
      row, [](auto& random, int next) { return Draw(random, 0, next - 1); },
      [](int next, int records) {
        return Cat("the log ends before the next offset ", next, ": it was truncated, the topic was created again, or ",
                   "an unclean leader election lost records; the log is now from 0 to ", records);
      });
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
  auto said = node_->process().WaitForLine(topic_ + ":0 is not read any more: ", kContinuityTimeout);
  EXPECT_TRUE(said.ok()) << said.status();
  EXPECT_EQ(CountOf("login"), "10");
  Stop();

  StartAt((*other)->bootstrap(), {"--accept-gap", topic_ + ":0@10=end"});
  ASSERT_TRUE(node_->process().WaitForLine("accepted: it goes on at offset 20", kContinuityTimeout).ok());
  Produce(**other, 2, "login");
  ExpectRead(12);
  EXPECT_EQ(CountOf("login"), "12");
}

}  // namespace
}  // namespace tally
