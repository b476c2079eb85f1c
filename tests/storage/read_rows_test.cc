// The table of readers by version, with an invented older version. Its rows differ from the current ones in the version
// number and in the keys of partitions and of the event row.
#include "storage/read_rows.h"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/encoding.h"
#include "tests/storage/stored.h"

namespace tally {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr uint64_t kOlder = 2;

std::string Version(uint64_t version) {
  std::string header;
  PutVarint(header, version);
  return header;
}

// In version 2, the key of a partition begins with "P", and the key of the event row is "E".
std::string OlderKey(std::string key) {
  if (key[0] == 'p') key[0] = 'P';
  if (key == EventKey()) key = "E";
  return key;
}

class OlderReader : public RowsReader {
 public:
  absl::Status Take(std::string_view key, std::string_view value) override {
    std::string current_key(key);
    if (current_key[0] == 'P') current_key[0] = 'p';
    if (current_key == "E") current_key = EventKey();
    if (current_key != HeaderKey()) return reader_->Take(current_key, value);
    return reader_->Take(current_key, Version(kFormatVersion) + std::string(value.substr(1)));
  }
  absl::StatusOr<CheckpointContents> Finish() override { return reader_->Finish(); }

 private:
  std::unique_ptr<RowsReader> reader_ = NewRowsReaderVersion3();
};

constexpr std::array kVersions = {
    FormatVersion{kOlder, +[]() -> std::unique_ptr<RowsReader> { return std::make_unique<OlderReader>(); }},
    FormatVersion{kFormatVersion, NewRowsReaderVersion3}};

// A directory with one checkpoint in version 2.
class OlderDirectory : public StoredDirectory {
 public:
  OlderDirectory() {
    RawDatabase raw(path());
    for (const auto& [key, value] : raw.rows()) {
      raw.Delete(key);
      raw.Put(OlderKey(key), key == HeaderKey() ? Version(kOlder) + value.substr(1) : value);
    }
  }

  std::unique_ptr<DirectoryStore> Open() const {
    auto store = DirectoryStore::Open(path(), nullptr, nullptr, kVersions);
    TALLY_CHECK(store.ok());
    return *std::move(store);
  }
};

TEST(NewRowsReader, AcceptsTheVersionsOfItsTable) {
  EXPECT_TRUE(NewRowsReader(Version(kFormatVersion)).ok());
  EXPECT_TRUE(NewRowsReader(Version(kOlder), kVersions).ok());
}

TEST(NewRowsReader, NamesTheVersionsThatItReads) {
  const absl::Status newer = NewRowsReader(Version(kFormatVersion + 1)).status();
  EXPECT_TRUE(absl::IsUnimplemented(newer));
  EXPECT_EQ(newer.message(),
            "it has format version 4, and the newest that this release can read is 3; start a release that "
            "can read version 4, or count everything again from Kafka with serve --recount");
  const absl::Status older = NewRowsReader(Version(1), kVersions).status();
  EXPECT_TRUE(absl::IsUnimplemented(older));
  EXPECT_THAT(std::string(older.message()),
              HasSubstr("it has format version 1, and the oldest that this release can read is 2"));
}

TEST(NewRowsReader, ReportsDamageWithoutAVersion) { EXPECT_TRUE(absl::IsDataLoss(NewRowsReader("\xff").status())); }

TEST(ReadableVersions, EndWithTheVersionThatIsWritten) { EXPECT_EQ(ReadableVersions().back().version, kFormatVersion); }

TEST(OlderVersion, IsLoadedIntoTheCurrentStructures) {
  StoredDirectory current;
  OlderDirectory older;
  auto contents = older.Open()->Load();
  ASSERT_TRUE(contents.ok()) << contents.status();
  CheckpointContents expected = **Load(current.path());
  expected.header.node = (*contents)->header.node;
  EXPECT_EQ(RowsOf(**contents), RowsOf(expected));
}

TEST(OlderVersion, StaysUnchangedUntilACheckpointIsWritten) {
  OlderDirectory directory;
  const Rows before = RawDatabase(directory.path()).rows();
  ASSERT_TRUE(directory.Open()->Load().ok());
  EXPECT_EQ(RawDatabase(directory.path()).rows(), before);
}

TEST(OlderVersion, HasTheCurrentVersionAfterTheNextCheckpoint) {
  OlderDirectory directory;
  auto store = directory.Open();
  ASSERT_TRUE(store->Load().ok());
  Changes changes;
  changes.partitions = SomeChanges().partitions;
  changes.partitions[0].state.next = 99;
  changes.blocks = {{{MinuteAt("14:31"), 1}, ""}};
  changes.series = {{300, ""}};
  ASSERT_TRUE(store->Write(changes, SomeMetrics()).ok());
  changes.partitions[0].state.next = 100;
  ASSERT_TRUE(store->Write(changes, SomeMetrics()).ok());
  store.reset();
  auto contents = Load(directory.path());  // with the table of this release
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ((*contents)->header.sequence, 3u);
  EXPECT_EQ((*contents)->saved.partitions[0].state.next, 100);
  EXPECT_EQ((*contents)->saved.blocks.size(), 1u);
  EXPECT_EQ((*contents)->saved.series.size(), 2u);
  EXPECT_EQ(RawDatabase(directory.path()).rows(), RowsOf(**contents));
}

TEST(OlderVersion, IsReplacedCompletely) {
  OlderDirectory directory;
  auto store = directory.Open();
  ASSERT_TRUE(store->Load().ok());
  ASSERT_TRUE(store->Replace(SomeChanges(), SomeMetrics()).ok());
  store.reset();
  auto contents = Load(directory.path());
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(RawDatabase(directory.path()).rows(), RowsOf(**contents));
}

// A directory of an unknown version: this release reads the number of the version and no other row.

class UnknownDirectory : public StoredDirectory {
 public:
  UnknownDirectory() {
    RawDatabase raw(path());
    raw.Put(HeaderKey(), Version(kFormatVersion + 1) + "and the contents of that version");
    raw.Put("z", "a row of its own");
  }
};

TEST(UnknownVersion, IsReplacedCompletely) {
  UnknownDirectory directory;
  auto store = DirectoryStore::Open(directory.path(), nullptr);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE(absl::IsUnimplemented((*store)->Load().status()));
  ASSERT_TRUE((*store)->Replace(SomeChanges(), SomeMetrics()).ok());
  ASSERT_TRUE((*store)->Write(SomeChanges(), SomeMetrics()).ok());
  store->reset();
  auto contents = Load(directory.path());
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ((*contents)->header.sequence, 2u);
  EXPECT_EQ(RawDatabase(directory.path()).rows(), RowsOf(**contents));
}

TEST(UnknownVersion, IsNotContinued) {
  UnknownDirectory directory;
  const Rows before = RawDatabase(directory.path()).rows();
  auto store = DirectoryStore::Open(directory.path(), nullptr);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE(absl::IsUnimplemented((*store)->Load().status()));
  EXPECT_TRUE(absl::IsUnimplemented((*store)->Write(SomeChanges(), SomeMetrics())));
  store->reset();
  EXPECT_EQ(RawDatabase(directory.path()).rows(), before);
}

}  // namespace
}  // namespace tally
