// The page that a run leaves: docs/performance.md.
#pragma once

#include <string>

#include "bench/pipeline/bench.h"
#include "bench/pipeline/report.h"

namespace tally {

// What was found, under what it was found on: machine, system, versions, date, and how to repeat it.
std::string Page(const BenchOptions& options, const Report& report);

}  // namespace tally
