#include "storage/checkpointer.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/storage/stored.h"
#include "tests/testing/counting_node.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/simulated_disk.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using testing::Pair;

struct Loaded {
  explicit Loaded(const std::string& directory) : store(*DirectoryStore::Open(directory, nullptr)) {
    auto contents = store->Load();
    TALLY_CHECK(contents.ok());
    if (*contents) saved = std::move((*contents)->saved);
  }

  std::unique_ptr<CheckpointStore> store;
  Saved saved;
};

// A node that begins on a directory, at 14:30.
class SavingNode : public CountingNode {
 public:
  explicit SavingNode(const std::string& directory, const CountingOptions& options = {})
      : SavingNode(Loaded(directory), options) {}

  void Count(std::string_view call, size_t shard = 0) { Apply(EventAt("14:30", "mw", call), shard); }
  absl::Status Run() { return checkpointer_.Run(); }
  absl::Duration age() const { return checkpointer_.progress().age; }
  uint64_t sequence() const { return checkpointer_.progress().sequence; }
  Checkpointer& checkpointer() { return checkpointer_; }
  FakeClock& clock() { return clock_; }

 private:
  SavingNode(Loaded loaded, const CountingOptions& options)
      : CountingNode(options, std::move(loaded.saved)),
        store_(std::move(loaded.store)),
        checkpointer_(counters(), *store_, FingerprintsOf(options.event, options.metrics), clock_) {}

  FakeClock clock_{TimeAt("14:30")};
  std::unique_ptr<CheckpointStore> store_;
  Checkpointer checkpointer_;
};

TEST(Checkpointer, SavesTheCounts) {
  TempDir directory;
  {
    SavingNode node(directory.path());
    node.Count("login"), node.Count("login");
    ASSERT_TRUE(node.Run().ok());
    node.Count("login");
  }
  SavingNode node(directory.path());
  EXPECT_THAT(node.Counts(MinuteAt("14:30")), ElementsAre(Pair("stats:mw:login", 2)));
  EXPECT_EQ(node.state().next, 2);
}

TEST(Checkpointer, WritesOnlyIfSomethingChanged) {
  TempDir directory;
  SavingNode node(directory.path());
  node.Count("login");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(node.Run().ok());
  EXPECT_EQ(node.sequence(), 1u);
  node.Count("login");
  ASSERT_TRUE(node.Run().ok());
  EXPECT_EQ(node.sequence(), 2u);
}

TEST(Checkpointer, WritesWithoutAChangeInRunAlways) {
  TempDir directory;
  SavingNode node(directory.path());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(node.checkpointer().RunAlways().ok());
  EXPECT_EQ(node.sequence(), 3u);
}

TEST(Checkpointer, MovesTheHorizonFirst) {
  TempDir directory;
  SavingNode node(directory.path());
  ASSERT_TRUE(node.Run().ok());
  EXPECT_EQ((node.counters().horizon()), MinuteAt("10:30"));
  node.clock().Advance(absl::Minutes(1));
  ASSERT_TRUE(node.Run().ok());
  EXPECT_EQ(node.counters().horizon(), MinuteAt("10:31"));
  EXPECT_EQ(node.sequence(), 2u);
}

TEST(Checkpointer, ReplacesTheCheckpointOfAnotherConfiguration) {
  TempDir directory;
  {
    SavingNode node(directory.path(), {.metrics = {CallsMetric()}, .shards = 2});
    node.Count("login", 1);
    ASSERT_TRUE(node.Run().ok());
  }
  auto store = OpenStore(directory.path());
  CountingNode node;
  FakeClock clock(TimeAt("14:30"));
  ASSERT_TRUE(Checkpointer(node.counters(), *store, FingerprintsOf({}, {StatsMetric()}), clock).Replace().ok());
  store.reset();
  auto contents = Load(directory.path());
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_THAT((*contents)->metrics.metrics, ElementsAre(Key("stats")));
  EXPECT_EQ((*contents)->saved.partitions.size(), 1u);
  EXPECT_THAT((*contents)->saved.series, IsEmpty());
}

TEST(Checkpointer, SavesTheKnownFromOfAMetric) {
  TempDir directory;
  SavingNode node(directory.path());
  node.counters().RaiseKnownFrom(0, MinuteAt("14:20"));
  ASSERT_TRUE(node.checkpointer().RunAlways().ok());
  auto copy = directory / "copy";
  std::filesystem::copy(directory.path(), copy);
  EXPECT_EQ((*Load(copy))->metrics.metrics.at("stats").known_from, MinuteAt("14:20"));
  EXPECT_TRUE(CheckSame((*Load(copy))->fingerprints(), FingerprintsOf({}, {StatsMetric()})).ok());
}

