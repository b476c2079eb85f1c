// Runs the real binary on a damaged data directory. The node either resumes from an earlier complete checkpoint,
// reports the rollback, and counts exactly; or it does not start, and names the damaged file.
#include <signal.h>

#include <functional>
#include <thread>

#include "apps/kafka/kafka_metadata.h"
#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/directory_store.h"
#include "tests/disk/steady_feed.h"
#include "tests/testing/directory_image.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/log_oracle.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

using testing::HasSubstr;

constexpr absl::Duration kDirectoryTimeout = absl::Seconds(60);

class DamagedDirectory : public testing::Test {
 protected:
  std::vector<std::string> Arguments(const std::string& data) const {
    return {"--brokers", broker_.bootstrap(),
            "--topics",  feed_.topic(),
            "--data",    data,
            "--set",     "kafka.start=earliest",
            "--set",     "checkpoint.interval=50ms",
            "--set",     "kafka.group=" + group_};
  }

  void Start() {
    auto node = Tallyd::Start(Arguments(data_.path()));
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
  }
  void Kill() {
    node_->process().Kill(SIGKILL);
    EXPECT_EQ(*node_->process().Wait(kDirectoryTimeout), 128 + SIGKILL);
  }

  uint64_t Sequence() {
    auto contents = ReadCheckpoint(data_.path(), nullptr);
    EXPECT_TRUE(contents.ok()) << contents.status();
    return contents.ok() ? contents->header.sequence : 0;
  }

