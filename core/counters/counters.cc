#include "core/counters/counters.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/crash_point.h"

namespace tally {

Counters::Counters(std::shared_ptr<const Rules> rules, const Options& options)
    : rules_(std::move(rules)), options_(options), minutes_(rules_, options_.ttl, options_.series_max) {}

void Counters::Restore(Saved saved) {
  clock_millis_ = saved.clock.millis();
  for (StatePart* part : parts_) part->Restore(saved);
  MutexLock lock(mutex_);
  for (auto& [topic_partition, state] : saved.partitions) parked_[topic_partition] = std::move(state);
}

std::vector<TopicPartition> Counters::RestoredPartitions() const {
  MutexLock lock(mutex_);
  std::vector<TopicPartition> topic_partitions;
  for (const auto& [topic_partition, state] : parked_) topic_partitions.push_back(topic_partition);
  return topic_partitions;
}

std::optional<PartitionState> Counters::TakePartition(const TopicPartition& topic_partition) {
  MutexLock lock(mutex_);
  auto parked = parked_.find(topic_partition);
  if (parked == parked_.end()) return std::nullopt;
  PartitionState state = parked->second;
  parked_.erase(parked);
  return state;
}

Shard& Counters::AddShard() {
  std::vector<std::unique_ptr<ShardPart>> parts;
  for (StatePart* part : parts_) parts.push_back(part->AddShard());
  shards_.push_back(std::make_unique<Shard>(rules_, std::move(parts)));
  return *shards_.back();
}

std::vector<PartitionStatus> Counters::Partitions() const {
  std::vector<PartitionStatus> all;
  for (const auto& shard : shards_) {
    for (PartitionStatus& status : shard->Partitions()) all.push_back(std::move(status));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.topic_partition < b.topic_partition; });
  return all;
}

Timestamp Counters::EventClock() const {
  std::optional<Timestamp> smallest_reading;  // over the partitions that are not at their end
  Timestamp largest = Timestamp::Min();
  for (const PartitionStatus& partition : Partitions()) {
    // A partition without events yet holds the clock.
    Timestamp newest = partition.state.newest_event_time.value_or(Timestamp::Min());
    largest = std::max(largest, newest);
    if (!partition.at_end()) smallest_reading = std::min(smallest_reading.value_or(newest), newest);
  }
  return smallest_reading.value_or(largest);
}

void Counters::Tick(Timestamp wall) {
  Timestamp now = wall;
  if (options_.clock == ClockKind::kEvent) {
    now = EventClock();
    // Two threads may tick, and the one that read the time first may come last: the clock never goes back.
    int64_t seen = clock_millis_;
    while (seen < now.millis() && !clock_millis_.compare_exchange_weak(seen, now.millis())) {
    }
    now = clock();
  } else {
    clock_millis_ = now.millis();
  }
  if (now == Timestamp::Min()) return;
  for (StatePart* part : parts_) part->AdvanceTo(now);
}

Timestamp Counters::clock() const { return Timestamp::FromMillis(clock_millis_); }

std::optional<Timestamp> Counters::CompleteUntil() const {
  std::vector<PartitionStatus> partitions = Partitions();
  if (partitions.empty()) return std::nullopt;
  Timestamp complete = Timestamp::Max();
  for (const PartitionStatus& partition : partitions) {
    Timestamp reached = partition.state.newest_timestamp.value_or(Timestamp::Min());
    if (partition.at_end()) reached = std::max(reached, partition.end->as_of);
    complete = std::min(complete, reached);
  }
  return std::min(complete, clock());
}

const Changes& Counters::Cut() {
  for (StatePart* part : parts_) part->BeginCut();
  std::vector<Changes::Partition> partitions = CutShards();
  CrashPoint("between cut and fold");
  for (StatePart* part : parts_) {
    part->Fold();
    part->Expire();
  }
  auto same = [](const Changes::Partition& a, const Changes::Partition& b) {
    return a.topic_partition == b.topic_partition && a.state == b.state;
  };
  partitions_moved_ = partitions_moved_ || !std::equal(partitions.begin(), partitions.end(),
                                                       changes_.partitions.begin(), changes_.partitions.end(), same);
  changes_ = Changes();
  changes_.partitions = std::move(partitions);
  changes_.clock = clock();
  for (StatePart* part : parts_) part->Collect(changes_);
  return changes_;
}

// The shards can be cut in sequence: each record has one partition, a partition has one shard, and the parts add up.
std::vector<Changes::Partition> Counters::CutShards() {
  std::vector<Changes::Partition> partitions;
  for (const auto& shard : shards_) {
    for (PartitionStatus& partition : shard->Cut()) {
      partitions.push_back({std::move(partition.topic_partition), std::move(partition.state)});
    }
  }
  MutexLock lock(mutex_);
  for (const auto& [topic_partition, state] : parked_) partitions.push_back({topic_partition, state});
  return partitions;
}

void Counters::MarkSaved() {
  // Frees everything but the partitions, which the next cut compares: the rest may be large.
  std::vector<Changes::Partition> partitions = std::move(changes_.partitions);
  changes_ = Changes();
  changes_.partitions = std::move(partitions);
  partitions_moved_ = false;
  for (StatePart* part : parts_) part->MarkSaved();
}

bool Counters::HasUnsaved() const {
  return partitions_moved_ ||
         std::any_of(parts_.begin(), parts_.end(), [](const StatePart* part) { return part->HasUnsaved(); });
}

}  // namespace tally
