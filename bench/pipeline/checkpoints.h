// What a checkpoint costs: ingest while it is cut, the disk, and a start from it.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

absl::Status MeasureCuts(Bench& bench);
absl::Status MeasureDisk(Bench& bench);
absl::Status MeasureStart(Bench& bench);

}  // namespace tally
