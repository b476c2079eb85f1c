// Writes the page of a run: docs/performance.md.
#pragma once

#include <string>

#include "bench/pipeline/bench.h"
#include "bench/pipeline/report.h"

namespace tally {

// Returns the page: how to repeat the run, the machine, the system, the versions, the date, and the results.
std::string Page(const BenchOptions& options, const Report& report);

}  // namespace tally
