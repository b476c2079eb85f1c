#include "core/counters/shard.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/strings.h"
#include "core/events/event_time.h"

namespace tally {

Shard::Shard(std::shared_ptr<const Rules> rules, SeriesTable& series, const Horizon& horizon)
    : rules_(std::move(rules)),
      series_(series),
      horizon_(horizon),
      decoder_(rules_->NewDecoder()),
      fields_(rules_->fields()),
      shown_deltas_{active_.get()} {}

uint32_t Shard::AddPartition(TopicPartition place, const PartitionState& state) {
  MutexLock lock(mutex_);
  const PartitionControl& partition = partitions_.emplace_back(std::move(place), state);
  MutexLock shown_lock(shown_mutex_);
  shown_partitions_.push_back(partition.status());
  return static_cast<uint32_t>(partitions_.size() - 1);
}

void Shard::Apply(std::span<const Record> records, Timestamp now) {
  Timestamp limit = now + rules_->event().ahead_max;
  while (!records.empty()) {
    size_t n = 0;
    for (size_t bytes = 0; n < std::min(records.size(), kChunkRecords) && bytes < kChunkBytes; ++n) {
      bytes += records[n].payload.size();
    }
    ApplyChunk(records.first(n), horizon_.Get(), limit, now);
    records = records.subspan(n);
  }
}

void Shard::ApplyChunk(std::span<const Record> records, Minute horizon, Timestamp limit, Timestamp now) {
  payloads_.clear();
  for (const Record& record : records) payloads_.push_back(record.payload);
  MutexLock lock(mutex_);
  decoder_->Load(payloads_);
  for (size_t i = 0; i < records.size(); ++i) {
    const Record& record = records[i];
    TALLY_CHECK(record.slot < partitions_.size());
    if (touched_.empty() || touched_.back() != record.slot) touched_.push_back(record.slot);
    PartitionControl& partition = partitions_[record.slot];
    if (!partition.Accepts(record)) continue;
    bool decoded = decoder_->Decode(i, fields_);
    Fate fate = decoded ? Judge(record, partition, horizon, limit) : Fate::kUnparsable;
    partition.Applied(record, fate);
    if (fate != Fate::kCounted && fate != Fate::kFiltered) {
      rejects_.Add(partition.place(), record.offset, fate, now, record.payload);
    }
  }
  AddIncrements();
  ShowChunk();
}

void Shard::ShowChunk() {
  for (uint32_t slot : touched_) partitions_[slot].EndChunk();
  MutexLock lock(shown_mutex_);
  for (uint32_t slot : touched_) {
    const PartitionStatus& status = partitions_[slot].status();
    PartitionStatus& shown = shown_partitions_[slot];
    shown.state = status.state;
    shown.unverified = status.unverified;
    if (shown.stopped != status.stopped) shown.stopped = status.stopped;
  }
  touched_.clear();
}

void Shard::ShowPartition(uint32_t slot) {
  MutexLock lock(shown_mutex_);
  shown_partitions_[slot] = partitions_[slot].status();
}

void Shard::ShowDeltas() {
  MutexLock lock(shown_mutex_);
  shown_deltas_ = {active_.get()};
  if (frozen_) shown_deltas_.push_back(frozen_.get());
}

Fate Shard::Judge(const Record& record, PartitionControl& partition, Minute horizon, Timestamp limit) {
  Timestamp time = record.stamp;
  if (rules_->time_slot()) {
    const Field& field = fields_[*rules_->time_slot()];
    if (field.kind == Field::Kind::kMissing) return Fate::kMissingField;
    if (!ParseEventTime(field, rules_->event().time_unit, time)) return Fate::kUnparsable;
  }
  if (time <= limit) partition.NoteEventTime(time);
  Minute minute = MinuteOf(time);
  if (minute < horizon) return Fate::kLate;
  if (time > limit) return Fate::kFuture;
  return Count({fields_, &record, partition.place().topic, partition.number()}, minute);
}

Fate Shard::Count(const EventView& event, Minute minute) {
  bool counted = false;
  bool lacking = false;
  const std::vector<MetricRule>& metrics = rules_->metrics();
  for (uint32_t i = 0; i < metrics.size(); ++i) {
    if (!metrics[i].Holds(event)) continue;
    std::optional<uint64_t> amount = metrics[i].Amount(event);
    if (names_.size() < names_end_ + metrics[i].name_max) names_.resize(2 * (names_end_ + metrics[i].name_max));
    char* begin = names_.data() + names_end_;
    char* end = amount ? metrics[i].WriteName(event, begin) : nullptr;
    if (end == nullptr) {
      lacking = true;
      continue;
    }
    counted = true;
    if (*amount == 0) continue;  // nothing added is no counter
    auto size = static_cast<size_t>(end - begin);
    increments_.push_back({.minute = minute, .metric = i, .amount = *amount, .name = names_end_, .name_size = size});
    names_end_ += size;
  }
  return counted ? Fate::kCounted : lacking ? Fate::kMissingField : Fate::kFiltered;
}

// In steps, each of which fetches into the cache what the next one reads: with a million series the processor would
// else wait for memory three times an event (counters_bench Apply). Names are hashed here and not where they are
// written, as words cannot be read from bytes that are still on their way to the cache.
void Shard::AddIncrements() {
  const SeriesIndex& index = series_.index();
  for (Increment& increment : increments_) {
    increment.hash = SeriesIndex::HashOf(NameOf(increment));
    index.Prefetch(increment.hash);
  }
  for (Increment& increment : increments_) increment.candidate = index.Candidate(increment.hash);
  for (Increment& increment : increments_) {
    std::string_view name = NameOf(increment);
    SeriesId id = index.Find(name, increment.hash, increment.candidate);
    if (id == kNoSeries) id = series_.Admit(increment.metric, name);
    increment.counter = &active_->At(increment.minute, id);
    __builtin_prefetch(increment.counter, /*rw=*/1);
  }
  for (const Increment& increment : increments_) Delta::Bump(*increment.counter, increment.amount);
  increments_.clear();
  names_end_ = 0;
}

void Shard::Control(uint32_t slot, absl::FunctionRef<void(PartitionControl&)> change) {
  MutexLock lock(mutex_);
  TALLY_CHECK(slot < partitions_.size());
  change(partitions_[slot]);
  ShowPartition(slot);
}

void Shard::ReachEnd(uint32_t slot, int64_t offset, Timestamp now) {
  Control(slot, [&](PartitionControl& partition) { partition.ReachEnd(offset, now); });
}

void Shard::ReportEnds(const std::map<TopicPartition, int64_t>& ends, Timestamp as_of) {
  MutexLock lock(mutex_);
  for (uint32_t slot = 0; slot < partitions_.size(); ++slot) {
    auto end = ends.find(partitions_[slot].place());
    if (end == ends.end()) continue;
    partitions_[slot].ReportEnd({end->second, as_of});
    ShowPartition(slot);
  }
}

void Shard::Stop(uint32_t slot, std::string reason) {
  Control(slot, [&](PartitionControl& partition) { partition.Stop(std::move(reason)); });
}

int64_t Shard::BeginReading(uint32_t slot) {
  int64_t offset = 0;
  Control(slot, [&](PartitionControl& partition) { offset = partition.BeginReading(); });
  return offset;
}

void Shard::GiveUp(uint32_t slot, std::string reason) {
  Control(slot, [&](PartitionControl& partition) { partition.GiveUp(std::move(reason)); });
}

void Shard::LeaveRange(uint32_t slot) {
  Control(slot, [](PartitionControl& partition) { partition.LeaveRange(); });
}

void Shard::TrustNext(uint32_t slot) {
  Control(slot, [](PartitionControl& partition) { partition.TrustNext(); });
}

bool Shard::AcceptGap(uint32_t slot, const Gap& gap, const std::string& cluster) {
  bool accepted = false;
  Control(slot, [&](PartitionControl& partition) { accepted = partition.AcceptGap(gap, cluster); });
  return accepted;
}

void Shard::NoteCluster(uint32_t slot, const std::string& cluster) {
  Control(slot, [&](PartitionControl& partition) { partition.NoteCluster(cluster); });
}

Shard::Cut Shard::CutNow() {
  auto fresh = std::make_shared<Delta>();
  Cut cut;
  MutexLock lock(mutex_);
  TALLY_CHECK(frozen_ == nullptr);
  cut.delta = frozen_ = std::exchange(active_, std::move(fresh));
  cut.partitions.reserve(partitions_.size());
  for (const PartitionControl& partition : partitions_) cut.partitions.push_back(partition.status());
  ShowDeltas();
  return cut;
}

void Shard::Release() {
  std::shared_ptr<const Delta> released;  // freed outside of the locks
  MutexLock lock(mutex_);
  released.swap(frozen_);
  ShowDeltas();
}

Shard::DeltaList Shard::Deltas() const {
  MutexLock lock(shown_mutex_);
  return shown_deltas_;
}

std::vector<PartitionStatus> Shard::Partitions() const {
  MutexLock lock(shown_mutex_);
  return shown_partitions_;
}

void Shard::AppendRejects(std::vector<Rejects::Reject>& all) const {
  MutexLock lock(mutex_);
  rejects_.AppendTo(all);
}

}  // namespace tally
