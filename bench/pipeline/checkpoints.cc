#include "bench/pipeline/checkpoints.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>
#include <utility>

#include "absl/time/clock.h"
#include "apps/config/load.h"
#include "bench/pipeline/prepared.h"
#include "bench/pipeline/socket_client.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/time/format.h"
#include "storage/checkpointer.h"
#include "storage/directory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/proc.h"

namespace tally {
namespace {

// The counters of a node that counts a million events a second, without Kafka: 5,000 series of the current minute, and
// ten partitions in two shards. A checkpoint depends only on the sums, so one event with a value replaces all events of
// a series in a second.
class BusyNode {
 public:
  static constexpr int kSeries = 5000;
  static constexpr int kPartitions = 10;
  static constexpr int64_t kEventsPerSecond = 1'000'000;

  static absl::StatusOr<std::unique_ptr<BusyNode>> Make() {
    std::unique_ptr<BusyNode> node(new BusyNode());
    const std::vector<MetricSpec> metrics = {{"stats", {{"game", "game"}, {"call", "call"}}, "n", {}}};
    ASSIGN_OR_RETURN(auto rules, Rules::Compile({}, metrics));
    ASSIGN_OR_RETURN(node->store_, DirectoryStore::Open(node->dir_ / "data", nullptr));
    RETURN_IF_ERROR(node->store_->Load().status());
    node->counters_ = std::make_unique<Counters>(rules, Counters::Options{});
    node->checkpointer_ =
        std::make_unique<Checkpointer>(*node->counters_, *node->store_, FingerprintsOf({}, metrics), node->clock_);
    for (int shard = 0; shard < 2; ++shard) {
      node->counters_->AddShard();
      for (int32_t i = 0; i < kPartitions / 2; ++i) {
        node->counters_->shards().back()->AddPartition({Cat("topic", shard), i}, {});
      }
    }
    return node;
  }

  // Advances the clock by a second, applies its events, and writes a checkpoint.
  absl::Status RunSecond() {
    clock_.Advance(absl::Seconds(1));
    std::vector<Record> records(1);
    for (int series = 0; series < kSeries; ++series) {
      std::string payload = Cat(R"({"time":)", clock_.Now().millis(), R"(,"game":")", Prepared::GameOf(series),
                                R"(","call":")", Prepared::CallOf(series), R"(","n":)", Draw(), "}");
      const int partition = series % kPartitions;
      const auto slot = static_cast<uint32_t>(partition / 2);
      // The offset is that of the last record of the second, if every event were a record.
      int64_t offset = second_ * kEventsPerSecond / kPartitions + series;
      counters_->shards()[static_cast<size_t>(partition % 2)]->Apply(
          std::vector<Record>{{slot, offset, clock_.Now(), std::nullopt, payload}}, clock_.Now());
    }
    ++second_;
    return checkpointer_->Run();
  }

 private:
  BusyNode() : dir_("tally-bench") {}

  // Returns a random number of events of a series in a second.
  int64_t Draw() {
    constexpr double kMean = double{kEventsPerSecond} / kSeries;
    std::normal_distribution<double> normal(kMean, std::sqrt(kMean));
    return std::max<int64_t>(1, std::lround(normal(random_)));
  }

  TempDir dir_;
  FakeClock clock_{Timestamp::FromMillis(1'307'284'200'000)};
  std::mt19937_64 random_{1};
  std::unique_ptr<CheckpointStore> store_;
  std::unique_ptr<Counters> counters_;
  std::unique_ptr<Checkpointer> checkpointer_;
  int64_t second_ = 0;
};

constexpr Extent kTenMillion = {41'667, 240};
constexpr Extent kMillionSeries = {1'000'000, 10};

// Removes the directory's files from the page cache.
void DropFromPageCache(const std::string& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    int file = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    ::fsync(file);
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    ::close(file);
  }
}

// Returns the milliseconds from the start of the process to the correct reply about a counter.
absl::StatusOr<double> StartOn(const Prepared& prepared, const std::string& directory, const std::string& brokers,
                               const std::vector<std::string>& topics) {
  std::vector<std::string> arguments = prepared.Arguments(brokers, topics);
  arguments.insert(arguments.end(), {"--data", directory});
  const int series = prepared.extent().series / 2;
  const absl::Time begin = absl::Now();
  ASSIGN_OR_RETURN(auto node, Tallyd::Start(arguments));
  ASSIGN_OR_RETURN(auto client, SocketClient::Connect(node->port()));
  RETURN_IF_ERROR(client->Send(Cat("GET ", Prepared::NameOf(series), " ", FormatMinute(prepared.oldest()), "\n")));
  ASSIGN_OR_RETURN(std::string_view reply, client->ReadUntil("\n"));
  const absl::Duration taken = absl::Now() - begin;
  std::string expected = Cat(Prepared::CountOf(series, prepared.oldest()));
  // The node does not yet know the ends of the partitions, so every minute can still be open.
  if (!reply.starts_with(expected)) return absl::DataLossError(Cat("expected ", expected, ", got ", reply));
  ASSIGN_OR_RETURN(int status, node->Stop());
  if (status != 0) return absl::UnknownError(node->process().Stderr());
  return absl::ToDoubleMilliseconds(taken);
}

}  // namespace