  // Waits until the group's committed offsets are from a later checkpoint than `sequence`.
  void WaitForCommittedOffsetsAfter(uint64_t sequence) {
    auto kafka = KafkaMetadata::Create({broker_.bootstrap(), group_, {}});
    ASSERT_TRUE(kafka.ok()) << kafka.status();
    const std::vector<TopicPartition> topic_partitions = {{feed_.topic(), 0}};
    for (absl::Time deadline = absl::Now() + kDirectoryTimeout; absl::Now() < deadline;) {
      auto committed = (*kafka)->Committed(topic_partitions, absl::Seconds(5));
      if (committed.ok() && !committed->empty()) {
        const std::string& metadata = committed->begin()->second.metadata;
        if (std::strtoull(metadata.substr(metadata.rfind(' ') + 1).c_str(), nullptr, 10) > sequence) return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    ADD_FAILURE() << "no committed offsets of a checkpoint after " << sequence;
  }

  // Makes a directory as after SIGKILL: its table has the checkpoint `table_sequence_`, its WAL has later checkpoints,
  // and the group has committed offsets of a later checkpoint.
  void MakeOldDirectory() {
    Start(), WaitForCommittedOffsetsAfter(0), Kill();
    table_sequence_ = Sequence();
    Start(), WaitForCommittedOffsetsAfter(table_sequence_ + 1), Kill();
    ASSERT_EQ(NamesWith(ReadImage(data_.path()), ".sst").size(), 1u);
  }

  // Changes a byte near the beginning of the largest WAL file.
  void DamageWal() {
    Image image = ReadImage(data_.path());
    std::string largest;
    for (const std::string& name : NamesWith(image, ".log")) {
      if (largest.empty() || image[name].size() > image[largest].size()) largest = name;
    }
    image.at(largest).at(20) ^= 1;
    WriteImage(image, data_.path());
  }

  void ExpectLine(const std::string& part) {
    auto line = node_->process().WaitForLine(part, kDirectoryTimeout);
    EXPECT_TRUE(line.ok()) << line.status();
  }

  // Checks that `serve` and `dump` on a directory with these files end with status 3 and name `file`, and that dump
  // changes nothing.
  void ExpectRefused(const Image& image, const std::string& file) {
    TempDir copy;
    WriteImage(image, copy.path());
    auto dump = RunToEnd({TALLYD_BINARY, "dump", copy.path()}, kDirectoryTimeout);
    ASSERT_TRUE(dump.ok()) << dump.status();
    EXPECT_EQ(dump->status, 3) << dump->err;
    EXPECT_EQ(dump->out, "");
    EXPECT_THAT(dump->err, HasSubstr(copy / file));
    EXPECT_EQ(ReadImage(copy.path()), image);
    std::vector<std::string> argv = {TALLYD_BINARY, "serve", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"};
    for (std::string& argument : Arguments(copy.path())) argv.push_back(std::move(argument));
    auto serve = RunToEnd(argv, kDirectoryTimeout);
    ASSERT_TRUE(serve.ok()) << serve.status();
    EXPECT_EQ(serve->status, 3) << serve->err;
    EXPECT_THAT(serve->err, HasSubstr(copy / file));
  }

  KafkaBroker& broker_ = SharedBroker();
  const std::string group_ = broker_.UniqueTopic("group");
  SteadyFeed feed_{broker_, /*seed=*/1};
  TempDir data_;
  std::unique_ptr<Tallyd> node_;
  uint64_t table_sequence_ = 0;
};

TEST_F(DamagedDirectory, IsRefusedWithTheNameOfTheFile) {
  FaultRow row("a damaged or missing file, the binary", 1, 1);
  MakeOldDirectory();
  const Image image = ReadImage(data_.path());
  const std::string files[] = {NamesWith(image, ".sst").at(0), NamesWith(image, "MANIFEST-").at(0), "CURRENT"};
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    Image damaged = image;
    std::string& bytes = damaged.at(file);
    bytes[bytes.size() / 2] ^= 1;
    ExpectRefused(damaged, file);
    damaged.erase(file);
    ExpectRefused(damaged, file);
  }
  row.Did("an SST, the MANIFEST and CURRENT: each with a flipped bit, and each removed");
  row.Saw("serve and dump end with status 3 and name the file; dump changes nothing");
}

TEST_F(DamagedDirectory, ReportsARollbackAndCountsExactly) {
  FaultRow row("WAL damage, the binary", 1, 1);
  MakeOldDirectory();
  DamageWal();
  EXPECT_EQ(Sequence(), table_sequence_);
  Start();
  ExpectLine("rocksdb: ");
  ExpectLine(Cat("the directory was at ", table_sequence_, ": it was rolled back; counting continues from there"));
  feed_.Stop();
  absl::Status read = node_->WaitUntilRead(feed_.produced(), kDirectoryTimeout);
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(*node_->Stop(), 0);
  auto dump = ReadDump(data_.path());
  ASSERT_TRUE(dump.ok()) << dump.status();
  LogOracle oracle(broker_.bootstrap());
  ASSERT_TRUE(oracle.ReadUntil(dump->next, kDirectoryTimeout).ok());
  EXPECT_TRUE(dump->counts == oracle.counts());
  row.Saw(Cat("resumed from checkpoint ", table_sequence_, ", reported the rollback; counts equal to the oracle's"));
}

TEST_F(DamagedDirectory, StopsPartitionsWhoseNextRecordsAreDeleted) {
  MakeOldDirectory();
  DamageWal();
  feed_.Stop();
  auto contents = ReadCheckpoint(data_.path(), nullptr);
  ASSERT_TRUE(contents.ok()) << contents.status();
  for (const auto& [topic_partition, state] : contents->saved.partitions) {
    ASSERT_TRUE(broker_.DeleteRecordsBefore(topic_partition.topic, topic_partition.partition, state.next + 1).ok());
  }
  Start();
  ExpectLine("it was rolled back");
  for (int partition : {0, 1}) ExpectLine(Cat(feed_.topic(), ":", partition, " is not read any more: "));
}

// All its checkpoints were in the WAL, so none remains. The group's committed offsets show that it is not a first
// start.
TEST_F(DamagedDirectory, IsRefusedIfNoCheckpointRemains) {
  Start(), WaitForCommittedOffsetsAfter(0), Kill();
  DamageWal();
  auto node = Tallyd::Start(Arguments(data_.path()));
  ASSERT_TRUE(node.ok()) << node.status();
  auto status = (*node)->process().Wait(kDirectoryTimeout);
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(*status, 3);
  EXPECT_THAT((*node)->process().Stderr(), HasSubstr(Cat(data_.path(), " is empty, but group ", group_)));
}

}  // namespace
}  // namespace tally
