// A log that is no longer what was counted: records that have expired, a topic created anew, another cluster. The
// partition stops and says why, and goes on only where a person says so.
#include <random>

#include "tests/kafka/node_test_base.h"
#include "tests/testing/fault_row.h"

namespace tally {
namespace {

using testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(60);

// A whole number from a range, both ends in it.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  int operator()(int from, int to) { return from + static_cast<int>(engine_() % static_cast<uint64_t>(to - from + 1)); }

 private:
  std::mt19937_64 engine_;
};

class Continuity : public NodeTest {
 protected:
  Continuity() : NodeTest(kPatience) {}
  void SetUp() override { CreateTopic(2); }

  void ReadAll(int logins) {
    Start(), ExpectRead(read_ += logins), Stop();
    logins_ += logins;
  }

  // The topic is another one with so many records. That this is accepted does not say where to go on.
  void ExpectStoppedAnew(int records, int next, const std::string& why) {
    ASSERT_TRUE(broker_.DeleteTopic(topic_).ok());
    CreateTopic(2);
    Produce(records, "new");
    Start({"--accept-gap", Cat(topic_, ":0@", next)}), ExpectStopped(why), Stop();
  }

  void GoOnAnew(Random& random, int records, int next) {
    const int offset = random(0, records);
    const auto [word, from] = std::vector<std::pair<std::string, int>>{
        {"start", 0}, {"end", records}, {Cat(offset), offset}}[static_cast<size_t>(random(0, 2))];
    Start({"--accept-gap", Cat(topic_, ":0@", next, "=", word)});
    AwaitLine(Cat("accepted: it goes on at offset ", from));
    new_ += records - from;
    ExpectRead(read_ += records - from);
    EXPECT_EQ(CountOf("login"), Cat(logins_));
    EXPECT_EQ(CountOf("new"), new_ == 0 ? "" : Cat(new_));
    Stop();
  }

  void ExpectStopped(const std::string& why) {
    auto said = node_->process().WaitForLine(topic_ + "[0] is not read any more: " + why, kPatience);
    EXPECT_TRUE(said.ok()) << said.status() << node_->process().Stderr();
    EXPECT_EQ(node_->Info("partitions_stopped"), "1");
    EXPECT_THAT(node_->Query({"INFO", "kafka"}), HasSubstr("stopped_" + topic_ + "_0:" + why));
    EXPECT_THAT(node_->Query({"LAG"}), HasSubstr(" stopped:"));
  }

  // What was counted of topics that were created anew.
  int read_ = 0, logins_ = 0, new_ = 0;
};

TEST_F(Continuity, StopsAtAGapAndReadsTheOtherPartitions) {
  FaultRow row("offset expired", 20, 1);
  Random random(row.seed());
  std::vector<std::string> accepted;
  int next = 0, read = 0, logins = 0, kept = 0;
  for (int i = 0; i < row.times() && !HasFailure(); ++i) {
    const int before = random(1, 50), lost = random(1, 50), behind = random(0, 20);
    Produce(before, "login"), next += before, logins += before;
    Start(accepted);   // left in place, it accepts nothing: there is no gap
    ExpectRead(read += before), Stop();

    Produce(lost, "lost");
    Produce(behind, "kept");
    ASSERT_TRUE(broker_.DeleteRecordsBefore(topic_, 0, next + lost).ok());
    const std::string gone =
        Cat("offsets ", next, " to ", next + lost - 1, " are gone, up to ", lost, " records since 2");
    Start(accepted);   // that was another gap
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
    auto dump = RunToEnd({TALLYD_BINARY, "dump", data_.path()}, kPatience);
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
  ASSERT_TRUE(node_->process().WaitForLine("its last record counted is gone", kPatience).ok());
  ExpectRead(15);
  EXPECT_EQ(CountOf("login"), "15");
}

TEST_F(Continuity, KnowsATopicThatWasCreatedAnewAndIsLonger) {
  FaultRow row("topic recreated, longer", 20, 1);
  Random random(row.seed());
  int next = 0;
  for (int i = 0; i < row.times() && !HasFailure(); ++i) {
    const int old = random(1, 50);
    Produce(old, "login"), next += old;
    ReadAll(old);
    const int longer = next + random(1, 50);
    ExpectStoppedAnew(longer, next, Cat("the record at offset ", next - 1, " is not the one that was there"));
    GoOnAnew(random, longer, next);
    next = longer;
  }
  row.Saw("stopped; went on only where a person said where: at its start, its end or an offset; exact from there");
}

TEST_F(Continuity, KnowsATopicThatWasCreatedAnewAndIsShorter) {
  FaultRow row("topic recreated shorter, or truncated, which looks alike", 10, 1);
  Random random(row.seed());
  int next = 0;
  for (int i = 0; i < row.times() && !HasFailure(); ++i) {
    const int old = random(1, 50);
    Produce(old, "login"), next += old;
    ReadAll(old);
    const int shorter = random(0, next - 1);
    ExpectStoppedAnew(shorter, next,
                      Cat("the log ends before the next offset ", next, ": it was truncated, or the topic was created "
                          "anew; the log is now from 0 to ", shorter));
    GoOnAnew(random, shorter, next);
    next = shorter;
  }
  row.Saw("stopped; went on only where a person said where: at its start, its end or an offset; exact from there");
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
