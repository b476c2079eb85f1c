// Measures the cost of many series.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

// Measures the CPU of a node with 1,000 and with 1,000,000 series.
absl::Status MeasureSeries(Bench& bench);

}  // namespace tally
