// A node whose clock is stepped, with a real broker. The test sets the clock; all other parts are those of the binary.
#include <thread>

#include "apps/server/http_pages.h"
#include "apps/system_clock.h"
#include "core/base/strings.h"
#include "core/counters/view.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/kafka_broker.h"
#include "tests/testing/node_in_test.h"
#include "tests/testing/tallyd.h"
#include "tests/testing/tcp_proxy.h"

namespace tally {
namespace {

constexpr absl::Duration kLongEnough = absl::Milliseconds(700);  // to show that something does not happen
constexpr absl::Duration kCheckEvery = absl::Milliseconds(500);  // usually enough for one check of the clock verifier

class SteppingClock : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(broker_.CreateTopic(topic_, 1).ok());
    config_.kafka.group = broker_.UniqueTopic("group");
    Restart();
  }

  void Restart(const NodeOptions& options = {}) {
    node_.reset();
    node_ = StartNode(config_, options, clock_);
  }

  // Produces `n` records now, with a producer whose clock is at `time`.
  void Produce(int n, Timestamp time) {
    const Message message{.payload = R"({"game":"mw","call":"login"})", .timestamp = time};
    ASSERT_TRUE(broker_.Produce(topic_, 0, std::vector<Message>(static_cast<size_t>(n), message)).ok());
  }

  uint64_t Read() const { return RecordsRead(*node_, topic_); }
  uint64_t CountAt(Timestamp time) const {
    const SeriesId id = node_->counters().series().Find("stats:mw:login");
    return id == kNoSeries ? 0 : View(node_->counters()).Count(MinuteOf(time), id);
  }
  // Advances the clock minute by minute, each time with a pause for a check. Returns the number of minutes until the
  // clock is trusted, or `max` if it is not.
  int MinutesUntilTrusted(int max) {
    int minutes = 0;
    for (; minutes < max && InDoubt(); ++minutes) {
      clock_.Advance(absl::Minutes(1));
      std::this_thread::sleep_for(absl::ToChronoMilliseconds(kCheckEvery));
    }
    return minutes;
  }
  // Ten minutes, and one more until the first check. On a busy machine, a missing check costs three more minutes.
  void ExpectTrustedAfterMinutesWithoutRecords() {
    const int minutes = MinutesUntilTrusted(60);
    EXPECT_GE(minutes, 10);
    EXPECT_LT(minutes, 60);
  }
  HttpResponse Ready() const {
    const Counters* const slices[] = {&node_->counters()};
    return AnswerHttp({.method = "GET", .target = "/readyz"}, HttpRoutes(), {slices, clock_, *node_, password_});
  }
  bool InDoubt() const {
    return Ready().code == 503 && Ready().body.starts_with("not ready: the clock is in doubt: it reads ");
  }

  void ExpectRead(uint64_t records) {
    EXPECT_TRUE(Eventually([&] { return Read() >= records; })) << Read();
    EXPECT_EQ(Read(), records);
  }

  // Expects doubt after a step of the clock, and that records at the right time, `truth`, are not applied meanwhile.
  void ExpectDoubtUntil(Timestamp truth, uint64_t read) {
    EXPECT_TRUE(Eventually([&] { return InDoubt(); }));
    const Minute horizon = node_->counters().horizon();
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(kLongEnough));  // until the verifier has read to the end
    Produce(10, truth);
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(kLongEnough));
    EXPECT_EQ(Read(), read) << "applied in doubt";
    EXPECT_EQ(node_->counters().horizon(), horizon) << "expired in doubt";
  }

  // Produces records at `time` until the clock is trusted, and adds their number to `produced`. Then expects that all
  // `produced` records are applied.
  void ExpectTrustedAfterARecordAt(Timestamp time, uint64_t& produced) {
    EXPECT_TRUE(Eventually([&] {
      Produce(1, time);
      ++produced;
      return Ready().code == 200;
    }));
    ExpectRead(produced);
  }

  KafkaBroker& broker_ = SharedBroker();
  const std::string topic_ = broker_.UniqueTopic("mw");
  const Timestamp start_ = SystemClock().Now();  // brokers refuse a record whose timestamp is far from their own clock
  FakeClock clock_{start_};
  Password password_;
  TempDir data_;
  Config config_ = NodeConfig(broker_.bootstrap(), topic_, data_);
  std::unique_ptr<Node> node_;
};

TEST_F(SteppingClock, IsNotTrustedWhileRecordsDisagree) {
  FaultRow row("the clock steps and is corrected", /*times=*/4, /*times_in_test=*/2);
  uint64_t produced = 100;
  Produce(100, start_);
  ExpectRead(100);
  const absl::Duration steps[] = {absl::Hours(1), -absl::Hours(1), absl::Hours(24), -absl::Hours(24)};
  for (int i = 0; i < row.times(); ++i) {
    clock_.Set(start_ + steps[i % 4]);
    ExpectDoubtUntil(start_, produced);
    produced += 10;
    clock_.Set(start_);
    ExpectRead(produced);
    EXPECT_TRUE(Eventually([&] { return Ready().code == 200; }));
  }
  EXPECT_EQ(CountAt(start_), produced);
  EXPECT_EQ(node_->counters().horizon(), MinuteOf(start_ - config_.retention.ttl));
  row.Saw("nothing applied or expired until it was corrected, then every record counted");
}

