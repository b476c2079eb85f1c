#include "apps/node/node.h"

#include <algorithm>
#include <utility>

#include "apps/config/client_options.h"
#include "apps/kafka/client_reaper.h"
#include "apps/node/cpu_quota.h"
#include "apps/node/descriptors.h"
#include "apps/node/memory.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "spdlog/spdlog.h"

namespace tally {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(250);  // the horizon moves this often

// Two clients overlap receiving and parsing even if they share a core with the broker. More than eight clients have
// more broker threads than there are cores.
constexpr unsigned kThreadsByDefaultMax = 8;

unsigned IngestThreads(const Config& config) {
  if (config.kafka.threads > 0) return static_cast<unsigned>(config.kafka.threads);
  return std::min(UsableCpus(), kThreadsByDefaultMax);
}

}  // namespace

Node::Node(const Config& config, const Clock& clock)
    : config_(config), topics_(config.kafka.topics), clock_(clock), began_(clock.Monotonic()) {}

absl::StatusOr<std::unique_ptr<Node>> Node::Open(const Config& config, const NodeOptions& options, const Clock& clock) {
  const unsigned threads = IngestThreads(config);
  // Each thread has a Kafka client, the partition manager has one, and the clock verifier has two. This comes first:
  // the descriptors that are opened later are the reserved ones.
  ASSIGN_OR_RETURN(size_t clients_max, RoomForClients(static_cast<size_t>(config.limits.clients_max), threads + 3));
  std::unique_ptr<Node> node(new Node(config, clock));
  const auto renew = [node = node.get()](size_t shard) { node->ingests_[shard]->Renew(); };
  ASSIGN_OR_RETURN(node->slices_.emplace_back(), Slice::Open(node->config_, options.start, renew, node->clock_));
  const TrustedClock& trusted = node->clock_;
  Counters& counters = node->slices_.front()->counters();

  const ClientOptions client = ClientOptionsOf(config.kafka);
  for (unsigned i = 0; i < threads; ++i) {
    node->ingests_.push_back(std::make_unique<Ingest>(counters.AddShard(), client, trusted));
  }
  node->partition_manager_ =
      std::make_unique<PartitionManager>(config, node->topics_, *node->slices_.front(), node->ingests_, trusted);
  ServerOptions server;
  server.text = config.server.listen;
  server.http = config.server.http;
  server.password = options.password;
  server.clients_max = clients_max;
  node->server_ = std::make_unique<Server>(server, std::vector<Counters*>{&counters}, trusted, *node);
  return node;
}

absl::Status Node::Start() {
  RETURN_IF_ERROR(server_->Start());
  partition_manager_->Start();
  clock_verifier_ = std::make_unique<ClockVerifier>(clock_, topics_, ClientOptionsOf(config_.kafka));
  checkpoint_thread_ = std::thread([this] { TakeCheckpoints(); });
  return absl::OkStatus();
}

absl::Status Node::failure() const { return partition_manager_->state().failure; }

void Node::TakeCheckpoints() {
  while (stop_.WaitFor(std::min(kTick, config_.checkpoint.interval))) {
    const bool begun = partition_manager_->state().begun;
    for (const auto& slice : slices_) slice->Tick(begun);
  }
}

absl::Status Node::Stop() {
  stop_.Set();
  if (checkpoint_thread_.joinable()) checkpoint_thread_.join();
  for (auto& ingest : ingests_) ingest->StopApplying();
  absl::Status status;
  if (!partition_manager_->state().begun) return status;
  for (const auto& slice : slices_) status.Update(slice->SaveLast());
  return status;
}

Node::~Node() {
  if (checkpoint_thread_.joinable()) (void)Stop();
  // The server's thread reads all other parts through Status(), so it is joined before any of them is destroyed.
  if (server_ != nullptr) server_->Stop();
  clock_verifier_.reset();
  partition_manager_.reset();
  ingests_.clear();
}

NodeStatus Node::Status() const {
  NodeStatus status;
  PartitionManager::State manager = partition_manager_->state();
  const Slice& slice = *slices_.front();
  const Checkpointer::Progress progress = slice.checkpointer().progress();
  status.version = TALLY_VERSION;
  const std::string doubt = clock_.doubt();
  status.not_ready = manager.not_ready;
  if (status.not_ready.empty() && !doubt.empty()) status.not_ready = Cat("the clock is in doubt: ", doubt);
  status.clock_in_doubt = !doubt.empty();
  status.uptime = clock_.Monotonic() - began_;
  status.checkpoint_sequence = progress.sequence;
  status.checkpoint_age = progress.age;
  status.checkpoint_stale = slice.IsStale(progress);
  status.checkpoint_failures = progress.failures;
  status.checkpoint_duration = progress.duration;
  status.kafka_clients_ending = ClientReaper::Get().overdue();
  status.rss_bytes = ResidentBytes();
  status.waiting_topics = manager.waiting_topics;
  status.warnings = manager.warnings;
  return status;
}

}  // namespace tally
