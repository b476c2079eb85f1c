// pipeline [--events N] [--rounds N]: fills five topics on a real broker, then reads them in turns with a consumer that
// does nothing but touch each message, R, and with the node, checkpoints each second; prints what came out, and the
// ratio.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "apps/system_clock.h"
#include "bench/pipeline/measure.h"
#include "bench/pipeline/touch.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "tests/testing/kafka_broker.h"

namespace tally {
namespace {

constexpr const char* kGames[] = {"mw", "hh", "dd", "ml", "bi"};
constexpr int kPartitions = 2;    // of each topic
constexpr int kCalls = 1000;      // of each game: 5,000 series
constexpr size_t kChunk = 50'000;

// About 113 bytes, of which the default metric uses the time and two fields of seven.
std::string Event(const char* game, int64_t time_ms, std::mt19937_64& random) {
  char event[160];
  int length = std::snprintf(
      event, sizeof event,
      R"({"time":%lld,"game":"%s","call":"call%03d","user":%06d,"ip":"10.%d.%d.7","v":3,"source":"feed"})",
      static_cast<long long>(time_ms), game, static_cast<int>(random() % kCalls),
      static_cast<int>(random() % 1'000'000), static_cast<int>(random() % 256), static_cast<int>(random() % 256));
  return std::string(event, static_cast<size_t>(length));
}

absl::StatusOr<std::vector<std::string>> Fill(KafkaBroker& broker, uint64_t events) {
  std::mt19937_64 random(1);
  int64_t now = SystemClock().Now().millis();
  std::vector<std::string> topics;
  uint64_t each = events / (std::size(kGames) * kPartitions);
  for (const char* game : kGames) {
    topics.push_back(game);
    RETURN_IF_ERROR(broker.CreateTopic(game, kPartitions));
    for (int partition = 0; partition < kPartitions; ++partition) {
      for (uint64_t made = 0; made < each; made += kChunk) {
        std::vector<Message> chunk;
        for (size_t i = 0; i < kChunk; ++i) {
          int64_t age = 3'600'000 - static_cast<int64_t>((made + i) * 3'600'000 / each);   // an hour, in its order
          chunk.push_back({.payload = Event(game, now - age, random)});
        }
        RETURN_IF_ERROR(broker.Produce(game, partition, chunk));
      }
    }
  }
  return topics;
}

void PrintRow(const char* what, const std::vector<Measured>& rounds) {
  std::vector<double> rates, cpus;
  for (const Measured& round : rounds)
    rates.push_back(round.events_per_second / 1e6), cpus.push_back(round.cpu_us_per_event);
  Spread rate = SpreadOf(rates), cpu = SpreadOf(cpus);
  std::printf("| %s | %.2f (%.2f-%.2f) | %.2f (%.2f-%.2f) |\n", what, rate.median, rate.min, rate.max, cpu.median,
              cpu.min, cpu.max);
}

absl::Status Run(uint64_t events, int rounds) {
  std::fprintf(stderr, "starting a broker and filling it with %llu events\n", static_cast<unsigned long long>(events));
  ASSIGN_OR_RETURN(auto broker, KafkaBroker::Start());
  ASSIGN_OR_RETURN(std::vector<std::string> topics, Fill(*broker, events));
  std::vector<Measured> touch, node;
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    ASSIGN_OR_RETURN(Measured r, MeasureTouch(broker->bootstrap(), topics, kPartitions, events));
    ASSIGN_OR_RETURN(Measured tallyd, MeasureNode(broker->bootstrap(), topics, events));
    std::fprintf(stderr, "round %d: R %.2fM/s %.2f us, tallyd %.2fM/s %.2f us\n", round + 1, r.events_per_second / 1e6,
                 r.cpu_us_per_event, tallyd.events_per_second / 1e6, tallyd.cpu_us_per_event);
    touch.push_back(r);
    node.push_back(tallyd);
    ratios.push_back(tallyd.events_per_second / r.events_per_second);
  }
  std::printf("| median of %d rounds (min-max) | million events/s | CPU us/event |\n|---|---|---|\n", rounds);
  PrintRow("R: a consumer that touches each message", touch);
  PrintRow("tallyd: JSON, checkpoint each second, check.crcs", node);
  Spread ratio = SpreadOf(ratios);
  std::printf("| tallyd / R | %.2f (%.2f-%.2f) | |\n", ratio.median, ratio.min, ratio.max);
  return absl::OkStatus();
}

uint64_t Flag(int argc, char** argv, const char* name, uint64_t otherwise) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::strcmp(argv[i], name) == 0) return std::strtoull(argv[i + 1], nullptr, 10);
  }
  return otherwise;
}

}  // namespace
}  // namespace tally

int main(int argc, char** argv) {
  if (argc > 5 && std::strcmp(argv[1], "touch") == 0) {
    return tally::TouchMain(argv[2], {argv + 5, argv + argc}, std::atoi(argv[3]), std::strtoull(argv[4], nullptr, 10));
  }
  uint64_t events = tally::Flag(argc, argv, "--events", 10'000'000);
  absl::Status status = tally::Run(events, static_cast<int>(tally::Flag(argc, argv, "--rounds", 5)));
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
