// The counters of a prepared directory in a Redis, as consumers in front of one leave them: HINCRBY of a hash for each
// game and minute, stats:mw:2011_0605_1430, whose fields are the calls.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "bench/pipeline/prepared.h"

namespace tally {

absl::Status FillRedis(const std::string& port, const Prepared& prepared);

// The hash and the field that hold a counter. A node has them under the same names.
std::string HashOf(int series, Minute minute);

}  // namespace tally
