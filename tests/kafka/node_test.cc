// The binary on a real broker: its first offset, what it waits for, and what it refuses.
#include <signal.h>

#include <fstream>

#include "tests/kafka/node_test_base.h"
#include "tests/testing/fault_row.h"

namespace tally {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr absl::Duration kCountTimeout = absl::Seconds(30);

// Some tests run several nodes, in sequence or at the same time, with separate data directories.
class NodeOnKafka : public NodeTest {
 protected:
  NodeOnKafka() : NodeTest(kCountTimeout) {}

  std::unique_ptr<Tallyd> Start(const std::vector<std::string>& more = {}) { return Start(data_, more); }

  std::unique_ptr<Tallyd> Start(const TempDir& data, const std::vector<std::string>& more = {}) {
    auto node = Tallyd::Start(Arguments(broker_.bootstrap(), data, more));
    EXPECT_TRUE(node.ok()) << node.status();
    return node.ok() ? *std::move(node) : nullptr;
  }

  // Runs a node that is expected to end by itself.
  Finished Refused(const TempDir& data, const std::vector<std::string>& more = {}) {
    std::vector<std::string> argv = {TALLYD_BINARY, "serve", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"};
    for (std::string& argument : Arguments(broker_.bootstrap(), data, more)) argv.push_back(std::move(argument));
    auto run = RunToEnd(argv, kCountTimeout);
    EXPECT_TRUE(run.ok()) << run.status();
    return run.ok() ? *run : Finished{};
  }
};

TEST_F(NodeOnKafka, WaitsForATopicThatDoesNotExistYet) {
  auto node = Start();
  ASSERT_TRUE(node->process().WaitForLine("topic " + topic_ + " does not exist yet", kCountTimeout).ok());
  EXPECT_EQ(node->Query({"LAG"}), topic_ + " - - - - - waiting");
  CreateTopic();
  Produce(7, "login");
  ExpectRead(*node, 7);
  EXPECT_EQ(CountOf(*node, "login"), "7");
}

TEST_F(NodeOnKafka, ReadsNewPartitionsFromTheirStart) {
  CreateTopic(1);
  Produce(3, "login");
  auto node = Start();
  ExpectRead(*node, 3);
  ASSERT_TRUE(broker_.AddPartitions(topic_, 3).ok());
  Produce(4, "login", 1);
  Produce(5, "login", 2);
  ExpectRead(*node, 12);
  EXPECT_EQ(CountOf(*node, "login"), "12");
}

TEST_F(NodeOnKafka, ContinuesFromItsCheckpointAndNotFromCommittedOffsets) {
  CreateTopic();
  Produce(3, "login");
  auto node = Start();
  ExpectRead(*node, 3);
  EXPECT_EQ(*node->Stop(), 0);
  Produce(4, "login");
  node = Start();
  ExpectRead(*node, 7);
  EXPECT_EQ(CountOf(*node, "login"), "7");
}

TEST_F(NodeOnKafka, CountsTheSameWithAnyNumberOfThreads) {
  CreateTopic(/*partitions=*/5);
  uint64_t produced = 0;
  for (int threads : {2, 5, 1, 8, 0}) {
    for (int32_t partition = 0; partition < 5; ++partition) Produce(3 + partition, "login", partition);
    produced += 3 + 4 + 5 + 6 + 7;
    auto node = Start({"--set", Cat("kafka.threads=", threads)});
    ExpectRead(*node, produced);
    EXPECT_EQ(CountOf(*node, "login"), Cat(produced)) << threads << " threads";
    EXPECT_EQ(*node->Stop(), 0);
  }
}

TEST_F(NodeOnKafka, ReadsCommittedTransactionsOnlyAndSkipsTheirMarkers) {
  CreateTopic();
  using End = KafkaBroker::TransactionEnd;
  ASSERT_TRUE(
      broker_.ProduceTransaction(topic_, 0, {{.payload = Event("buy")}, {.payload = Event("buy")}}, End::kCommit).ok());
  ASSERT_TRUE(broker_.ProduceTransaction(topic_, 0, {{.payload = Event("buy")}}, End::kAbort).ok());
  auto node = Start();
  ExpectRead(*node, 2);
  // Two records, a marker, an aborted record, and its marker.
  std::string lag;
  for (int i = 0; i < 100 && !lag.starts_with(topic_ + " 0 5 5 0 0 ok"); ++i) {
    lag = node->Query({"LAG"});
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(lag, topic_ + " 0 5 5 0 0 ok");
  EXPECT_EQ(CountOf(*node, "buy"), "2");
}

TEST_F(NodeOnKafka, BeginsAtTheEndIfConfigured) {
  CreateTopic();
  Produce(3, "login");
  auto node = Start({"--set", "kafka.start=latest"});
  ASSERT_TRUE(node->process().WaitForLine(topic_ + ":0 begins at offset 3", kCountTimeout).ok());
  Produce(2, "login");
  ExpectRead(*node, 2);
  EXPECT_THAT(node->Query({"GET", "stats:mw:login", "-3m"}), StartsWith("ERR"));
}

TEST_F(NodeOnKafka, BeginsAtTheStartOfTheRetention) {
  CreateTopic();
  Timestamp old = now_ - absl::Hours(6);
  ASSERT_TRUE(
      broker_.Produce(topic_, 0, {{.payload = Event("old"), .timestamp = old}, {.payload = Event("new")}}).ok());
  auto node = Start();
  ASSERT_TRUE(node->process().WaitForLine(topic_ + ":0 begins at offset 1", kCountTimeout).ok());
  ExpectRead(*node, 1);
}

TEST_F(NodeOnKafka, BeginsAtAConfiguredTime) {
  CreateTopic();
  const Timestamp start = now_ - absl::Minutes(30);
  ASSERT_TRUE(broker_
                  .Produce(topic_, 0,
                           {{.payload = Event("old"), .timestamp = start - absl::Milliseconds(1)},
                            {.payload = Event("new"), .timestamp = start},
                            {.payload = Event("new")}})
                  .ok());
  auto node = Start({"--set", "kafka.start=" + FormatTimestamp(start)});
  ASSERT_TRUE(node->process().WaitForLine(topic_ + ":0 begins at offset 1", kCountTimeout).ok());
  ExpectRead(*node, 2);
  EXPECT_EQ(CountOf(*node, "new"), "2");
  EXPECT_EQ(CountOf(*node, "old"), "");
  EXPECT_THAT(node->Query({"GET", "stats:mw:new", "-35m"}), StartsWith("ERR"));
}

TEST_F(NodeOnKafka, RefusesAnEmptyDirectoryIfAnEarlierNodeCommittedOffsets) {
  CreateTopic();
  Produce(3, "login");
  auto node = Start();
  ExpectRead(*node, 3);
  // Offsets are committed after a checkpoint, every few seconds.
  ASSERT_TRUE(node->process().WaitForLine("offsets are committed to group " + group_, kCountTimeout).ok());
  EXPECT_EQ(*node->Stop(), 0);

  TempDir empty;
  Finished refused = Refused(empty);
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.err, HasSubstr("is its volume missing? serve --init starts again without it"));
  node = Start(empty, {"--init"});
  ExpectRead(*node, 3);
}

TEST_F(NodeOnKafka, RefusesADirectoryThatAnotherNodeHolds) {
  FaultRow row("second process on one directory", 100, 2);
  CreateTopic();
  auto node = Start();
  for (int i = 0; i < row.times() && !HasFailure(); ++i) {
    Produce(10, "login");
    Finished refused =
        i % 2 == 0 ? Refused(data_) : RunToEnd({TALLYD_BINARY, "dump", data_.path()}, kCountTimeout).value();
    EXPECT_EQ(refused.status, 3);
    EXPECT_THAT(refused.err, HasSubstr("is locked by another process"));
  }
  ExpectRead(*node, static_cast<uint64_t>(10 * row.times()));
  EXPECT_EQ(CountOf(*node, "login"), Cat(10 * row.times()));
  EXPECT_EQ(*node->Stop(), 0);
  row.Did(Cat(row.times(), " starts, of serve and dump in turn"));
  row.Saw("refused with status 3; the first process continued");
}

TEST_F(NodeOnKafka, RefusesAChangedMetricWithoutRecount) {
  CreateTopic();
  Produce(3, "login");
  auto node = Start();
  ExpectRead(*node, 3);
  EXPECT_EQ(*node->Stop(), 0);
  std::vector<std::string> changed = {"--set", R"(event.time="@timestamp")"};
  Finished refused = Refused(data_, changed);
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.err, HasSubstr("[event] was counted with"));

