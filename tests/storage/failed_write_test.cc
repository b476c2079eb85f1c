// A full disk: no acknowledged checkpoint is lost, and the next successful checkpoint contains the failed ones.
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/storage/stored.h"
#include "tests/testing/counting_node.h"

namespace tally {
namespace {

using testing::HasSubstr;

// While this exists, no file of the process can grow beyond `bytes`: a write fails, or writes only a part.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    TALLY_CHECK(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    TALLY_CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit before_;
  void (*handler_)(int);
};

absl::Status WriteOnASmallDisk(CheckpointStore& store, const Changes& changes, rlim_t bytes = 0) {
  SmallDisk disk(bytes);
  return store.Write(changes, SomeMetrics());
}

Changes At(int64_t next) {
  Changes changes = SomeChanges();
  changes.partitions[0].state.next = next;
  return changes;
}

TEST(FailedWrite, IsADiskError) {
  StoredDirectory directory;
  auto store = OpenStore(directory.path());
  absl::Status status = WriteOnASmallDisk(*store, At(7));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(directory.path()));
  EXPECT_EQ(store->sequence(), 1u);
}

TEST(FailedWrite, IsIncludedInTheNextWrite) {
  StoredDirectory directory;
  auto store = OpenStore(directory.path());
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(WriteOnASmallDisk(*store, At(7)).ok());
  absl::Status status = store->Write(At(8), SomeMetrics());
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(store->sequence(), 2u);
  store.reset();
  auto contents = Load(directory.path());
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ((*contents)->saved.partitions[0].state.next, 8);
  EXPECT_EQ(RawDatabase(directory.path()).rows(), RowsOf(**contents));
}

TEST(FailedWrite, LeavesThePreviousCheckpoint) {
  StoredDirectory directory;
  auto store = OpenStore(directory.path());
  EXPECT_FALSE(WriteOnASmallDisk(*store, At(7)).ok());
  store.reset();
  EXPECT_EQ((*Load(directory.path()))->saved.partitions[0].state.next, 0);
}

TEST(FailedWrite, CanBeTheFirstInADirectory) {
  TempDir directory;
  auto store = OpenStore(directory.path());
  EXPECT_FALSE(WriteOnASmallDisk(*store, At(7)).ok());
  std::string node = store->node();
  ASSERT_TRUE(store->Write(At(8), SomeMetrics()).ok());
  EXPECT_EQ(store->sequence(), 1u);
  store.reset();
  EXPECT_EQ((*Load(directory.path()))->header.node, node);
}

TEST(FailedWrite, CanBeAReplace) {
  StoredDirectory directory;
  auto store = OpenStore(directory.path());
  {
    SmallDisk disk(0);
    EXPECT_FALSE(store->Replace(At(7), {}).ok());
  }
  ASSERT_TRUE(store->Replace(At(8), {}).ok());
  store.reset();
  auto contents = Load(directory.path());
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(RawDatabase(directory.path()).rows(), RowsOf(**contents));
  EXPECT_TRUE((*contents)->metrics.metrics.empty());
}

// Another node that uses the directory while it is not locked.

// A write fails, then `meanwhile` runs. Returns the results of two more writes.
template <typename Meanwhile>
std::vector<absl::Status> AfterAFailure(const std::string& directory, Meanwhile meanwhile) {
  auto store = OpenStore(directory);
  EXPECT_FALSE(WriteOnASmallDisk(*store, At(7)).ok());
  meanwhile();
  std::vector<absl::Status> results = {store->Write(At(8), SomeMetrics())};
  results.push_back(store->Write(At(9), SomeMetrics()));
  return results;
}

TEST(FailedWrite, IsRecognizedIfItReachedTheDisk) {
  StoredDirectory directory;
  auto reaches = [&] { ASSERT_TRUE(OpenStore(directory.path())->Write(At(7), SomeMetrics()).ok()); };
  for (const absl::Status& status : AfterAFailure(directory.path(), reaches)) EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ((*Load(directory.path()))->saved.partitions[0].state.next, 9);
}

TEST(FailedWrite, IsNotRepeatedInADirectoryThatAnotherNodeContinued) {
  StoredDirectory directory;
  auto continues = [&] {
    auto other = OpenStore(directory.path());
    for (int64_t next : {100, 101}) ASSERT_TRUE(other->Write(At(next), SomeMetrics()).ok());
  };
  for (const absl::Status& status : AfterAFailure(directory.path(), continues)) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  }
  EXPECT_EQ((*Load(directory.path()))->saved.partitions[0].state.next, 101);
}

TEST(FailedWrite, IsNotRepeatedOverASingleCheckpointOfAnotherNode) {
  StoredDirectory directory;
  auto continues = [&] {
    Changes changes = At(100);
    changes.clock = changes.clock + absl::Seconds(1);
    ASSERT_TRUE(OpenStore(directory.path())->Write(changes, SomeMetrics()).ok());
  };
  for (const absl::Status& status : AfterAFailure(directory.path(), continues)) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  }
  EXPECT_EQ((*Load(directory.path()))->saved.partitions[0].state.next, 100);
}

