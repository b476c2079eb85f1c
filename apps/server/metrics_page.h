// What the node tells Prometheus of itself, in the text format 0.0.4. The series that it counts are not among them:
// there may be a million, and their minutes are older than a scrape.
#pragma once

#include <string>
#include <string_view>

#include "core/counters/counters.h"
#include "core/query/node_status.h"

namespace tally {

inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

std::string MetricsPage(const Counters& counters, const NodeStatus& status);

}  // namespace tally
