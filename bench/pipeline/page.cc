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

// Returns the text after `sign` in the first line of `path` that begins with `name`; "unknown" if there is none.
std::string ReadValue(const std::string& path, std::string_view name, char sign) {
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
  const double kilobytes = std::atof(ReadValue("/proc/meminfo", "MemTotal", ':').c_str());
  return Cat(std::lround(kilobytes / 1024 / 1024), " GB");
}

std::string Kernel() {
  utsname name{};
  ::uname(&name);
  const std::string_view release(name.release);  // 6.1.0-37-amd64
  return Cat(std::string_view(name.sysname), " ", release.substr(0, release.find('-')), " ",
             std::string_view(name.machine));
}

// Returns the first line that a program prints to stdout or stderr.
std::string FirstLine(const std::vector<std::string>& argv) {
  absl::StatusOr<Finished> run = RunToEnd(argv, absl::Seconds(20));
  if (!run.ok()) return "not installed";
  const std::string text = run->out + run->err;
  return text.substr(0, text.find('\n'));
}

std::string Machine() {
  std::string text = "| | |\n|---|---|\n";
  auto add = [&text](std::string_view name, std::string_view value) { text += Cat("| ", name, " | ", value, " |\n"); };
  add("processor", Cat(ReadValue("/proc/cpuinfo", "model name", ':'), ", ", std::thread::hardware_concurrency(),
                       " cores, shared by broker, node and peers"));
  add("memory", Gigabytes());
  add("system", Cat(ReadValue("/etc/os-release", "PRETTY_NAME", '='), ", ", Kernel()));
  add("compiler", Cat("g++ ", std::string_view(__VERSION__)));
  add("librdkafka", rd_kafka_version_str());
  add("Kafka and Kafka Streams", KAFKA_VERSION);
  add("Java", FirstLine({"java", "-version"}));
  add("Redis", RedisServer::Version(RedisServer::Program::kRedis));
  add("tallyd", TALLY_VERSION);
  add("date", std::string(FromAbsl(absl::FormatTime("%Y-%m-%d %H:%M UTC", absl::Now(), absl::UTCTimeZone()))));
  return text;
}

// Returns the section with the plots.
std::string Plots() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(TALLY_SOURCE_DIR "/docs", ignored)) {
    if (entry.path().extension() == ".svg") names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  std::string text = names.empty() ? ""
                                   : "## Growth\nThe cost of an operation as the number of series grows, and the cost "
                                     "of an event as the number of partitions grows. Drawn by `bench/growth`.\n\n";
  for (const std::string& name : names) text += Cat("![", name.substr(0, name.size() - 4), "](", name, ")\n");
  return text;
}

}  // namespace

std::string Page(const BenchOptions& options, const Report& report) {
  return Cat(
      "# Performance\n"
      "`tools/bench` writes this page; do not edit it. It measures everything again in about 25 minutes, on a machine "
      "that does nothing else; `tools/bench --quick` compares only ingest, in under three minutes. Broker, node and "
      "peers share the machine, and the peers run in turns in each of ",
      options.rounds,
      " rounds. Figures are medians with their spread. Ratios are computed within a round. CPU is the user and system "
      "time of the whole process, with its start.\n\n",
      Machine(), "\n", report.Markdown(), Plots());
}

}  // namespace tally
