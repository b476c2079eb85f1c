#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "absl/time/clock.h"
#include "bench/pipeline/checkpoints.h"
#include "bench/pipeline/prepared.h"
#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/counters/counters.h"
#include "core/events/rules.h"
#include "storage/directory_store.h"

namespace tally {
namespace {

constexpr Extent kFew = {100, 100};
constexpr Extent kMany = {100'000, 100};
constexpr int kSeriesCounted = 5000;
constexpr auto kBetweenCuts = std::chrono::milliseconds(2);

// The steady clock.
int64_t NowNanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int64_t ThreadCpuNanos() {
  timespec taken{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &taken);
  return taken.tv_sec * 1'000'000'000 + taken.tv_nsec;
}

// Returns how often this thread has slept, as it does while it waits for a lock. Preemption does not count.
int64_t Sleeps() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

struct Interval {
  int64_t begin = 0;
  int64_t end = 0;
};

// The time to apply a chunk. It is the CPU time, so that other processes do not count; if the thread waited for the
// lock, it is the elapsed time.
struct Chunk {
  Interval when;
  double micros = 0;
};

double Quantile(std::vector<double> figures, double q) {
  std::sort(figures.begin(), figures.end());
  return figures[std::min(figures.size() - 1, static_cast<size_t>(q * static_cast<double>(figures.size())))];
}

// The counters of a checkpoint, and a shard that continues to count.
struct Node {
  static absl::StatusOr<std::unique_ptr<Node>> From(const Prepared& prepared) {
    auto rules = Rules::Compile({}, DefaultMetrics());
    ASSIGN_OR_RETURN(auto store, DirectoryStore::Open(prepared.directory(), nullptr));
    ASSIGN_OR_RETURN(auto contents, store->Load());
    auto node = std::make_unique<Node>(*std::move(rules));
    node->counters.Restore(std::move(contents->saved));
    Shard& shard = node->counters.AddShard();
    for (int32_t partition = 0; partition < 10; ++partition) shard.AddPartition({"mw", partition}, {});
    const Timestamp now = (prepared.newest() + 1).start();
    for (int i = 0; i < kSeriesCounted; ++i) {
      const int series = i % prepared.extent().series;
      node->payloads.push_back(Cat(R"({"time":)", now.millis() + i, R"(,"game":")", Prepared::GameOf(series),
                                   R"(","call":")", Prepared::CallOf(series),
                                   R"(","user":"001234","ip":"10.1.2.7","v":3,"source":"fe"})"));
    }
    return node;
  }

  explicit Node(std::shared_ptr<const Rules> rules) : counters(std::move(rules), {.ttl = absl::Hours(24)}) {}

  Chunk ApplyChunk() {
    const Timestamp now = Timestamp::FromMillis(1'307'284'200'000) + absl::Hours(24 * 365 * 20);
    records.clear();
    for (size_t i = 0; i < Shard::kChunkRecords; ++i, ++offset) {
      records.push_back({0, offset, now, std::nullopt, payloads[static_cast<size_t>(offset) % payloads.size()]});
    }
    const int64_t sleeps = Sleeps();
    const int64_t cpu = ThreadCpuNanos();
    Interval when{NowNanos(), 0};
    counters.shards()[0]->Apply(records, now);
    when.end = NowNanos();
    const int64_t nanos = Sleeps() == sleeps ? ThreadCpuNanos() - cpu : when.end - when.begin;
    return {when, static_cast<double>(nanos) / 1000};
  }

  Counters counters;
  std::vector<std::string> payloads;
  std::vector<Record> records;
  int64_t offset = 0;
};

// The figures of one round, in microseconds.
struct Found {
  double swap = 0;     // p99.9 of a shard's Cut()
  double typical = 0;  // the median of the extra time of a chunk during a cut
  double pause = 0;    // p99.9 of the extra time of a chunk during a cut
  double control = 0;  // p99.9 of the extra time of a chunk during intervals of the same length without a cut
};

double SwapMicros(Node& node, int cuts) {
  std::vector<double> micros;
  Shard& shard = *node.counters.shards()[0];
  for (int i = 0; i < cuts; ++i) {
    node.ApplyChunk();
    const int64_t begin = NowNanos();
    shard.Cut();
    micros.push_back(static_cast<double>(NowNanos() - begin) / 1000);
    node.counters.minutes().shards()[0]->Release();
  }
  return Quantile(std::move(micros), 0.999);
}

// Returns for each window how much longer than the median its longest chunk took. The chunks of a window are those that
// began in it, and the next one, which allocates new pages. `chunks` and `windows` are in ascending order.
std::vector<double> Excess(const std::vector<Chunk>& chunks, const std::vector<Interval>& windows, double median) {
  std::vector<double> excess;
  size_t chunk = 0;
  for (const Interval& window : windows) {
    while (chunk < chunks.size() && chunks[chunk].when.begin < window.begin) ++chunk;
    double longest = median;
    for (size_t i = chunk; i < chunks.size(); ++i) {
      longest = std::max(longest, chunks[i].micros);
      if (chunks[i].when.begin > window.end) break;
    }
    excess.push_back(longest - median);
  }
  return excess;
}

// One thread applies chunks, and this thread cuts. Between two cuts, this thread measures an interval of the same
// length without a cut, for comparison.
Found CutWhileCounting(Node& node, int cuts) {
  std::atomic<bool> stop{false};
  std::vector<Chunk> chunks;
  std::thread ingest([&] {
    while (!stop) chunks.push_back(node.ApplyChunk());
  });
  std::vector<Interval> with, without;
  for (int i = 0; i < cuts; ++i) {
    std::this_thread::sleep_for(kBetweenCuts);
    int64_t begin = NowNanos();
    node.counters.Cut();
    node.counters.MarkSaved();
    with.push_back({begin, NowNanos()});
    std::this_thread::sleep_for(kBetweenCuts);
    begin = NowNanos();
    without.push_back({begin, begin + (with.back().end - with.back().begin)});
  }
  stop = true;
  ingest.join();
  std::vector<double> micros;
  for (const Chunk& chunk : chunks) micros.push_back(chunk.micros);
  const double median = Quantile(std::move(micros), 0.5);
  const std::vector<double> excess = Excess(chunks, with, median);
  return {.swap = SwapMicros(node, 10 * cuts),
          .typical = Quantile(excess, 0.5),
          .pause = Quantile(excess, 0.999),
          .control = Quantile(Excess(chunks, without, median), 0.999)};
}

// Returns the spread of the pauses of all rounds, in milliseconds.
absl::StatusOr<Spread> MeasureWith(Bench& bench, const Extent& extent, const std::string& name, ReportTable& table) {
  const int cuts = bench.options().whole() ? 2000 : 300;
  ASSIGN_OR_RETURN(auto prepared, Prepared::Make(extent));
  ASSIGN_OR_RETURN(auto node, Node::From(*prepared));
  node->ApplyChunk();
  std::vector<double> swap, typical, pause, control;
  for (int round = 0; round < bench.options().rounds; ++round) {
    Found found = CutWhileCounting(*node, cuts);
    swap.push_back(found.swap);
    typical.push_back(found.typical);
    pause.push_back(found.pause);
    control.push_back(found.control);
    bench.PrintProgress(Cat("cuts, ", name, ": swap ", static_cast<int>(found.swap), " us, ingest ",
                            static_cast<int>(found.pause), " us, without a cut ", static_cast<int>(found.control),
                            " us"));
  }
  const Spread seen = SpreadOf(pause);
  table.rows.push_back(
      {name, Text(SpreadOf(swap), 1), Text(SpreadOf(typical), 0), Text(seen, 0), Text(SpreadOf(control), 0)});
  return Spread{seen.min / 1000, seen.median / 1000, seen.max / 1000};
}

// A pause is "beyond" the bar if it is within the noise of the other measurement.
void JudgePause(Bench& bench, const std::string& name, const Spread& pause, const Spread& other) {
  bench.report().Judge({.what = Cat("pause of ingest at a cut, p99.9, ", name, " live counters"),
                        .want = Want::kAtMost,
                        .bar = 1,
                        .beyond = std::min(1.0, other.max),
                        .unit = " ms",
                        .why = "The swap itself takes a microsecond. During the rest of the pause, the ingest thread "
                               "waits for a core that another thread uses."},
                       pause);
}

}  // namespace

absl::Status MeasureCuts(Bench& bench) {
  const bool whole = bench.options().whole();
  ReportTable table = {
      .title = "Pause at a cut",
      .text =
          "Microseconds; p99.9 of all cuts of a round, unless the column says median. Swap of a shard: the time of "
          "Cut() alone. Pause of ingest, to which the bar applies: one thread counts chunks of 256 events of 5,000 "
          "series, and another thread cuts and folds. The figure is how much longer than the median the longest "
          "chunk during the cut took, in CPU time, or in elapsed time if it waited for a lock. Without a cut: the "
          "same figure for intervals of the same length between the cuts.",
      .head = {"live counters", "swap of a shard", "pause of ingest, median", "pause of ingest", "without a cut"},
      .rows = {}};
  const std::string few_name = "10,000";
  const std::string many_name = whole ? "10,000,000" : "1,000,000";
  ASSIGN_OR_RETURN(Spread few, MeasureWith(bench, kFew, few_name, table));
  ASSIGN_OR_RETURN(Spread many,
                   MeasureWith(bench, whole ? kMany : Extent{kMany.series / 10, kMany.minutes}, many_name, table));
  JudgePause(bench, few_name, few, many);
  JudgePause(bench, many_name, many, few);
  bench.report().Add(std::move(table));
  return absl::OkStatus();
}

}  // namespace tally
