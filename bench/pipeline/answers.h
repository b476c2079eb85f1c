// How fast a node answers.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

// While nothing is read: pipelined HGET beside Redis, and a long RANGE.
absl::Status MeasureAnswers(Bench& bench);

// A GET at a time while ingest is at full speed.
absl::Status MeasureLatency(Bench& bench);

}  // namespace tally
