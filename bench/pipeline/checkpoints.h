// Measures the cost of a checkpoint: the pause of ingest at a cut, the bytes written to the disk, and a start from it.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

absl::Status MeasureCuts(Bench& bench);
absl::Status MeasureDisk(Bench& bench);
absl::Status MeasureStart(Bench& bench);

}  // namespace tally
