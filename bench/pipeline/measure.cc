#include "bench/pipeline/measure.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kLook = std::chrono::milliseconds(10);
constexpr auto kPatience = std::chrono::minutes(5);

double Since(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

}  // namespace

double CpuSeconds(int pid) {
  std::ifstream file(Cat("/proc/", pid, "/stat"));
  std::string stat((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::istringstream words(stat.substr(stat.rfind(')') + 2));   // from the third field on, see proc(5)
  std::string skipped;
  for (int i = 3; i < 14; ++i) words >> skipped;
  double user = 0, system = 0;
  words >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

absl::StatusOr<Measured> MeasureNode(const std::string& brokers, const std::vector<std::string>& topics,
                                     uint64_t events) {
  TempDir data("tally-bench");
  std::string joined;
  for (const std::string& topic : topics) joined += (joined.empty() ? "" : ",") + topic;
  ASSIGN_OR_RETURN(auto node, Tallyd::Start({"--brokers", brokers, "--topics", joined, "--data", data.path(), "--init",
                                             "--set", "kafka.start=earliest"}));
  auto began = SteadyClock::now();
  SteadyClock::time_point first;
  uint64_t read_at_first = 0;
  while (Since(began) < std::chrono::duration<double>(kPatience).count()) {
    std::this_thread::sleep_for(kLook);
    uint64_t read = std::strtoull(node->Info("events_read").c_str(), nullptr, 10);
    if (read > 0 && read_at_first == 0) {
      first = SteadyClock::now();
      read_at_first = read;
    }
    if (read < events) continue;
    double seconds = Since(first);
    double cpu = CpuSeconds(node->process().pid());
    ASSIGN_OR_RETURN(int status, node->Stop());
    if (status != 0) return absl::UnknownError(node->process().Stderr());
    return Measured{static_cast<double>(read - read_at_first) / seconds, cpu * 1e6 / static_cast<double>(read)};
  }
  return absl::DeadlineExceededError(Cat("the node did not read ", events, " events\n", node->process().Stderr()));
}

Spread SpreadOf(std::vector<double> figures) {
  std::sort(figures.begin(), figures.end());
  return {figures.front(), figures[figures.size() / 2], figures.back()};
}

}  // namespace tally
