#include "bench/pipeline/memory.h"

#include <cstdio>
#include <cstdlib>

#include "apps/node/memory.h"
#include "bench/pipeline/prepared.h"
#include "bench/pipeline/redis_fill.h"
#include "bench/pipeline/redis_server.h"
#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/counters/counters.h"
#include "tests/testing/proc.h"

namespace tally {
namespace {

constexpr Extent kNarrow = {5000, 240};
constexpr Extent kWide = {200'000, 60};
constexpr int kSeries = 1'000'000;
constexpr absl::Duration kTimeout = absl::Minutes(2);

std::string Megabytes(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", bytes / 1e6);
  return text;
}

absl::StatusOr<double> ResidentOf(const Prepared& prepared, const std::string& brokers,
                                  const std::vector<std::string>& topics) {
  ASSIGN_OR_RETURN(auto node, StartIdleNode(prepared, brokers, topics));
  auto bytes = static_cast<double>(ResidentBytesOf(node->process().pid()));
  ASSIGN_OR_RETURN(int status, node->Stop());
  if (status != 0) return absl::UnknownError(node->process().Stderr());
  return bytes;
}

// Returns Redis's memory for each counter.
absl::StatusOr<double> RedisBytes(const Prepared& prepared) {
  ASSIGN_OR_RETURN(auto redis, RedisServer::Start(RedisServer::Program::kRedis));
  uint64_t empty = ResidentBytesOf(redis->pid());
  RETURN_IF_ERROR(FillRedis(redis->port(), prepared));
  return static_cast<double>(ResidentBytesOf(redis->pid()) - empty) / static_cast<double>(prepared.extent().counters());
}

// Measures in turns a node with all minutes and a node with one minute.
absl::Status MeasureCounters(Bench& bench, Extent extent, const std::vector<std::string>& topics, ReportTable& table) {
  const std::string what = Cat(extent.series, " series x ", extent.minutes, " minutes");
  ASSIGN_OR_RETURN(KafkaBroker * broker, bench.Broker());
  ASSIGN_OR_RETURN(auto all, Prepared::Make(extent));
  ASSIGN_OR_RETURN(auto one, Prepared::Make({extent.series, 1}));
  std::vector<double> with_one, with_all, each;
  for (int round = 0; round < bench.options().rounds; ++round) {
    ASSIGN_OR_RETURN(double few, ResidentOf(*one, broker->bootstrap(), topics));
    ASSIGN_OR_RETURN(double many, ResidentOf(*all, broker->bootstrap(), topics));
    with_one.push_back(few);
    with_all.push_back(many);
    each.push_back((many - few) / static_cast<double>(extent.counters() - extent.series));
    bench.PrintProgress(Cat(what, ": ", Megabytes(few), " MB with one minute, ", Megabytes(many), " MB with all"));
  }
  Spread bytes = SpreadOf(each);
  bench.report().Judge(
      {.what = "RSS per live counter, " + what, .want = Want::kAtMost, .bar = 12, .beyond = 6, .unit = " bytes"},
      bytes);
  ASSIGN_OR_RETURN(double redis, RedisBytes(*all));
  table.rows.push_back({what, Megabytes(SpreadOf(with_one).median), Megabytes(SpreadOf(with_all).median),
                        Text(bytes, 2), Text({redis, redis, redis}, 1)});
  return absl::OkStatus();
}

absl::StatusOr<double> SeriesBytes(int series) {
  ASSIGN_OR_RETURN(Finished run, RunToEnd({"/proc/self/exe", kSeriesMemoryCommand, Cat(series)}, kTimeout));
  double bytes = 0;
  if (run.status != 0 || std::sscanf(run.out.c_str(), "%lf", &bytes) != 1) return absl::UnknownError(run.err);
  return bytes;
}

// Measures the memory of a series in two ways: in the table and two shards, and loaded by a node whose shards have not
// counted it yet.
absl::Status MeasureSeriesNames(Bench& bench, int series, const std::vector<std::string>& topics) {
  ASSIGN_OR_RETURN(KafkaBroker * broker, bench.Broker());
  ASSIGN_OR_RETURN(auto many, Prepared::Make({series, 1}));
  ASSIGN_OR_RETURN(auto few, Prepared::Make({1, 1}));
  std::vector<double> each, loaded;
  for (int round = 0; round < bench.options().rounds; ++round) {
    ASSIGN_OR_RETURN(double bytes, SeriesBytes(series));
    ASSIGN_OR_RETURN(double base, ResidentOf(*few, broker->bootstrap(), topics));
    ASSIGN_OR_RETURN(double all, ResidentOf(*many, broker->bootstrap(), topics));
    each.push_back(bytes);
    loaded.push_back((all - base) / series);
    bench.PrintProgress(Cat("series: ", static_cast<int>(bytes), " bytes, loaded ", static_cast<int>(loaded.back())));
  }
  bench.report().Judge({.what = "RSS per series of a 20-byte name, with no counter",
                        .want = Want::kAtMost,
                        .bar = 120,
                        .beyond = 60,
                        .unit = " bytes"},
                       SpreadOf(each));
  bench.report().Add(
      {.title = "Memory of a series",
       .text =
           Cat("First row: ", series,
               " series with 20-byte names, in the table and in two shards, in a process without broker and disk. Each "
               "series has one counter. Its memory is subtracted; it is measured as the memory of one more minute of "
               "all series. Second row: the additional memory of a node that has loaded a checkpoint of these series "
               "with one counter each. Its shards have not counted them yet, and its store knows the rows on the "
               "disk."),
       .head = {"", "bytes of RSS per series"},
       .rows = {{"in the table and two shards", Text(SpreadOf(each), 0)},
                {"loaded, with a counter", Text(SpreadOf(loaded), 0)}}});
  return absl::OkStatus();
}

// Counts each series once in `minute` in each shard. It cuts often, so that the deltas stay small.
void CountAll(Counters& counters, int series, Minute minute) {
  constexpr int kSeriesPerCut = 10'000;
  Timestamp now = minute.start();
  int64_t offset = counters.Partitions()[0].state.next;  // the same in each partition
  std::string payload;
  for (int i = 0; i < series; ++i) {
    payload = Cat(R"({"time":)", now.millis(), R"(,"game":")", Prepared::GameOf(i), R"(","call":")",
                  Prepared::CallOf(i), R"("})");
    for (const auto& shard : counters.shards()) {
      Record record{0, offset, now, std::nullopt, payload};
      shard->Apply({&record, 1}, now);
    }
    ++offset;
    if (i % kSeriesPerCut != kSeriesPerCut - 1 && i != series - 1) continue;
    counters.Cut();
    counters.MarkSaved();
  }
}

}  // namespace

