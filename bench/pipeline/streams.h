// Measures how fast a node reads and counts, compared with Kafka Streams, which also counts exactly.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

absl::Status MeasureStreams(Bench& bench);

}  // namespace tally
