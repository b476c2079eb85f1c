// A node without Kafka and without a disk: a test applies single events, and checkpoints are in memory.
//
//   CountingNode node;                       // counts `stats` by game and call
//   node.Apply(EventAt("14:30:05", "mw", "login"));
//   EXPECT_EQ(node.Count("stats:mw:login", MinuteAt("14:30")), 1);
//
// Not thread-safe.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/strings.h"
#include "core/counters/counters.h"
#include "core/counters/view.h"
#include "tests/testing/times.h"

namespace tally {

inline std::string EventAt(std::string_view time, std::string_view game, std::string_view call) {
  return Cat(R"({"time":)", TimeAt(time).millis(), R"(,"game":")", game, R"(","call":")", call, R"("})");
}

inline MetricSpec StatsMetric() { return {"stats", {{"game", "game"}, {"call", "call"}}, "", {}}; }
inline MetricSpec CallsMetric() { return {"calls", {{"call", "call"}}, "", {}}; }
inline MetricSpec AllMetric() { return {"all", {}, "", {}}; }

inline std::shared_ptr<const Rules> Compiled(std::vector<MetricSpec> metrics, EventSpec event = {}) {
  auto rules = Rules::Compile(std::move(event), metrics);
  TALLY_CHECK(rules.ok());
  return *std::move(rules);
}

// The names of a table's series that begin with `prefix`, sorted.
inline std::vector<std::string> NamesOf(const SeriesTable& table, std::string_view prefix = "") {
  std::vector<std::string> names;
  SeriesTable::Pin pin(table);
  SeriesTable::Walk walk(table, prefix);
  for (std::vector<SeriesTable::Named> some; walk.Next(some);) {
    for (const SeriesTable::Named& series : some) names.emplace_back(series.name);
  }
  return names;
}

// A checkpoint directory in its simplest form: maps in memory.
class MemoryDisk {
 public:
  void Write(const Changes& changes) {
    for (const auto& [key, packed] : changes.blocks) {
      if (packed.empty())
        blocks_.erase(key);
      else
        blocks_[key] = packed;
    }
    for (const auto& [id, name] : changes.series) {
      if (name.empty())
        series_.erase(id);
      else
        series_[id] = name;
    }
    partitions_ = changes.partitions;
    horizon_ = changes.horizon;
    clock_ = changes.clock;
  }

  Saved Load() const {
    Saved saved;
    for (const auto& [key, packed] : blocks_) {
      auto block = Block::Parse(packed);
      TALLY_CHECK(block.ok());
      saved.blocks.emplace_back(key, *std::move(block));
    }
    for (const auto& [id, name] : series_) saved.series.push_back({id, name});
    saved.partitions = partitions_;
    saved.horizon = horizon_;
    saved.clock = clock_;
    return saved;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [id, name] : series_) names.push_back(name);
    return names;
  }
  size_t blocks() const { return blocks_.size(); }

 private:
  std::map<BlockKey, std::string> blocks_;
  std::map<SeriesId, std::string> series_;
  std::vector<Changes::Partition> partitions_;
  Minute horizon_ = Minute::Min();
  Timestamp clock_ = Timestamp::Min();
};

struct CountingOptions {
  std::vector<MetricSpec> metrics = {StatsMetric()};
  EventSpec event = {};
  absl::Duration ttl = absl::Hours(4);
  ClockKind clock = ClockKind::kWall;
  size_t series_max = 1'000'000;
  int32_t shards = 1;  // each has one partition of the topic "mw", with the number of the shard
};

class CountingNode {
 public:
  explicit CountingNode(const CountingOptions& options = {}) : CountingNode(options, MemoryDisk()) {}

  // Resumes from the checkpoint on `disk`.
  CountingNode(const CountingOptions& options, const MemoryDisk& disk) : CountingNode(options, disk.Load()) {
    disk_ = disk;
  }
  CountingNode(const CountingOptions& options, Saved saved)
      : counters_(Compiled(options.metrics, options.event), {options.ttl, options.clock, options.series_max}) {
    counters_.Restore(std::move(saved));
    for (int32_t i = 0; i < options.shards; ++i) {
      PartitionState state = counters_.TakePartition({"mw", i}).value_or(PartitionState{});
      counters_.AddShard().AddPartition({"mw", i}, state);
    }
  }

  // Applies a record with the partition's next offset and the timestamp now().
  void Apply(const std::string& payload, size_t shard = 0) {
    Record record{0, state(shard).next, now_, std::nullopt, payload};
    counters_.shards()[shard]->Apply({&record, 1}, now_);
  }

  // Sets the current time.
  void Tick(std::string_view time) { TickAt(TimeAt(time)); }
  void TickAt(Timestamp now) {
    now_ = now;
    counters_.Tick(now_);
  }

  // Writes a checkpoint to the disk.
  void Save() {
    disk_.Write(counters_.Cut());
    counters_.MarkSaved();
  }

  uint64_t Count(std::string_view series, Minute minute) const {
    SeriesId id = counters_.series().Find(series);
    return id == kNoSeries ? 0 : View(counters_).Count(minute, id);
  }

  // Returns the counts of `minute` that a query sees, by series name.
  std::map<std::string, uint64_t> Counts(Minute minute) const {
    std::map<std::string, uint64_t> counts;
    View view(counters_);
    view.ForEach(minute,
                 [&](SeriesId id, uint64_t n) { TALLY_CHECK(counts.emplace(counters_.series().Name(id), n).second); });
    return counts;
  }

  // Returns the names of all live series, sorted.
  std::vector<std::string> Names() const { return NamesOf(counters_.series()); }

  PartitionState state(size_t shard = 0) const { return counters_.shards()[shard]->Partitions()[0].state; }
  uint64_t fate(Fate fate, size_t shard = 0) const { return state(shard).fates[static_cast<size_t>(fate)]; }
  Shard& shard(size_t i = 0) { return *counters_.shards()[i]; }
  Counters& counters() { return counters_; }
  const MemoryDisk& disk() const { return disk_; }
  Timestamp now() const { return now_; }

 private:
  MemoryDisk disk_;
  Counters counters_;
  Timestamp now_ = TimeAt("14:30:00");
};

}  // namespace tally
