// How fast a node reads and counts, beside Kafka Streams, which is exact as well.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

absl::Status MeasureStreams(Bench& bench);

}  // namespace tally
