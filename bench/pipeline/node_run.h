// The node, measured: the real binary in a fresh directory, with the defaults of `serve`.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/pipeline/log.h"
#include "bench/pipeline/measure.h"

namespace tally {

// Lets a node read the whole log. Fails if not every event was counted, or if its counters do not add up to them.
// `arguments` are for `serve`, beside brokers, topics and directory.
absl::StatusOr<Measured> MeasureNode(const FilledLog& log, const std::vector<std::string>& arguments = {});

}  // namespace tally
