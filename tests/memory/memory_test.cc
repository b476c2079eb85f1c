// Under any load, a node uses no more memory than docs/memory.md promises, and the totals stay correct.
#include <algorithm>
#include <fstream>
#include <functional>
#include <sstream>

#include "absl/time/clock.h"
#include "apps/system_clock.h"
#include "core/base/strings.h"
#include "core/counters/rejects.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/memory/memory_bound.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/kafka_broker.h"
#include "tests/testing/proc.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

constexpr uint64_t kChunk = 20'000;  // messages in one call of the producer
constexpr absl::Duration kTimeout = absl::Minutes(10);

class Memory : public testing::Test {
 protected:
  // Creates a topic with `events` records, distributed over the partitions.
  void Produce(uint64_t events, const KafkaBroker::Configs& configs, const std::function<std::string(uint64_t)>& make) {
    topic_ = broker_.UniqueTopic("mw");
    ASSERT_TRUE(broker_.CreateTopic(topic_, partitions_, configs).ok());
    for (uint64_t made = 0; made < events;) {
      const int partition = static_cast<int>(made / kChunk) % partitions_;
      std::vector<Message> messages;
      do messages.push_back({.payload = make(made++)});
      while (made < events && made % kChunk != 0);
      ASSERT_TRUE(broker_.Produce(topic_, partition, messages).ok());
    }
  }

  // Starts a node that counts the topic from its beginning.
  void Start(std::vector<std::string> arguments) {
    for (const std::string& argument :
         {std::string("--brokers"), broker_.bootstrap(), std::string("--topics"), topic_, std::string("--data"),
          data_ / "data", std::string("--set"), std::string("kafka.start=earliest"), std::string("--set"),
          Cat("kafka.threads=", threads_), std::string("--set"), Cat("kafka.group=", broker_.UniqueTopic("group"))}) {
      arguments.push_back(argument);
    }
    auto node = Tallyd::Start(arguments);
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
  }

  MemoryBound Bound() const {
    return {.threads = static_cast<size_t>(threads_), .partitions = static_cast<size_t>(partitions_)};
  }
  uint64_t Peak() { return PeakResidentBytesOf(node_->process().pid()); }

  // The sum over all minutes and series.
  uint64_t Total() {
    uint64_t sum = 0;
    std::istringstream lines(node_->Query({"RANGE", "stats:*:*", "-1h", "now", "60m"}));
    for (std::string minute, count, rest; lines >> minute >> count && std::getline(lines, rest);) {
      sum += std::stoull("0" + count);
    }
    return sum;
  }

  int partitions_ = 2;
  int threads_ = 2;
  KafkaBroker& broker_ = SharedBroker();
  const int64_t now_ms_ = SystemClock().Now().millis();
  TempDir data_;
  std::string topic_;
  std::unique_ptr<Tallyd> node_;
};

std::string InMegabytes(uint64_t measured, uint64_t bound) {
  return Cat("peak RSS ", measured >> 20, " MB, bound ", bound >> 20, " MB");
}

// A node with many metrics is slower than the broker, so its prefetch queues fill.
TEST_F(Memory, OfACompressedBacklogIsBounded) {
  FaultRow row("prefetch memory: compressed backlog", /*times=*/1000, /*times_in_test=*/500);
  partitions_ = 16;  // one client fetches from all of them at once
  threads_ = 1;
  constexpr size_t kEventBytes = 1000;
  const uint64_t events = static_cast<uint64_t>(row.times()) * 1000;
  Produce(events, {{"compression.type", "lz4"}}, [&](uint64_t i) {
    std::string event = Cat(R"({"time":)", now_ms_, R"(,"game":"mw","call":"call)", i % 100, R"(","agent":")");
    event.resize(kEventBytes - 2, 'x');
    return event + "\"}";
  });
  const double ratio = static_cast<double>(events * kEventBytes) / static_cast<double>(broker_.LogBytes(topic_));
  std::ofstream toml(data_ / "tallyd.toml");
  toml << "[[metric]]\nname = \"stats\"\nby = [\"game\", \"call\"]\n";
  for (int i = 0; i < 99; ++i) toml << "[[metric]]\nname = \"all" << i << "\"\n";
  toml.close();
  Start({"--config", data_ / "tallyd.toml"});
  absl::Status read = node_->WaitUntilRead(events, kTimeout);
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(Total(), events);
  MemoryBound bound = Bound();
  bound.ratio = ratio;
  bound.event_bytes = kEventBytes;
  EXPECT_LE(Peak(), bound.Bytes());
  row.Did(Cat(row.times(), " MB, compressed ", static_cast<int>(ratio), ":1 by lz4"));
  row.Saw(Cat(InMegabytes(Peak(), bound.Bytes()), "; all counted"));
}

