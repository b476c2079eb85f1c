// What the sections of a run share: the options, the report that they write to, the broker and the log that most of
// them read.
//
//   absl::Status MeasureIngest(Bench& bench) {
//     ASSIGN_OR_RETURN(const FilledLog* log, bench.Log());
//     ... bench.options().rounds ... bench.report().Add(...) ... bench.report().Judge(...)
//   }
//
// A section is such a function in files of its own and a line in main.cc. Sections run one after the other, from the
// main thread; nothing else runs beside one that measures.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "bench/pipeline/log.h"
#include "bench/pipeline/report.h"
#include "tests/testing/kafka_broker.h"

namespace tally {

struct BenchOptions {
  uint64_t events = 10'000'000;  // in the log; what a section makes for itself may shrink with it
  int rounds = 5;                // how often each is measured, in turns
  bool quick = false;            // a reader's first try: only what the first table needs

  bool whole() const { return events >= 10'000'000; }  // nothing shrinks
};

// Not thread-safe.
class Bench {
 public:
  Bench(const BenchOptions& options, Report& report) : options_(options), report_(report) {}

  const BenchOptions& options() const { return options_; }
  Report& report() { return report_; }

  // A real broker, started by the first call; it goes with the bench.
  absl::StatusOr<KafkaBroker*> Broker();

  // The log of the ingest figures, filled by the first call: options().events in five topics of two partitions each,
  // 5,000 series over the last hour, in the page cache.
  absl::StatusOr<const FilledLog*> Log();

  // Says on stderr what is going on: a line, without its end.
  void Say(const std::string& line) const;

 private:
  BenchOptions options_;
  Report& report_;
  std::unique_ptr<KafkaBroker> broker_;
  std::optional<FilledLog> log_;
};

}  // namespace tally
