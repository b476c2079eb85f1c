// Measures how fast a node reads and counts, compared with a consumer that writes to Redis.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

absl::Status MeasureRedis(Bench& bench);

}  // namespace tally
