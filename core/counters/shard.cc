#include "core/counters/shard.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/strings.h"

namespace tally {

Shard::Shard(std::shared_ptr<const Rules> rules, std::vector<std::unique_ptr<ShardPart>> parts)
    : rules_(std::move(rules)), decoder_(rules_->NewDecoder()), fields_(rules_->fields()) {
  for (auto& part : parts) parts_.push_back({std::move(part), Timestamp::Min()});
}

uint32_t Shard::AddPartition(TopicPartition topic_partition, const PartitionState& state) {
  MutexLock lock(mutex_);
  const PartitionControl& partition = partitions_.emplace_back(std::move(topic_partition), state);
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
    ApplyChunk(records.first(n), limit, now);
    records = records.subspan(n);
  }
}

void Shard::ApplyChunk(std::span<const Record> records, Timestamp limit, Timestamp now) {
  payloads_.clear();
  for (const Record& record : records) payloads_.push_back(record.payload);
  MutexLock lock(mutex_);
  late_before_ = Timestamp::Max();
  for (Part& part : parts_) {
    part.horizon = part.part->BeginChunk();
    late_before_ = std::min(late_before_, part.horizon);
  }
  decoder_->Load(payloads_);
  for (size_t i = 0; i < records.size(); ++i) {
    const Record& record = records[i];
    TALLY_CHECK(record.slot < partitions_.size());
    if (touched_.empty() || touched_.back() != record.slot) touched_.push_back(record.slot);
    PartitionControl& partition = partitions_[record.slot];
    if (!partition.Accepts(record)) continue;
    Timestamp time = record.timestamp;
    const bool decoded = decoder_->Decode(i, fields_);
    const Fate fate = decoded ? Judge(record, partition, limit, time) : Fate::kUnparsable;
    partition.Applied(record, fate);
    if (fate != Fate::kCounted && fate != Fate::kFiltered) {
      Problem problem = decoded ? ProblemOf(fate, EventOf(record, partition), time, limit)
                                : PayloadProblem(rules_->event(), record.payload);
      rejects_.Add(partition.topic_partition(), record.offset, fate, now, record.payload, std::move(problem));
    }
  }
  for (Part& part : parts_) part.part->EndChunk();
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

EventView Shard::EventOf(const Record& record, const PartitionControl& partition) const {
  return {fields_, &record, partition.topic_partition().topic, partition.number()};
}

Problem Shard::ProblemOf(Fate fate, const EventView& event, Timestamp time, Timestamp limit) const {
  const std::string_view field = rules_->event().time;
  if (fate == Fate::kLate) return {.expected = "a time from ", .limit = late_before_, .field = field, .time = time};
  if (fate == Fate::kFuture) return {.expected = "a time up to ", .limit = limit, .field = field, .time = time};
  return FieldProblem(*rules_, event);
}

Fate Shard::Judge(const Record& record, PartitionControl& partition, Timestamp limit, Timestamp& time) {
  if (rules_->time_slot()) {
    const Field& field = fields_[*rules_->time_slot()];
    if (field.type == Field::Type::kMissing) return Fate::kMissingField;
    if (!rules_->event_time().Read(field, record.timestamp, time)) return Fate::kUnparsable;
  } else if (time == Timestamp::Min()) {
    return Fate::kMissingField;  // Kafka's timestamp is -1: the record has none
  }
  if (time <= limit) partition.NoteEventTime(time);
  if (time < late_before_) return Fate::kLate;
  if (time > limit) return Fate::kFuture;
  return Count(EventOf(record, partition), time);
}

// An event that is late for one part still counts for the others.
Fate Shard::Count(const EventView& event, Timestamp time) {
  using Outcome = ShardPart::Outcome;
  Outcome largest = Outcome::kFiltered;
  for (Part& part : parts_) {
    if (time >= part.horizon) largest = std::max(largest, part.part->Apply(event, time));
  }
  if (largest == Outcome::kCounted) return Fate::kCounted;
  return largest == Outcome::kMissingField ? Fate::kMissingField : Fate::kFiltered;
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
    auto end = ends.find(partitions_[slot].topic_partition());
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

void Shard::Pause(uint32_t slot) {
  Control(slot, [](PartitionControl& partition) { partition.Pause(); });
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

std::vector<PartitionStatus> Shard::Cut() {
  std::vector<PartitionStatus> partitions;
  MutexLock lock(mutex_);
  for (Part& part : parts_) part.part->Cut();
  partitions.reserve(partitions_.size());
  for (const PartitionControl& partition : partitions_) partitions.push_back(partition.status());
  return partitions;
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
