// Measures how fast a node reads and counts, compared with consumers that only touch each message.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

absl::Status MeasureIngest(Bench& bench);

}  // namespace tally
