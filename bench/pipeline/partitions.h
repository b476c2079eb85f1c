// What many partitions cost.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

// From 10 to 1,000 of them, beside R2 on the same log. Leaves the medians for bench/growth to draw.
absl::Status MeasurePartitions(Bench& bench);

}  // namespace tally