absl::Status MeasureDisk(Bench& bench) {
  const int seconds = bench.options().whole() ? 3600 : 600;
  const int rounds = bench.options().rounds;
  ASSIGN_OR_RETURN(auto node, BusyNode::Make());
  RETURN_IF_ERROR(node->RunSecond());  // writes the names of the series
  std::vector<double> each;
  for (int round = 0; round < rounds; ++round) {
    const uint64_t before = WrittenToDisk();
    for (int i = 0; i < seconds / rounds; ++i) RETURN_IF_ERROR(node->RunSecond());
    each.push_back(static_cast<double>(WrittenToDisk() - before) / (seconds / rounds) / 1000);
    bench.PrintProgress(Cat("disk: ", static_cast<int>(each.back()), " KB a checkpoint"));
  }
  Spread written = SpreadOf(each);
  bench.report().Judge({.what = "written to the disk per checkpoint, 5,000 series at 1M events/s",
                        .want = Want::kAtMost,
                        .bar = 100,
                        .beyond = 40,
                        .unit = " KB"},
                       written);
  bench.report().Add(
      {.title = "What a checkpoint writes",
       .text = Cat("A million events a second of 5,000 series in ten partitions, with a simulated clock and a "
                   "checkpoint after each of ",
                   seconds,
                   " seconds. The figure is write_bytes of /proc/self/io, with RocksDB's WAL, its tables and their "
                   "compaction, in each of ",
                   rounds, " intervals."),
       .head = {"", "KB per checkpoint"},
       .rows = {{"written", Text(written, 1)}}});
  return absl::OkStatus();
}

absl::Status MeasureStart(Bench& bench) {
  const int shrink = bench.options().whole() ? 1 : 10;
  ASSIGN_OR_RETURN(KafkaBroker * broker, bench.Broker());
  ASSIGN_OR_RETURN(std::vector<std::string> topics, NewEmptyTopics(*broker));
  ASSIGN_OR_RETURN(auto prepared, Prepared::Make({kTenMillion.series / shrink, kTenMillion.minutes}));
  ASSIGN_OR_RETURN(auto named, Prepared::Make({kMillionSeries.series / shrink, kMillionSeries.minutes}));
  TempDir copies("tally-bench");
  std::vector<double> killed, warm, cold, many_names, slowest;
  for (int round = 0; round < bench.options().rounds; ++round) {
    const std::string directory = copies / Cat(round);
    std::filesystem::copy(prepared->directory(), directory);
    ASSIGN_OR_RETURN(double from_log, StartOn(*prepared, directory, broker->bootstrap(), topics));
    ASSIGN_OR_RETURN(double from_tables, StartOn(*prepared, directory, broker->bootstrap(), topics));
    DropFromPageCache(directory);
    ASSIGN_OR_RETURN(double from_disk, StartOn(*prepared, directory, broker->bootstrap(), topics));
    ASSIGN_OR_RETURN(double of_names, StartOn(*named, named->directory(), broker->bootstrap(), topics));
    killed.push_back(from_log);
    warm.push_back(from_tables);
    cold.push_back(from_disk);
    many_names.push_back(of_names);
    slowest.push_back(std::max({from_log, from_tables, from_disk}) / 1000);
    bench.PrintProgress(Cat("start: ", static_cast<int>(from_log), " ms after a kill, ", static_cast<int>(from_tables),
                            " ms, cold ", static_cast<int>(from_disk), " ms, many names ", static_cast<int>(of_names),
                            " ms"));
  }
  bench.report().Judge({.what = "start: checkpoint with 10 million counters to the first correct reply",
                        .want = Want::kAtMost,
                        .bar = 1,
                        .beyond = 0.4,
                        .unit = " s"},
                       SpreadOf(slowest));
  bench.report().Add({.title = "Start",
                      .text = Cat("From the start of the process to the reply to a GET, with a checkpoint of ",
                                  prepared->extent().counters(), " counters of ", prepared->extent().series,
                                  " series. The bar applies to the slowest of the first three rows. The last row has ",
                                  named->extent().counters(), " counters of ", named->extent().series, " series."),
                      .head = {"", "ms"},
                      .rows = {{"after a kill: RocksDB replays its WAL", Text(SpreadOf(killed), 0)},
                               {"after a stop", Text(SpreadOf(warm), 0)},
                               {"after a stop, with the files not in the page cache", Text(SpreadOf(cold), 0)},
                               {"many series, after a stop", Text(SpreadOf(many_names), 0)}}});
  return absl::OkStatus();
}

}  // namespace tally
