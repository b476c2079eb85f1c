// Clients that request large replies and do not read them.
#include <atomic>
#include <deque>
#include <thread>

#include "absl/time/clock.h"
#include "apps/server/long_requests.h"
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

constexpr int kTableSeries = 200'000;
constexpr absl::Duration kReaderTimeout = absl::Seconds(120);

// A reply of LIST is about 4 MB. While it waits, it needs 8 bytes for each series. While a KEYS runs, it needs 16 bytes
// for each series: docs/memory.md.
constexpr uint64_t kReplyBytes = 8ull * kTableSeries;
constexpr uint64_t kRequestsBytes = tally::LongRequests::kRunningMax * 16ull * kTableSeries;
constexpr uint64_t kHeldBytes = 1 << 20;   // in addition, apps/server/connection.h
constexpr uint64_t kNodeBytes = 16 << 20;  // for other work of the node

absl::Status Fill(KafkaBroker& broker, const std::string& topic) {
  const int64_t now = SystemClock().Now().millis();
  std::vector<Message> messages;
  for (int i = 0; i < kTableSeries; ++i) {
    messages.push_back({.payload = Cat(R"({"time":)", now, R"(,"game":"mw","call":"call)", i, R"("})")});
  }
  return broker.Produce(topic, 0, messages);
}

// Waits until the number `name` of INFO is at most `most`. Returns false after a timeout.
bool WaitFor(Tallyd& node, std::string_view name, int most) {
  for (absl::Time end = absl::Now() + kReaderTimeout; absl::Now() < end; absl::SleepFor(absl::Milliseconds(200))) {
    const std::string value = node.Info(name);
    if (!value.empty() && std::stoi(value) <= most) return true;
  }
  return false;
}

TEST(SlowReaders, UseLittleMemoryAndAreDisconnected) {
  FaultRow row("slow reader", /*times=*/1000, /*times_in_test=*/400);
  KafkaBroker& broker = SharedBroker();
  const std::string topic = broker.UniqueTopic("mw");
  ASSERT_TRUE(broker.CreateTopic(topic, 1).ok());
  ASSERT_TRUE(Fill(broker, topic).ok());
  TempDir data;
  auto node = Tallyd::Start({"--brokers", broker.bootstrap(), "--topics", topic, "--data", data.path(), "--set",
                             "kafka.start=earliest", "--set", "kafka.group=" + broker.UniqueTopic("group")});
  ASSERT_TRUE(node.ok()) << node.status();
  ASSERT_TRUE((*node)->WaitUntilRead(kTableSeries, kReaderTimeout).ok());
  ASSERT_TRUE(WaitFor(**node, "checkpoint_age_ms", 0));  // writing the checkpoint needs memory too
  ForgetPeakOf((*node)->process().pid());                // the peak of the start would hide the memory of the clients
  const uint64_t before = PeakResidentBytesOf((*node)->process().pid());

  Bystander other((*node)->port_number());
  std::string much;
  for (int i = 0; i < 100; ++i) much += i % 2 ? "KEYS *\n" : "LIST\n";
  std::deque<TestClient> slow;
  auto add_slow = [&](int clients) {
    for (int i = 0; i < clients; ++i) {
      slow.emplace_back((*node)->port_number(), /*receive_bytes=*/4096);
      slow.back().Send(much);
    }
  };
  // A few clients do not reach the limit for all clients, so only the limit for each client applies.
  constexpr int kFew = 20;
  add_slow(kFew);
  absl::SleepFor(absl::Seconds(2));  // after this, each client waits in the middle of its first reply
  const uint64_t took_by_few = PeakResidentBytesOf((*node)->process().pid()) - before;
  EXPECT_LE(took_by_few, kFew * (kHeldBytes + kReplyBytes) + kRequestsBytes + kNodeBytes);

  add_slow(row.times() - kFew);
  // Every second client reads a little each second. If the node waited for any progress, this would keep them
  // connected.
  std::atomic<bool> stopping{false};
  std::thread trickle([&] {
    for (; !stopping; absl::SleepFor(absl::Seconds(1))) {
      for (size_t i = 0; i < slow.size(); i += 2) (void)slow[i].ReadSome(1500);
    }
  });
  const bool gone = WaitFor(**node, "clients", 2);  // the bystander, and the connection of this query
  stopping = true;
  trickle.join();
  const std::string others = other.Stop();
  EXPECT_TRUE(gone) << (*node)->Info("clients");
  EXPECT_TRUE(other.answered()) << others;

  const uint64_t took = PeakResidentBytesOf((*node)->process().pid()) - before;
  const uint64_t clients = Peers::kHeldBytesMax + slow.size() * Peers::kIdleBytes + kReplyBytes;
  const uint64_t bound = (clients + kRequestsBytes) * 5 / 4 + kNodeBytes;
  EXPECT_LE(took, bound);
  row.Did(Cat(slow.size(), " clients that request 400 MB each and read nothing, or 1.5 KB a second"));
  row.Saw(Cat("all disconnected; ", kFew, " of them use ", took_by_few >> 20, " MB of RSS, all use ", took >> 20,
              " MB, bound ", bound >> 20, " MB; others: ", others));
  EXPECT_EQ(*(*node)->Stop(), 0);
}

}  // namespace
}  // namespace tally
