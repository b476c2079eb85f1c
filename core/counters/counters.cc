#include "core/counters/counters.h"

#include <algorithm>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "core/base/check.h"
#include "core/base/crash_point.h"

namespace tally {
namespace {

std::vector<SeriesTable::Metric> TableMetrics(const Rules& rules) {
  std::vector<SeriesTable::Metric> metrics;
  for (const MetricRule& rule : rules.metrics()) metrics.push_back({rule.name, static_cast<uint32_t>(rule.by.size())});
  return metrics;
}

}  // namespace

Counters::Counters(std::shared_ptr<const Rules> rules, const Options& options)
    : rules_(std::move(rules)),
      options_(options),
      known_from_(rules_->metrics().size()),
      series_(TableMetrics(*rules_), options.series_max) {}

void Counters::Restore(Saved saved) {
  MutexLock lock(mutex_);
  horizon_.RaiseTo(saved.horizon);
  clock_millis_ = saved.clock.millis();
  for (auto& [place, state] : saved.partitions) parked_[place] = state;
  absl::flat_hash_map<BlockIndex, std::vector<uint32_t>> dropped;  // cells of series whose metric is gone
  for (const auto& [id, name] : saved.series) {
    if (series_.Restore(id, name)) continue;
    dropped[BlockOf(id)].push_back(CellOf(id));
    unsaved_series_.insert(id);
  }
  series_.FinishRestore();
  for (auto& [key, block] : saved.blocks) {
    auto cells = dropped.find(key.block);
    if (cells == dropped.end()) {
      ring_.Replace(key, std::move(block));
      continue;
    }
    BlockCounts counts{};
    block.AddTo(counts);
    for (uint32_t cell : cells->second) counts[cell] = 0;
    unsaved_blocks_.insert(key);
    // A minute that held nothing else is no minute.
    if (Block kept = Block::Pack(counts); !kept.empty()) ring_.Replace(key, std::move(kept));
  }
  // A crash between the drop of a minute and the end of its series' retirement leaves series without a minute.
  for (const auto& [id, name] : saved.series) {
    if (ring_.LiveMinutes(id) == 0 && !unsaved_series_.contains(id)) idle_.push_back(id);
  }
}

std::vector<TopicPartition> Counters::RestoredPartitions() const {
  MutexLock lock(mutex_);
  std::vector<TopicPartition> places;
  for (const auto& [place, state] : parked_) places.push_back(place);
  return places;
}

std::optional<PartitionState> Counters::TakePartition(const TopicPartition& place) {
  MutexLock lock(mutex_);
  auto parked = parked_.find(place);
  if (parked == parked_.end()) return std::nullopt;
  PartitionState state = parked->second;
  parked_.erase(parked);
  return state;
}

Shard& Counters::AddShard() {
  shards_.push_back(std::make_unique<Shard>(rules_, series_, horizon_));
  return *shards_.back();
}

std::vector<PartitionStatus> Counters::Partitions() const {
  std::vector<PartitionStatus> all;
  for (const auto& shard : shards_) {
    for (PartitionStatus& status : shard->Partitions()) all.push_back(std::move(status));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.place < b.place; });
  return all;
}

Timestamp Counters::EventClock() const {
  std::optional<Timestamp> smallest_reading;  // over the partitions that are not at their end
  Timestamp largest = Timestamp::Min();
  for (const PartitionStatus& partition : Partitions()) {
    // One without events yet holds the clock where it is.
    Timestamp newest = partition.state.newest_event.value_or(Timestamp::Min());
    largest = std::max(largest, newest);
    if (!partition.at_end()) smallest_reading = std::min(smallest_reading.value_or(newest), newest);
  }
  return smallest_reading.value_or(largest);
}

void Counters::Tick(Timestamp wall) {
  Timestamp now = wall;
  if (options_.clock == ClockKind::kEvent) {
    now = EventClock();
    // Of two threads that tick, the one that looked first may come last: the clock never goes back.
    int64_t seen = clock_millis_;
    while (seen < now.millis() && !clock_millis_.compare_exchange_weak(seen, now.millis())) {
    }
    now = clock();
  } else {
    clock_millis_ = now.millis();
  }
  if (now > Timestamp::Min()) horizon_.RaiseTo(MinuteOf(now - options_.ttl));
}

Timestamp Counters::clock() const { return Timestamp::FromMillis(clock_millis_); }

Timestamp Counters::CompleteUntil() const {
  std::vector<PartitionStatus> partitions = Partitions();
  Timestamp complete = partitions.empty() ? Timestamp::Min() : Timestamp::Max();
  for (const PartitionStatus& partition : partitions) {
    Timestamp reached = partition.state.newest_stamp.value_or(Timestamp::Min());
    if (partition.at_end()) reached = std::max(reached, partition.end->as_of);
    complete = std::min(complete, reached);
  }
  return std::min(complete, clock());
}

Minute Counters::KnownFrom(uint32_t metric) const { return std::max(known_from_[metric].Get(), horizon_.Get()); }

