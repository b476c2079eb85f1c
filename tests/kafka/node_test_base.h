// A test of the binary on a real broker, with a separate topic, group and directory, and events of one minute.
//
//   TEST_F(NodeTest, ...) {
//     CreateTopic();
//     Produce(3, "login");
//     Start();
//     ExpectRead(3);
//     EXPECT_EQ(CountOf("login"), "3");
//   }
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "apps/system_clock.h"
#include "core/base/strings.h"
#include "core/time/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/kafka_broker.h"
#include "tests/testing/tallyd.h"
#include "tests/testing/temp_dir.h"

namespace tally {

// The maximum time that a test waits for an expected result.
inline constexpr absl::Duration kNodeTimeout = absl::Seconds(90);

class NodeTest : public testing::Test {
 protected:
  explicit NodeTest(absl::Duration timeout = kNodeTimeout) : timeout_(timeout) {}

  void CreateTopic(int partitions = 1) { ASSERT_TRUE(broker_.CreateTopic(topic_, partitions).ok()); }

  std::string Event(const std::string& call) const {
    return Cat(R"({"time":)", now_.millis(), R"(,"game":"mw","call":")", call, "\"}");
  }
  std::vector<Message> Events(int n, const std::string& call) const {
    return std::vector<Message>(static_cast<size_t>(n), Message{.payload = Event(call)});
  }
  void Produce(int n, const std::string& call, int32_t partition = 0) { Produce(broker_, n, call, partition); }
  void Produce(KafkaBroker& broker, int n, const std::string& call, int32_t partition = 0) {
    const absl::Status done = broker.Produce(topic_, partition, Events(n, call));
    ASSERT_TRUE(done.ok()) << done;
  }

  std::vector<std::string> Arguments(const std::string& brokers, const std::vector<std::string>& more = {}) const {
    return Arguments(brokers, data_, more);
  }
  std::vector<std::string> Arguments(const std::string& brokers, const TempDir& data,
                                     const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"--brokers", brokers,     "--topics", topic_,
                                          "--data",    data.path(), "--set",    "kafka.group=" + group_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  void Start(const std::vector<std::string>& more = {}) { StartAt(broker_.bootstrap(), more); }
  void StartAt(const std::string& brokers, const std::vector<std::string>& more = {}) {
    node_.reset();
    auto node = Tallyd::Start(Arguments(brokers, more));
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
  }
  void Stop() {
    absl::StatusOr<int> status = node_->Stop();
    ASSERT_TRUE(status.ok()) << status.status();
    EXPECT_EQ(*status, 0) << node_->process().Stderr();
  }
  // Expects that the node ends within kStopMax, also while Kafka does not answer. Returns the time that it took.
  absl::Duration StopInTime() {
    const absl::Time began = absl::Now();
    Stop();
    const absl::Duration took = absl::Now() - began;
    EXPECT_LE(took, Tallyd::kStopMax);
    return took;
  }

  void ExpectRead(uint64_t records) { ExpectRead(*node_, records); }
  void ExpectRead(Tallyd& node, uint64_t records) {
    absl::Status read = node.WaitUntilRead(records, timeout_);
    EXPECT_TRUE(read.ok()) << read;
  }
  // Waits until `holds` is true. After the timeout the test fails, with the node's log lines.
  void Await(const std::string& what, const std::function<bool()>& holds) {
    const absl::Time deadline = absl::Now() + timeout_;
    while (!holds()) {
      if (absl::Now() > deadline) {
        FAIL() << "still not: " << what << "\n" << node_->Query({"LAG"}) << "\n" << node_->process().Stderr();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  void AwaitLine(const std::string& part) {
    auto line = node_->process().WaitForLine(part, timeout_);
    ASSERT_TRUE(line.ok()) << line.status();
  }

  // Returns the count of a call in the minute of the events; an empty string if there is none.
  std::string CountOf(const std::string& call) { return CountOf(*node_, call); }
  std::string CountOf(Tallyd& node, const std::string& call) {
    return node.Query({"HGET", "stats:mw:" + FormatBucket(MinuteOf(now_)), call});
  }

  const absl::Duration timeout_;
  KafkaBroker& broker_ = SharedBroker();
  const std::string topic_ = broker_.UniqueTopic("game");
  const std::string group_ = broker_.UniqueTopic("group");
  const Timestamp now_ = SystemClock().Now() - absl::Minutes(3);
  TempDir data_;
  std::unique_ptr<Tallyd> node_;
};

}  // namespace tally
