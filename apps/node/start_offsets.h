// Resolves kafka.start to an offset of each partition.
#pragma once

#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/config/config.h"
#include "apps/kafka/kafka_metadata.h"
#include "core/events/record.h"
#include "core/time/time.h"

namespace tally {

struct StartOffsets {
  std::map<TopicPartition, int64_t> offsets;  // one for each requested partition
  Minute known_from = Minute::Min();          // earlier minutes may have events before the start
};

// Resolves `config.kafka.start` at the wall clock `now`. Fails unless every partition has an answer; `timeout` is for
// each request.
absl::StatusOr<StartOffsets> FindStartOffsets(const Config& config, const std::vector<TopicPartition>& partitions,
                                              Timestamp now, KafkaMetadata& kafka, absl::Duration timeout);

// The record timestamp from which the start "retention" reads: every event that can still be counted comes after it.
Timestamp RetentionStart(const Config& config, Timestamp now);

}  // namespace tally
