// Measures how much memory counters and series use, compared with Redis.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bench/pipeline/bench.h"

namespace tally {

absl::Status MeasureMemory(Bench& bench);

// The command of a process of this program that counts a number of series and prints the memory of one.
inline constexpr const char* kSeriesMemoryCommand = "series-memory";
int SeriesMemoryMain(const std::vector<std::string>& words);

}  // namespace tally
