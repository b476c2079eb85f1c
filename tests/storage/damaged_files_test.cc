// Bytes that change on the disk below RocksDB: a node never starts on part of the data.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/base/strings.h"
#include "gtest/gtest.h"
#include "tests/storage/stored.h"

namespace tally {
namespace {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteFile(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// The largest file that ends so.
std::filesystem::path FileOf(const std::string& directory, const std::string& extension) {
  std::filesystem::path largest;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() != extension) continue;
    if (largest.empty() || entry.file_size() > std::filesystem::file_size(largest)) largest = entry.path();
  }
  TALLY_CHECK(!largest.empty());
  return largest;
}

// A directory with three checkpoints, each of other rows, and what each of them held.
class ThreeCheckpoints : public TempDir {
 public:
  ThreeCheckpoints() {
    auto store = OpenStore(path());
    Changes changes = SomeChanges();
    for (int i = 0; i < 3; ++i) {
      changes.partitions[0].state.next = i;
      for (uint32_t block = 0; block < 20; ++block) {
        changes.series.push_back({block * kBlockSize + 5, Cat("stats:mw:", block)});
        changes.blocks.push_back({{MinuteAt("15:00") + i, block}, Packed({{5, block + 1}})});
      }
      TALLY_CHECK(store->Write(changes, SomeMetrics()).ok());
      store.reset();
      store = OpenStore(path());   // what was in the log is in a table now
      states.insert(RowsOf(**Load()));
    }
  }

  std::set<Rows> states;

 private:
  // Of a copy: the directory itself is open.
  absl::StatusOr<std::optional<CheckpointContents>> Load() {
    TempDir copy;
    std::filesystem::copy(path(), copy.path(), std::filesystem::copy_options::recursive);
    return tally::Load(copy.path());
  }
};

// Loads a copy of `directory` in which one file has other bytes: an error, or one of the states.
template <typename Damage>
void ExpectWholeOrRefused(const ThreeCheckpoints& directory, const std::set<Rows>& allowed,
                          const std::string& extension, size_t* refused, Damage damage) {
  TempDir copy;
  std::filesystem::copy(directory.path(), copy.path(), std::filesystem::copy_options::recursive);
  std::filesystem::path file = FileOf(copy.path(), extension);
  std::string bytes = ReadFile(file);
  damage(bytes);
  WriteFile(file, bytes);
  auto contents = Load(copy.path());
  if (!contents.ok()) {
    ++*refused;
    EXPECT_NE(contents.status().message().find(copy.path()), std::string::npos) << contents.status();
    return;
  }
  ASSERT_TRUE(contents->has_value());
  EXPECT_TRUE(allowed.contains(RowsOf(**contents)));
}

TEST(DamagedTable, IsRefusedOrAllThere) {
  ThreeCheckpoints directory;
  std::mt19937 random(1);
  size_t refused = 0;
  for (int i = 0; i < 150 && !testing::Test::HasFailure(); ++i) {
    ExpectWholeOrRefused(directory, directory.states, ".sst", &refused, [&](std::string& bytes) {
      char& byte = bytes[random() % bytes.size()];
      byte = static_cast<char>(byte ^ (1 << random() % 8));
    });
  }
  EXPECT_GT(refused, 50u);
}

TEST(DamagedTable, IsRefusedIfItIsGoneOrShort) {
  ThreeCheckpoints directory;
  size_t refused = 0;
  ExpectWholeOrRefused(directory, {}, ".sst", &refused, [](std::string& bytes) { bytes.clear(); });
  ExpectWholeOrRefused(directory, {}, ".sst", &refused, [](std::string& bytes) { bytes.resize(bytes.size() / 2); });
  EXPECT_EQ(refused, 2u);
}

// Twenty checkpoints in one write-ahead log, which is then cut or changed: what is loaded is one of them, whole.
TEST(DamagedLog, GivesAWholeCheckpoint) {
  TempDir directory;
  std::set<Rows> states;
  auto store = OpenStore(directory.path());
  for (int i = 0; i < 20; ++i) {
    Changes changes = SomeChanges();
    changes.partitions[0].state.next = i;
    changes.series.push_back({static_cast<SeriesId>(20 + i), Cat("stats:mw:", i)});
    changes.blocks.push_back({{MinuteAt("15:00") + i, 0}, Packed({{static_cast<uint32_t>(20 + i), 1}})});
    ASSERT_TRUE(store->Write(changes, SomeMetrics()).ok());
    TempDir copy;
    std::filesystem::copy(directory.path(), copy.path(), std::filesystem::copy_options::recursive);
    states.insert(RowsOf(**Load(copy.path())));
  }
  store.reset();
  std::mt19937 random(1);
  size_t whole = 0;
  for (int i = 0; i < 150; ++i) {
    TempDir copy;
    std::filesystem::copy(directory.path(), copy.path(), std::filesystem::copy_options::recursive);
    std::filesystem::path log = FileOf(copy.path(), ".log");
    std::string bytes = ReadFile(log);
    if (random() % 2) bytes.resize(random() % bytes.size());
    if (!bytes.empty() && random() % 2) bytes[random() % bytes.size()] ^= 0x10;
    WriteFile(log, bytes);
    auto contents = Load(copy.path());
    if (!contents.ok() || !contents->has_value()) continue;
    ++whole;
    ASSERT_TRUE(states.contains(RowsOf(**contents)));
  }
  EXPECT_GT(whole, 50u);
}

}  // namespace
}  // namespace tally
