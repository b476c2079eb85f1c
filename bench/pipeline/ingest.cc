#include "bench/pipeline/ingest.h"

#include "bench/pipeline/node_run.h"
#include "bench/pipeline/rounds.h"
#include "bench/pipeline/touch.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {

absl::Status MeasureIngest(Bench& bench) {
  ASSIGN_OR_RETURN(const FilledLog* log, bench.Log());
  ASSIGN_OR_RETURN(Rounds rounds, RunInTurns(bench, {{"R1", [&] { return MeasureR1(*log); }},
                                                     {"R2", [&] { return MeasureR2(*log); }},
                                                     {"tallyd", [&] { return MeasureNode(*log); }}}));
  const auto &r1 = rounds[0], &r2 = rounds[1], &node = rounds[2];
  bench.report().Add(
      {.title = "Ingest",
       .text = Cat("A log of ", Text(log->events),
                   " JSON events of 113 bytes: 10 partitions, 5,000 series over an hour of minutes. R1 and R2 only "
                   "touch each message. R1 has one client and librdkafka's defaults. R2 has two clients, each with "
                   "half of the partitions, its own thread, and fetches of 512 KB. The node has the defaults of "
                   "`serve`: it uses the time and 2 of the 7 fields, and takes a checkpoint each second. All three "
                   "check CRCs. The sum of the node's counters is compared with the log after each run."),
       .head = kFiguresHead,
       .rows = {FiguresRow("R1", r1), FiguresRow("R2", r2), FiguresRow("tallyd", node)}});
  bench.report().Judge({.what = "ingest / R1", .bar = 1.3, .beyond = 1.8, .unit = " x", .why = kWhereItsTimeGoes},
                       Ratio(node, r1, &Measured::events_per_second));
  bench.report().Judge({.what = "ingest / R2", .bar = 0.7, .beyond = 0.9, .unit = " x", .why = kWhereItsTimeGoes},
                       Ratio(node, r2, &Measured::events_per_second));
  bench.report().Judge({.what = "CPU per event / R2's",
                        .want = Want::kAtMost,
                        .bar = 1.6,
                        .beyond = 1.25,
                        .unit = " x",
                        .why = kWhereItsTimeGoes},
                       Ratio(node, r2, &Measured::cpu_us_per_event));
  return absl::OkStatus();
}

}  // namespace tally