TEST(FailedWrite, IsNotRepeatedInADirectoryThatIsEmptyNow) {
  StoredDirectory directory;
  auto empties = [&] {
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) std::filesystem::remove_all(entry);
  };
  for (const absl::Status& status : AfterAFailure(directory.path(), empties)) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  }
}

TEST(FailedWrite, IsNotRepeatedInADirectoryOfAnotherVersion) {
  StoredDirectory directory;
  auto upgrades = [&] { RawDatabase(directory.path()).Put(HeaderKey(), "\x04"); };
  for (const absl::Status& status : AfterAFailure(directory.path(), upgrades)) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  }
  EXPECT_EQ(RawDatabase(directory.path()).rows().at(HeaderKey()), "\x04");
}

// A node whose disk is full at random moments, so that writes end anywhere in a record, and that crashes at random.
// After a crash it finds its last acknowledged checkpoint, or a later one that failed.
class FailedWriteTrial {
 public:
  explicit FailedWriteTrial(uint64_t seed) : random_(seed) { Begin(); }

  void Step() {
    switch (random_() % 8) {
      case 0:
        Begin();
        break;
      case 1:
      case 2:
        Save(random_() % 3000);
        break;
      case 3:
        Save(RLIM_INFINITY);
        break;
      case 4:
        minutes_ += 1 + static_cast<int>(random_() % 3), Tick();
        break;
      default:
        Count();
    }
  }

  void Finish() {
    Save(RLIM_INFINITY);
    ASSERT_EQ(store_->sequence(), written_);
    store_.reset();
    const auto loaded = Load(directory_.path());  // before the raw database is open: each locks the directory
    ASSERT_EQ(RawDatabase(directory_.path()).rows(), RowsOf(**loaded));
    Begin();
  }

  size_t failures() const { return failures_; }

 private:
  struct State {
    std::map<std::string, uint64_t> counts;
    int64_t next = 0;

    friend bool operator==(const State&, const State&) = default;
  };

  void Tick() { node_->TickAt(TimeAt("14:30") + absl::Minutes(minutes_)); }

  void Count() {
    for (int i = 0; i < 30; ++i) {
      Timestamp at = node_->now() - absl::Minutes(random_() % 3);
      node_->Apply(Cat(R"({"time":)", at.millis(), R"(,"game":"mw","call":"c)", random_() % 400, R"("})"));
    }
  }

  State Now() {
    State state{{}, node_->state().next};
    for (Minute minute : View(node_->counters()).Minutes()) {
      for (const auto& [name, n] : node_->Counts(minute)) state.counts[Cat(name, "@", minute.index())] = n;
    }
    return state;
  }

  void Save(rlim_t bytes) {
    const Changes& changes = node_->counters().Cut();
    possible_.push_back(Now());
    absl::Status status;
    {
      SmallDisk disk(bytes);
      status = store_->Write(changes, SomeMetrics());
    }
    // RocksDB may report only now that a flush in the background failed; the next write must succeed.
    if (!status.ok() && bytes == RLIM_INFINITY) status = store_->Write(changes, SomeMetrics());
    ASSERT_TRUE(status.ok() || bytes != RLIM_INFINITY) << status;
    if (!status.ok()) {
      ++failures_;
      return;
    }
    ++written_;
    node_->counters().MarkSaved();
    possible_ = {Now()};
  }

  // Unwritten changes are lost.
  void Begin() {
    store_.reset();
    auto store = DirectoryStore::Open(directory_.path(), nullptr);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    auto contents = store_->Load();
    ASSERT_TRUE(contents.ok()) << contents.status();
    node_ = std::make_unique<CountingNode>(CountingOptions{.ttl = absl::Minutes(4)},
                                           *contents ? std::move((*contents)->saved) : Saved{});
    written_ = store_->sequence();
    ASSERT_THAT(possible_, testing::Contains(Now()));
    possible_ = {Now()};
    Tick();
  }

  std::mt19937_64 random_;
  TempDir directory_;
  std::unique_ptr<CheckpointStore> store_;
  std::unique_ptr<CountingNode> node_;
  std::vector<State> possible_ = {State{}};  // the states that can be on the disk
  uint64_t written_ = 0;
  int minutes_ = 0;
  size_t failures_ = 0;
};

TEST(FailedWrite, LosesNothingAtRandomCuts) {
  size_t failures = 0;
  for (uint64_t seed = 1; seed <= 12 && !HasFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    FailedWriteTrial trial(seed);
    for (int i = 0; i < 60 && !HasFailure(); ++i) trial.Step();
    if (!HasFailure()) trial.Finish();
    failures += trial.failures();
  }
  EXPECT_GT(failures, 30u);
}

}  // namespace
}  // namespace tally
