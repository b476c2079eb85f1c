// Measures how much memory a node uses while it reads a large backlog.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

absl::Status MeasureBacklog(Bench& bench);

}  // namespace tally
