#include "storage/directory_store.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/storage/stored.h"
#include "tests/testing/temp_dir.h"

namespace tally {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::MatchesRegex;

// Returns the checkpoint that a new store loads from `directory`.
CheckpointContents Reloaded(const std::string& directory) {
  auto contents = Load(directory);
  TALLY_CHECK(contents.ok() && contents->has_value());
  return **std::move(contents);
}

Changes NothingBut(std::vector<Changes::Partition> partitions) {
  Changes changes;
  changes.partitions = std::move(partitions);
  return changes;
}

TEST(DirectoryStore, FindsNothingAtAFirstStart) {
  TempDir directory;
  auto store = OpenStore(directory.path());
  EXPECT_EQ((*store->Load()), std::nullopt);
  EXPECT_EQ(store->sequence(), 0u);
  EXPECT_EQ(store->node(), "");
}

TEST(DirectoryStore, FindsNothingIfTheFirstStartWroteNothing) {
  TempDir directory;
  OpenStore(directory.path()).reset();
  EXPECT_EQ(*Load(directory.path()), std::nullopt);
}

TEST(DirectoryStore, CreatesItsDirectory) {
  TempDir directory;
  OpenStore(directory / "a/b/c");
  EXPECT_TRUE(std::filesystem::is_directory(directory / "a/b/c"));
}

TEST(DirectoryStore, IgnoresFilesThatAreNotItsOwn) {
  TempDir directory;
  std::filesystem::create_directory(directory / "lost+found");
  std::ofstream(directory / "README") << "not yours";
  ASSERT_TRUE(OpenStore(directory.path())->Write(SomeChanges(), SomeMetrics()).ok());
  EXPECT_EQ(Reloaded(directory.path()).header.sequence, 1u);
  EXPECT_TRUE(std::filesystem::exists(directory / "README"));
}

TEST(DirectoryStore, ReportsWhyADirectoryCannotBeCreated) {
  TempDir directory;
  std::ofstream(directory / "file") << "x";
  absl::Status status = DirectoryStore::Open(directory / "file/data", nullptr).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr(directory / "file/data"));
}

TEST(DirectoryStore, LoadsWhatWasWritten) {
  StoredDirectory directory;
  CheckpointContents contents = Reloaded(directory.path());
  EXPECT_EQ(contents.header.horizon, MinuteAt("10:31"));
  EXPECT_EQ(contents.saved.horizon, MinuteAt("10:31"));
  EXPECT_EQ(contents.saved.clock, TimeAt("14:31:07"));
  EXPECT_EQ(contents.metrics.event, "format=json");
  EXPECT_EQ(contents.metrics.metrics, SomeMetrics().metrics);
  ASSERT_EQ(contents.saved.partitions.size(), 2u);
  EXPECT_EQ(contents.saved.partitions[1].topic_partition, (TopicPartition{"mw", 3}));
  EXPECT_EQ(contents.saved.partitions[1].state, SomeChanges().partitions[1].state);
  ASSERT_EQ(contents.saved.series.size(), 3u);
  EXPECT_EQ(contents.saved.series[2].id, 300u);
  EXPECT_EQ(contents.saved.series[2].name, "stats:hh:login");
  ASSERT_EQ(contents.saved.blocks.size(), 2u);
  EXPECT_EQ(contents.saved.blocks[0].first, (BlockKey{MinuteAt("14:30"), 0}));
  EXPECT_EQ(contents.saved.blocks[0].second.count(1), 300u);
}

TEST(DirectoryStore, ContainsOnlyTheRowsOfItsFormat) {
  StoredDirectory directory;
  Rows expected = RowsOf(Reloaded(directory.path()));
  EXPECT_EQ(RawDatabase(directory.path()).rows(), expected);
  EXPECT_EQ(expected.size(), 1u + 1 + 1 + 2 + 2 + 3 + 2);
}

TEST(DirectoryStore, ReturnsTheStoredFingerprints) {
  StoredDirectory directory;
  Fingerprints prints = Reloaded(directory.path()).fingerprints();
  EXPECT_EQ(prints.event, "format=json");
  EXPECT_EQ(prints.metrics.at("stats"), "by=game,call");
}

