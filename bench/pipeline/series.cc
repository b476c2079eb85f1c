#include "bench/pipeline/series.h"

#include "bench/pipeline/node_run.h"
#include "bench/pipeline/rounds.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr int kFew = 1'000;
constexpr int kMany = 1'000'000;
constexpr int kCallDigits = 6;  // that kMany take, for equal bytes

// A node that keeps up with a million events a second gets ten million of them within seconds. Spread over an hour,
// most of a million series' counters would be hit once and be done, which is what no stream does.
constexpr absl::Duration kSpan = absl::Minutes(1);

}  // namespace

absl::Status MeasureSeries(Bench& bench) {
  ASSIGN_OR_RETURN(KafkaBroker * broker, bench.Broker());
  std::vector<FilledLog> logs;
  for (int series : {kFew, kMany}) {
    bench.Say(Cat("filling a log of ", series, " series"));
    ASSIGN_OR_RETURN(FilledLog log, FillLog(*broker, {.events = bench.options().events,
                                                      .prefix = Cat("series", series, "-"),
                                                      .series = series,
                                                      .call_digits = kCallDigits,
                                                      .span = kSpan}));
    logs.push_back(std::move(log));
  }
  ASSIGN_OR_RETURN(Rounds rounds, InTurns(bench, {{"1,000 series", [&] { return MeasureNode(logs[0]); }},
                                                  {"1,000,000 series", [&] { return MeasureNode(logs[1]); }}}));
  bench.report().Add({.title = "Series",
                      .text = Cat("A node alone, one metric, ", Text(logs[0].events),
                                  " events of a minute over series "
                                  "that are all as likely. Meeting each series for the first time, and its "
                                  "checkpoints, are included."),
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
