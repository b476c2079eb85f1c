// Topics that change while they are read: partitions added, topics deleted.
#include <atomic>

#include "tests/kafka/node_test_base.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/game_events.h"
#include "tests/testing/log_oracle.h"

namespace tally {
namespace {

using testing::HasSubstr;

class Topics : public NodeTest {
 protected:
  // Returns the last word of a partition's line in LAG.
  std::string StateOf(int partition) {
    const std::string lag = "\n" + node_->Query({"LAG"}) + "\n";
    const size_t line = lag.find(Cat("\n", topic_, " ", partition, " "));
    if (line == std::string::npos) return "";
    const size_t end = lag.find('\n', line + 1);
    const size_t word = lag.rfind(' ', end) + 1;
    return lag.substr(word, end - word);
  }
};

TEST_F(Topics, ReadsAddedPartitionsFromTheirStartUnderLoad) {
  FaultRow row("partitions added, 4 -> 8 under load", 10, 1);
  absl::Duration slowest;
  for (int i = 0; i < row.times() && !HasFailure(); ++i) {
    const std::string topic = broker_.UniqueTopic("growing");
    ASSERT_TRUE(broker_.CreateTopic(topic, 4).ok());
    GameEvents events(row.seed() + static_cast<uint64_t>(i), SystemClock().Now());
    std::map<TopicPartition, int64_t> ends;
    auto produce = [&](int32_t partitions) {
      for (int32_t partition = 0; partition < partitions; ++partition) {
        ASSERT_TRUE(broker_.Produce(topic, partition, events.Make(0, 500)).ok());
        ends[{topic, partition}] += 500;
      }
    };
    produce(4);
    TempDir data;
    auto node = Tallyd::Start({"--brokers", broker_.bootstrap(), "--topics", topic, "--data", data.path(), "--set",
                               "kafka.start=latest", "--set", "kafka.group=" + broker_.UniqueTopic("group")});
    ASSERT_TRUE(node.ok()) << node.status();
    // The first 4 partitions begin at their ends. An added partition begins at its start, also with kafka.start=latest.
    ASSERT_TRUE((*node)->process().WaitForLine(Cat(topic, ":3 begins at offset 500"), kNodeTimeout).ok());
    produce(4);
    ASSERT_TRUE(broker_.AddPartitions(topic, 8).ok());
    const absl::Time added = absl::Now();
    uint64_t read = 2000;
    for (int round = 0; round < 5; ++round) produce(8), read += 8 * 500;
    absl::Status all = (*node)->WaitUntilRead(read, kNodeTimeout);
    ASSERT_TRUE(all.ok()) << all;
    slowest = std::max(slowest, absl::Now() - added);
    EXPECT_EQ(*(*node)->Stop(), 0);

    auto dump = ReadDump(data.path());
    ASSERT_TRUE(dump.ok()) << dump.status();
    EXPECT_EQ(dump->next, ends);
    LogOracle whole(broker_.bootstrap()), before(broker_.bootstrap());
    ASSERT_TRUE(whole.ReadUntil(ends, kNodeTimeout).ok());
    ASSERT_TRUE(
        before.ReadUntil({{{topic, 0}, 500}, {{topic, 1}, 500}, {{topic, 2}, 500}, {{topic, 3}, 500}}, kNodeTimeout)
            .ok());
    Counts expected = whole.counts();
    for (const auto& [counter, count] : before.counts()) {
      if ((expected[counter] -= count) == 0) expected.erase(counter);
    }
    EXPECT_TRUE(dump->counts == expected);
  }
  row.Saw(Cat("read from their start, all within ", absl::ToInt64Milliseconds(slowest), " ms; counts exact"));
}

TEST_F(Topics, StopsADeletedTopicAndKeepsItsData) {
  FaultRow row("topic deleted", 5, 1);
  const std::string lasting = broker_.UniqueTopic("lasting");
  ASSERT_TRUE(broker_.CreateTopic(lasting, 1).ok());
  int other = 0;
  for (int i = 0; i < row.times() && !HasFailure(); ++i) {
    ASSERT_TRUE(broker_.CreateTopic(topic_, 2).ok());
    TempDir data;
    const std::vector<std::string> arguments = {
        "--brokers", broker_.bootstrap(), "--topics", topic_ + "," + lasting,
        "--data",    data.path(),         "--set",    "kafka.group=" + broker_.UniqueTopic("group")};
    auto node = Tallyd::Start(arguments);
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
    for (int partition : {0, 1}) Produce(10, "login", partition);
    ExpectRead(static_cast<uint64_t>(20 + other));
    ASSERT_TRUE(broker_.DeleteTopic(topic_).ok());
    Await("waiting", [&] { return StateOf(0) == "waiting"; });
    EXPECT_THAT(node_->Http("/readyz"), HasSubstr("waiting for topic: " + topic_));
    if (row.times() > 1) {  // this takes half a minute
      Await("stopped", [&] { return node_->Info("partitions_stopped") == "2"; });
      EXPECT_THAT(node_->Query({"LAG"}), HasSubstr("stopped:it_does_not_exist_any_more:_the_topic_was_deleted"));
      EXPECT_THAT(node_->Http("/readyz"), HasSubstr(Cat("stopped: ", topic_, ":1 it does not exist any more")));
    }
    ASSERT_TRUE(broker_.Produce(lasting, 0, Events(5, "other")).ok());
    other += 5;
    ExpectRead(static_cast<uint64_t>(20 + other));
    EXPECT_EQ(CountOf("login"), "20");
    EXPECT_EQ(CountOf("other"), Cat(other));

    // A new topic with the same name is not counted.
    ASSERT_TRUE(broker_.CreateTopic(topic_, 2).ok());
    Produce(50, "new");
    Stop();
    node = Tallyd::Start(arguments);
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
    AwaitLine(topic_ + ":0 is not read any more: the record at offset 9 is not the one that was there");
    EXPECT_EQ(CountOf("login"), "20");
    EXPECT_EQ(CountOf("new"), "");
    Stop();
    ASSERT_TRUE(broker_.DeleteTopic(topic_).ok());
  }
  row.Saw(Cat(row.times() > 1 ? "its partitions stopped" : "the node waited for it",
              "; its counts remained; the other topic continued; a new topic with its name is not counted"));
}

// Topics by regular expression.
class MatchedTopics : public NodeTest {
 protected:
  void Create(const std::string& topic, int records) {
    ASSERT_TRUE(broker_.CreateTopic(topic, 1).ok());
    ASSERT_TRUE(broker_.Produce(topic, 0, Events(records, "login")).ok());
  }
  void Start() {
    auto node = Tallyd::Start({"--brokers", broker_.bootstrap(), "--topics", "^" + prefix_ + "_[a-z]", "--data",
                               data_.path(), "--set", "kafka.group=" + group_});
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
  }
  // The state of a topic's partition in LAG; empty if LAG does not have it.
  std::string StateOf(const std::string& topic) {
    const std::string lag = "\n" + node_->Query({"LAG"}) + "\n";
    const size_t line = lag.find(Cat("\n", topic, " 0 "));
    if (line == std::string::npos) return "";
    const size_t end = lag.find('\n', line + 1);
    const size_t word = lag.rfind(' ', end) + 1;
    return lag.substr(word, end - word);
  }

