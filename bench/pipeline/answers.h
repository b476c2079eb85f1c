// Measures how fast a node replies.
#pragma once

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

// Without ingest: pipelined HGET compared with Redis, and a long RANGE.
absl::Status MeasureAnswers(Bench& bench);

// During ingest at full speed: one GET at a time.
absl::Status MeasureLatency(Bench& bench);

}  // namespace tally
