// Measures the node: the real binary in a new directory, with the defaults of `serve`.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/pipeline/log.h"
#include "bench/pipeline/measure.h"

namespace tally {

// Lets a node read the whole log. Fails unless every event was counted and the counters add up to the number of events.
// `arguments` are further arguments of `serve`.
absl::StatusOr<Measured> MeasureNode(const FilledLog& log, const std::vector<std::string>& arguments = {});

// The reason if a bar for the rate or the CPU is missed, from a profile.
inline constexpr char kWhereItsTimeGoes[] =
    "librdkafka's own threads use as much CPU as those of R2 (table Ingest). As in R2, librdkafka also uses a third of "
    "the ingest threads' time, to pass on and free messages. The rest is decoding and counting: 85 ns an event if "
    "nothing else runs (counters_bench Apply). JSON takes 40 ns of it; the time, the series name, its lookup and the "
    "count take the rest. Other allocators (jemalloc, mimalloc, tcmalloc), -O3, LTO, -march=native, other sizes of "
    "fetches and batches, and one to four threads change it by less than 3 %. The broker shares the cores, so the CPU "
    "that the node uses in addition to R2's lowers its rate.";

}  // namespace tally