TEST(DirectoryStore, NumbersItsCheckpoints) {
  TempDir directory;
  auto store = OpenStore(directory.path());
  for (uint64_t sequence : {1u, 2u, 3u}) {
    ASSERT_TRUE(store->Write(SomeChanges(), SomeMetrics()).ok());
    EXPECT_EQ(store->sequence(), sequence);
  }
  store.reset();
  EXPECT_EQ(OpenStore(directory.path())->sequence(), 3u);
}

TEST(DirectoryStore, GeneratesAnIdentityForADirectory) {
  StoredDirectory directory, other;
  std::string node = Reloaded(directory.path()).header.node;
  EXPECT_THAT(node, MatchesRegex("[0-9a-f]{16}"));
  EXPECT_NE(Reloaded(other.path()).header.node, node);
  auto store = OpenStore(directory.path());
  EXPECT_EQ(store->node(), node);
  ASSERT_TRUE(store->Write(SomeChanges(), SomeMetrics()).ok());
  EXPECT_EQ(store->node(), node);
}

TEST(DirectoryStore, KeepsUnchangedRows) {
  StoredDirectory directory;
  Changes changes = NothingBut(SomeChanges().partitions);
  changes.blocks = {{{MinuteAt("14:32"), 0}, Packed({{0, 9}})}};
  changes.horizon = MinuteAt("10:32");
  ASSERT_TRUE(OpenStore(directory.path())->Write(changes, SomeMetrics()).ok());
  CheckpointContents contents = Reloaded(directory.path());
  EXPECT_EQ(contents.saved.blocks.size(), 3u);
  EXPECT_EQ(contents.saved.series.size(), 3u);
  EXPECT_EQ(contents.saved.horizon, MinuteAt("10:32"));
}

TEST(DirectoryStore, OverwritesChangedRows) {
  StoredDirectory directory;
  Changes changes = SomeChanges();
  changes.blocks = {{{MinuteAt("14:30"), 0}, Packed({{1, 8}})}};
  changes.series = {{1, "stats:mw:sell"}};
  changes.partitions[0].state.next = 99;
  ASSERT_TRUE(OpenStore(directory.path())->Write(changes, SomeMetrics()).ok());
  CheckpointContents contents = Reloaded(directory.path());
  EXPECT_EQ(contents.saved.blocks[0].second.count(0), 0u);
  EXPECT_EQ(contents.saved.blocks[0].second.count(1), 8u);
  EXPECT_EQ(contents.saved.series[1].name, "stats:mw:sell");
  EXPECT_EQ(contents.saved.partitions[0].state.next, 99);
}

TEST(DirectoryStore, DeletesRowsThatAreGone) {
  StoredDirectory directory;
  Changes changes = NothingBut(SomeChanges().partitions);
  changes.blocks = {{{MinuteAt("14:31"), 1}, ""}, {{MinuteAt("09:00"), 7}, ""}};
  changes.series = {{300, ""}, {17, ""}};
  ASSERT_TRUE(OpenStore(directory.path())->Write(changes, SomeMetrics()).ok());
  CheckpointContents contents = Reloaded(directory.path());
  EXPECT_EQ(contents.saved.blocks.size(), 1u);
  EXPECT_EQ(contents.saved.series.size(), 2u);
}

TEST(DirectoryStore, DeletesTheRowOfARemovedMetric) {
  StoredDirectory directory;
  MetricRows metrics = SomeMetrics();
  metrics.metrics.erase("all");
  metrics.metrics["spent"] = {MinuteAt("14:30"), "by="};
  ASSERT_TRUE(OpenStore(directory.path())->Write(NothingBut(SomeChanges().partitions), metrics).ok());
  EXPECT_THAT(Reloaded(directory.path()).metrics.metrics, ElementsAre(Key("spent"), Key("stats")));
}

