// Reads the timestamps of the last records of logs.
//
//   ASSIGN_OR_RETURN(auto last, ReadLastTimestamps(options, {{{"mw", 0}, /*begin=*/0, /*end=*/17}}, absl::Seconds(3)));
//   last[{"mw", 0}];    // of the record at offset 16, or of an earlier one if that is a marker of a transaction
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "apps/kafka/client_config.h"
#include "core/events/record.h"
#include "core/time/time.h"

namespace tally {

struct LogRange {
  TopicPartition topic_partition;
  int64_t begin = 0;
  int64_t end = 0;
};

// Timestamp::Min() stands for a record without a timestamp. A range without a record is left out. Unavailable if some
// partition could not be read within `timeout`. Blocks, and uses a client of its own.
absl::StatusOr<std::map<TopicPartition, Timestamp>> ReadLastTimestamps(const ClientOptions& options,
                                                                       std::vector<LogRange> ranges,
                                                                       absl::Duration timeout);

}  // namespace tally
