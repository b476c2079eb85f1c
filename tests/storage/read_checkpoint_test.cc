#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <tuple>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/storage/stored.h"

namespace tally {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Every file of a directory: its bytes, and the time of its last write.
using Files = std::map<std::string, std::tuple<std::string, std::filesystem::file_time_type>>;

Files FilesOf(const std::string& directory) {
  Files files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    std::string bytes;
    if (entry.is_regular_file()) {
      std::ifstream in(entry.path(), std::ios::binary);
      bytes.assign(std::istreambuf_iterator<char>(in), {});
    }
    files[entry.path().string()] = {bytes, entry.last_write_time()};
  }
  return files;
}

std::filesystem::path WalOf(const std::string& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".log" && entry.file_size() > 0) return entry.path();
  }
  TALLY_CHECK(false);
}

absl::Status WhyNotRead(const std::string& directory) {
  absl::Status status = ReadCheckpoint(directory, nullptr).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr(directory));
  return status;
}

TEST(ReadCheckpoint, LoadsWhatWasWritten) {
  StoredDirectory directory;
  auto contents = ReadCheckpoint(directory.path(), nullptr);
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(RowsOf(*contents), RowsOf(**Load(directory.path())));
}

TEST(ReadCheckpoint, ChangesNoFile) {
  StoredDirectory directory;
  Files before = FilesOf(directory.path());
  ASSERT_TRUE(ReadCheckpoint(directory.path(), nullptr).ok());
  EXPECT_EQ(FilesOf(directory.path()), before);
}

TEST(ReadCheckpoint, ChangesNoFileIfTheWalIsTorn) {
  StoredDirectory directory;
  ASSERT_TRUE(OpenStore(directory.path())->Write(SomeChanges(), SomeMetrics()).ok());
  std::filesystem::path wal = WalOf(directory.path());
  std::filesystem::resize_file(wal, std::filesystem::file_size(wal) - 3);
  Files before = FilesOf(directory.path());
  auto contents = ReadCheckpoint(directory.path(), nullptr);
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->header.sequence, 1u);
  EXPECT_EQ(FilesOf(directory.path()), before);
}

TEST(ReadCheckpoint, IsRefusedWhileANodeRuns) {
  StoredDirectory directory;
  auto store = OpenStore(directory.path());
  absl::Status status = WhyNotRead(directory.path());
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("locked by another process"));
}

TEST(ReadCheckpoint, ReleasesTheLock) {
  StoredDirectory directory;
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(ReadCheckpoint(directory.path(), nullptr).ok());
  EXPECT_TRUE(Load(directory.path()).ok());
}

TEST(ReadCheckpoint, FindsNoneInAnEmptyDirectory) {
  TempDir directory;
  OpenStore(directory / "opened only");
  std::filesystem::create_directories(directory / "empty");
  std::filesystem::create_directories(directory / "killed early");
  std::ofstream(directory / "killed early/LOCK");
  std::ofstream(directory / "a file") << "x";
  Files before = FilesOf(directory.path());
  for (const char* name : {"empty", "not there", "opened only", "killed early", "a file"}) {
    absl::Status status = WhyNotRead(directory / name);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("expected a checkpoint, found none"));
  }
  EXPECT_EQ(FilesOf(directory.path()), before);
}

TEST(ReadCheckpoint, RefusesADamagedDirectory) {
  StoredDirectory directory;
  RawDatabase(directory.path()).Delete(SeriesKey(300));
  EXPECT_EQ(WhyNotRead(directory.path()).code(), absl::StatusCode::kDataLoss);
}

TEST(ReadCheckpoint, RefusesAnUnknownVersion) {
  StoredDirectory directory;
  RawDatabase(directory.path()).Put(HeaderKey(), "\x07");
  const absl::Status status = WhyNotRead(directory.path());
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("it has format version 7, and the newest that this release can read is 3"));
}

}  // namespace
}  // namespace tally
