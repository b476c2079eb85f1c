#include "apps/node/start_offsets.h"

#include <utility>

#include "apps/config/client_options.h"
#include "apps/kafka/last_record.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "spdlog/spdlog.h"

namespace tally {
namespace {

using Offsets = KafkaMetadata::Offsets;

// The first minute that begins at or after `time`.
Minute MinuteAtOrAfter(Timestamp time) {
  Minute minute = MinuteOf(time);
  return minute.start() == time ? minute : minute + 1;
}

// Every partition must have a start, or none has one.
absl::StatusOr<Offsets> All(absl::StatusOr<Offsets> answer, const std::vector<TopicPartition>& partitions) {
  if (!answer.ok()) return answer;
  for (const TopicPartition& topic_partition : partitions) {
    if (answer->contains(topic_partition)) continue;
    return absl::UnavailableError(
        Cat(topic_partition.topic, ":", topic_partition.partition, ": the broker gave no offset to start at"));
  }
  return answer;
}

absl::StatusOr<Offsets> OffsetsAt(Timestamp time, const std::vector<TopicPartition>& partitions, KafkaMetadata& kafka,
                                  absl::Duration timeout) {
  // Ask for the end first: if no record has such a timestamp now, a record that arrives in between must not be skipped.
  ASSIGN_OR_RETURN(Offsets ends, All(kafka.Ends(partitions, timeout), partitions));
  ASSIGN_OR_RETURN(Offsets found, All(kafka.OffsetsForTime(partitions, time, timeout), partitions));
  for (auto& [topic_partition, offset] : found) {
    if (offset == KafkaMetadata::kNoRecord) offset = ends.at(topic_partition);
  }
  return found;
}

// Records before this time are those of a producer that does not set it.
constexpr Timestamp kPlausible = Timestamp::FromMillis(946'684'800'000);  // 2000-01-01

// The start "retention". A record without a plausible timestamp does not tell its position in time. If such records end
// a log, its records may still be counted, although the broker finds none by time.
absl::StatusOr<Offsets> RetentionOffsets(const Config& config, Timestamp time,
                                         const std::vector<TopicPartition>& partitions, KafkaMetadata& kafka,
                                         absl::Duration timeout) {
  ASSIGN_OR_RETURN(Offsets ends, All(kafka.Ends(partitions, timeout), partitions));
  ASSIGN_OR_RETURN(Offsets starts, All(kafka.OffsetsForTime(partitions, time, timeout), partitions));
  std::vector<TopicPartition> without;
  for (const auto& [topic_partition, offset] : starts) {
    if (offset == KafkaMetadata::kNoRecord) without.push_back(topic_partition);
  }
  if (without.empty()) return starts;
  ASSIGN_OR_RETURN(const Offsets begins, All(kafka.Beginnings(without, timeout), without));
  std::vector<LogRange> logs;
  for (const auto& [topic_partition, begin] : begins) logs.push_back({topic_partition, begin, ends[topic_partition]});
  ASSIGN_OR_RETURN(const auto last, ReadLastTimestamps(ClientOptionsOf(config.kafka), std::move(logs), timeout));
  for (const TopicPartition& topic_partition : without) {
    const auto timestamp = last.find(topic_partition);
    const bool known = timestamp == last.end() || timestamp->second >= kPlausible;
    starts[topic_partition] = known ? ends[topic_partition] : begins.at(topic_partition);
    if (known) continue;
    spdlog::warn(
        "{}:{} is read from its beginning: its last record has {}, so kafka.start = \"retention\" cannot find the "
        "first record that can still be counted",
        topic_partition.topic, topic_partition.partition,
        timestamp->second == Timestamp::Min() ? "no timestamp" : "a timestamp before 2000");
  }
  return starts;
}

}  // namespace

Timestamp RetentionStart(const Config& config, Timestamp now) {
  // Starts at the beginning of the oldest minute that can be counted, so that this minute is counted whole.
  return MinuteOf(now - config.retention.ttl).start() - config.event.ahead_max;
}

absl::StatusOr<StartOffsets> FindStartOffsets(const Config& config, const std::vector<TopicPartition>& partitions,
                                              Timestamp now, KafkaMetadata& kafka, absl::Duration timeout) {
  StartOffsets start;
  StartPoint::Kind kind = config.kafka.start.kind;
  // By the events' clock, every event of the log may still count.
  if (kind == StartPoint::Kind::kRetention && config.retention.clock == ClockKind::kEvent) {
    kind = StartPoint::Kind::kEarliest;
  }
  switch (kind) {
    case StartPoint::Kind::kEarliest: {
      ASSIGN_OR_RETURN(start.offsets, All(kafka.Beginnings(partitions, timeout), partitions));
      break;
    }
    case StartPoint::Kind::kLatest: {
      ASSIGN_OR_RETURN(start.offsets, All(kafka.Ends(partitions, timeout), partitions));
      start.known_from = MinuteAtOrAfter(now + config.event.ahead_max);
      break;
    }
    case StartPoint::Kind::kTime: {
      ASSIGN_OR_RETURN(start.offsets, OffsetsAt(config.kafka.start.time, partitions, kafka, timeout));
      start.known_from = MinuteAtOrAfter(config.kafka.start.time + config.event.ahead_max);
      break;
    }
    case StartPoint::Kind::kRetention: {
      ASSIGN_OR_RETURN(start.offsets,
                       RetentionOffsets(config, RetentionStart(config, now), partitions, kafka, timeout));
      break;
    }
  }
  return start;
}

}  // namespace tally
