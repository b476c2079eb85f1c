// A directory that is not the previous one: it is empty, because a volume is not mounted, or it is an older copy.
#include <filesystem>

#include "apps/kafka/kafka_metadata.h"
#include "tests/kafka/node_test_base.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/tcp_proxy.h"

namespace tally {
namespace {

using testing::HasSubstr;

class Volume : public NodeTest {
 protected:
  void SetUp() override { CreateTopic(); }

  uint64_t Sequence() { return std::strtoull(node_->Info("checkpoint_sequence").c_str(), nullptr, 10); }

  // Returns the sequence of the checkpoint in the group's committed offsets; 0 if there is none.
  uint64_t CommittedSequence() {
    auto metadata = KafkaMetadata::Create({broker_.bootstrap(), group_, {}});
    if (!metadata.ok() || !(*metadata)->ListPartitions(std::vector<std::string>{topic_}, kNodeTimeout).ok()) return 0;
    auto committed = (*metadata)->Committed(std::vector<TopicPartition>{{topic_, 0}}, kNodeTimeout);
    if (!committed.ok() || committed->empty()) return 0;
    const std::string& text = committed->begin()->second.metadata;
    return std::strtoull(text.c_str() + text.rfind(' ') + 1, nullptr, 10);
  }

  TempDir other_;
};

TEST_F(Volume, ThatIsEmptyIsRefusedWhenTheBrokerAnswers) {
  FaultRow row("missing volume: an empty directory", 20, 1);
  for (int i = 0; i < row.times() && !HasFailure(); ++i) {
    Produce(10, "login");
    Start({"--init"});
    ExpectRead(static_cast<uint64_t>(10 * (i + 1)));
    Await("committed offsets", [&] { return CommittedSequence() > 0; });
    Stop();
    std::filesystem::remove_all(data_.path());
    std::filesystem::create_directory(data_.path());

    TcpProxy proxy(broker_.bootstrap());
    proxy.Hold();
    StartAt(proxy.bootstrap());
    std::this_thread::sleep_for(std::chrono::seconds(1));
    EXPECT_THAT(node_->Http("/readyz"), HasSubstr(" 503 "));
    EXPECT_THAT(node_->Http("/healthz"), HasSubstr(" 200 "));
    EXPECT_EQ(node_->Query({"LAG"}), "");
    EXPECT_EQ(node_->Info("events_read"), "0");
    proxy.Release();
    absl::StatusOr<int> status = node_->process().Wait(kNodeTimeout);
    ASSERT_TRUE(status.ok()) << status.status();
    EXPECT_EQ(*status, 3);
    EXPECT_THAT(node_->process().Stderr(), HasSubstr("is its volume missing? serve --init starts again without it"));
  }
  Start({"--init"});
  ExpectRead(static_cast<uint64_t>(10 * row.times()));
  EXPECT_EQ(CountOf("login"), Cat(10 * row.times()));
  Stop();
  row.Saw("503 and nothing read while the broker did not answer, then status 3; counted from the start with --init");
}

TEST_F(Volume, ThatIsAnOlderCopyIsReportedAndCounted) {
  FaultRow row("missing volume: an older copy of the directory", 20, 1);
  int produced = 0;
  for (int i = 0; i < row.times() && !HasFailure(); ++i) {
    Produce(10, "login"), produced += 10;
    Start();
    ExpectRead(static_cast<uint64_t>(produced));
    Stop();
    std::filesystem::remove_all(other_.path());
    std::filesystem::copy(data_.path(), other_.path(), std::filesystem::copy_options::recursive);

    Start();
    const uint64_t before = Sequence();
    Produce(10, "login"), produced += 10;
    ExpectRead(static_cast<uint64_t>(produced));
    Await("later committed offsets", [&] { return CommittedSequence() > before; });
    Stop();
    std::filesystem::remove_all(data_.path());
    std::filesystem::copy(other_.path(), data_.path(), std::filesystem::copy_options::recursive);

    Produce(5, "login"), produced += 5;
    Start();
    AwaitLine(Cat("but the directory was at ", before, ": it was rolled back; counting continues from there"));
    ExpectRead(static_cast<uint64_t>(produced));
    EXPECT_EQ(CountOf("login"), Cat(produced));
    Stop();
  }
  row.Saw("reported in a log line; counts exact");
}

}  // namespace
}  // namespace tally
