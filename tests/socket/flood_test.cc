// More connections than the limit allows.
#include <sys/resource.h>

#include <algorithm>
#include <deque>

#include "absl/time/clock.h"
#include "apps/node/descriptors.h"
#include "apps/server/peer.h"
#include "apps/system_clock.h"
#include "core/base/strings.h"
#include "gtest/gtest.h"
#include "tests/testing/bystander.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/kafka_broker.h"
#include "tests/testing/proc.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

constexpr absl::Duration kFloodTimeout = absl::Seconds(120);
constexpr rlim_t kOwnDescriptors = 200;  // of this test, in addition to those of the flood

// Raises the limit of descriptors for a flood of `wanted` connections. Returns how many connections are possible.
int RoomForFlood(int wanted) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min(limit.rlim_max, std::max(limit.rlim_cur, static_cast<rlim_t>(wanted) + kOwnDescriptors));
  setrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int>(std::min(static_cast<rlim_t>(wanted), limit.rlim_cur - kOwnDescriptors));
}

// Returns what client `i` sends: nothing, or half a request in text or RESP.
std::string_view HalfARequest(int i) {
  constexpr std::string_view kHalves[] = {"", "PIN", "*1\r\n$4\r\nPI", "*"};
  return kHalves[static_cast<size_t>(i) % std::size(kHalves)];
}

