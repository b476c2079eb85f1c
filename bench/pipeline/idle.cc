#include "bench/pipeline/idle.h"

#include <chrono>
#include <thread>

#include "absl/time/clock.h"
#include "bench/pipeline/prepared.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "tests/testing/proc.h"

namespace tally {
namespace {

constexpr Extent kExtent = {5000, 60};
constexpr auto kSettle = std::chrono::seconds(6);  // the node commits offsets every five seconds

// Returns the CPU use of `pid` in percent of a core, over a time of `length`.
double Percent(int pid, std::chrono::seconds length) {
  const absl::Time begin = absl::Now();
  const absl::Duration before = CpuTimeOf(pid);
  std::this_thread::sleep_for(length);
  return 100 * absl::FDivDuration(CpuTimeOf(pid) - before, absl::Now() - begin);
}

}  // namespace

absl::Status MeasureIdle(Bench& bench) {
  const auto length = std::chrono::seconds(bench.options().whole() ? 20 : 5);
  ASSIGN_OR_RETURN(KafkaBroker * broker, bench.Broker());
  ASSIGN_OR_RETURN(std::vector<std::string> topics, NewEmptyTopics(*broker));
  ASSIGN_OR_RETURN(auto prepared, Prepared::Make(kExtent));
  ASSIGN_OR_RETURN(auto node, StartIdleNode(*prepared, broker->bootstrap(), topics));
  std::this_thread::sleep_for(kSettle);
  std::vector<double> percent;
  for (int round = 0; round < bench.options().rounds; ++round) {
    percent.push_back(Percent(node->process().pid(), length));
    bench.PrintProgress(Cat("idle: ", static_cast<int>(percent.back() * 1000), " thousandths of a percent"));
  }
  bench.report().Judge({.what = Cat("idle node, ", kExtent.series, " series"),
                        .want = Want::kAtMost,
                        .bar = 0.5,
                        .beyond = 0.1,
                        .unit = " % of a core",
                        .why = "Three quarters of it are used by three librdkafka clients: before release 2.3, their "
                               "main threads spin for up to a millisecond before each timer."},
                       SpreadOf(percent));
  bench.report().Add(
      {.title = "Idle",
       .text = Cat("A node with ", kExtent.counters(), " counters and ten partitions without a record, over ",
                   length.count(), " seconds, after it has reached the ends of the partitions and saved everything."),
       .head = {"", "% of a core"},
       .rows = {{"tallyd", Text(SpreadOf(percent), 3)}}});
  return node->Stop().status();
}

}  // namespace tally
