// A broker that is stopped, frozen or slow, or another broker at the same address. The node answers queries, reports
// the age of its data, continues without help, and counts exactly.
#include <random>

#include "tests/kafka/node_test_base.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/tcp_proxy.h"

namespace tally {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Millis(absl::Duration d) { return Cat(absl::ToInt64Milliseconds(d), " ms"); }

// Has its own broker, because the tests stop it.
class BrokerAway : public NodeTest {
 protected:
  static void SetUpTestSuite() {
    auto started = KafkaBroker::Start();
    ASSERT_TRUE(started.ok()) << started.status();
    own_ = *std::move(started);
  }
  static void TearDownTestSuite() { own_.reset(); }
  void SetUp() override { ASSERT_TRUE(own_->CreateTopic(topic_, 3).ok()); }

  int Lag() {
    int seconds = -1;
    return absl::SimpleAtoi(ToAbsl(node_->Info("lag_seconds")), &seconds) ? seconds : -1;
  }

  static inline std::unique_ptr<KafkaBroker> own_;
};

TEST_F(BrokerAway, IsReportedAsLagAndTheNodeContinuesWithoutHelp) {
  FaultRow row("broker away", 20, 2);
  std::mt19937_64 random(row.seed());
  absl::Duration slowest_stop;
  StartAt(own_->bootstrap());
  int produced = 0;
  for (int i = 0; i < row.times() && !HasFailure(); ++i) {
    const bool frozen = i % 2 == 0;
    Produce(*own_, 10, "login", i % 2), produced += 10;
    ExpectRead(static_cast<uint64_t>(produced));
    Await("no lag", [&] { return Lag() == 0; });

    frozen ? own_->Freeze() : own_->Stop();
    const int age = row.times() <= 2 ? 6 : 6 + static_cast<int>(random() % 80);
    Await("the age of the data", [&] { return Lag() >= age; });
    EXPECT_EQ(CountOf("login"), Cat(produced));
    EXPECT_THAT(node_->Query({"LAG"}), Not(HasSubstr(" 0 0 ok")));
    EXPECT_THAT(node_->Http("/readyz"), HasSubstr(" 200 "));
    if (i % 4 < 2) {  // in half of the rounds, the node also restarts while the broker is away
      slowest_stop = std::max(slowest_stop, StopInTime());
      StartAt(own_->bootstrap());
      EXPECT_EQ(CountOf("login"), Cat(produced));
      EXPECT_THAT(node_->Http("/readyz"), HasSubstr(" 503 "));
    }
    if (frozen) {
      own_->Thaw();
    } else {
      ASSERT_TRUE(own_->Restart().ok());
    }
    Produce(*own_, 10, "login", 1), produced += 10;
    ExpectRead(static_cast<uint64_t>(produced));
    EXPECT_EQ(CountOf("login"), Cat(produced));
  }
  Stop();
  row.Did(Cat(row.times(), " times, half of them with kill -9, half of them with SIGSTOP"));
  row.Saw(
      Cat("queries answered, age of the data reported; continued without help; counts exact; SIGTERM ended it with ",
          "status 0 within ", Millis(slowest_stop)));
}

TEST_F(BrokerAway, WithALongRoundTripIsRead) {
  FaultRow row("round trip of 30 s", 30, 1);  // seconds
  const absl::Duration one_way = absl::Seconds(row.times()) / 2;
  const absl::Duration timeout = absl::Minutes(10);
  TcpProxy proxy(own_->bootstrap());
  StartAt(proxy.bootstrap());
  Produce(*own_, 10, "login");
  ExpectRead(10);
  proxy.SetDelay(one_way);
  Produce(*own_, 10, "login", 1);
  EXPECT_EQ(CountOf("login"), "10");
  absl::Status read = node_->WaitUntilRead(20, timeout);
  ASSERT_TRUE(read.ok()) << read;
  const absl::Duration stopped = StopInTime();

  Produce(*own_, 10, "login");
  const absl::Time began = absl::Now();
  StartAt(proxy.bootstrap());
  EXPECT_EQ(CountOf("login"), "20");
  read = node_->WaitUntilRead(30, timeout);
  ASSERT_TRUE(read.ok()) << read;
  const absl::Duration took = absl::Now() - began;
  EXPECT_EQ(CountOf("login"), "30");

  ASSERT_TRUE(own_->AddPartitions(topic_, 4).ok());
  Produce(*own_, 10, "login", 3);
  const absl::Time added = absl::Now();
  read = node_->WaitUntilRead(40, timeout);
  ASSERT_TRUE(read.ok()) << read;
  const absl::Duration took_new = absl::Now() - added;
  EXPECT_EQ(CountOf("login"), "40");
  EXPECT_THAT(node_->Query({"LAG"}), Not(HasSubstr("stopped")));
  Stop();
  row.Did(Cat("a round trip of ", row.times(), " s"));
  row.Saw(Cat("continued; read new records ", Millis(took), " after a start, and an added partition after ",
              Millis(took_new), "; SIGTERM ended it within ", Millis(stopped)));
}

// The address stays the same, but another cluster answers there, with longer logs. The third partition has no counts
// yet, so it has no record to compare. Only the other cluster has the fourth.
TEST_F(BrokerAway, AndAnotherClusterAtItsAddressStopsAllPartitions) {
  FaultRow row("another cluster at the same address, while it runs", 30, 2);
  std::mt19937_64 random(row.seed());
  auto other = KafkaBroker::Start();
  ASSERT_TRUE(other.ok()) << other.status();
  ASSERT_TRUE((*other)->CreateTopic(topic_, 4).ok());
  for (int partition = 0; partition < 4; ++partition) Produce(**other, 20'000, "foreign", partition);
  TcpProxy proxy(own_->bootstrap());
  int produced = 0;
  for (int i = 0; i < row.times() && !HasFailure(); ++i) {
    for (int partition : {0, 1}) Produce(*own_, 100, "login", partition), produced += 100;
    StartAt(proxy.bootstrap());
    ExpectRead(static_cast<uint64_t>(produced));
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 2500));  // a random moment between two checks
    proxy.SwitchTo((*other)->bootstrap());
    Await("all stopped", [&] { return node_->Info("partitions_stopped") == "3"; });
    EXPECT_EQ(node_->Info("partitions"), "3");
    EXPECT_EQ(CountOf("foreign"), "");
    EXPECT_EQ(CountOf("login"), Cat(produced));
    EXPECT_THAT(node_->Query({"LAG"}), HasSubstr("stopped:"));
    Stop();
    proxy.SwitchTo(own_->bootstrap());
  }
  StartAt(proxy.bootstrap());
  Produce(*own_, 10, "login");
  ExpectRead(static_cast<uint64_t>(produced + 10));
  EXPECT_EQ(CountOf("foreign"), "");
  EXPECT_EQ(CountOf("login"), Cat(produced + 10));
  Stop();
  row.Saw("all partitions stopped, nothing of the other cluster counted; counts exact with the first cluster again");
}

}  // namespace
}  // namespace tally