  changed.push_back("--recount");
  node = Start(changed);
  ExpectRead(*node, 3);
  EXPECT_EQ(CountOf(*node, "login"), "");  // the timestamps of the records are in another minute
  EXPECT_EQ(*node->Stop(), 0);
  changed.pop_back();
  node = Start(changed);
  ExpectRead(*node, 3);
}

TEST_F(NodeOnKafka, CountsRawLinesByAPattern) {
  CreateTopic();
  std::string line = Cat(now_.millis() / 1000, " 10.1.2.3 /k/login/42?x=1");
  ASSERT_TRUE(broker_.Produce(topic_, 0, {{.payload = line}, {.payload = line}}).ok());
  TempDir etc;
  std::ofstream(etc / "tallyd.toml") << R"([event]
format = "regex"
pattern = '^(?P<time>\d+) (?P<ip>\S+) /k/(?P<call>[^/?\s]+)'
[[metric]]
name = "stats"
by = ["call"]
)";
  auto node = Start({"--config", etc / "tallyd.toml"});
  ExpectRead(*node, 2);
  EXPECT_EQ(node->Query({"HGETALL", "stats:" + FormatBucket(MinuteOf(now_))}), "login 2");
}

TEST(NodeWithoutKafka, ListensAndEnds) {
  TempDir data;
  auto node = Tallyd::Start({"--brokers", "127.0.0.1:1", "--topics", "mw", "--data", data.path()});
  ASSERT_TRUE(node.ok()) << node.status();
  EXPECT_EQ((*node)->Query({"PING"}), "PONG");
  EXPECT_EQ((*node)->Info("loading"), "0");  // a client may ask for what the checkpoint has
  EXPECT_EQ((*node)->Info("ready"), "0");
  EXPECT_EQ(*(*node)->Stop(), 0);
}

}  // namespace
}  // namespace tally
