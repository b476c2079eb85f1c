// R, the yardstick: a consumer that only touches each message.
//
//   R1   one client, librdkafka's defaults
//   R2   two clients with half of the partitions and a thread each, fetches of 512 KB
//
// Both check CRCs, as a node does.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/pipeline/log.h"
#include "bench/pipeline/measure.h"

namespace tally {

// Reads the whole log in a process of its own, and sums a byte of each message.
absl::StatusOr<Measured> MeasureR1(const FilledLog& log);
absl::StatusOr<Measured> MeasureR2(const FilledLog& log);

// The process's part: what main() does with this command.
inline constexpr char kTouchCommand[] = "touch";
int TouchMain(const std::vector<std::string>& words);

}  // namespace tally
