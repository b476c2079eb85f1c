// Measures the cost of counting: an event from its bytes to its counter, a cut with many counters, packing and reading
// a block.
//
//   counters_bench --benchmark_filter='Apply|Cut'
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "benchmark/benchmark.h"
#include "core/base/check.h"
#include "core/base/strings.h"
#include "core/counters/counters.h"
#include "core/counters/view.h"

namespace tally {
namespace {

constexpr int64_t kStartMillis = 1'307'284'200'000;
constexpr Minute kStart = Minute::FromIndex(kStartMillis / Minute::kMillis);

std::shared_ptr<const Rules> StatsRules() {
  auto rules = Rules::Compile({}, {{"stats", {{"game", "game"}, {"call", "call"}}, "", {}}});
  TALLY_CHECK(rules.ok());
  return *std::move(rules);
}

std::string NameOf(SeriesId id) { return Cat("stats:mw:call", id); }

// One shard applies batches of events of one minute: decode, decide the fate, look up the series, add. The series are
// random and already known. The events are in memory, and most of them are not in a CPU cache.
void Apply(benchmark::State& state) {
  constexpr size_t kBatch = 1000;
  Counters counters(StatsRules(), {});
  Shard& shard = counters.AddShard();
  shard.AddPartition({"mw", 0}, {});
  std::mt19937 random(1);
  std::vector<std::string> payloads;
  for (int64_t i = 0; i < 1'000'000; ++i) {
    payloads.push_back(Cat(R"({"time":)", kStartMillis + i % 60'000, R"(,"game":"mw","call":"call)",
                           10'000'000 + random() % static_cast<unsigned>(state.range(0)),
                           R"(","user":10012345678,"ip":"10.101.2.34","v":3,"source":"newsfeed"})"));
  }
  Timestamp now = Timestamp::FromMillis(kStartMillis);
  std::vector<Record> records(kBatch);
  int64_t offset = 0;
  auto apply = [&] {
    for (Record& record : records) {
      record = {0, offset, now, std::nullopt, payloads[static_cast<size_t>(offset) % payloads.size()]};
      ++offset;
    }
    shard.Apply(records, now);
  };
  while (offset < static_cast<int64_t>(payloads.size())) apply();
  for (auto _ : state) apply();
  TALLY_CHECK(shard.Partitions()[0].state.fates[static_cast<size_t>(Fate::kCounted)] == static_cast<uint64_t>(offset));
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatch));
}
BENCHMARK(Apply)->Arg(100)->Arg(5'000)->Arg(1'000'000);

// The increment alone. Apply() costs this, the lookup, and Decode (decode_bench.cc).
void DeltaAdd(benchmark::State& state) {
  std::mt19937 random(1);
  std::vector<SeriesId> ids(64 * 1024);
  for (SeriesId& id : ids) id = random() % static_cast<SeriesId>(state.range(0));
  Delta delta;
  size_t i = 0;
  for (auto _ : state) delta.Add(kStart, ids[i++ % ids.size()], 1);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(DeltaAdd)->Arg(3'000)->Arg(1'000'000);

// Makes counters with `live_counters` in 240 minutes; every minute has the same series.
std::unique_ptr<Counters> NodeOf(int64_t live_counters) {
  constexpr int32_t kMinutes = 240;
  auto counters = std::make_unique<Counters>(StatsRules(), Counters::Options{.ttl = absl::Hours(100)});
  Saved saved;
  SeriesId series = static_cast<SeriesId>((live_counters + kMinutes - 1) / kMinutes);
  for (SeriesId id = 0; id < series; ++id) saved.series.push_back({id, NameOf(id)});
  for (int32_t minute = 0; minute < kMinutes; ++minute) {
    for (BlockIndex block = 0; block * kBlockSize < series; ++block) {
      BlockCounts counts{};
      for (uint32_t cell = 0; cell < kBlockSize && block * kBlockSize + cell < series; ++cell)
        counts[cell] = 1 + cell % 100;
      saved.blocks.emplace_back(BlockKey{kStart - minute, block}, Block::Pack(counts));
    }
  }
  counters->Restore(std::move(saved));
  return counters;
}

// Cuts after one second of events (a thousand series of the current minute), with 10,000 to 10,000,000 counters in
// memory. The cost must depend only on the number of changed counters, not on the number of all counters.
void Cut(benchmark::State& state) {
  constexpr size_t kTouched = 1000;
  auto counters = NodeOf(state.range(0));
  Shard& shard = counters->AddShard();
  shard.AddPartition({"mw", 0}, {});
  counters->Cut();
  counters->MarkSaved();
  size_t series = counters->series().size();
  std::vector<std::string> payloads;
  for (size_t i = 0; i < kTouched; ++i) {
    payloads.push_back(Cat(R"({"time":)", kStartMillis, R"(,"game":"mw","call":"call)", i * 7919 % series, R"("})"));
  }
  Timestamp now = Timestamp::FromMillis(kStartMillis);
  std::vector<Record> records;
  int64_t offset = 0;
  for (auto _ : state) {
    state.PauseTiming();
    records.clear();
    for (const std::string& payload : payloads) records.push_back({0, offset++, now, std::nullopt, payload});
    shard.Apply(records, now);
    state.ResumeTiming();
    benchmark::DoNotOptimize(counters->Cut().blocks.size());
    counters->MarkSaved();
  }
  TALLY_CHECK(counters->series().size() == series);
  state.counters["live"] = static_cast<double>(counters->live_counters());
}
BENCHMARK(Cut)->Arg(10'000)->Arg(1'000'000)->Arg(10'000'000)->Unit(benchmark::kMicrosecond);

// The part of a cut that stops the shard: the swap of its delta.
void CutShard(benchmark::State& state) {
  auto counters = NodeOf(state.range(0));
  Shard& shard = counters->AddShard();
  for (int32_t partition = 0; partition < 16; ++partition) shard.AddPartition({"mw", partition}, {});
  for (auto _ : state) {
    benchmark::DoNotOptimize(shard.Cut().data());
    counters->minutes().shards()[0]->Release();
  }
}
BENCHMARK(CutShard)->Arg(10'000)->Arg(10'000'000);

BlockCounts Draw(uint32_t cells, uint64_t largest) {
  std::mt19937_64 random(1);
  BlockCounts counts{};
  for (uint32_t cell = 0; cell < cells; ++cell) counts[cell * kBlockSize / cells] = 1 + random() % largest;
  return counts;
}

void BlockPack(benchmark::State& state) {
  BlockCounts counts = Draw(static_cast<uint32_t>(state.range(0)), 1000);
  for (auto _ : state) benchmark::DoNotOptimize(Block::Pack(counts).bytes().data());
}
BENCHMARK(BlockPack)->Arg(10)->Arg(100)->Arg(256);

void BlockAddTo(benchmark::State& state) {
  Block block = Block::Pack(Draw(static_cast<uint32_t>(state.range(0)), 1000));
  BlockCounts counts{};
  for (auto _ : state) {
    block.AddTo(counts);
    benchmark::DoNotOptimize(counts.data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BlockAddTo)->Arg(10)->Arg(100)->Arg(256);

void BlockCount(benchmark::State& state) {
  Block block = Block::Pack(Draw(static_cast<uint32_t>(state.range(0)), 1000));
  uint32_t cell = 0;
  for (auto _ : state) benchmark::DoNotOptimize(block.count(cell++ % kBlockSize));
}
BENCHMARK(BlockCount)->Arg(10)->Arg(100)->Arg(256);

// One counter of one minute, as a dashboard queries it.
void ViewCount(benchmark::State& state) {
  auto counters = NodeOf(1'000'000);
  SeriesId id = 0;
  SeriesId series = static_cast<SeriesId>(counters->series().size());
  for (auto _ : state) {
    View view(*counters);
    benchmark::DoNotOptimize(view.Count(kStart, id++ % series));
  }
}
BENCHMARK(ViewCount);

}  // namespace
}  // namespace tally

BENCHMARK_MAIN();
