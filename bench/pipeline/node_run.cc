#include "bench/pipeline/node_run.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>

#include "bench/pipeline/socket_client.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "tests/testing/proc.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr Seconds kTimeout = std::chrono::minutes(5);
constexpr Seconds kPollMin{0.005};
constexpr Seconds kPollMax{0.2};

// Measures the rate from the first poll that sees events to the poll that sees all events.
class Progress {
 public:
  explicit Progress(uint64_t events) : events_(events) {}

  // Records that the node has read `read` events. Returns true if these are all.
  bool Update(uint64_t read) {
    now_ = SteadyClock::now();
    if (read > 0 && read_at_first_ == 0) {
      first_ = now_;
      read_at_first_ = read;
    }
    read_ = read;
    return read_ >= events_;
  }

  // Returns the time until the next poll, which is shorter near the end. A poll uses CPU of the node, more with many
  // partitions.
  Seconds Pause() const {
    if (read_ <= read_at_first_) return kPollMin;
    return std::clamp(Seconds(static_cast<double>(events_ - read_) / Rate() / 2), kPollMin, kPollMax);
  }

  double Rate() const { return static_cast<double>(read_ - read_at_first_) / Seconds(now_ - first_).count(); }

 private:
  const uint64_t events_;
  SteadyClock::time_point first_, now_;
  uint64_t read_at_first_ = 0;
  uint64_t read_ = 0;
};

absl::StatusOr<Measured> ReadAll(Tallyd& node, SocketClient& client, uint64_t events) {
  Progress progress(events);
  const auto deadline = SteadyClock::now() + kTimeout;
  while (SteadyClock::now() < deadline) {
    absl::StatusOr<uint64_t> asked = client.AskInfo("events_read");
    if (!asked.ok()) return Annotate(asked.status(), Cat("the node is gone: ", node.process().Stderr()));
    const uint64_t read = *asked;
    if (progress.Update(read)) {
      const int pid = node.process().pid();
      const auto n = static_cast<double>(read);
      const absl::Duration cpu = CpuTimeOf(pid);
      return Measured{.events_per_second = progress.Rate(),
                      .cpu_us_per_event = absl::ToDoubleMicroseconds(cpu) / n,
                      .client_cpu_us_per_event = absl::ToDoubleMicroseconds(ThreadsOf(pid, kClientThreads).cpu) / n};
    }
    std::this_thread::sleep_for(progress.Pause());
  }
  return absl::DeadlineExceededError(Cat("the node did not read ", events, " events\n", node.process().Stderr()));
}

// Returns the sum of all counters. Lines without a count add nothing.
uint64_t SumOf(Tallyd& node) {
  std::istringstream lines(node.Query({"RANGE", "stats:*:*", "-3h", "now"}));  // 2011-06-05T14:30Z 1742
  uint64_t sum = 0;
  for (std::string line; std::getline(lines, line);) {
    sum += std::strtoull(line.c_str() + std::min(line.find(' '), line.size()), nullptr, 10);
  }
  return sum;
}

absl::Status CheckCounts(Tallyd& node, SocketClient& client, uint64_t events) {
  ASSIGN_OR_RETURN(uint64_t counted, client.AskInfo("events_counted"));
  const uint64_t sum = SumOf(node);
  if (counted == events && sum == events) return absl::OkStatus();
  return absl::DataLossError(Cat("counted ", counted, " of ", events, " events; the sum of the counters is ", sum));
}

}  // namespace

absl::StatusOr<Measured> MeasureNode(const FilledLog& log, const std::vector<std::string>& arguments) {
  TempDir data("tally-bench");
  std::string topics;
  for (const std::string& topic : log.topics) topics += (topics.empty() ? "" : ",") + topic;
  std::vector<std::string> all = {"--brokers", log.brokers, "--topics", topics, "--data", data.path(), "--init"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  ASSIGN_OR_RETURN(auto node, Tallyd::Start(all));
  ASSIGN_OR_RETURN(auto client, SocketClient::Connect(node->port()));
  ASSIGN_OR_RETURN(Measured measured, ReadAll(*node, *client, log.events));
  RETURN_IF_ERROR(CheckCounts(*node, *client, log.events));
  ASSIGN_OR_RETURN(int status, node->Stop());
  if (status != 0) return absl::UnknownError(node->process().Stderr());
  return measured;
}

}  // namespace tally
