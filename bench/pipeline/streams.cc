#include "bench/pipeline/streams.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "bench/pipeline/node_run.h"
#include "bench/pipeline/rounds.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "tests/testing/proc.h"
#include "tests/testing/subprocess.h"

namespace tally {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr absl::Duration kTimeout = absl::Minutes(5);
constexpr absl::Duration kCompileTimeout = absl::Minutes(2);
// In the first half the JVM compiles the code; the second half takes about ten seconds.
constexpr uint64_t kEventsMax = 6'000'000;

// Runs Kafka Streams with a topology of bench/pipeline/streams, over its own log.
class Streams {
 public:
  // Compiles the program.
  static absl::StatusOr<std::unique_ptr<Streams>> Make(KafkaBroker& broker, const FilledLog& log) {
    std::unique_ptr<Streams> streams(new Streams(broker, log));
    std::vector<std::string> argv = {"javac", "-d", streams->classes_.path(), "-cp", STREAMS_JARS "/*"};
    for (const auto& entry : std::filesystem::directory_iterator(STREAMS_SOURCES)) {
      if (entry.path().extension() == ".java") argv.push_back(entry.path().string());
    }
    ASSIGN_OR_RETURN(Finished run, RunToEnd(argv, kCompileTimeout));
    if (run.status == 0) return streams;
    return absl::FailedPreconditionError(Cat("javac: ", run.err, "\nIf files are missing, run tools/setup bench."));
  }

  // Measures the second half of the log.
  absl::StatusOr<Measured> Measure(const std::string& topology) {
    const std::string application = Cat("streams-", topology, "-", ++runs_);
    TempDir state("tally-streams");
    std::vector<std::string> argv = Java();
    argv.insert(argv.end(), {"StreamsCount", topology, application, log_.brokers, state.path(), Cat(log_.events / 2),
                             Cat(log_.events)});
    argv.insert(argv.end(), log_.topics.begin(), log_.topics.end());
    ASSIGN_OR_RETURN(auto process, Subprocess::Start(argv));
    ASSIGN_OR_RETURN(Sample warm, WaitForLine(*process, "warm "));
    ASSIGN_OR_RETURN(Sample end, WaitForLine(*process, "counted "));
    ASSIGN_OR_RETURN(Sample sum, WaitForLine(*process, "sum "));
    process.reset();
    RETURN_IF_ERROR(DropTopics(application, topology));
    if (sum.number != log_.events) {
      return absl::DataLossError(Cat("counted ", sum.number, " of ", log_.events, " events"));
    }
    const auto events = static_cast<double>(end.number - warm.number);
    return Measured{.events_per_second = events / std::chrono::duration<double>(end.at - warm.at).count(),
                    .cpu_us_per_event = absl::ToDoubleMicroseconds(end.cpu - warm.cpu) / events};
  }

 private:
  struct Sample {
    uint64_t number = 0;
    SteadyClock::time_point at;
    absl::Duration cpu;
  };

  Streams(KafkaBroker& broker, const FilledLog& log) : broker_(broker), log_(log), classes_("tally-streams") {}

  // The parallel collector uses less CPU here than the default collector (tools/bench --only streams).
  std::vector<std::string> Java() const {
    return {"java", "-XX:+UseParallelGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp",
            Cat(classes_.path(), ":", STREAMS_JARS "/*")};
  }

  // Waits for the line that begins with `word`.
  static absl::StatusOr<Sample> WaitForLine(Subprocess& process, const std::string& word) {
    ASSIGN_OR_RETURN(std::string line, process.WaitForLine(word, kTimeout));
    return Sample{std::strtoull(line.c_str() + word.size(), nullptr, 10), SteadyClock::now(), CpuTimeOf(process.pid())};
  }

  // Deletes the internal topics of Kafka Streams.
  absl::Status DropTopics(const std::string& application, const std::string& topology) {
    RETURN_IF_ERROR(broker_.DeleteTopic(Cat(application, "-counts-changelog")));
    if (topology != "dsl") return absl::OkStatus();
    return broker_.DeleteTopic(Cat(application, "-by-series-repartition"));
  }

  KafkaBroker& broker_;
  const FilledLog& log_;
  TempDir classes_;
  int runs_ = 0;
};

}  // namespace

absl::Status MeasureStreams(Bench& bench) {
  ASSIGN_OR_RETURN(const FilledLog* log, bench.Log());
  ASSIGN_OR_RETURN(KafkaBroker * broker, bench.Broker());
  ASSIGN_OR_RETURN(FilledLog short_log,
                   FillLog(*broker, {.events = std::min(log->events, kEventsMax), .prefix = "short-"}));
  ASSIGN_OR_RETURN(auto streams, Streams::Make(*broker, short_log));
  const std::vector<Contender> peers = {{"tallyd", [&] { return MeasureNode(*log); }},
                                        {"Kafka Streams, DSL", [&] { return streams->Measure("dsl"); }},
                                        {"Kafka Streams, processor", [&] { return streams->Measure("processor"); }}};
  ASSIGN_OR_RETURN(Rounds rounds, RunInTurns(bench, peers));
  ReportTable table{
      .title = "Compared with Kafka Streams",
      .text = Cat("exactly_once_v2, two threads, a commit each second, caching stores over RocksDB. There are "
                  "two programs: the DSL's windowed count, and a hand-written processor, which needs no "
                  "intermediate topic. The node reads the same log as above, and Kafka Streams reads a log of ",
                  Text(short_log.events),
                  " such events. Its figures exclude the start of the JVM and the first half of the events, "
                  "during which the JVM compiles the code. The sum of all counters in its stores was compared "
                  "with the log."),
      .head = kFiguresHead};
  for (size_t i = 0; i < peers.size(); ++i) table.rows.push_back(FiguresRow(peers[i].name, rounds[i]));
  bench.report().Add(std::move(table));
  const std::vector<Measured> best = BestOf(rounds[1], rounds[2]);
  bench.report().Judge({.what = "ingest / Kafka Streams, the better of both",
                        .bar = 8,
                        .beyond = 12,
                        .unit = " x",
                        .why = kWhereItsTimeGoes},
                       Ratio(rounds[0], best, &Measured::events_per_second));
  bench.report().Judge({.what = "CPU per event / Kafka Streams, the better of both",
                        .want = Want::kAtMost,
                        .bar = 0.1,
                        .beyond = 0.083,
                        .unit = " x",
                        .why = kWhereItsTimeGoes},
                       Ratio(rounds[0], best, &Measured::cpu_us_per_event));
  return DropLog(*broker, short_log);
}

}  // namespace tally
