// Measures the CPU use of a node that receives no records.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

absl::Status MeasureIdle(Bench& bench);

}  // namespace tally