struct Explosion {
  const char* dimension;
  std::function<std::string(uint64_t)> game, call;
  uint64_t others;                               // the number of series of ~other at the end
  const char* last;                              // the series of ~other that counts the remaining events
  std::function<uint64_t(uint64_t)> last_count;  // its count, from the number of events beyond the limit
};

class SeriesExplosion : public Memory, public testing::WithParamInterface<Explosion> {};

TEST_P(SeriesExplosion, IsCountedUnderOther) {
  const Explosion& explosion = GetParam();
  FaultRow row(Cat("series explosion in the ", explosion.dimension, " dimension"), /*times=*/10'000'000,
               /*times_in_test=*/1'000'000);
  const uint64_t events = static_cast<uint64_t>(row.times());
  const uint64_t series_max = events / 10;
  Produce(events, {}, [&](uint64_t i) {
    return Cat(R"({"time":)", now_ms_, R"(,"game":")", explosion.game(i), R"(","call":")", explosion.call(i), R"("})");
  });
  Start({"--set", Cat("limits.series_max=", series_max)});
  absl::Status read = node_->WaitUntilRead(events, kTimeout);
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(node_->Info("events_counted"), Cat(events));
  EXPECT_EQ(node_->Info("series"), Cat(series_max + explosion.others));
  EXPECT_EQ(Total(), events);
  const std::string other = node_->Query({"TOP", "1", explosion.last, "-1h", "now"});
  EXPECT_EQ(other, Cat(explosion.last, ' ', explosion.last_count(events - series_max)));
  MemoryBound bound = Bound();
  bound.event_bytes = 70;
  bound.series = series_max;
  bound.name_bytes = 24;
  EXPECT_LE(Peak(), bound.Bytes());
  row.Did(Cat(events, " distinct series, series_max ", series_max));
  row.Saw(Cat(InMegabytes(Peak(), bound.Bytes()), "; totals equal, ", other));
  EXPECT_EQ(*node_->Stop(), 0);
}

const auto kAlways = [](const char* value) { return [value](uint64_t) { return std::string(value); }; };
const auto kDistinct = [](uint64_t i) { return Cat("explosion", i); };

INSTANTIATE_TEST_SUITE_P(, SeriesExplosion,
                         testing::Values(Explosion{"last", kAlways("mw"), kDistinct, 1, "stats:mw:~other",
                                                   [](uint64_t beyond) { return beyond; }},
                                         Explosion{"first", kDistinct, kAlways("login"), SeriesTable::kOtherMax + 1,
                                                   "stats:~other:~other",
                                                   [](uint64_t beyond) { return beyond - SeriesTable::kOtherMax; }}),
                         [](const auto& test) { return std::string(test.param.dimension); });

TEST_F(Memory, OfTooLongValuesIsBounded) {
  FaultRow row("values of 10 KB", /*times=*/100'000, /*times_in_test=*/20'000);
  constexpr size_t kValueBytes = 10'000;
  const uint64_t events = static_cast<uint64_t>(row.times());
  Produce(events, {}, [&](uint64_t i) {
    const std::string call = Cat(i, std::string(kValueBytes, 'v'));
    return Cat(R"({"time":)", now_ms_, R"(,"game":"mw","call":")", call, R"("})");
  });
  Start({});
  absl::Status read = node_->WaitUntilRead(events, kTimeout);
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(node_->Info("events_missing_field"), Cat(events));
  EXPECT_EQ(node_->Info("series"), "0");
  const std::string rejects = node_->Query({"REJECTS"});
  const size_t lines = static_cast<size_t>(std::count(rejects.begin(), rejects.end(), '\n')) + 1;
  EXPECT_EQ(lines, Rejects::kKept);
  EXPECT_LE(rejects.size(), Rejects::kKept * (Rejects::kSampleBytes * 2 + 100));  // a quote is escaped
  MemoryBound bound = Bound();
  bound.event_bytes = kValueBytes;
  EXPECT_LE(Peak(), bound.Bytes());
  row.Did(Cat(events, " events with a value of 10 KB"));
  row.Saw(Cat(InMegabytes(Peak(), bound.Bytes()), "; all missing_field, ", lines, " samples of 200 bytes"));
}

}  // namespace
}  // namespace tally
