// The order of records and the speed of each partition change no count while no event is before the horizon.
#include <algorithm>
#include <deque>
#include <random>

#include "core/base/strings.h"
#include "gtest/gtest.h"
#include "tests/testing/counting_node.h"
#include "tests/testing/fault_row.h"

namespace tally {
namespace {

constexpr const char* kCalls[] = {"login", "buy", "gift"};
using Payloads = std::vector<std::string>;

std::string EventAtMillis(int64_t millis, std::mt19937_64& random) {
  return Cat(R"({"time":)", millis, R"(,"game":"mw","call":")", kCalls[random() % 3], "\"}");
}

std::map<Minute, std::map<std::string, uint64_t>> CountsOf(const CountingNode& node, Minute from, Minute to) {
  std::map<Minute, std::map<std::string, uint64_t>> all;
  for (Minute minute = from; minute <= to; minute = minute + 1) all[minute] = node.Counts(minute);
  return all;
}

TEST(Replay, ShuffledWithinTheTtlCountsAsInOrder) {
  FaultRow row("late events: shuffled replay", /*times=*/1000);
  for (int run = 0; run < row.times() && !testing::Test::HasFailure(); ++run) {
    std::mt19937_64 random(row.seed() + static_cast<uint64_t>(run));
    Payloads payloads;
    const int64_t first = TimeAt("10:30").millis();
    const int64_t span = (TimeAt("14:30") - TimeAt("10:30")) / absl::Milliseconds(1);
    for (int i = 0; i < 300; ++i) {
      payloads.push_back(EventAtMillis(first + static_cast<int64_t>(random() % static_cast<uint64_t>(span)), random));
    }
    std::sort(payloads.begin(), payloads.end());  // by time, which is their first field
    CountingNode ordered;
    ordered.Tick("14:30:30");
    for (const std::string& payload : payloads) ordered.Apply(payload);
    std::shuffle(payloads.begin(), payloads.end(), random);
    CountingNode shuffled;
    shuffled.Tick("14:30:30");
    for (const std::string& payload : payloads) {
      shuffled.Apply(payload);
      if (random() % 20 == 0) shuffled.Save();
    }
    EXPECT_EQ(shuffled.fate(Fate::kLate), 0);
    EXPECT_EQ(CountsOf(shuffled, MinuteAt("10:30"), MinuteAt("14:30")),
              CountsOf(ordered, MinuteAt("10:30"), MinuteAt("14:30")));
  }
  row.Saw("equal to the ordered replay, nothing late");
}

// Some days of history in each partition, in order of time within the partition, with an event clock and a ttl of
// minutes.
class History {
 public:
  History(size_t partitions, std::mt19937_64& random) : partitions_(partitions) {
    for (std::deque<std::string>& partition : partitions_) {
      int64_t time = TimeAt("00:00").millis();
      for (int i = 0; i < 300; ++i) {
        time += static_cast<int64_t>(random() % 600'000);
        partition.push_back(EventAtMillis(time, random));
      }
    }
  }
  bool empty(size_t partition) const { return partitions_[partition].empty(); }
  bool empty() const {
    return std::all_of(partitions_.begin(), partitions_.end(), [](const auto& some) { return some.empty(); });
  }
  std::string Next(size_t partition) {
    std::string payload = partitions_[partition].front();
    partitions_[partition].pop_front();
    return payload;
  }

 private:
  std::vector<std::deque<std::string>> partitions_;
};

TEST(Replay, ByTheEventClockCallsNothingLateAtAnySpeedOfAPartition) {
  FaultRow row("event clock: partitions read at very different speeds", /*times=*/1000);
  constexpr size_t kPartitionsRead = 4;
  for (int run = 0; run < row.times() && !testing::Test::HasFailure(); ++run) {
    std::mt19937_64 random(row.seed() + static_cast<uint64_t>(run));
    History history(kPartitionsRead, random);
    CountingNode node({.ttl = absl::Minutes(5), .clock = ClockKind::kEvent, .shards = kPartitionsRead});
    while (!history.empty()) {
      const size_t partition = random() % kPartitionsRead;
      const uint64_t burst = uint64_t{1} << (3 * (partition + static_cast<size_t>(run)) % 10);  // 1 to 512
      for (uint64_t i = 0; i < burst && !history.empty(partition); ++i) {
        node.Apply(history.Next(partition), partition);
        node.TickAt(TimeAt("23:59") + absl::Hours(24 * 30));
      }
      if (history.empty(partition)) node.shard(partition).ReachEnd(0, node.state(partition).next, node.now());
      if (random() % 10 == 0) node.Save();
    }
    for (size_t i = 0; i < kPartitionsRead; ++i) {
      EXPECT_EQ(node.fate(Fate::kLate, i), 0);
      EXPECT_EQ(node.fate(Fate::kCounted, i), 300);
    }
  }
  row.Saw("nothing that is in time is late");
}

}  // namespace
}  // namespace tally