int SeriesMemoryMain(const std::vector<std::string>& words) {
  const int series = words.empty() ? kSeries : std::atoi(words[0].c_str());
  constexpr int kMinutes = 4;  // the average of several minutes: a single minute may or may not allocate new pages
  auto rules = Rules::Compile({}, DefaultMetrics());
  TALLY_CHECK(rules.ok());
  Counters counters(*rules, {.series_max = static_cast<size_t>(series) + 1});
  for (int32_t partition = 0; partition < 2; ++partition) counters.AddShard().AddPartition({"mw", partition}, {});
  const Minute begin = Minute::FromIndex(21'788'070);
  CountAll(counters, 1, begin);
  const auto empty = static_cast<double>(ResidentBytes());
  CountAll(counters, series, begin);
  const auto one = static_cast<double>(ResidentBytes());
  for (int i = 1; i <= kMinutes; ++i) CountAll(counters, series, begin + i);
  const auto all = static_cast<double>(ResidentBytes());
  TALLY_CHECK(counters.live_counters() == static_cast<uint64_t>(series) * (kMinutes + 1));
  std::printf("%f %f %f\n", (one - empty - (all - one) / kMinutes) / series, (one - empty) / series,
              (all - one) / kMinutes / series);
  return 0;
}

absl::Status MeasureMemory(Bench& bench) {
  const bool whole = bench.options().whole();
  ASSIGN_OR_RETURN(KafkaBroker * broker, bench.Broker());
  ASSIGN_OR_RETURN(std::vector<std::string> topics, NewEmptyTopics(*broker));
  ReportTable table = {
      .title = "Memory of a counter",
      .text =
          "The memory of a node that resumes from a checkpoint with counters of 1 to 1000 in all minutes, minus the "
          "memory of a node that resumes from a checkpoint with the same series in one minute, divided by the number "
          "of additional counters. Redis: the same counters, written by HINCRBY to a hash for each game and minute; "
          "the memory of an empty Redis is subtracted.",
      .head = {"", "MB of RSS, one minute", "all minutes", "bytes per counter", "Redis, bytes per counter"},
      .rows = {}};
  RETURN_IF_ERROR(MeasureCounters(bench, kNarrow, topics, table));
  RETURN_IF_ERROR(MeasureCounters(bench, whole ? kWide : Extent{kWide.series / 4, kWide.minutes}, topics, table));
  bench.report().Add(std::move(table));
  return MeasureSeriesNames(bench, whole ? kSeries : kSeries / 4, topics);
}

}  // namespace tally
