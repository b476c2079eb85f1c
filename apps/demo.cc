// `tallyd demo`: a node that reads a generated stream from an embedded broker, in a temporary directory that is removed
// at the end.

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "apps/demo_stream.h"
#include "apps/kafka/embedded_broker.h"
#include "apps/run.h"
#include "apps/system_clock.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/time/format.h"
#include "spdlog/spdlog.h"

namespace tally {
namespace {

constexpr int kPartitions = 2;  // of each topic

absl::StatusOr<std::string> MakeDirectory() {
  std::string path = (std::filesystem::temp_directory_path() / "tallyd-demo-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) return absl::UnavailableError(Cat("cannot create a directory ", path));
  return path;
}

Config DemoConfig(const EmbeddedBroker& broker, const std::string& directory) {
  Config config;
  config.kafka.brokers = broker.bootstrap();
  config.kafka.start.kind = StartPoint::Kind::kEarliest;  // the embedded broker cannot look offsets up by time
  config.checkpoint.dir = directory;
  return config;
}

void PrintHowToAsk(const Node& node) {
  std::string text = Cat(node.server().text_port());
  std::cout << "Ask it, from another terminal:\n"
            << "  echo 'TOP 5 stats:mw:* -15m now' | nc -N 127.0.0.1 " << text << "\n"
            << "  echo 'RANGE stats:*:install -15m now' | nc -N 127.0.0.1 " << text << "\n"
            << "  redis-cli -p " << text << " HGETALL stats:mw:$(date -u +%Y_%m%d_%H%M)\n"
            << "  curl -s http://127.0.0.1:" << node.server().http_port() << "/metrics\n"
            << std::endl;
}

uint64_t Sum(const std::vector<PartitionStatus>& partitions, Fate fate) {
  uint64_t sum = 0;
  for (const PartitionStatus& partition : partitions) sum += partition.state.fates[static_cast<size_t>(fate)];
  return sum;
}

// Prints one line per second: what was counted, how fast, and what was not counted.
class Progress {
 public:
  void Print(const Node& node, Timestamp now) {
    std::vector<PartitionStatus> partitions = node.counters().Partitions();
    uint64_t counted = Sum(partitions, Fate::kCounted);
    NodeStatus status = node.Status();
    std::printf("%s  counted %9llu  %7llu/s  late %llu  unparsable %llu  series %zu  checkpoint %llu\n",
                FormatTimestamp(now).substr(11, 8).c_str(), static_cast<unsigned long long>(counted),
                static_cast<unsigned long long>(counted - counted_),
                static_cast<unsigned long long>(Sum(partitions, Fate::kLate)),
                static_cast<unsigned long long>(Sum(partitions, Fate::kUnparsable)), node.counters().series().size(),
                static_cast<unsigned long long>(status.checkpoint_sequence));
    std::fflush(stdout);
    counted_ = counted;
  }

 private:
  uint64_t counted_ = 0;
};

// Uses the default ports, or free ones if those are taken. The demo prints which.
absl::StatusOr<std::unique_ptr<Node>> StartNode(Config config, const Clock& clock) {
  ASSIGN_OR_RETURN(std::unique_ptr<Node> node, Node::Open(config, {}, clock));
  if (node->Start().ok()) return node;
  node.reset();
  config.server.listen.port = 0;
  config.server.http.port = 0;
  ASSIGN_OR_RETURN(node, Node::Open(config, {}, clock));
  RETURN_IF_ERROR(node->Start());
  return node;
}

absl::Status Demo(const DemoOptions& options) {
  SystemClock clock;
  ASSIGN_OR_RETURN(std::unique_ptr<EmbeddedBroker> broker, EmbeddedBroker::Start());
  for (const std::string& topic : Config().kafka.topics) broker->CreateTopic(topic, kPartitions);
  ASSIGN_OR_RETURN(std::string directory, MakeDirectory());
  absl::Cleanup remove = [&] {
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  };
  ASSIGN_OR_RETURN(std::unique_ptr<Node> node, StartNode(DemoConfig(*broker, directory), clock));
  ASSIGN_OR_RETURN(auto stream, DemoStream::Start({.brokers = broker->bootstrap(),
                                                   .rate = static_cast<uint32_t>(options.rate),
                                                   .partitions = kPartitions},
                                                  clock));
  PrintHowToAsk(*node);
  Progress progress;
  for (int second = 0; options.seconds == 0 || second < options.seconds; ++second) {
    if (WaitForSignal(absl::Seconds(1))) break;
    RETURN_IF_ERROR(node->failure());
    progress.Print(*node, clock.Now());
  }
  return node->Stop();
}

}  // namespace

int RunDemo(const DemoOptions& options) {
  BlockSignals();
  return Report(Demo(options));
}

}  // namespace tally
