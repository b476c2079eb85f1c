// Measures the cost of operations with a given number of series, and prints one line of a table for bench/growth to
// draw. Each number has its own process, so that its memory can be measured.
//
//   growth_bench              prints the header of the table
//   growth_bench 1000000      prints a row
//
// Every series has a count in one minute. The checkpoints are in TMPDIR.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "apps/config/config.h"
#include "apps/node/memory.h"
#include "apps/system_clock.h"
#include "core/base/check.h"
#include "core/base/strings.h"
#include "core/counters/counters.h"
#include "core/query/command.h"
#include "storage/checkpointer.h"
#include "storage/directory_store.h"

namespace tally {
namespace {

constexpr size_t kBatch = 1000;           // records in one call of Shard::Apply()
constexpr size_t kSeriesPerCut = 10'000;  // while every series is counted for the first time
constexpr size_t kPayloads = 1 << 20;     // made in advance, so that only counting is measured
constexpr int kChanged = 1000;            // events between two checkpoints

std::string CallOf(uint64_t series) {
  std::string number = Cat(series);
  return Cat("call", std::string(8 - number.size(), '0'), number);
}
std::string NameOf(uint64_t series) { return Cat("stats:mw:", CallOf(series)); }  // 21 bytes

struct NoStatus : StatusSource {
  NodeStatus Status() const override { return {}; }
};

double NanosOf(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
}

double MedianNanosOf(int times, const std::function<void()>& prepare, const std::function<void()>& work) {
  std::vector<double> nanos;
  for (int i = 0; i < times; ++i) {
    prepare();
    nanos.push_back(NanosOf(work));
  }
  std::nth_element(nanos.begin(), nanos.begin() + times / 2, nanos.end());
  return nanos[static_cast<size_t>(times / 2)];
}

std::string PayloadOf(uint64_t series, Timestamp now) {
  return Cat(R"({"time":)", now.millis(), R"(,"game":"mw","call":")", CallOf(series),
             R"(","user":"004711","ip":"10.101.2.34","v":3,"source":"installer"})");
}

std::unique_ptr<Counters> NewCounters(uint64_t series_max) {
  auto rules = Rules::Compile({}, DefaultMetrics());
  TALLY_CHECK(rules.ok());
  return std::make_unique<Counters>(*std::move(rules), Counters::Options{.series_max = series_max});
}

// Returns the resident bytes of a series with one counter in the table and in two shards. Must be called first, before
// other memory is allocated.
double BytesOf(uint64_t series_count) {
  auto counters = NewCounters(series_count);
  for (int32_t i = 0; i < 2; ++i) counters->AddShard().AddPartition({"mw", i}, {});
  const Timestamp now = Timestamp::FromMillis(1'307'284'200'000);
  const auto before = static_cast<double>(ResidentBytes());
  for (uint64_t series = 0; series < series_count; ++series) {
    const std::string payload = PayloadOf(series, now);
    const Record record{0, static_cast<int64_t>(series), now, std::nullopt, payload};
    for (const auto& shard : counters->shards()) shard->Apply({&record, 1}, now);
    if (series % kSeriesPerCut != kSeriesPerCut - 1) continue;
    counters->Cut();
    counters->MarkSaved();
  }
  return (static_cast<double>(ResidentBytes()) - before) / static_cast<double>(series_count);
}

class Growth {
 public:
  Growth(uint64_t series, const std::string& directory) : series_(series), directory_(directory) {
    Open();
    CountEachOnce();
    for (size_t i = 0; i < kPayloads; ++i) payloads_.push_back(PayloadOf(random_() % series_, now_));
  }

  void Print() {
    std::printf("%llu\t%.1f", static_cast<unsigned long long>(series_), ApplyNanos());
    std::printf("\t%.1f\t%.1f", CutShardNanos(), CheckpointNanos());
    std::printf("\t%.1f\t%.1f",
                AskNanos(20'000,
                         [&] {
                           return Words{"GET", NameOf(random_() % series_), "now"};
                         }),
                AskNanos(200, [&] {
                  return Words{"LIST", NameOf(random_() % series_).substr(0, 19) + "*"};
                }));
    std::printf("\t%.1f", LoadNanos());
  }

 private:
  using Words = std::vector<std::string>;

  void Close() {
    commands_.reset();
    checkpointer_.reset();
    counters_.reset();
    store_.reset();
  }

