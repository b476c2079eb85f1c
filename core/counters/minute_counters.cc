#include "core/counters/minute_counters.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace tally {
namespace {

std::vector<SeriesTable::Metric> TableMetrics(const Rules& rules) {
  std::vector<SeriesTable::Metric> metrics;
  for (const MetricRule& rule : rules.metrics()) {
    metrics.push_back({rule.name, static_cast<uint32_t>(rule.by.size()), rule.decimals});
  }
  return metrics;
}

}  // namespace

MinuteCounters::MinuteCounters(std::shared_ptr<const Rules> rules, absl::Duration ttl, size_t series_max)
    : rules_(std::move(rules)),
      ttl_(ttl),
      known_from_(rules_->metrics().size()),
      series_(TableMetrics(*rules_), series_max) {}

std::unique_ptr<ShardPart> MinuteCounters::AddShard() {
  auto shard = std::make_unique<ShardMinutes>(rules_, series_, horizon_);
  shards_.push_back(shard.get());
  return shard;
}

void MinuteCounters::Restore(Saved& saved) {
  MutexLock lock(mutex_);
  horizon_.RaiseTo(saved.horizon);
  absl::flat_hash_map<BlockIndex, std::vector<uint32_t>> dropped;  // cells of series whose metric no longer exists
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
    // A minute that held no other counters does not exist.
    if (Block kept = Block::Pack(counts); !kept.empty()) ring_.Replace(key, std::move(kept));
  }
  // A crash after a minute was dropped and before its series were retired leaves series without a minute.
  for (const auto& [id, name] : saved.series) {
    if (ring_.LiveMinutes(id) == 0 && !unsaved_series_.contains(id)) idle_.push_back(id);
  }
}

Minute MinuteCounters::KnownFrom(uint32_t metric) const { return std::max(known_from_[metric].Get(), horizon_.Get()); }

void MinuteCounters::RaiseKnownFrom(uint32_t metric, Minute minute) { known_from_[metric].RaiseTo(minute); }

void MinuteCounters::BeginCut() { outgrown_ = series_.TakeOutgrown(); }

void MinuteCounters::Fold() {
  outgrown_.clear();
  // Horizon and new names are taken after the last shard's cut: both may be newer than the counters, never older.
  const Minute horizon = horizon_.Get();
  horizon_moved_ = horizon_moved_ || horizon != cut_horizon_;
  cut_horizon_ = horizon;
  for (SeriesId id : series_.TakeAdmitted()) unsaved_series_.insert(id);
  std::vector<std::shared_ptr<const Delta>> deltas;  // freed without the lock
  for (const ShardMinutes* shard : shards_) deltas.push_back(shard->frozen());
  FoldBlocks(deltas);
  // Before minutes are dropped: a series that a delta still held now has a minute, and retires with that minute. If it
  // retired here and its minute were dropped after that, it would retire twice.
  FinishRetiring();
}

void MinuteCounters::FoldBlocks(std::span<const std::shared_ptr<const Delta>> deltas) {
  absl::btree_set<BlockKey> touched;
  for (const auto& delta : deltas) {
    for (const BlockKey& key : delta->Pages()) touched.insert(key);
  }
  // Packed while others read: only this thread changes the ring.
  std::vector<std::pair<BlockKey, Block>> folded;
  [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    for (const BlockKey& key : touched) {
      BlockCounts counts{};
      ring_.Find(key).AddTo(counts);
      for (const auto& delta : deltas) delta->AddTo(key, counts);
      folded.emplace_back(key, Block::Pack(counts));
    }
  }();
  MutexLock lock(mutex_);
  for (auto& [key, block] : folded) {
    ring_.Replace(key, std::move(block));
    unsaved_blocks_.insert(key);
  }
  for (ShardMinutes* shard : shards_) shard->Release();
}

void MinuteCounters::Expire() {
  {
    MutexLock lock(mutex_);
    MinuteRing::Expired expired = ring_.Expire(cut_horizon_);
    unsaved_blocks_.insert(expired.blocks.begin(), expired.blocks.end());
    idle_.insert(idle_.end(), expired.series.begin(), expired.series.end());
  }
  BeginRetiring();
}

void MinuteCounters::FinishRetiring() {
  auto unused = [&](SeriesId id) ABSL_NO_THREAD_SAFETY_ANALYSIS { return ring_.LiveMinutes(id) == 0; };
  std::vector<SeriesId> retired = series_.FinishRetiring(retiring_, unused);
  unsaved_series_.insert(retired.begin(), retired.end());
  for (SeriesId id : retiring_) {
    // A shard has admitted it meanwhile, and may have counted it after its cut. The next cut tries again.
    if (unused(id) && !std::binary_search(retired.begin(), retired.end(), id)) idle_.push_back(id);
  }
  retiring_.clear();
}

// The next cut folds every delta that may hold one of these. A shard that counts one later asks the series table, which
// then keeps it alive.
void MinuteCounters::BeginRetiring() {
  std::sort(idle_.begin(), idle_.end());
  idle_.erase(std::unique(idle_.begin(), idle_.end()), idle_.end());
  series_.BeginRetiring(idle_);
  retiring_ = std::exchange(idle_, {});
}

void MinuteCounters::Collect(Changes& changes) {
  changes.horizon = cut_horizon_;
  for (const Horizon& known : known_from_) changes.known_from.push_back(known.Get());
  // While others read, as in FoldBlocks().
  [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    for (const BlockKey& key : unsaved_blocks_) changes.blocks.push_back({key, std::string(ring_.Find(key).bytes())});
  }();
  for (SeriesId id : unsaved_series_) changes.series.push_back({id, series_.NameIfLive(id)});
}

void MinuteCounters::MarkSaved() {
  unsaved_blocks_.clear();
  unsaved_series_.clear();
  horizon_moved_ = false;
}

bool MinuteCounters::HasUnsaved() const {
  return horizon_moved_ || !unsaved_blocks_.empty() || !unsaved_series_.empty();
}

uint64_t MinuteCounters::live_counters() const {
  MutexLock lock(mutex_);
  return ring_.counters();
}

}  // namespace tally
