// A shard that counts minutes, with nothing around it. The test makes its events one by one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/counters/shard.h"
#include "core/counters/shard_minutes.h"
#include "tests/testing/counting_node.h"

namespace tally {

inline const std::string kLogin = EventAt("14:30:05", "mw", "login");

// It is 14:30, and the horizon is before every minute.
class OneShard {
 public:
  explicit OneShard(std::vector<MetricSpec> metrics = {StatsMetric()}, EventSpec event = {})
      : OneShard(Compiled(std::move(metrics), std::move(event)), {}) {}
  // Has more parts than the minutes.
  OneShard(const std::shared_ptr<const Rules>& rules, std::vector<std::unique_ptr<ShardPart>> others)
      : table_({{"stats", 2}, {"calls", 1}}, 1000),
        minutes_(new ShardMinutes(rules, table_, horizon_)),
        shard_(rules, Parts(minutes_, std::move(others))) {
    shard_.AddPartition({"mw", 3}, {});
  }

  void Apply(int64_t offset, const std::string& payload, uint32_t slot = 0) { Apply({offset, payload, slot, kNow}); }
  void ApplyStamped(int64_t offset, Timestamp timestamp) {
    Apply({offset, EventAt("14:30", "mw", "login"), 0, timestamp});
  }

  // From the active and the frozen delta.
  uint64_t Count(std::string_view name, Minute minute = MinuteAt("14:30")) const {
    uint64_t count = 0;
    SeriesId id = table_.Find(name);
    for (const Delta* delta : minutes_->Deltas()) count += id == kNoSeries ? 0 : delta->Count(minute, id);
    return count;
  }

  PartitionStatus status(uint32_t slot = 0) const { return shard_.Partitions()[slot]; }
  int64_t next(uint32_t slot = 0) const { return status(slot).state.next; }
  Shard* operator->() { return &shard_; }
  ShardMinutes& minutes() { return *minutes_; }
  Horizon& horizon() { return horizon_; }
  SeriesTable& table() { return table_; }

  static inline const Timestamp kNow = TimeAt("14:30");

 private:
  struct Given {
    int64_t offset;
    std::string payload;
    uint32_t slot;
    Timestamp timestamp;
  };
  void Apply(const Given& given) {
    Record record{given.slot, given.offset, given.timestamp, "the key", given.payload};
    shard_.Apply({&record, 1}, kNow);
  }

  static std::vector<std::unique_ptr<ShardPart>> Parts(ShardMinutes* minutes,
                                                       std::vector<std::unique_ptr<ShardPart>> others) {
    others.emplace(others.begin(), minutes);
    return others;
  }

  SeriesTable table_;
  Horizon horizon_;
  ShardMinutes* const minutes_;  // the shard's
  Shard shard_;
};

}  // namespace tally
