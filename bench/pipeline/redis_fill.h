// Writes the counters of a prepared directory to Redis, with the keys that a consumer uses: HINCRBY of a hash for each
// game and minute (stats:mw:2011_0605_1430), with a field for each call.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "bench/pipeline/prepared.h"

namespace tally {

absl::Status FillRedis(const std::string& port, const Prepared& prepared);

// Returns the key of the hash that contains a counter. A node uses the same key.
std::string HashOf(int series, Minute minute);

}  // namespace tally
