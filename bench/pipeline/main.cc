// The program that tools/bench runs; tools/bench --help describes its options. It starts a broker and the peers,
// measures the peers in turns, and prints the results as Markdown.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/pipeline/answers.h"
#include "bench/pipeline/backlog.h"
#include "bench/pipeline/bench.h"
#include "bench/pipeline/checkpoints.h"
#include "bench/pipeline/idle.h"
#include "bench/pipeline/ingest.h"
#include "bench/pipeline/memory.h"
#include "bench/pipeline/page.h"
#include "bench/pipeline/partitions.h"
#include "bench/pipeline/redis.h"
#include "bench/pipeline/redis_consumer.h"
#include "bench/pipeline/series.h"
#include "bench/pipeline/streams.h"
#include "bench/pipeline/touch.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

// In the order in which they run, which is also their order in the report.
constexpr struct {
  std::string_view name;
  absl::Status (*measure)(Bench& bench);
  bool quick;  // part of --quick
} kSections[] = {
    {"ingest", MeasureIngest, true},
    {"redis", MeasureRedis, true},
    {"streams", MeasureStreams, false},
    {"series", MeasureSeries, false},
    {"partitions", MeasurePartitions, false},
    {"memory", MeasureMemory, false},
    {"backlog", MeasureBacklog, false},
    {"cuts", MeasureCuts, false},
    {"disk", MeasureDisk, false},
    {"start", MeasureStart, false},
    {"answers", MeasureAnswers, false},
    {"latency", MeasureLatency, false},
    {"idle", MeasureIdle, false},
};

constexpr uint64_t kQuickEvents = 4'000'000;
constexpr int kQuickRounds = 3;

struct Arguments {
  BenchOptions bench;
  std::string only;
  std::string write;
};

absl::Status ParseOption(const std::string& name, const std::string& value, Arguments& arguments) {
  if (name == "--only") {
    arguments.only = value;
  } else if (name == "--write") {
    arguments.write = value;
  } else if (name == "--events") {
    arguments.bench.events = std::strtoull(value.c_str(), nullptr, 10);
  } else if (name == "--rounds") {
    arguments.bench.rounds = std::atoi(value.c_str());
  } else {
    return InvalidArgument("unknown option '", name, "'");
  }
  return absl::OkStatus();
}

absl::StatusOr<Arguments> Parse(const std::vector<std::string>& words) {
  Arguments arguments;
  for (const std::string& word : words) {
    if (word == "--quick") arguments.bench = {.events = kQuickEvents, .rounds = kQuickRounds, .quick = true};
  }
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--quick") continue;
    const std::string value = i + 1 < words.size() ? words[i + 1] : "";
    RETURN_IF_ERROR(ParseOption(words[i], value, arguments));
    if (value.empty()) return InvalidArgument(words[i], ": expected a value");
    ++i;
  }
  if (arguments.bench.events > 0 && arguments.bench.rounds > 0) return arguments;
  return InvalidArgument("expected at least one event and one round");
}

absl::Status Measure(Bench& bench, const std::string& only) {
  bool any = false;
  for (const auto& section : kSections) {
    if (only.empty() ? bench.options().quick && !section.quick : only != section.name) continue;
    any = true;
    bench.PrintProgress(Cat("section ", section.name));
    RETURN_IF_ERROR(Annotate(section.measure(bench), section.name));
  }
  return any ? absl::OkStatus() : InvalidArgument("unknown section '", only, "'");
}

absl::Status Write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return file ? absl::OkStatus() : absl::UnavailableError(Cat("cannot write ", path));
}

absl::Status Run(const std::vector<std::string>& words) {
  ASSIGN_OR_RETURN(Arguments arguments, Parse(words));
  Report report;
  Bench bench(arguments.bench, report);
  RETURN_IF_ERROR(Measure(bench, arguments.only));
  const std::string page = Page(arguments.bench, report);
  std::fwrite(page.data(), 1, page.size(), stdout);
  return arguments.write.empty() ? absl::OkStatus() : Write(arguments.write, page);
}

}  // namespace
}  // namespace tally

// The measured consumers are other processes of this program.
int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const std::string first = words.empty() ? "" : words[0];
  if (first == tally::kTouchCommand) return tally::TouchMain({words.begin() + 1, words.end()});
  if (first == tally::kRedisCommand) return tally::RedisMain({words.begin() + 1, words.end()});
  if (first == tally::kSeriesMemoryCommand) return tally::SeriesMemoryMain({words.begin() + 1, words.end()});
  absl::Status status = tally::Run(words);
  if (status.ok()) return 0;
  std::fprintf(stderr, "tools/bench: %s\n", std::string(status.message()).c_str());
  return absl::IsInvalidArgument(status) ? 2 : 1;
}