  const std::string prefix_ = broker_.UniqueTopic("match");
};

TEST_F(MatchedTopics, AreFoundWhileTheNodeRunsAndStopWhenTheyAreDeleted) {
  const std::string a = prefix_ + "_a", b = prefix_ + "_b";
  Start();
  AwaitLine("no topic matches ^" + prefix_ + "_[a-z]; waiting for one");
  Await("ready",
        [&] { return node_->Http("/readyz").find("ready\nwaiting for topic: ^" + prefix_) != std::string::npos; });
  Create("x" + a, 100), Create(a + "x", 100), Create(a, 3);
  ExpectRead(3);
  AwaitLine("new topics that match kafka.topics: " + a);
  Await("one topic in LAG", [&] { return StateOf(a) == "ok"; });
  EXPECT_EQ(node_->Query({"LAG"}).find('\n'), std::string::npos) << node_->Query({"LAG"});

  Create(b, 4);
  ExpectRead(7);
  AwaitLine("new topics that match kafka.topics: " + b);
  ASSERT_TRUE(broker_.DeleteTopic(a).ok());
  Await("waiting", [&] { return StateOf(a) == "waiting"; });
  ASSERT_TRUE(broker_.Produce(b, 0, Events(5, "login")).ok());
  ExpectRead(12);
  EXPECT_EQ(CountOf("login"), "12");
  Stop();

  Start();  // continues, without the deleted topic
  ASSERT_TRUE(broker_.Produce(b, 0, Events(1, "login")).ok());
  ExpectRead(13);
  EXPECT_EQ(CountOf("login"), "13");
  Stop();
}

}  // namespace
}  // namespace tally
