// Measures the cost of a checkpoint: writing it with many counters on disk, and loading it. The directory is in TMPDIR.
//
//   storage_bench --benchmark_filter=Load
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "benchmark/benchmark.h"
#include "core/base/check.h"
#include "core/base/strings.h"
#include "core/counters/counters.h"
#include "storage/directory_store.h"

namespace tally {
namespace {

constexpr Minute kStart = Minute::FromIndex(21'788'070);  // 2011-06-05T14:30Z
constexpr int32_t kMinutes = 240;

// A temporary directory that is removed at the end.
class Directory {
 public:
  Directory() : path_(std::filesystem::temp_directory_path() / Cat("tally-bench-", getpid())) {
    std::filesystem::remove_all(path_);
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::unique_ptr<CheckpointStore> Open(const Directory& directory) {
  auto store = DirectoryStore::Open(directory.path(), nullptr);
  TALLY_CHECK(store.ok());
  return *std::move(store);
}

// Returns a block of random counts of up to ten bits.
std::string SomeBlock(std::mt19937_64& random) {
  BlockCounts counts;
  for (uint64_t& count : counts) count = 1 + random() % 1000;
  return std::string(Block::Pack(counts).bytes());
}

// Returns blocks in which every series has a count in every minute.
Changes AllOf(int64_t live_counters) {
  std::mt19937_64 random(1);
  Changes changes;
  BlockIndex blocks = static_cast<BlockIndex>(live_counters / kMinutes / kBlockSize) + 1;
  for (SeriesId id = 0; id < blocks * kBlockSize; ++id) changes.series.push_back({id, Cat("stats:mw:call", id)});
  for (int32_t minute = 0; minute < kMinutes; ++minute) {
    for (BlockIndex block = 0; block < blocks; ++block) {
      changes.blocks.push_back({{kStart + minute, block}, SomeBlock(random)});
    }
  }
  for (int32_t partition = 0; partition < 16; ++partition) changes.partitions.push_back({{"mw", partition}, {}});
  return changes;
}

void CheckpointLoad(benchmark::State& state) {
  Directory directory;
  auto written = Open(directory);
  TALLY_CHECK(written->Load().ok() && written->Write(AllOf(state.range(0)), {}).ok());
  written.reset();
  Open(directory).reset();  // moves the contents of the WAL to tables
  size_t blocks = 0;
  for (auto _ : state) {
    auto contents = Open(directory)->Load();
    TALLY_CHECK(contents.ok() && contents->has_value());
    blocks = (*contents)->saved.blocks.size();
  }
  state.counters["blocks"] = static_cast<double>(blocks);
}
BENCHMARK(CheckpointLoad)->Arg(10'000)->Arg(1'000'000)->Arg(10'000'000)->Unit(benchmark::kMillisecond);

// Writes a checkpoint of twelve blocks that are already in the directory. The cost must depend only on these blocks.
void CheckpointWrite(benchmark::State& state) {
  Directory directory;
  auto store = Open(directory);
  TALLY_CHECK(store->Load().ok() && store->Write(AllOf(state.range(0)), {}).ok());
  std::mt19937_64 random(1);
  Changes changes;
  for (int32_t partition = 0; partition < 16; ++partition) changes.partitions.push_back({{"mw", partition}, {}});
  for (int32_t minute = 0; minute < 12; ++minute) changes.blocks.push_back({{kStart + minute, 0}, SomeBlock(random)});
  for (auto _ : state) TALLY_CHECK(store->Write(changes, {}).ok());
}
BENCHMARK(CheckpointWrite)->Arg(10'000)->Arg(10'000'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tally

BENCHMARK_MAIN();
