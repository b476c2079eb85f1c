// Damage of a data directory, below the real binary: it goes back to a whole checkpoint, says so and counts on to the
// exact end, or it does not start and names the file.
#include <signal.h>

#include <functional>
#include <thread>

#include "apps/kafka/log_watch.h"
#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/checkpoint_store.h"
#include "tests/disk/steady_feed.h"
#include "tests/testing/directory_image.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/log_oracle.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

using testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(60);

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
    EXPECT_EQ(*node_->process().Wait(kPatience), 128 + SIGKILL);
  }

  uint64_t Sequence() {
    auto contents = ReadCheckpoint(data_.path(), nullptr);
    EXPECT_TRUE(contents.ok()) << contents.status();
    return contents.ok() ? contents->header.sequence : 0;
  }

  // Returns once the group's positions are of a later checkpoint than `sequence`.
  void WaitForPositionsAfter(uint64_t sequence) {
    auto log = LogWatch::Create({broker_.bootstrap(), group_, {}});
    ASSERT_TRUE(log.ok()) << log.status();
    const std::vector<TopicPartition> places = {{feed_.topic(), 0}};
    for (absl::Time deadline = absl::Now() + kPatience; absl::Now() < deadline;) {
      auto positions = (*log)->Committed(places, absl::Seconds(5));
      if (positions.ok() && !positions->empty()) {
        const std::string& owner = positions->begin()->second.metadata;
        if (std::strtoull(owner.substr(owner.rfind(' ') + 1).c_str(), nullptr, 10) > sequence) return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    ADD_FAILURE() << "no positions of a checkpoint after " << sequence;
  }

  // Leaves a directory as after kill -9 whose table has what was there at `table_` and whose log has more, of which the
  // group knows.
  void MakeOldDirectory() {
    Start(), WaitForPositionsAfter(0), Kill();
    table_ = Sequence();
    Start(), WaitForPositionsAfter(table_ + 1), Kill();
    ASSERT_EQ(NamesWith(ReadImage(data_.path()), ".sst").size(), 1u);
  }

  // Changes a byte near the beginning of the largest log.
  void DamageLog() {
    Image image = ReadImage(data_.path());
    std::string largest;
    for (const std::string& name : NamesWith(image, ".log")) {
      if (largest.empty() || image[name].size() > image[largest].size()) largest = name;
    }
    image.at(largest).at(20) ^= 1;
    WriteImage(image, data_.path());
  }

  void ExpectLine(const std::string& part) {
    auto line = node_->process().WaitForLine(part, kPatience);
    EXPECT_TRUE(line.ok()) << line.status();
  }

  // `serve` on a directory of these files, and `dump`, end with 3 and name `file`; dump changes nothing.
  void ExpectRefused(const Image& image, const std::string& file) {
    TempDir copy;
    WriteImage(image, copy.path());
    auto dump = RunToEnd({TALLYD_BINARY, "dump", copy.path()}, kPatience);
    ASSERT_TRUE(dump.ok()) << dump.status();
    EXPECT_EQ(dump->status, 3) << dump->err;
    EXPECT_EQ(dump->out, "");
    EXPECT_THAT(dump->err, HasSubstr(copy / file));
    EXPECT_EQ(ReadImage(copy.path()), image);
    std::vector<std::string> argv = {TALLYD_BINARY, "serve", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"};
    for (std::string& argument : Arguments(copy.path())) argv.push_back(std::move(argument));
    auto serve = RunToEnd(argv, kPatience);
    ASSERT_TRUE(serve.ok()) << serve.status();
    EXPECT_EQ(serve->status, 3) << serve->err;
    EXPECT_THAT(serve->err, HasSubstr(copy / file));
  }

  KafkaBroker& broker_ = SharedBroker();
  const std::string group_ = broker_.UniqueTopic("group");
  SteadyFeed feed_{broker_, /*seed=*/1};
  TempDir data_;
  std::unique_ptr<Tallyd> node_;
  uint64_t table_ = 0;
};

TEST_F(DamagedDirectory, IsRefusedAndTheFileNamed) {
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
  row.Did("an SST, MANIFEST and CURRENT, a bit flipped and gone");
  row.Saw("serve and dump end with 3 and name it, dump changes nothing");
}

TEST_F(DamagedDirectory, GoesBackLoudlyAndComesToTheExactEnd) {
  FaultRow row("WAL damage, the binary", 1, 1);
  MakeOldDirectory();
  DamageLog();
  EXPECT_EQ(Sequence(), table_);
  Start();
  ExpectLine("rocksdb: ");
  ExpectLine(Cat("the directory was at ", table_, ": it was rolled back, and is counted on from there"));
  feed_.Stop();
  absl::Status read = node_->WaitUntilRead(feed_.produced(), kPatience);
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(*node_->Stop(), 0);
  auto dump = ReadDump(data_.path());
  ASSERT_TRUE(dump.ok()) << dump.status();
  LogOracle oracle(broker_.bootstrap());
  ASSERT_TRUE(oracle.ReadUntil(dump->next, kPatience).ok());
  EXPECT_TRUE(dump->counts == oracle.counts());
  row.Saw(Cat("back at checkpoint ", table_, ", said so, and equal to the oracle at the end"));
}

TEST_F(DamagedDirectory, StopsWhereItsNextRecordsAreGone) {
  MakeOldDirectory();
  DamageLog();
  feed_.Stop();
  auto contents = ReadCheckpoint(data_.path(), nullptr);
  ASSERT_TRUE(contents.ok()) << contents.status();
  for (const auto& [place, state] : contents->saved.partitions) {
    ASSERT_TRUE(broker_.DeleteRecordsBefore(place.topic, place.partition, state.next + 1).ok());
  }
  Start();
  ExpectLine("it was rolled back");
  for (int partition : {0, 1}) ExpectLine(Cat(feed_.topic(), "[", partition, "] is not read any more: "));
}

// All that it had was in the log, so nothing is left: what the group knows tells it from a first start.
TEST_F(DamagedDirectory, OfWhichNothingIsLeftIsRefused) {
  Start(), WaitForPositionsAfter(0), Kill();
  DamageLog();
  auto node = Tallyd::Start(Arguments(data_.path()));
  ASSERT_TRUE(node.ok()) << node.status();
  auto status = (*node)->process().Wait(kPatience);
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(*status, 3);
  EXPECT_THAT((*node)->process().Stderr(), HasSubstr(Cat(data_.path(), " is empty, but group ", group_)));
}

}  // namespace
}  // namespace tally
