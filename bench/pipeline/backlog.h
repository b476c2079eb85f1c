// How much memory a node takes while the log is far ahead of it.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

absl::Status MeasureBacklog(Bench& bench);

}  // namespace tally
