// Commits the offsets of the last checkpoint to the consumer group, for lag tools, and for a later node, which then
// detects that its volume is missing. The node itself never resumes from committed offsets.
//
//   OffsetPublisher publisher(config.kafka.group, assigner, checkpointer, store, clock);
//   publisher.Publish(kafka);    // every few seconds; commits when an interval has passed
//
// Not thread-safe: belongs to the partition manager's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "apps/kafka/kafka_metadata.h"
#include "apps/node/partition_assigner.h"
#include "core/time/clock.h"
#include "storage/checkpointer.h"

namespace tally {

// The metadata of a committed offset: `tallyd NODE-ID SEQUENCE`.
struct PublishedBy {
  std::string node;
  uint64_t sequence = 0;
};
// Nothing if no node of tallyd committed it.
std::optional<PublishedBy> ParsePublishedBy(std::string_view metadata);

class OffsetPublisher {
 public:
  // All references outlive this.
  OffsetPublisher(std::string group, const PartitionAssigner& assigner, Checkpointer& checkpointer,
                  const CheckpointStore& store, const Clock& clock);

  // The node works without committed offsets, so a failure is only logged, once until a commit succeeds again.
  void Publish(KafkaMetadata& kafka);

  bool published() const { return sequence_ != 0; }                 // this node committed the group's offsets
  const absl::Status& last_result() const { return last_result_; }  // of Publish()

 private:
  static constexpr absl::Duration kTimeout = absl::Seconds(3);
  static constexpr absl::Duration kEvery = absl::Seconds(5);
  static constexpr absl::Duration kAgainEvery = absl::Hours(12);  // before the group's offsets expire

  absl::Status PublishIfDue(KafkaMetadata& kafka);

  const std::string group_;
  const PartitionAssigner& assigner_;
  Checkpointer& checkpointer_;
  const CheckpointStore& store_;
  const Clock& clock_;

  absl::Status last_result_;
  uint64_t sequence_ = 0;  // the last one that was published
  absl::Duration published_at_ = -absl::InfiniteDuration();
};

}  // namespace tally
