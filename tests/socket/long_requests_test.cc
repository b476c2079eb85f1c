// Repeated requests that read a million series, and the response times of other clients.
#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "apps/system_clock.h"
#include "core/base/strings.h"
#include "core/time/format.h"
#include "gtest/gtest.h"
#include "tests/testing/bystander.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/kafka_broker.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

// Half of the series are one group, the others are in groups of ten. Each series has a count in one of ten minutes.
constexpr int kSeries = 1'000'000;
constexpr int kMinutes = 10;
constexpr absl::Duration kReadTimeout = absl::Seconds(120);

// The maximum response times of PING and GET of another client, and of /healthz.
constexpr absl::Duration kP99Max = absl::Milliseconds(20);
constexpr absl::Duration kLongestMax = absl::Milliseconds(100);

Message Event(int i, Timestamp time) {
  const std::string game = i % 2 == 0 ? "mw" : Cat("g", i / 20);
  return {.payload = Cat(R"({"time":)", time.millis(), R"(,"game":")", game, R"(","call":"call)", i, R"("})")};
}

// Returns EXISTS with as many keys as fit into a RESP request: buckets of the largest group and of small ones in turn.
std::string LongExists(Timestamp now) {
  std::string words;
  int count = 1;
  for (int i = 0; words.size() < 240'000; ++i, ++count) {
    const std::string group = i % 2 == 0 ? "mw" : Cat("g", 2 * i);
    const std::string key = Cat("stats:", group, ":", FormatBucket(MinuteOf(now) - i % 240));
    words += Cat("$", key.size(), "\r\n", key, "\r\n");
  }
  return Cat("*", count, "\r\n$6\r\nEXISTS\r\n", words);
}

std::string Resp(const std::vector<std::string>& words) {
  std::string request = Cat("*", words.size(), "\r\n");
  for (const std::string& word : words) request += Cat("$", word.size(), "\r\n", word, "\r\n");
  return request;
}

class LongRequests : public testing::Test {
 protected:
  void Start() {
    topic_ = broker_.UniqueTopic("mw");
    ASSERT_TRUE(broker_.CreateTopic(topic_, 1).ok());
    const Timestamp now = SystemClock().Now();
    for (int i = 0; i < kSeries;) {
      std::vector<Message> messages;
      for (; messages.size() < 100'000; ++i) messages.push_back(Event(i, now - absl::Minutes(i / 10 % kMinutes)));
      ASSERT_TRUE(broker_.Produce(topic_, 0, messages).ok());
    }
    auto node = Tallyd::Start({"--brokers", broker_.bootstrap(), "--topics", topic_, "--data", data_.path(), "--set",
                               "kafka.start=earliest", "--set", "kafka.group=" + broker_.UniqueTopic("group"), "--set",
                               "limits.series_max=10000000"});
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
    ASSERT_TRUE(node_->WaitUntilRead(kSeries, kReadTimeout).ok());
  }

  // Produces events of about ten thousand new series a second.
  void ProduceNewSeriesUntilStopped() {
    for (int i = kSeries; !stopping_; absl::SleepFor(absl::Milliseconds(100))) {
      std::vector<Message> messages;
      for (; messages.size() < 1000; ++i) messages.push_back(Event(i, SystemClock().Now()));
      if (!broker_.Produce(topic_, 0, messages).ok()) return;
    }
  }

  // Sends `request` `times` times, in sequence. Returns the response times of other clients meanwhile.
  std::string TimesOfOthersDuring(const std::string& request, int times) {
    Bystander other(node_->port_number());
    Bystander probe(node_->http_port_number(), Bystander::Healthz());
    TestClient heavy(node_->port_number(), /*receive_bytes=*/0, Bystander::kTimeoutSeconds);
    for (int i = 0; i < times; ++i) {
      heavy.Send(request + Resp({"ECHO", "over"}));
      EXPECT_TRUE(heavy.ReadUntil("$4\r\nover\r\n").ends_with("over\r\n"));
    }
    const std::string others = other.Stop();
    const std::string probes = probe.Stop();
    EXPECT_TRUE(other.answered() && probe.answered());
    EXPECT_LE(std::max(other.p99(), probe.p99()), kP99Max);
    EXPECT_LE(std::max(other.longest(), probe.longest()), kLongestMax);
    return Cat("PING and GET ", others, ", /healthz ", probes);
  }

  KafkaBroker& broker_ = SharedBroker();
  std::string topic_;
  TempDir data_;
  std::unique_ptr<Tallyd> node_;
  std::atomic<bool> stopping_{false};
};

// Takes minutes, so it runs only in tools/soak.
TEST_F(LongRequests, DoNotDelayOtherClients) {
  FaultRow row("requests over a million series", /*times=*/20, /*times_in_test=*/0);
  if (row.times() == 0) return;
  ASSERT_NO_FATAL_FAILURE(Start());
  const std::vector<std::pair<std::string, std::string>> requests = {
      {"LIST", Resp({"LIST"})},
      {"RANGE", Resp({"RANGE", "stats:*", "-239m", "now"})},
      {"TOP", Resp({"TOP", "1000000", "stats:*", "-239m", "now"})},
      {"KEYS", Resp({"KEYS", "*"})},
      {"DBSIZE", Resp({"DBSIZE"})},
      {"HGETALL", Resp({"HGETALL", Cat("stats:mw:", FormatBucket(MinuteOf(SystemClock().Now()) - 2))})},
      {"EXISTS", LongExists(SystemClock().Now())}};
  std::string seen;
  std::thread producer([&] { ProduceNewSeriesUntilStopped(); });
  for (const auto& [name, request] : requests) {
    const std::string times = TimesOfOthersDuring(request, row.times());
    seen += Cat(seen.empty() ? "" : "; ", name, ": ", times);
  }
  stopping_ = true;
  producer.join();
  row.Did(Cat(row.times(), " times each, over ", node_->Info("series"), " series, 10000 new ones a second"));
  row.Saw(seen);
  EXPECT_EQ(*node_->Stop(), 0);
}

}  // namespace
}  // namespace tally