TEST(DirectoryStore, ReplacesEverything) {
  StoredDirectory directory;
  std::string node = Reloaded(directory.path()).header.node;
  Changes changes = NothingBut({{{"dd", 0}, {}}});
  changes.series = {{5, "calls:login"}};
  changes.blocks = {{{MinuteAt("14:40"), 0}, Packed({{5, 1}})}};
  changes.horizon = MinuteAt("09:00");
  ASSERT_TRUE(OpenStore(directory.path())->Replace(changes, {"format=regex", {{"calls", {Minute::Min(), "x"}}}}).ok());
  CheckpointContents contents = Reloaded(directory.path());
  EXPECT_EQ(contents.header.node, node);
  EXPECT_EQ(contents.header.sequence, 2u);
  EXPECT_EQ(contents.header.horizon, MinuteAt("09:00"));
  EXPECT_EQ(contents.metrics.event, "format=regex");
  EXPECT_EQ(RawDatabase(directory.path()).rows().size(), 1u + 1 + 1 + 1 + 1 + 1 + 1);
}

TEST(DirectoryStore, ContinuesAfterAReplace) {
  StoredDirectory directory;
  auto store = OpenStore(directory.path());
  ASSERT_TRUE(store->Replace(NothingBut({{{"dd", 0}, {}}}), {}).ok());
  Changes changes = NothingBut({{{"dd", 0}, {}}, {{"dd", 1}, {}}});
  changes.series = {{0, "calls:login"}};
  ASSERT_TRUE(store->Write(changes, {}).ok());
  store.reset();
  const CheckpointContents reloaded = Reloaded(directory.path());  // before the raw database is open: each locks it
  EXPECT_EQ(RawDatabase(directory.path()).rows(), RowsOf(reloaded));
}

TEST(DirectoryStore, ReplacesInAnEmptyDirectoryToo) {
  TempDir directory;
  ASSERT_TRUE(OpenStore(directory.path())->Replace(SomeChanges(), SomeMetrics()).ok());
  EXPECT_EQ(Reloaded(directory.path()).header.sequence, 1u);
}

// The lock.

auto IsLockedMessage(const std::string& directory) { return AllOf(HasSubstr("locked"), HasSubstr(directory)); }

TEST(DirectoryLock, IsHeldAsLongAsTheStoreIsOpen) {
  TempDir directory;
  auto store = OpenStore(directory.path());
  absl::Status status = DirectoryStore::Open(directory.path(), nullptr).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), IsLockedMessage(directory.path()));
  store.reset();
  EXPECT_TRUE(DirectoryStore::Open(directory.path(), nullptr).ok());
}

// A threadsafe death test runs its statement in a child process that begins this test again. There the variable is
// already set.
TEST(DirectoryLockDeathTest, HoldsAgainstAnotherProcess) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  constexpr char kLocked[] = "TALLY_TEST_LOCKED_DIRECTORY";
  TempDir directory;
  std::unique_ptr<CheckpointStore> store;
  if (std::getenv(kLocked) == nullptr) {
    store = OpenStore(directory.path());
    setenv(kLocked, directory.path().c_str(), 1);
  }
  std::string locked = std::getenv(kLocked);
  auto open_and_exit = [&] {
    absl::Status status = DirectoryStore::Open(locked, nullptr).status();
    std::fputs(status.ToString().c_str(), stderr);
    std::exit(absl::IsFailedPrecondition(status) ? 3 : 0);
  };
  EXPECT_EXIT(open_and_exit(), testing::ExitedWithCode(3),
              "data directory " + locked + " is locked by another process");
  unsetenv(kLocked);
}

TEST(DirectoryLock, IsNotReportedForADiskError) {
  TempDir directory;
  std::filesystem::create_directory(directory / "LOCK");
  absl::Status status = DirectoryStore::Open(directory.path(), nullptr).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
}

// Rows that differ from those that were written.

// Returns the error of loading `directory`.
std::string LoadError(const std::string& directory, absl::StatusCode code = absl::StatusCode::kDataLoss) {
  absl::Status status = Load(directory).status();
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(directory));
  return std::string(status.message());
}

TEST(DamagedStore, IsRefusedIfItsVersionIsUnknown) {
  StoredDirectory directory;
  RawDatabase(directory.path()).Put(HeaderKey(), "\x04 and the contents of that version");
  RawDatabase(directory.path()).Put("z", "rows of its own");
  EXPECT_THAT(LoadError(directory.path(), absl::StatusCode::kUnimplemented),
              AllOf(HasSubstr("it has format version 4, and the newest that this release can read is 3"),
                    HasSubstr("serve --recount")));
}

