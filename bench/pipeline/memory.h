// How much memory counters and series take, beside Redis.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

absl::Status MeasureMemory(Bench& bench);

// What a process of this program does by this command: it counts so many series and prints what one takes.
inline constexpr const char* kSeriesMemoryCommand = "series-memory";
int SeriesMemoryMain(const std::vector<std::string>& words);

}  // namespace tally
