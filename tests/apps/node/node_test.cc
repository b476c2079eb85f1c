// Whole nodes: their end while clients ask for the status, and two demos on one machine.
#include "apps/node/node.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "apps/kafka/kafka_metadata.h"
#include "apps/system_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/apps/kafka/feed.h"
#include "tests/testing/node_in_test.h"
#include "tests/testing/scale.h"
#include "tests/testing/status_clients.h"
#include "tests/testing/subprocess.h"
#include "tests/testing/tallyd.h"
#include "tests/testing/temp_dir.h"
#include "tests/testing/test_client.h"

namespace tally {
namespace {

using testing::HasSubstr;

TEST(NodeUnderClients, IsDestroyed) {
  Feed feed;
  // A node without a partition has no client that reads, so it ends fast.
  feed.broker().SetTopicError("mw", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  SystemClock clock;
  for (int i = 0; i < Scaled(100); ++i) {
    TempDir data;
    std::unique_ptr<Node> node = StartNode(NodeConfig(feed.broker().bootstrap(), "mw", data), {}, clock);
    StatusClients clients(node->server().text_port(), node->server().http_port());
    clients.WaitUntilAnswered();
    node.reset();
  }
}

TEST(NodeUnderClients, EndsWithStatus3WhenItIsRefused) {
  Feed feed;
  feed.Create("mw", 1);
  ASSERT_TRUE((*KafkaMetadata::Create(feed.options()))->Commit({{{"mw", 0}, 1}}, "tallyd node-1 17", kPatience).ok());
  for (int i = 0; i < 3; ++i) {
    TempDir data;
    feed.broker().TakeDown();
    auto node = Tallyd::Start({"--brokers", feed.broker().bootstrap(), "--topics", "mw", "--data", data.path(), "--set",
                               "kafka.start=earliest", "--set", "kafka.group=" + feed.options().group});
    ASSERT_TRUE(node.ok()) << node.status();
    StatusClients clients((*node)->port_number(), (*node)->http_port_number());
    clients.WaitUntilAnswered();
    feed.broker().BringUp();
    absl::StatusOr<int> status = (*node)->process().Wait(kPatience);
    if (!status.ok()) (*node)->process().Kill(SIGKILL);
    ASSERT_TRUE(status.ok()) << status.status();
    EXPECT_EQ(*status, 3) << (*node)->process().Stderr();
    EXPECT_THAT((*node)->process().Stderr(), HasSubstr("checkpoint 17"));
  }
}

// The number after the first `key` in `text`.
uint16_t PortAfter(const std::string& text, std::string_view key) {
  return static_cast<uint16_t>(std::atoi(text.substr(text.find(key) + key.size()).c_str()));
}

TEST(NodeUnderClients, EndsWithStatus0InADemo) {
  for (int i = 0; i < 2; ++i) {
    auto demo = Subprocess::Start({TALLYD_BINARY, "demo", "--seconds", "1"});
    ASSERT_TRUE(demo.ok()) << demo.status();
    absl::StatusOr<std::string> last_hint = (*demo)->WaitForLine("/metrics", kPatience);
    ASSERT_TRUE(last_hint.ok()) << last_hint.status();
    const std::string hints = (*demo)->Stdout();
    StatusClients clients(PortAfter(hints, "nc -N 127.0.0.1 "), PortAfter(hints, "http://127.0.0.1:"));
    clients.WaitUntilAnswered();
    absl::StatusOr<int> status = (*demo)->Wait(kPatience);
    if (!status.ok()) (*demo)->Kill(SIGKILL);
    ASSERT_TRUE(status.ok()) << status.status();
    EXPECT_EQ(*status, 0) << (*demo)->Stderr();
  }
}

// The first demo has the default ports, or another program has them.
TEST(Demo, TakesFreePortsIfTheDefaultsAreInUse) {
  std::vector<std::unique_ptr<Subprocess>> demos;
  std::set<uint16_t> ports;
  for (int i = 0; i < 2; ++i) {
    auto demo = Subprocess::Start({TALLYD_BINARY, "demo"});
    ASSERT_TRUE(demo.ok()) << demo.status();
    absl::StatusOr<std::string> last_hint = (*demo)->WaitForLine("/metrics", kPatience);
    ASSERT_TRUE(last_hint.ok()) << last_hint.status();
    const uint16_t port = PortAfter((*demo)->Stdout(), "nc -N 127.0.0.1 ");
    EXPECT_EQ(TestClient(port).Ask("PING"), "PONG\nEND\n");
    ports.insert(port);
    demos.push_back(*std::move(demo));
  }
  EXPECT_EQ(ports.size(), 2u);
}

}  // namespace
}  // namespace tally