TEST(ConnectionFlood, DoesNotAffectClientsWithinTheLimit) {
  FaultRow row("connection flood", /*times=*/5000, /*times_in_test=*/5000);
  const int flood = RoomForFlood(row.times());
  TempDir data;
  auto node = Tallyd::Start({"--brokers", "127.0.0.1:1", "--data", data.path()});
  ASSERT_TRUE(node.ok()) << node.status();
  Bystander other((*node)->port_number());
  TestClient early((*node)->port_number());
  EXPECT_EQ(early.Ask("PING"), "PONG\nEND\n");
  std::deque<TestClient> clients;
  for (int i = 0; i < flood; ++i) {
    clients.emplace_back((*node)->port_number());
    ASSERT_TRUE(clients.back().connected()) << i;
    clients.back().Send(HalfARequest(i));
  }
  EXPECT_EQ(early.Ask("PING"), "PONG\nEND\n");
  early.Send("INFO\n");
  const std::string info = early.ReadUntil("END\n");
  EXPECT_NE(info.find("clients:1000\n"), std::string::npos) << info;
  const uint64_t descriptors = DescriptorsOf((*node)->process().pid());
  EXPECT_LE(descriptors, 1000 + 2 * Peers::kOverMax + kDescriptorsOfTheNode);
  TestClient probe((*node)->http_port_number());
  probe.Send("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(probe.ReadToEnd().starts_with("HTTP/1.0 200"));  // otherwise a supervisor would kill the node

  clients.clear();
  const absl::Time end = absl::Now() + kFloodTimeout;
  while ((*node)->Info("clients") != "3" && absl::Now() < end) absl::SleepFor(absl::Milliseconds(100));
  EXPECT_EQ((*node)->Info("clients"), "3");  // both clients above, and the connection of this query
  const std::string others = other.Stop();
  EXPECT_TRUE(other.answered()) << others;
  row.Did(Cat(flood, " connections, some with half a request"));
  row.Saw(Cat("1000 clients, ", descriptors,
              " descriptors; /healthz answered; all descriptors free after the clients closed; others: ", others));
}

// Takes 300 s, so it runs only in tools/soak.
TEST(ConnectionFlood, IsClosedAfterTheIdleTimeout) {
  FaultRow row("idle and half-open connections", /*times=*/100, /*times_in_test=*/0);
  if (row.times() == 0) GTEST_SKIP() << "Server.DisconnectsAnIdleClient tests this in milliseconds";
  TempDir data;
  auto node = Tallyd::Start({"--brokers", "127.0.0.1:1", "--data", data.path()});
  ASSERT_TRUE(node.ok()) << node.status();
  const absl::Time began = absl::Now();
  std::deque<TestClient> clients;
  for (int i = 0; i < row.times(); ++i) {
    clients.emplace_back((*node)->port_number(), /*receive_bytes=*/0, /*timeout_s=*/400);
    clients.back().Send(HalfARequest(i));
  }
  for (TestClient& client : clients) {
    EXPECT_EQ(client.ReadToEnd(), "");
    EXPECT_TRUE(client.ended());
  }
  const absl::Duration took = absl::Now() - began;
  EXPECT_GE(took, absl::Seconds(299));
  row.Saw(Cat("closed after ", absl::FormatDuration(absl::Trunc(took, absl::Seconds(1)))));
}

// Clients do not use the file descriptors that a checkpoint's tables and new connections to Kafka need.
TEST(ConnectionFlood, LeavesDescriptorsToRocksDbAndKafka) {
  FaultRow row("connection flood under a low limit of descriptors", /*times=*/5000, /*times_in_test=*/700);
  const int flood = RoomForFlood(row.times());
  constexpr int kLimit = 600;
  constexpr int kEvents = 150'000;
  KafkaBroker& broker = SharedBroker();
  const std::string topic = broker.UniqueTopic("mw");
  TempDir data;
  auto node = Tallyd::Start(
      {"--brokers", broker.bootstrap(), "--topics", topic, "--data", data.path(), "--set", "kafka.start=earliest",
       "--set", "kafka.threads=2", "--set", "kafka.group=" + broker.UniqueTopic("group")},
      {"prlimit", Cat("--nofile=", kLimit, ":", kLimit)});
  ASSERT_TRUE(node.ok()) << node.status();
  Bystander other((*node)->port_number());
  TestClient early((*node)->port_number());
  EXPECT_EQ(early.Ask("PING"), "PONG\nEND\n");
  std::deque<TestClient> clients;
  for (int i = 0; i < flood; ++i) {
    clients.emplace_back((*node)->port_number());
    ASSERT_TRUE(clients.back().connected()) << "the node accepts no connection after " << i;
  }

  // The topic is created now, so the Kafka clients connect during the flood. 40 MB of names fill RocksDB's write
  // buffer, so that it writes tables.
  ASSERT_TRUE(broker.CreateTopic(topic, 2).ok());
  const int64_t now = SystemClock().Now().millis();
  for (int partition : {0, 1}) {
    std::vector<Message> messages;
    for (int i = 0; i < kEvents / 2; ++i) {
      const std::string call = Cat(std::string(240, 'c'), partition, '-', i);
      messages.push_back({.payload = Cat(R"({"time":)", now, R"(,"game":"mw","call":")", call, R"("})")});
    }
    ASSERT_TRUE(broker.Produce(topic, partition, messages).ok());
  }
  std::string info;
  const absl::Time end = absl::Now() + absl::Seconds(60);
  auto has = [&](std::string_view line) { return info.find(line) != std::string::npos; };
  while (absl::Now() < end && !(has(Cat("\nevents_counted:", kEvents, "\n")) && has("\ncheckpoint_age_ms:0\n"))) {
    absl::SleepFor(absl::Milliseconds(200));
    early.Send("INFO\n");
    info = early.ReadUntil("END\n");
  }
  EXPECT_TRUE(has(Cat("\nevents_counted:", kEvents, "\n"))) << info;
  EXPECT_TRUE(has("\ncheckpoint_age_ms:0\n")) << info << (*node)->process().Stderr();
  const uint64_t descriptors = DescriptorsOf((*node)->process().pid());
  EXPECT_LT(descriptors, kLimit);
  const std::string others = other.Stop();
  EXPECT_TRUE(other.answered()) << others;
  EXPECT_EQ(*(*node)->Stop(), 0) << (*node)->process().Stderr();
  row.Did(Cat(flood, " connections to a node with a limit of ", kLimit, " descriptors"));
  row.Saw(Cat(descriptors, " in use; ", kEvents, " events read and saved meanwhile; others: ", others));
}

}  // namespace
}  // namespace tally