TEST(Checkpointer, ReturnsTheOffsetsThatAreOnTheDisk) {
  TempDir directory;
  SavingNode node(directory.path());
  EXPECT_THAT(node.checkpointer().saved_offsets(), IsEmpty());
  node.Count("login");
  ASSERT_TRUE(node.Run().ok());
  node.Count("login");
  ASSERT_EQ(node.checkpointer().saved_offsets().size(), 1u);
  EXPECT_EQ(node.checkpointer().saved_offsets()[0].state.next, 1);
}

// A clock that advances with each call.
class RunningClock : public FakeClock {
 public:
  using FakeClock::FakeClock;
  absl::Duration Monotonic() const override { return absl::Milliseconds(++asked_); }

 private:
  mutable std::atomic<int> asked_{0};
};

TEST(Checkpointer, ReportsTheDurationOfTheLastOneThatWasWritten) {
  TempDir directory;
  auto store = OpenStore(directory.path());
  CountingNode node;
  RunningClock clock(TimeAt("14:30"));
  Checkpointer checkpointer(node.counters(), *store, FingerprintsOf({}, {StatsMetric()}), clock);
  EXPECT_EQ(checkpointer.progress().duration, absl::ZeroDuration());
  ASSERT_TRUE(checkpointer.RunAlways().ok());
  EXPECT_EQ(checkpointer.progress().duration, absl::Milliseconds(1));
}

TEST(Checkpointer, CountsFailures) {
  SimulatedDisk disk(/*seed=*/1);
  auto store = DirectoryStore::Open(SimulatedDisk::kRoot, nullptr, disk.env());
  ASSERT_TRUE(store.ok()) << store.status();
  CountingNode node;
  RunningClock clock(TimeAt("14:30"));
  Checkpointer checkpointer(node.counters(), **store, FingerprintsOf({}, {StatsMetric()}), clock);
  ASSERT_TRUE(checkpointer.RunAlways().ok());
  const absl::Duration took = checkpointer.progress().duration;
  disk.FailAfter(/*operations=*/0, /*times=*/1'000'000);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(checkpointer.RunAlways().ok());
  EXPECT_EQ(checkpointer.progress().failures, 3u);
  EXPECT_EQ(checkpointer.progress().duration, took);
}

// The age of the unsaved changes.

TEST(CheckpointAge, IsZeroIfAllIsSaved) {
  TempDir directory;
  SavingNode node(directory.path());
  node.clock().Advance(absl::Hours(1));
  EXPECT_EQ(node.age(), absl::ZeroDuration());
  node.Count("login");
  ASSERT_TRUE(node.Run().ok());
  node.clock().Advance(absl::Hours(1));
  EXPECT_EQ(node.age(), absl::ZeroDuration());
}

TEST(CheckpointAge, IsCountedFromTheLastCheckpointBeforeTheChange) {
  TempDir directory;
  SavingNode node(directory.path());
  ASSERT_TRUE(node.Run().ok());
  node.clock().Advance(absl::Seconds(1));
  ASSERT_TRUE(node.Run().ok());
  node.Count("login");
  node.clock().Advance(absl::Seconds(3));
  EXPECT_EQ(node.age(), absl::Seconds(3));
}

TEST(CheckpointAge, IsNotMovedByTheWallClock) {
  TempDir directory;
  SavingNode node(directory.path());
  node.Count("login");
  node.clock().Set(TimeAt("20:00"));
  EXPECT_EQ(node.age(), absl::ZeroDuration());
}

TEST(CheckpointAge, GrowsAlsoAfterATopicWasRemoved) {
  TempDir directory;
  {
    SavingNode node(directory.path(), {.shards = 2});
    for (int i = 0; i < 100; ++i) node.Count("login", 1);
    ASSERT_TRUE(node.Run().ok());
  }
  SavingNode node(directory.path(), {.shards = 1});
  ASSERT_TRUE(node.Run().ok());
  node.Count("login");
  node.clock().Advance(absl::Seconds(3));
  EXPECT_EQ(node.age(), absl::Seconds(3));
}

TEST(Checkpointer, TakesTurnsWithAnotherThread) {
  TempDir directory;
  SavingNode node(directory.path(), {.shards = 2});
  std::thread other([&] {
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(node.checkpointer().RunAlways().ok());
  });
  for (int i = 0; i < 50; ++i) {
    node.Count("login");
    EXPECT_TRUE(node.Run().ok());
    (void)node.age();
  }
  other.join();
  ASSERT_TRUE(node.Run().ok());
  EXPECT_EQ(node.age(), absl::ZeroDuration());
}

}  // namespace
}  // namespace tally
