// A node that counts generated events, and the naive sums that its counts must equal; for tests that lose or damage its
// checkpoints.
//
//   CountedEvents events(random, /*calls=*/400);
//   events.Count(30);
//   store->Write(events.node().counters().Cut(), SomeMetrics());
//   EXPECT_EQ(TotalsOf(*ReadCheckpoint(directory, nullptr)), events.totals());
#pragma once

#include <array>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "core/base/strings.h"
#include "storage/directory_store.h"
#include "tests/testing/counting_node.h"

namespace tally {

// The counters, offsets and fates of one moment.
struct Totals {
  struct Partition {
    int64_t next = 0;
    std::array<uint64_t, kFates> fates{};

    friend bool operator==(const Partition&, const Partition&) = default;
  };
  std::map<std::pair<Minute, std::string>, uint64_t> counts;
  std::map<TopicPartition, Partition> partitions;

  friend bool operator==(const Totals&, const Totals&) = default;
};

// Returns the totals of a loaded checkpoint. A count without a name is a CHECK failure.
inline Totals TotalsOf(const Saved& saved) {
  Totals totals;
  std::map<SeriesId, std::string> names;
  for (const auto& [id, name] : saved.series) TALLY_CHECK(names.emplace(id, name).second);
  for (const auto& [key, block] : saved.blocks) {
    for (uint32_t cell = 0; cell < kBlockSize; ++cell) {
      const uint64_t n = block.count(cell);
      if (n > 0) totals.counts[{key.minute, names.at(key.block * kBlockSize + cell)}] = n;
    }
  }
  for (const auto& [topic_partition, state] : saved.partitions)
    totals.partitions[topic_partition] = {state.next, state.fates};
  return totals;
}
inline Totals TotalsOf(const CheckpointContents& contents) { return TotalsOf(contents.saved); }

class CountedEvents {
 public:
  static constexpr int32_t kPartitions = 2;

  // Generates events of `calls` series.
  CountedEvents(std::mt19937_64& random, uint64_t calls) : random_(random), calls_(calls) {
    for (int32_t i = 0; i < kPartitions; ++i) totals_.partitions[{"mw", i}] = {};
    Begin(Saved());
  }

  // Simulates a new process that resumes from `saved`, which contains `totals`.
  void Begin(Saved saved, Totals totals) {
    totals_ = std::move(totals);
    Begin(std::move(saved));
  }

  // Applies `n` events of the last three minutes. One in twenty is broken.
  void Count(int n) {
    for (int i = 0; i < n; ++i) {
      const auto shard = static_cast<size_t>(random_() % kPartitions);
      Totals::Partition& partition = totals_.partitions[{"mw", static_cast<int32_t>(shard)}];
      ++partition.next;
      if (random_() % 20 == 0) {
        node_->Apply("broken", shard);
        ++partition.fates[static_cast<size_t>(Fate::kUnparsable)];
        continue;
      }
      const Timestamp at = node_->now() - absl::Minutes(random_() % 3);
      const std::string call = Cat("c", random_() % calls_);
      node_->Apply(Cat(R"({"time":)", at.millis(), R"(,"game":"mw","call":")", call, "\"}"), shard);
      ++partition.fates[static_cast<size_t>(Fate::kCounted)];
      ++totals_.counts[{MinuteOf(at), Cat("stats:mw:", call)}];
    }
  }

  void PassMinutes(int n) {
    minutes_ += n;
    node_->TickAt(Now());
    std::erase_if(totals_.counts, [&](const auto& count) { return count.first.first < MinuteOf(Now() - kTtl); });
  }

  CountingNode& node() { return *node_; }
  const Totals& totals() const { return totals_; }

 private:
  static constexpr absl::Duration kTtl = absl::Minutes(4);

  Timestamp Now() const { return TimeAt("14:30") + absl::Minutes(minutes_); }

  void Begin(Saved saved) {
    node_ = std::make_unique<CountingNode>(CountingOptions{.ttl = kTtl, .shards = kPartitions}, std::move(saved));
    PassMinutes(0);
  }

  std::mt19937_64& random_;
  const uint64_t calls_;
  std::unique_ptr<CountingNode> node_;
  Totals totals_;
  int minutes_ = 0;
};

}  // namespace tally