TEST_F(SteppingClock, IsTrustedWhenAFreshRecordAgrees) {
  FaultRow row("the clock steps and the records agree", /*times=*/2, /*times_in_test=*/1);
  uint64_t produced = 100;
  Produce(100, start_);
  ExpectRead(100);
  Timestamp now = start_;
  for (int i = 0; i < row.times(); ++i) {
    now = now + absl::Minutes(30) * (i % 2 == 0 ? 1 : -1);
    clock_.Set(now);
    ExpectDoubtUntil(now - absl::Minutes(12), produced);
    produced += 10;
    ExpectTrustedAfterARecordAt(now - absl::Minutes(9), produced);
  }
  row.Saw("nothing applied until a record within 10 minutes of the clock, then all applied");
}

// A record of an aborted transaction also shows the current time.
TEST_F(SteppingClock, IsTrustedWhenARecordOfAnAbortedTransactionAgrees) {
  Produce(100, start_);
  ExpectRead(100);
  const Timestamp now = start_ + absl::Minutes(30);
  clock_.Set(now);
  EXPECT_TRUE(Eventually([&] { return InDoubt(); }));
  const std::vector<Message> message = {{.payload = R"({"game":"mw","call":"login"})", .timestamp = now}};
  EXPECT_TRUE(Eventually([&] {
    EXPECT_TRUE(broker_.ProduceTransaction(topic_, 0, message, KafkaBroker::TransactionEnd::kAbort).ok());
    return Ready().code == 200;
  }));
  EXPECT_EQ(Read(), 100u);
}

// The last offset of the log is that of a marker, which no consumer gets.
TEST_F(SteppingClock, IsTrustedAfterTenMinutesAlsoIfTheLogEndsWithAMarker) {
  Produce(100, start_);
  ExpectRead(100);
  clock_.Set(start_ + absl::Hours(5));
  EXPECT_TRUE(Eventually([&] { return InDoubt(); }));
  std::this_thread::sleep_for(absl::ToChronoMilliseconds(kLongEnough));  // until the verifier has read to the end
  const std::vector<Message> message = {{.payload = R"({"game":"mw","call":"login"})", .timestamp = start_}};
  ASSERT_TRUE(broker_.ProduceTransaction(topic_, 0, message, KafkaBroker::TransactionEnd::kAbort).ok());
  ExpectTrustedAfterMinutesWithoutRecords();
}

TEST_F(SteppingClock, IsTrustedAfterTenMinutesWithoutRecords) {
  Produce(100, start_);
  ExpectRead(100);
  clock_.Set(start_ + absl::Hours(5));
  EXPECT_TRUE(Eventually([&] { return InDoubt(); }));
  EXPECT_EQ(CountAt(start_), 100);
  ExpectTrustedAfterMinutesWithoutRecords();
  EXPECT_TRUE(Eventually([&] { return Ready().code == 200; }));
  EXPECT_TRUE(Eventually([&] { return node_->counters().horizon() > MinuteOf(start_); }));
}

TEST_F(SteppingClock, IsNotTrustedIfChecksAreAnHourApart) {
  Produce(100, start_);
  ExpectRead(100);
  clock_.Set(start_ + absl::Hours(5));
  EXPECT_TRUE(Eventually([&] { return InDoubt(); }));
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(absl::Hours(1));
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(kCheckEvery));
    EXPECT_TRUE(InDoubt());
  }
}

TEST_F(SteppingClock, IsNotTrustedWhileTheBrokerDoesNotAnswer) {
  TcpProxy proxy(broker_.bootstrap());
  config_.kafka.brokers = proxy.bootstrap();
  Restart();
  Produce(100, start_);
  ExpectRead(100);
  clock_.Set(start_ + absl::Hours(5));
  EXPECT_TRUE(Eventually([&] { return InDoubt(); }));
  proxy.Hold();
  EXPECT_EQ(MinutesUntilTrusted(15), 15);
  proxy.Release();
  ExpectTrustedAfterMinutesWithoutRecords();
}

TEST_F(SteppingClock, IsInDoubtAtAStartBeforeTheTimeOfTheCheckpoint) {
  FaultRow row("the node starts with a wrong clock", /*times=*/2, /*times_in_test=*/1);
  uint64_t produced = 100;
  Produce(100, start_);
  ExpectRead(100);
  const absl::Duration steps[] = {absl::Hours(1), absl::Hours(24)};
  for (int i = 0; i < row.times(); ++i) {
    ASSERT_TRUE(node_->Stop().ok());
    Produce(10, start_);  // a backlog, not fresh records
    clock_.Set(start_ - steps[i % 2]);
    Restart();
    ExpectDoubtUntil(start_, produced);
    const absl::Time began = absl::Now();
    ASSERT_TRUE(node_->Stop().ok());  // also while a batch waits
    EXPECT_LE(absl::Now() - began, Tallyd::kStopMax);
    Restart();
    EXPECT_TRUE(Eventually([&] { return InDoubt(); }));
    clock_.Set(start_);
    produced += 20;
    ExpectTrustedAfterARecordAt(start_, produced);
  }
  EXPECT_EQ(CountAt(start_), produced);
  row.Saw("nothing applied until the clock was corrected, then every record counted");
}

// The start of a recount depends on the clock. The recount would also delete the saved time that the clock is compared
// with.
TEST_F(SteppingClock, IsInDoubtBeforeARecount) {
  Produce(100, start_);
  ExpectRead(100);
  ASSERT_TRUE(node_->Stop().ok());
  config_.metrics[0].by.pop_back();
  const Timestamp earlier = start_ - absl::Hours(1);
  clock_.Set(earlier);
  Restart({.start = {.recount = true}});
  const std::string waiting = "not ready: waiting for Kafka: the start depends on the clock, which is in doubt\n";
  EXPECT_TRUE(Eventually([&] { return Ready().body == waiting; })) << Ready().body;
  EXPECT_EQ(Read(), 0u);
  uint64_t produced = 100;
  ExpectTrustedAfterARecordAt(earlier, produced);
}

}  // namespace
}  // namespace tally
