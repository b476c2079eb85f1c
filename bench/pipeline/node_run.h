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

// Why a bar on its rate or its CPU is missed, as far as it is: what a profile of it said.
inline constexpr char kWhereItsTimeGoes[] =
    "librdkafka's own threads take as much as R2's (table Ingest). Of the ingest threads' time a third is librdkafka's "
    "too, for handing over and freeing messages, which R2 pays as well. The rest is decoding and counting, 85 ns an "
    "event where nothing else runs (counters_bench Apply), of which the JSON takes 40, the rest is the time, the "
    "series' name, its lookup and the count. Other allocators (jemalloc, mimalloc, tcmalloc), -O3, LTO, -march=native, "
    "other sizes of fetches and batches, and one to four threads change it by less than 3 %. The broker shares the "
    "cores, so what the node takes beyond R2 its rate lacks.";

}  // namespace tally
