#include "bench/pipeline/partitions.h"

#include <filesystem>
#include <fstream>

#include "bench/pipeline/node_run.h"
#include "bench/pipeline/rounds.h"
#include "bench/pipeline/touch.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr int kPartitionsOfEachTopic[] = {2, 20, 200};
constexpr int kTopics = 5;

std::string PartitionsOf(const FilledLog& log) { return Text(static_cast<uint64_t>(log.partitions * kTopics)); }

// Writes the data for bench/growth_partitions.gnuplot. `rounds` has for each log the rounds of R2 and of the node.
absl::Status WritePlotData(const std::vector<FilledLog>& logs, const Rounds& rounds) {
  std::filesystem::create_directories(GROWTH_DATA);
  std::ofstream file(GROWTH_DATA "/partitions.tsv");
  for (size_t i = 0; i < logs.size(); ++i) {
    file << logs[i].partitions * kTopics;
    for (size_t peer : {2 * i, 2 * i + 1}) {
      file << '\t' << SpreadOf(rounds[peer], &Measured::events_per_second).median << '\t'
           << SpreadOf(rounds[peer], &Measured::cpu_us_per_event).median;
    }
    file << '\n';
  }
  file.close();
  return file ? absl::OkStatus() : absl::UnavailableError("cannot write " GROWTH_DATA "/partitions.tsv");
}

}  // namespace

absl::Status MeasurePartitions(Bench& bench) {
  ASSIGN_OR_RETURN(KafkaBroker * broker, bench.Broker());
  std::vector<FilledLog> logs;
  for (int each : kPartitionsOfEachTopic) {
    const int partitions = each * kTopics;
    bench.PrintProgress(Cat("filling ", partitions, " partitions"));
    ASSIGN_OR_RETURN(
        FilledLog log,
        FillLog(*broker, {.events = bench.options().events, .prefix = Cat("of", partitions, "-"), .partitions = each}));
    logs.push_back(std::move(log));
  }
  std::vector<Contender> peers;
  for (const FilledLog& log : logs) {
    peers.push_back({Cat("R2, ", PartitionsOf(log), " partitions"), [&log] { return MeasureR2(log); }});
    peers.push_back({Cat("tallyd, ", PartitionsOf(log), " partitions"), [&log] { return MeasureNode(log); }});
  }
  ASSIGN_OR_RETURN(Rounds rounds, RunInTurns(bench, peers));
  ReportTable table{
      .title = "Partitions",
      .text = Cat("The same ", Text(logs.back().events), " events in five topics with 10, 100 and 1,000 partitions."),
      .head = kFiguresHead};
  for (size_t i = 0; i < peers.size(); ++i) table.rows.push_back(FiguresRow(peers[i].name, rounds[i]));
  bench.report().Add(std::move(table));
  bench.report().Judge({.what = "ingest / R2, both with 1,000 partitions",
                        .bar = 0.7,
                        .beyond = 0.9,
                        .unit = " x",
                        .why = kWhereItsTimeGoes},
                       Ratio(rounds[5], rounds[4], &Measured::events_per_second));
  RETURN_IF_ERROR(WritePlotData(logs, rounds));
  for (const FilledLog& log : logs) RETURN_IF_ERROR(DropLog(*broker, log));
  return absl::OkStatus();
}

}  // namespace tally
