// Two threads apply, one cuts, one reads counts and one reads names at the same time. Afterwards the totals are exact.
// The thread sanitizer runs this too.
#include <atomic>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/testing/counting_node.h"

namespace tally {
namespace {

using AllCounts = std::map<Minute, std::map<std::string, uint64_t>>;

constexpr int kRecords = 50'000;  // of each thread that applies
constexpr int kBatch = 100;

// The events that one thread made and gave to its shard, late ones included.
struct Applied {
  AllCounts counts;
  int64_t next = 0;
};

// The counts of `all` in minutes from `horizon` on, where no event can be late.
AllCounts From(const AllCounts& all, Minute horizon) { return {all.lower_bound(horizon), all.end()}; }

class Threads {
 public:
  explicit Threads(absl::Duration ttl, size_t series_max = 1'000'000)
      : node_({.ttl = ttl, .series_max = series_max, .shards = 2}) {
    Tick();
  }

  void Run() {
    std::vector<Applied> applied(2);
    std::thread cutting([&] { Cut(); });
    std::thread reading([&] { Read(); });
    std::thread pinning([&] { ReadNames(); });
    std::thread first([&] { Apply(0, applied[0]); });
    Apply(1, applied[1]);
    first.join();
    done_ = true;
    cutting.join(), reading.join();
    Tick();
    for (int i = 0; i < 3; ++i) node_.Save();  // the last save retires what the first one left without a minute
    Check(applied);
    checked_ = true;
    pinning.join();
  }

  CountingNode& node() { return node_; }

 private:
  Timestamp now() const { return TimeAt("14:30") + absl::Milliseconds(passed_millis_.load()); }
  void Tick() { node_.counters().Tick(now()); }

  // The events of a batch are in the last three minutes. Each minute has its own names in addition to the permanent
  // ones.
  void Apply(size_t shard, Applied& applied) {
    std::mt19937 random(static_cast<unsigned>(shard));
    for (int batch = 0; batch < kRecords / kBatch; ++batch) {
      Timestamp at = now();
      std::vector<std::string> payloads;
      std::vector<Record> records;
      payloads.reserve(kBatch);
      for (int i = 0; i < kBatch; ++i) {
        Minute minute = MinuteOf(at) - static_cast<int32_t>(random() % 3);
        std::string call =
            random() % 4 ? Cat("c", random() % 300) : Cat("m", minute.index() % 1000, "c", random() % 50);
        payloads.push_back(Cat(R"({"time":)", minute.start().millis(), R"(,"game":"mw","call":")", call, R"("})"));
        records.push_back({0, applied.next++, at, std::nullopt, payloads.back()});
        ++applied.counts[minute]["stats:mw:" + call];
      }
      node_.counters().shards()[shard]->Apply(records, at);
      passed_millis_ += 2000;
    }
  }

  void Cut() {
    while (!done_) {
      Tick();
      node_.Save();
    }
  }

  // While its minute exists, a count never decreases and has a name. The fates of a partition add up to the records
  // before its next offset.
  void Read() {
    AllCounts seen;
    while (!done_) {
      Tick();
      for (const PartitionStatus& partition : node_.counters().Partitions()) {
        const auto& fates = partition.state.fates;
        ASSERT_EQ(std::accumulate(fates.begin(), fates.end(), int64_t{0}), partition.state.next);
      }
      View view(node_.counters());
      for (Minute minute : view.Minutes()) {
        view.ForEach(minute, [&](SeriesId id, uint64_t n) {
          std::string name(node_.counters().series().Name(id));
          ASSERT_TRUE(name.starts_with("stats:mw:")) << name;
          uint64_t& before = seen[minute][name];
          ASSERT_GE(n, before) << name;
          before = n;
        });
      }
    }
  }

  // Pins without a gap between them. Each keeps the names of the numbers that are looked up under it.
  void ReadNames() {
    const SeriesTable& table = node_.counters().series();
    auto pin = std::make_unique<SeriesTable::Pin>(table);
    while (!checked_) {
      auto next = std::make_unique<SeriesTable::Pin>(table);
      pin = std::move(next);
      std::vector<SeriesTable::Named> all;
      std::vector<std::string> names;
      SeriesTable::Walk walk(table, "stats:");
      for (std::vector<SeriesTable::Named> some; walk.Next(some);) all.insert(all.end(), some.begin(), some.end());
      for (const SeriesTable::Named& series : all) names.emplace_back(series.name);
      std::this_thread::yield();
      for (size_t i = 0; i < all.size(); ++i) {
        ASSERT_EQ(all[i].name, names[i]);
        ASSERT_EQ(table.Name(all[i].id), names[i]);
      }
    }
  }

  void Check(const std::vector<Applied>& applied) {
    AllCounts expected;
    for (size_t shard = 0; shard < 2; ++shard) {
      for (const auto& [minute, counts] : applied[shard].counts) {
        for (const auto& [name, n] : counts) expected[minute][name] += n;
      }
      EXPECT_EQ(node_.state(shard).next, applied[shard].next);
      EXPECT_EQ(node_.fate(Fate::kCounted, shard) + node_.fate(Fate::kLate, shard), kRecords);
    }
    Minute horizon = node_.counters().horizon();
    AllCounts found;
    for (Minute minute : View(node_.counters()).Minutes()) found[minute] = node_.Counts(minute);
    total_expected_ = total_found_ = 0;
    for (const auto& [minute, counts] : From(expected, horizon)) {
      for (const auto& [name, n] : counts) total_expected_ += n;
    }
    for (const auto& [minute, counts] : found) {
      for (const auto& [name, n] : counts) total_found_ += n;
    }
    EXPECT_EQ(total_found_, total_expected_);
    const std::vector<std::string> names = node_.Names();
    bool limited = std::any_of(names.begin(), names.end(), [](auto name) { return name.ends_with("~other"); });
    if (!limited) {
      EXPECT_EQ(found, From(expected, horizon));
    }
    EXPECT_EQ(CountingNode({.shards = 2}, node_.disk()).Counts(horizon), node_.Counts(horizon));
  }

  CountingNode node_;
  std::atomic<int64_t> passed_millis_{0};
  std::atomic<bool> done_{false};
  std::atomic<bool> checked_{false};
  uint64_t total_expected_ = 0;
  uint64_t total_found_ = 0;
};

TEST(Threads, CountEveryEventOnce) {
  Threads threads(/*ttl=*/absl::Hours(4));
  threads.Run();
  EXPECT_EQ(threads.node().fate(Fate::kLate, 0) + threads.node().fate(Fate::kLate, 1), 0u);
}

TEST(Threads, CountEveryEventOnceWhileMinutesAndNamesComeAndGo) {
  Threads threads(/*ttl=*/absl::Minutes(3));
  threads.Run();
  EXPECT_LT(threads.node().Names().size(), 300u + 5 * 50);
}

TEST(Threads, CountEveryEventOnceBeyondTheLimitOnSeries) {
  Threads threads(/*ttl=*/absl::Minutes(3), /*series_max=*/200);
  threads.Run();
}

}  // namespace
}  // namespace tally
