// A million pipelined commands on one connection.
#include <thread>

#include "absl/time/clock.h"
#include "core/base/strings.h"
#include "gtest/gtest.h"
#include "tests/testing/bystander.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/proc.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

constexpr int kCommands = 1'000'000;
constexpr uint64_t kConnectionBytes = 1 << 20;  // the limit for one connection, apps/server/connection.h
constexpr uint64_t kSlackBytes = 8 << 20;

// Starts a node whose broker is not reachable. It replies to queries anyway.
absl::StatusOr<std::unique_ptr<Tallyd>> StartWithoutKafka(const TempDir& data) {
  return Tallyd::Start({"--brokers", "127.0.0.1:1", "--data", data.path()});
}

TEST(PipeliningFlood, GetsAllRepliesWithinAMegabyte) {
  FaultRow row("pipelining flood", /*times=*/10, /*times_in_test=*/1);
  TempDir data;
  auto node = StartWithoutKafka(data);
  ASSERT_TRUE(node.ok()) << node.status();
  Bystander other((*node)->port_number());
  const uint64_t before = PeakResidentBytesOf((*node)->process().pid());
  absl::Duration took;
  for (int i = 0; i < row.times(); ++i) {
    TestClient client((*node)->port_number());
    std::string pings;
    for (int n = 0; n < kCommands; ++n) pings += "PING\n";
    const absl::Time began = absl::Now();
    std::thread writer([&] {
      client.Send(pings);
      client.EndSending();
    });
    const std::string replies = client.ReadToEnd();
    writer.join();
    took += absl::Now() - began;
    const std::string one = "PONG\nEND\n";
    ASSERT_EQ(replies.size(), kCommands * one.size());
    for (size_t at = 0; at < replies.size(); at += one.size()) ASSERT_EQ(replies.compare(at, one.size(), one), 0);
  }
  const std::string others = other.Stop();
  EXPECT_TRUE(other.answered()) << others;
  const uint64_t grown = PeakResidentBytesOf((*node)->process().pid()) - before;
  EXPECT_LE(grown, kConnectionBytes + kSlackBytes);
  row.Did(Cat(row.times(), " times ", kCommands, " pipelined commands"));
  row.Saw(Cat("all replies, in ", absl::FormatDuration(took / row.times()), "; ", grown >> 10,
              " KB of RSS; others: ", others));
}

// A client sends without reading its replies. At some point the node stops reading from it.
TEST(PipeliningFlood, IsNotReadWhileItsRepliesWait) {
  constexpr size_t kTooMuch = 64 << 20;
  TempDir data;
  auto node = StartWithoutKafka(data);
  ASSERT_TRUE(node.ok()) << node.status();
  Bystander other((*node)->port_number());
  const uint64_t before = PeakResidentBytesOf((*node)->process().pid());
  TestClient client((*node)->port_number(), /*receive_bytes=*/4096, /*timeout_s=*/1);
  std::string helps;
  while (helps.size() < (64 << 10)) helps += "HELP\n";
  size_t sent = 0;
  while (sent < kTooMuch && client.Send(helps)) sent += helps.size();
  EXPECT_LT(sent, kTooMuch);
  const std::string others = other.Stop();
  EXPECT_TRUE(other.answered()) << others;
  EXPECT_LE(PeakResidentBytesOf((*node)->process().pid()) - before, kConnectionBytes + kSlackBytes);
}

}  // namespace
}  // namespace tally
