#include "apps/node/node.h"

#include <algorithm>
#include <utility>

#include "apps/kafka/client_reaper.h"
#include "apps/node/client_options.h"
#include "apps/node/descriptors.h"
#include "apps/node/memory.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/events/rules.h"
#include "core/time/format.h"
#include "spdlog/spdlog.h"
#include "storage/directory_store.h"

namespace tally {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(250);  // so often the horizon is moved
constexpr int kStaleIntervals = 10;

// After a checkpoint that failed the directory is opened anew.
constexpr absl::Duration kRetryMin = absl::Milliseconds(250);
constexpr absl::Duration kRetryMax = absl::Seconds(8);

// Two clients overlap receiving and parsing even where they share a core with the broker; more than eight have more
// brokers' threads than cores to run them.
constexpr unsigned kThreadsByDefaultMax = 8;

unsigned IngestThreads(const Config& config) {
  if (config.kafka.threads > 0) return static_cast<unsigned>(config.kafka.threads);
  return std::clamp(std::thread::hardware_concurrency(), 1u, kThreadsByDefaultMax);
}

StorageLog RocksDbLog() {
  return [](std::string_view line) { spdlog::warn("rocksdb: {}", line); };
}

}  // namespace

Node::Node(const Config& config, const Clock& clock)
    : config_(config), topics_(config.kafka.topics), clock_(clock), began_(clock.Monotonic()) {}

absl::StatusOr<std::unique_ptr<Node>> Node::Open(const Config& config, const NodeOptions& options, const Clock& clock) {
  const unsigned threads = IngestThreads(config);
  // Each has a Kafka client; so has the partition manager, and the witness two. First of all: what is opened later is
  // what there is to keep back.
  ASSIGN_OR_RETURN(size_t clients_max, RoomForClients(static_cast<size_t>(config.limits.clients_max), threads + 3));
  std::unique_ptr<Node> node(new Node(config, clock));
  ASSIGN_OR_RETURN(auto rules, Rules::Compile(config.event, config.metrics));
  Counters::Options limits{config.retention.ttl, config.retention.clock, config.limits.series_max};
  node->counters_ = std::make_unique<Counters>(rules, limits);
  ASSIGN_OR_RETURN(node->store_, DirectoryStore::Open(config.checkpoint.dir, RocksDbLog()));
  Fingerprints configured = FingerprintsOf(config.event, config.metrics);
  ASSIGN_OR_RETURN(StartMode mode, node->LoadCheckpoint(options, configured));
  const TrustedClock& trusted = node->clock_;
  node->checkpointer_ = std::make_unique<Checkpointer>(*node->counters_, *node->store_, configured, trusted);

  const ClientOptions client = ClientOptionsOf(config.kafka);
  for (unsigned i = 0; i < threads; ++i) {
    node->ingests_.push_back(std::make_unique<Ingest>(node->counters_->AddShard(), client, trusted));
  }
  node->partition_manager_ =
      std::make_unique<PartitionManager>(config, node->topics_, mode, options.accepted, *node->counters_,
                                         *node->checkpointer_, *node->store_, node->ingests_, trusted);
  ServerOptions server;
  server.text = config.server.listen;
  server.http = config.server.http;
  server.password = options.password;
  server.clients_max = clients_max;
  node->server_ = std::make_unique<Server>(server, *node->counters_, trusted, *node);
  return node;
}

absl::StatusOr<StartMode> Node::LoadCheckpoint(const NodeOptions& options, const Fingerprints& configured) {
  absl::StatusOr<std::optional<CheckpointContents>> loaded = store_->Load();
  if (options.recount && absl::IsUnimplemented(loaded.status())) {
    spdlog::warn("{}", FromAbsl(loaded.status().message()));
    spdlog::warn("--recount: everything in the directory is replaced once the start of every partition is known");
    return StartMode::kRecount;
  }
  RETURN_IF_ERROR(loaded.status());
  std::optional<CheckpointContents> contents = *std::move(loaded);
  if (!contents) return options.init ? StartMode::kFirstForced : StartMode::kFirst;
  absl::Status same =
      Annotate(CheckSame(contents->fingerprints(), configured), Cat("data directory ", config_.checkpoint.dir));
  const Timestamp now = clock_.Now();  // by the machine, as long as the checkpoint has no say in it
  const bool ahead = contents->header.horizon > MinuteOf(now);
  if (options.recount && (!same.ok() || ahead)) {
    DoubtClockBefore(contents->saved.clock);
    return StartMode::kRecount;
  }
  RETURN_IF_ERROR(same);
  if (ahead) {
    spdlog::warn(
        "the checkpoint's horizon {} is later than the clock, which says {}: if that is right, every event is late "
        "until then, and serve --recount counts anew",
        FormatMinute(contents->header.horizon), FormatTimestamp(now));
  }
  Continue(*std::move(contents));
  contents.reset();
  TrimMemory();  // what was loaded takes twice its room while it is taken over
  return StartMode::kResumed;
}

