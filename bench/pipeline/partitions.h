// Measures the cost of many partitions.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

// Measures 10 to 1,000 partitions, compared with R2 on the same log. Writes the medians to a file for bench/growth to
// draw.
absl::Status MeasurePartitions(Bench& bench);

}  // namespace tally
