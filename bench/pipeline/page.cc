#include "bench/pipeline/page.h"

#include <librdkafka/rdkafka.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "bench/pipeline/redis_server.h"
#include "core/base/strings.h"
#include "tests/testing/subprocess.h"

namespace tally {
namespace {

// What follows `name` and its sign in the first line of `path` that begins with it; "unknown" if none does.
std::string Look(const std::string& path, std::string_view name, char sign) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const size_t at = line.find(sign);
    if (line.substr(0, name.size()) != name || at == std::string::npos) continue;
    std::string value = line.substr(std::min(line.find_first_not_of(" \t\"", at + 1), line.size()));
    while (!value.empty() && (value.back() == '"' || value.back() == ' ')) value.pop_back();
    return value;
  }
  return "unknown";
}

std::string Gigabytes() {
  const double kilobytes = std::atof(Look("/proc/meminfo", "MemTotal", ':').c_str());
  return Cat(std::lround(kilobytes / 1024 / 1024), " GB");
}

std::string Kernel() {
  utsname name{};
  ::uname(&name);
  const std::string_view release(name.release);  // 6.1.0-37-amd64
  return Cat(std::string_view(name.sysname), " ", release.substr(0, release.find('-')), " ",
             std::string_view(name.machine));
}

// The first line that a program says of itself, on whichever stream.
std::string FirstLine(const std::vector<std::string>& argv) {
  absl::StatusOr<Finished> run = RunToEnd(argv, absl::Seconds(20));
  if (!run.ok()) return "none";
  const std::string text = run->out + run->err;
  return text.substr(0, text.find('\n'));
}

std::string Machine() {
  std::string text = "| | |\n|---|---|\n";
  auto add = [&text](std::string_view name, std::string_view value) { text += Cat("| ", name, " | ", value, " |\n"); };
  add("processor", Cat(Look("/proc/cpuinfo", "model name", ':'), ", ", std::thread::hardware_concurrency(),
                       " cores, shared by broker, node and peers"));
  add("memory", Gigabytes());
  add("system", Cat(Look("/etc/os-release", "PRETTY_NAME", '='), ", ", Kernel()));
  add("compiler", Cat("g++ ", std::string_view(__VERSION__)));
  add("librdkafka", rd_kafka_version_str());
  add("Kafka and Kafka Streams", KAFKA_VERSION);
  add("Java", FirstLine({"java", "-version"}));
  add("Redis", RedisServer::Version());
  add("tallyd", TALLY_VERSION);
  add("date", std::string(FromAbsl(absl::FormatTime("%Y-%m-%d %H:%M UTC", absl::Now(), absl::UTCTimeZone()))));
  return text;
}

// The pictures beside the page.
std::string Plots() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(TALLY_SOURCE_DIR "/docs", ignored)) {
    if (entry.path().extension() == ".svg") names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  std::string text = names.empty() ? ""
                                   : "## Growth\nWhat an operation costs with more and more series, and what an "
                                     "event costs with more and more partitions. Drawn by `bench/growth`.\n\n";
  for (const std::string& name : names) text += Cat("![", name.substr(0, name.size() - 4), "](", name, ")\n");
  return text;
}

}  // namespace

std::string Page(const BenchOptions& options, const Report& report) {
  return Cat(
      "# Performance\n"
      "Written by `tools/bench`, never by hand. It measures all of this again in some 25 minutes, on a machine "
      "that does nothing else; `tools/bench --quick` compares ingest alone, in under three. Broker, node and "
      "peers share the machine, and take turns within each of ",
      options.rounds,
      " rounds. Figures are medians with their spread, ratios are taken within a round. CPU is the user and "
      "system time of the whole process, its start included.\n\n",
      Machine(), "\n", report.Markdown(), Plots());
}

}  // namespace tally
