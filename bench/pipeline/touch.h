// R: the yardstick. A consumer that only touches each message: one client, librdkafka's defaults, and check.crcs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/pipeline/measure.h"

namespace tally {

// Reads `events` messages of the topics' partitions from their beginning, in a process of its own, and sums a byte of
// each.
absl::StatusOr<Measured> MeasureTouch(const std::string& brokers, const std::vector<std::string>& topics,
                                      int partitions, uint64_t events);

// The process's part.
int TouchMain(const std::string& brokers, const std::vector<std::string>& topics, int partitions, uint64_t events);

}  // namespace tally
