// What many series cost.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

// A node's CPU at 1,000 and at 1,000,000 series.
absl::Status MeasureSeries(Bench& bench);

}  // namespace tally