void Node::Continue(CheckpointContents contents) {
  // A metric that was added has seen nothing of what lies before the loaded offsets.
  std::optional<Timestamp> newest;
  for (const auto& [place, state] : contents.saved.partitions) {
    if (state.newest_event) newest = std::max(newest.value_or(*state.newest_event), *state.newest_event);
  }
  const auto& metrics = counters_->rules().metrics();
  for (uint32_t i = 0; i < metrics.size(); ++i) {
    auto known = contents.metrics.metrics.find(metrics[i].name);
    if (known != contents.metrics.metrics.end()) {
      counters_->RaiseKnownFrom(i, known->second.known_from);
    } else if (newest) {
      counters_->RaiseKnownFrom(i, MinuteOf(*newest) + 1);
    }
  }
  spdlog::info("checkpoint {} of node {}: {} partitions, {} series", contents.header.sequence, contents.header.node,
               contents.saved.partitions.size(), contents.saved.series.size());
  DoubtClockBefore(contents.saved.clock);
  counters_->Restore(std::move(contents.saved));
}

void Node::DoubtClockBefore(Timestamp checkpoint) {
  if (checkpoint == Timestamp::Min()) return;  // that of the events, which have said nothing yet
  // The events' clock may be ahead of the wall's by as much as an event may.
  const bool by_events = config_.retention.clock == ClockKind::kEvent;
  clock_.NotBefore(by_events ? checkpoint - config_.event.ahead_max : checkpoint);
}

absl::Status Node::Start() {
  RETURN_IF_ERROR(server_->Start());
  partition_manager_->Start();
  clock_witness_ = std::make_unique<ClockWitness>(clock_, topics_, ClientOptionsOf(config_.kafka));
  checkpoint_thread_ = std::thread([this] { TakeCheckpoints(); });
  return absl::OkStatus();
}

absl::Status Node::failure() const { return partition_manager_->state().failure; }

void Node::TakeCheckpoints() {
  absl::Duration retry = absl::ZeroDuration();  // longer with each failure
  absl::Duration last = clock_.Monotonic();
  while (stop_.WaitFor(std::min(kTick, config_.checkpoint.interval))) {
    counters_->Tick(clock_.Now());
    absl::Duration now = clock_.Monotonic();
    // Before the start is on the disk there is nothing to save, and an empty checkpoint would pass for a start.
    if (now - last < std::max(config_.checkpoint.interval, retry) || !partition_manager_->state().begun) continue;
    last = now;
    absl::Status status = checkpointer_->Run();
    const bool failing = retry > absl::ZeroDuration();
    if (!status.ok() && !failing) spdlog::error("no checkpoint: {}; trying again", FromAbsl(status.message()));
    if (status.ok() && failing) spdlog::info("checkpoints go on");
    retry = status.ok() ? absl::ZeroDuration() : std::min(std::max(2 * retry, kRetryMin), kRetryMax);
  }
}

absl::Status Node::Stop() {
  stop_.Set();
  if (checkpoint_thread_.joinable()) checkpoint_thread_.join();
  for (auto& ingest : ingests_) ingest->StopApplying();
  return partition_manager_->state().begun ? checkpointer_->Run() : absl::OkStatus();
}

Node::~Node() {
  if (checkpoint_thread_.joinable()) (void)Stop();
  // The server's thread reads all other parts through Status(), so it is joined before any of them is destroyed.
  if (server_ != nullptr) server_->Stop();
  clock_witness_.reset();
  partition_manager_.reset();
  ingests_.clear();
}

NodeStatus Node::Status() const {
  NodeStatus status;
  PartitionManager::State manager = partition_manager_->state();
  Checkpointer::Progress progress = checkpointer_->progress();
  status.version = TALLY_VERSION;
  const std::string doubt = clock_.doubt();
  status.not_ready = manager.not_ready;
  if (status.not_ready.empty() && !doubt.empty()) status.not_ready = Cat("the clock is in doubt: ", doubt);
  status.loading = !manager.not_ready.empty();
  status.clock_in_doubt = !doubt.empty();
  status.uptime = clock_.Monotonic() - began_;
  status.checkpoint_sequence = progress.sequence;
  status.checkpoint_age = progress.age;
  status.checkpoint_stale = progress.age > kStaleIntervals * config_.checkpoint.interval;
  status.checkpoint_failures = progress.failures;
  status.checkpoint_duration = progress.duration;
  status.kafka_clients_ending = ClientReaper::Get().overdue();
  status.rss_bytes = ResidentBytes();
  status.waiting_topics = manager.waiting_topics;
  return status;
}

}  // namespace tally