void Counters::RaiseKnownFrom(uint32_t metric, Minute minute) { known_from_[metric].RaiseTo(minute); }

const Changes& Counters::Cut() {
  SeriesIndex::Outgrown outgrown = series_.TakeOutgrown();  // read by nobody once every shard is cut
  std::vector<Shard::Cut> cuts;
  for (const auto& shard : shards_) cuts.push_back(shard->CutNow());
  // Horizon and new names are taken after the last shard's cut: both may be ahead of the counters, never behind.
  Minute horizon = horizon_.Get();
  moved_ = moved_ || horizon != changes_.horizon;
  changes_.horizon = horizon;
  for (SeriesId id : series_.TakeAdmitted()) unsaved_series_.insert(id);
  CrashPoint("between cut and fold");
  Fold(cuts);
  // Before minutes are dropped: a series that one more delta held now has a minute, and retires anew with that one.
  // Freed here and dropped there, its number would be free twice.
  FinishRetiring();
  DropExpired();
  BeginRetiring();
  CollectChanges(cuts);
  return changes_;
}

void Counters::Fold(std::span<const Shard::Cut> cuts) {
  absl::btree_set<BlockKey> touched;
  for (const Shard::Cut& cut : cuts) {
    for (const BlockKey& key : cut.delta->Pages()) touched.insert(key);
  }
  // Packed beside the readers: only this thread changes the ring.
  std::vector<std::pair<BlockKey, Block>> folded;
  [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    for (const BlockKey& key : touched) {
      BlockCounts counts{};
      ring_.Find(key).AddTo(counts);
      for (const Shard::Cut& cut : cuts) cut.delta->AddTo(key, counts);
      folded.emplace_back(key, Block::Pack(counts));
    }
  }();
  MutexLock lock(mutex_);
  for (auto& [key, block] : folded) {
    ring_.Replace(key, std::move(block));
    unsaved_blocks_.insert(key);
  }
  for (const auto& shard : shards_) shard->Release();
}

void Counters::DropExpired() {
  MutexLock lock(mutex_);
  MinuteRing::Expired expired = ring_.Expire(changes_.horizon);
  unsaved_blocks_.insert(expired.blocks.begin(), expired.blocks.end());
  idle_.insert(idle_.end(), expired.series.begin(), expired.series.end());
}

void Counters::FinishRetiring() {
  auto unused = [&](SeriesId id) ABSL_NO_THREAD_SAFETY_ANALYSIS { return ring_.LiveMinutes(id) == 0; };
  std::vector<SeriesId> freed = series_.FinishRetiring(retiring_, unused);
  unsaved_series_.insert(freed.begin(), freed.end());
  for (SeriesId id : retiring_) {
    // Somebody still holds their names, or counted one meanwhile: the next round tells.
    if (unused(id) && !std::binary_search(freed.begin(), freed.end(), id)) idle_.push_back(id);
  }
  retiring_.clear();
}

// Until the next cut every delta that may hold one of these is folded, and whoever meets one after that asks the series
// table, which then keeps it alive.
void Counters::BeginRetiring() {
  std::sort(idle_.begin(), idle_.end());
  idle_.erase(std::unique(idle_.begin(), idle_.end()), idle_.end());
  series_.BeginRetiring(idle_);
  retiring_ = std::exchange(idle_, {});
}

void Counters::CollectChanges(std::span<const Shard::Cut> cuts) {
  std::vector<Changes::Partition> partitions;
  for (const Shard::Cut& cut : cuts) {
    for (const PartitionStatus& partition : cut.partitions) partitions.push_back({partition.place, partition.state});
  }
  {
    MutexLock lock(mutex_);
    for (const auto& [place, state] : parked_) partitions.push_back({place, state});
  }
  auto same = [](const Changes::Partition& a, const Changes::Partition& b) {
    return a.place == b.place && a.state == b.state;
  };
  moved_ = moved_ || !std::equal(partitions.begin(), partitions.end(), changes_.partitions.begin(),
                                 changes_.partitions.end(), same);
  changes_.partitions = std::move(partitions);
  changes_.clock = clock();
  changes_.known_from.clear();
  for (const Horizon& known : known_from_) changes_.known_from.push_back(known.Get());
  // Beside the readers, as in Fold().
  changes_.blocks = {};
  [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    for (const BlockKey& key : unsaved_blocks_) changes_.blocks.push_back({key, std::string(ring_.Find(key).bytes())});
  }();
  changes_.series = {};
  for (SeriesId id : unsaved_series_) changes_.series.push_back({id, series_.NameIfLive(id)});
}

void Counters::MarkSaved() {
  changes_.blocks = {};  // and their room: there may have been many
  changes_.series = {};
  unsaved_blocks_.clear();
  unsaved_series_.clear();
  moved_ = false;
}

bool Counters::HasUnsaved() const { return moved_ || !unsaved_blocks_.empty() || !unsaved_series_.empty(); }

uint64_t Counters::live_counters() const {
  MutexLock lock(mutex_);
  return ring_.counters();
}

}  // namespace tally
