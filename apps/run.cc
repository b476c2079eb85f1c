#include "apps/run.h"

#include <signal.h>

#include <fstream>
#include <iostream>

#include "apps/config/load.h"
#include "apps/config/password_file.h"
#include "apps/dump.h"
#include "apps/system_clock.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "spdlog/pattern_formatter.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"
#include "storage/directory_store.h"

namespace tally {
namespace {

constexpr absl::Duration kCheckFailureEvery = absl::Milliseconds(500);

sigset_t AwaitedSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  return signals;
}

absl::StatusOr<NodeOptions> NodeOptionsOf(const ServeOptions& options, const Config& config) {
  NodeOptions node{{options.init, options.recount}};
  for (const std::string& text : options.accepted_gaps) {
    ASSIGN_OR_RETURN(AcceptedGap gap, ParseAcceptedGap(text));
    node.start.accepted.push_back(std::move(gap));
  }
  if (!config.server.password_file.empty()) {
    ASSIGN_OR_RETURN(std::string password, ReadPasswordFile(config.server.password_file));
    node.password = Password(std::move(password));
  }
  return node;
}

// Until a signal ends the node, or it must end.
absl::Status RunNode(const Config& config, Node& node) {
  RETURN_IF_ERROR(node.Start());
  PrintListening(config, node);
  while (!WaitForSignal(kCheckFailureEvery)) RETURN_IF_ERROR(node.failure());
  spdlog::info("stopping");
  return node.Stop();
}

}  // namespace

void SetUpLogging() {
  auto logger = spdlog::stderr_logger_mt("tallyd");
  auto formatter =
      std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->set_formatter(std::move(formatter));
  spdlog::set_default_logger(logger);
}

void BlockSignals() {
  const sigset_t signals = AwaitedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

bool WaitForSignal(absl::Duration timeout) {
  const sigset_t signals = AwaitedSignals();
  const timespec wait = absl::ToTimespec(timeout);
  const int received = sigtimedwait(&signals, nullptr, &wait);
  if (received == SIGHUP) spdlog::info("SIGHUP: nothing changes; the configuration is read only at the start");
  return received > 0 && received != SIGHUP;
}

int Report(const absl::Status& status) {
  if (status.ok()) return kExitDone;
  spdlog::error("{}", FromAbsl(status.message()));
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kUnimplemented:  // of a directory's version
      return kExitData;
    default:
      return kExitFailure;
  }
}

void PrintListening(const Config& config, const Node& node) {
  auto at = [](const Endpoint& endpoint, uint16_t port) { return FormatEndpoint({endpoint.host, port}); };
  std::cerr << Cat("listening text=", at(config.server.listen, node.server().text_port()),
                   " http=", at(config.server.http, node.server().http_port()), "\n")
            << std::flush;
}

int RunServe(const ServeOptions& options) {
  BlockSignals();
  absl::StatusOr<Config> config = LoadNodeConfig(options);
  if (!config.ok()) return Report(config.status());
  absl::StatusOr<NodeOptions> node_options = NodeOptionsOf(options, *config);
  if (!node_options.ok()) return Report(node_options.status());
  static const SystemClock clock;
  auto node = Node::Open(*config, *node_options, clock);
  if (!node.ok()) return Report(node.status());
  // The node is never destroyed: everything is on the disk, and its destructor may wait for a broker that is away.
  Node& running = *node->release();
  return Report(RunNode(*config, running));
}

int RunDump(const DumpOptions& options) {
  auto contents = ReadCheckpoint(options.dir, [](std::string_view line) { spdlog::warn("rocksdb: {}", line); });
  if (!contents.ok()) return Report(contents.status());
  WriteDump(*contents, options.format, std::cout);
  std::cout.flush();
  return std::cout.good() ? kExitDone : Report(absl::UnavailableError("standard output: write failed"));
}

}  // namespace tally
