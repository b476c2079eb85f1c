// The state that all sections of a run share: the options, the report that they write, and the broker and the log that
// most of them read.
//
//   absl::Status MeasureIngest(Bench& bench) {
//     ASSIGN_OR_RETURN(const FilledLog* log, bench.Log());
//     ... bench.options().rounds ... bench.report().Add(...) ... bench.report().Judge(...)
//   }
//
// A section is such a function in its own files, and a line in main.cc. Sections run in sequence in the main thread;
// nothing else runs while a section measures.
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
  uint64_t events = 10'000'000;  // in the log; with fewer events, a section also makes its own data smaller
  int rounds = 5;                // how often each peer is measured
  bool quick = false;            // a first try: only the ingest comparison

  bool whole() const { return events >= 10'000'000; }  // sections use data of full size
};

// Not thread-safe.
class Bench {
 public:
  Bench(const BenchOptions& options, Report& report) : options_(options), report_(report) {}

  const BenchOptions& options() const { return options_; }
  Report& report() { return report_; }

  // Returns a real broker. The first call starts it; the destructor stops it.
  absl::StatusOr<KafkaBroker*> Broker();

  // Returns the log for the ingest figures: options().events events in five topics of two partitions each, 5,000 series
  // over the last hour, in the page cache. The first call fills it.
  absl::StatusOr<const FilledLog*> Log();

  // Prints `line`, without a line feed at its end, to stderr.
  void PrintProgress(const std::string& line) const;

 private:
  BenchOptions options_;
  Report& report_;
  std::unique_ptr<KafkaBroker> broker_;
  std::optional<FilledLog> log_;
};

}  // namespace tally
