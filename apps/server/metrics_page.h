// The node's metrics about itself, in Prometheus' text format 0.0.4: the figures of core/query/figures.h and the fates
// of the records. The series that the node counts are not among them: there may be a million, and their minutes are
// older than a scrape.
#pragma once

#include <string>
#include <string_view>

#include "core/query/figures.h"

namespace tally {

inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

std::string MetricsPage(const NodeFacts& facts);

}  // namespace tally
