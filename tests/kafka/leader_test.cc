// Partitions whose leader changes between two brokers that stay connected to the node. A clean election changes
// nothing. An unclean election can change the log from any offset on, and then the partition stops.
#include <random>

#include "tests/kafka/node_test_base.h"
#include "tests/testing/fault_row.h"

namespace tally {
namespace {

using testing::HasSubstr;

int DrawFrom(std::mt19937_64& random, int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); }

// Two brokers. The second one leads the first partition, and the first one leads the second partition.
class LeaderChange : public NodeTest {
 protected:
  static void SetUpTestSuite() {
    auto first = KafkaBroker::Start();
    ASSERT_TRUE(first.ok()) << first.status();
    first_ = *std::move(first);
    auto second = KafkaBroker::Join(*first_);
    ASSERT_TRUE(second.ok()) << second.status();
    second_ = *std::move(second);
  }
  static void TearDownTestSuite() { second_.reset(), first_.reset(); }

  void Create(const std::string& unclean) {
    const absl::Status done =
        first_->CreateTopic(topic_, {{2, 1}, {1, 2}}, {{"unclean.leader.election.enable", unclean}});
    ASSERT_TRUE(done.ok()) << done;
  }
  void StartNode(const TempDir& data) {
    auto node = Tallyd::Start(Arguments(Cat(first_->bootstrap(), ",", second_->bootstrap()), data, {"--init"}));
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
  }
  void AwaitInSync(int replicas) {
    const absl::Status in_sync = first_->AwaitInSync(topic_, 0, replicas);
    ASSERT_TRUE(in_sync.ok()) << in_sync;
  }
  // Freezes the second broker, and waits until the first broker is the leader. Connections to the second stay open.
  void FreezeTheLeader() {
    second_->Freeze();
    const absl::Status elected = first_->AwaitLeader(topic_, 0, *first_);
    if (!elected.ok()) second_->Thaw();
    ASSERT_TRUE(elected.ok()) << elected;
  }

  static inline std::unique_ptr<KafkaBroker> first_, second_;
};

TEST_F(LeaderChange, StopsIfAnUncleanElectionChangedTheLog) {
  FaultRow row("unclean leader election, connected to both brokers", 10, 1);
  std::mt19937_64 random(row.seed());
  for (int i = 0; i < row.times() && !HasFatalFailure(); ++i) {
    if (i > 0) {
      ASSERT_TRUE(first_->DeleteTopic(topic_).ok());
    }
    const TempDir data;
    Create("true");
    const int both = DrawFrom(random, 1, 50), lost = DrawFrom(random, 1, 50), foreign = lost + DrawFrom(random, 1, 50);
    Produce(*first_, both, "login");
    Produce(*first_, 5, "other", 1);
    AwaitInSync(2);
    second_->HoldReplication();
    Produce(*first_, lost, "login");  // acknowledged when the lagging follower has left the ISR
    AwaitInSync(1);
    StartNode(data);
    ExpectRead(static_cast<uint64_t>(both + lost + 5));

    FreezeTheLeader();
    Produce(*first_, foreign, "foreign");
    first_->HoldReplication();  // so that the second broker does not copy the first one's log and lead again
    second_->Thaw();
    AwaitLine(Cat(topic_, ":0 is not read any more: the record at offset ", both + lost - 1, " is not the one"));
    EXPECT_THAT(node_->Query({"INFO", "kafka"}), HasSubstr("an unclean leader election lost records"));
    Produce(*first_, 5, "other", 1);
    ExpectRead(static_cast<uint64_t>(both + lost + 10));
    EXPECT_EQ(CountOf("login"), Cat(both + lost));
    EXPECT_EQ(CountOf("foreign"), "");
    for (auto* broker : {first_.get(), second_.get()}) broker->ReleaseReplication();
    Stop();
  }
  row.Saw(
      "stopped, with the reason in a log line; nothing of the new leader's log counted; the other partition continued");
}

TEST_F(LeaderChange, CountsExactlyThroughCleanElections) {
  FaultRow row("clean leader change and back", 10, 2);
  std::mt19937_64 random(row.seed());
  Create("false");
  StartNode(data_);
  int produced = 0;
  const auto produce = [&] {
    for (int partition : {0, 1}) {
      const int n = DrawFrom(random, 1, 5000);
      Produce(*first_, n, "login", partition), produced += n;
    }
  };
  for (int i = 0; i < row.times() && !HasFatalFailure(); ++i) {
    AwaitInSync(2);
    produce();
    absl::SleepFor(absl::Milliseconds(DrawFrom(random, 0, 200)));
    FreezeTheLeader();
    produce();
    second_->Thaw();
    absl::SleepFor(absl::Milliseconds(DrawFrom(random, 0, 2000)));
    produce();
    ASSERT_TRUE(first_->AwaitLeader(topic_, 0, *second_).ok());
    produce();
  }
  ExpectRead(static_cast<uint64_t>(produced));
  EXPECT_EQ(CountOf("login"), Cat(produced));
  EXPECT_EQ(node_->Info("partitions_stopped"), "0");
  Stop();
  row.Did(Cat(row.times(), " times, each at a random moment"));
  row.Saw("nothing lost, nothing counted twice");
}

}  // namespace
}  // namespace tally