  void Open() {
    auto store = DirectoryStore::Open(directory_, nullptr);
    TALLY_CHECK(store.ok());
    store_ = *std::move(store);
    auto contents = store_->Load();
    TALLY_CHECK(contents.ok());
    counters_ = NewCounters(series_);
    if (*contents) counters_->Restore(std::move((*contents)->saved));
    checkpointer_ = std::make_unique<Checkpointer>(*counters_, *store_, FingerprintsOf({}, DefaultMetrics()), clock_);
    shard_ = &counters_->AddShard();
    shard_->AddPartition({"mw", 0}, {});
    commands_ = std::make_unique<Commands>(std::vector<Counters*>{counters_.get()}, clock_, status_);
  }

  // Returns the time of Shard::Apply() alone.
  double Apply(std::span<const std::string> payloads) {
    double nanos = 0;
    std::vector<Record> records;
    while (!payloads.empty()) {
      records.clear();
      for (const std::string& payload : payloads.first(std::min(kBatch, payloads.size()))) {
        records.push_back({0, offset_++, now_, std::nullopt, payload});
      }
      nanos += NanosOf([&] { shard_->Apply(records, now_); });
      payloads = payloads.subspan(records.size());
    }
    return nanos;
  }

  void CountEachOnce() {
    std::vector<std::string> payloads;
    for (uint64_t series = 0; series < series_; ++series) {
      payloads.push_back(PayloadOf(series, now_));
      if (payloads.size() < kSeriesPerCut && series + 1 < series_) continue;
      Apply(payloads);
      payloads.clear();
      TALLY_CHECK(checkpointer_->Run().ok());
    }
    TALLY_CHECK(counters_->series().size() == series_);
  }

  // The average time of an event of a random series.
  double ApplyNanos() {
    Apply(payloads_);
    counters_->Cut();
    return Apply(payloads_) / static_cast<double>(payloads_.size());
  }

  void ApplySome() { Apply(std::span(payloads_).subspan(random_() % (kPayloads - kChanged), kChanged)); }

  double CutShardNanos() {
    counters_->Cut();
    return MedianNanosOf(
        1000,
        [&] {
          counters_->minutes().shards()[0]->Release();
          Apply(std::span(payloads_).subspan(random_() % (kPayloads - 10), 10));
        },
        [&] { shard_->Cut(); });
  }

  double CheckpointNanos() {
    counters_->minutes().shards()[0]->Release();
    TALLY_CHECK(checkpointer_->Run().ok());
    return MedianNanosOf(
        30, [&] { ApplySome(); }, [&] { TALLY_CHECK(checkpointer_->Run().ok()); });
  }

  double AskNanos(int times, const std::function<Words()>& words) {
    size_t rows = 0;
    double nanos = MedianNanosOf(
        times, [&] { asked_ = words(); },
        [&] {
          std::vector<std::string_view> views(asked_.begin(), asked_.end());
          Reply reply = commands_->Execute(views);
          TALLY_CHECK(!std::holds_alternative<Error>(reply.body));
          if (auto* table = std::get_if<Table>(&reply.body)) {
            for (rows = 0; rows < table->rows; ++rows) (void)table->row(rows);
          }
        });
    return nanos;
  }

  // The time of a start, divided by the number of series.
  double LoadNanos() {
    Close();
    const double nanos = NanosOf([&] { Open(); });
    TALLY_CHECK(counters_->series().size() == series_);
    return nanos / static_cast<double>(series_);
  }

  const uint64_t series_;
  const std::string directory_;
  const SystemClock clock_;
  const NoStatus status_;
  const Timestamp now_ = clock_.Now();
  std::mt19937_64 random_{1};
  std::unique_ptr<CheckpointStore> store_;
  std::unique_ptr<Counters> counters_;
  std::unique_ptr<Checkpointer> checkpointer_;
  std::unique_ptr<Commands> commands_;
  Shard* shard_ = nullptr;
  std::vector<std::string> payloads_;
  Words asked_;
  int64_t offset_ = 0;
};

}  // namespace
}  // namespace tally

int main(int argc, char** argv) {
  if (argc < 2) {
    std::printf("series\tapply_ns\tcut_now_ns\tcheckpoint_ns\tget_ns\tlist_ns\tload_ns\tbytes\n");
    return 0;
  }
  const auto directory = std::filesystem::temp_directory_path() / tally::Cat("tally-growth-", getpid());
  const uint64_t series = std::strtoull(argv[1], nullptr, 10);
  const double bytes = tally::BytesOf(series);
  tally::Growth(series, directory.string()).Print();
  std::printf("\t%.1f\n", bytes);
  std::filesystem::remove_all(directory);
}
