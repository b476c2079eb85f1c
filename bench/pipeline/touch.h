// R, the reference: a consumer that only touches each message.
//
//   R1   one client, librdkafka's defaults
//   R2   two clients, each with half of the partitions and a thread; fetches of 512 KB
//
// Both check CRCs, as a node does.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/pipeline/log.h"
#include "bench/pipeline/measure.h"

namespace tally {

// Reads the whole log in a separate process, and adds up a byte of each message.
absl::StatusOr<Measured> MeasureR1(const FilledLog& log);
absl::StatusOr<Measured> MeasureR2(const FilledLog& log);

// The command that main() passes to TouchMain(), in that process.
inline constexpr char kTouchCommand[] = "touch";
int TouchMain(const std::vector<std::string>& words);

}  // namespace tally
