// What a node takes of a core while nothing comes.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

absl::Status MeasureIdle(Bench& bench);

}  // namespace tally
