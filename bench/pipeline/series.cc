#include "bench/pipeline/series.h"

#include "bench/pipeline/node_run.h"
#include "bench/pipeline/rounds.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr int kFew = 1'000;
constexpr int kMany = 1'000'000;
constexpr int kCallDigits = 6;  // enough for kMany; both logs have events of the same size

// At a million events a second, ten million events take seconds, so they cover one minute. Spread over an hour, most
// counters of a million series would be incremented only once, which is not realistic.
constexpr absl::Duration kSpan = absl::Minutes(1);

}  // namespace

absl::Status MeasureSeries(Bench& bench) {
  ASSIGN_OR_RETURN(KafkaBroker * broker, bench.Broker());
  std::vector<FilledLog> logs;
  for (int series : {kFew, kMany}) {
    bench.PrintProgress(Cat("filling a log of ", series, " series"));
    ASSIGN_OR_RETURN(FilledLog log, FillLog(*broker, {.events = bench.options().events,
                                                      .prefix = Cat("series", series, "-"),
                                                      .series = series,
                                                      .call_digits = kCallDigits,
                                                      .span = kSpan}));
    logs.push_back(std::move(log));
  }
  ASSIGN_OR_RETURN(Rounds rounds, RunInTurns(bench, {{"1,000 series", [&] { return MeasureNode(logs[0]); }},
                                                     {"1,000,000 series", [&] { return MeasureNode(logs[1]); }}}));
  bench.report().Add({.title = "Series",
                      .text = Cat("A node alone, one metric, ", Text(logs[0].events),
                                  " events of one minute over series with equal probability. The figures include the "
                                  "creation of each series, and the checkpoints."),
                      .head = kFiguresHead,
                      .rows = {FiguresRow("1,000 series", rounds[0]), FiguresRow("1,000,000 series", rounds[1])}});
  bench.report().Judge({.what = "CPU per event at 1,000,000 series / at 1,000 series",
                        .want = Want::kAtMost,
                        .bar = 1.8,
                        .beyond = 1.3,
                        .unit = " x"},
                       Ratio(rounds[1], rounds[0], &Measured::cpu_us_per_event));
  for (const FilledLog& log : logs) RETURN_IF_ERROR(DropLog(*broker, log));
  return absl::OkStatus();
}

}  // namespace tally