TEST(DamagedStore, IsRefusedIfARowIsMissing) {
  struct {
    std::string key, message;
  } rows[] = {
      {PartitionKey({"hh", 0}), "expected 2 partition rows, found 1"},
      {SeriesKey(300), "expected 3 series rows, found 2"},
      {BlockRowKey({MinuteAt("14:31"), 1}), "expected 2 block rows, found 1"},
      {MetricKey("all"), "expected 2 metric rows, found 1"},
      {EventKey(), "expected 1 event rows, found 0"},
      {LinkKey(1), "expected 1 link rows, found 0"},
      {HeaderKey(), "there are rows, but no header"},
  };
  for (const auto& [key, message] : rows) {
    StoredDirectory directory;
    RawDatabase(directory.path()).Delete(key);
    EXPECT_THAT(LoadError(directory.path()), HasSubstr(message));
  }
}

TEST(DamagedStore, IsRefusedIfThereIsAnExtraRow) {
  std::string block = Packed({{0, 1}});
  std::pair<std::string, std::string> rows[] = {{PartitionKey({"hh", 7}), PartitionValue({})},
                                                {SeriesKey(2), "stats:mw:x"},
                                                {BlockRowKey({MinuteAt("14:35"), 0}), block},
                                                {MetricKey("x"), MetricValue({})}};
  for (const auto& [key, value] : rows) {
    StoredDirectory directory;
    RawDatabase(directory.path()).Put(key, value);
    EXPECT_THAT(LoadError(directory.path()), HasSubstr("rows, found"));
  }
}

TEST(DamagedStore, IsRefusedIfACheckpointIsMissingBetweenOthers) {
  StoredDirectory directory;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(OpenStore(directory.path())->Write(SomeChanges(), SomeMetrics()).ok());
  RawDatabase(directory.path()).Put(LinkKey(2), "");  // the third checkpoint deleted this row
  EXPECT_THAT(LoadError(directory.path()), HasSubstr("checkpoint 4 is there, but not checkpoint 3 before it"));
}

TEST(DamagedStore, IsRefusedIfAValueIsInvalid) {
  for (const std::string& key :
       {HeaderKey(), MetricKey("all"), PartitionKey({"hh", 0}), SeriesKey(300), BlockRowKey({MinuteAt("14:31"), 1})}) {
    StoredDirectory directory;
    RawDatabase(directory.path()).Put(key, "");
    EXPECT_THAT(LoadError(directory.path()), HasSubstr("storage/FORMAT.md"));
  }
}

TEST(DamagedStore, IsRefusedIfAKeyIsInvalid) {
  for (const std::string& key : {std::string("x"), std::string(1, '\0'), std::string("h2"), std::string("event")}) {
    StoredDirectory directory;
    RawDatabase(directory.path()).Put(key, HeaderValue({}));
    EXPECT_THAT(LoadError(directory.path()), HasSubstr("storage/FORMAT.md")) << key;
  }
}

TEST(DamagedStore, IsRefusedIfANameHasTwoNumbers) {
  StoredDirectory directory;
  RawDatabase(directory.path()).Put(SeriesKey(300), "stats:mw:login");
  EXPECT_THAT(LoadError(directory.path()), HasSubstr("two numbers"));
}

TEST(DamagedStore, IsRefusedIfACountHasNoName) {
  for (uint32_t cell : {2u, 255u}) {
    StoredDirectory directory;
    RawDatabase(directory.path()).Put(BlockRowKey({MinuteAt("14:30"), 0}), Packed({{0, 1}, {cell, 1}}));
    EXPECT_THAT(LoadError(directory.path()), HasSubstr("a count for a series without a name"));
  }
  StoredDirectory directory;
  RawDatabase(directory.path()).Put(BlockRowKey({MinuteAt("14:31"), 1}), Packed({{44, 1}, {45, 1}}));
  EXPECT_THAT(LoadError(directory.path()), HasSubstr("a count for a series without a name"));
}

}  // namespace
}  // namespace tally
