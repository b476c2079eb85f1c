#include "apps/node/start_offsets.h"

#include "core/base/status_macros.h"
#include "core/base/strings.h"

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
      ASSIGN_OR_RETURN(start.offsets, OffsetsAt(RetentionStart(config, now), partitions, kafka, timeout));
      break;
    }
  }
  return start;
}

}  // namespace tally
