#include "apps/node/slice.h"

#include <algorithm>
#include <utility>

#include "apps/node/memory.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/events/rules.h"
#include "core/time/format.h"
#include "spdlog/spdlog.h"
#include "storage/directory_store.h"

namespace tally {
namespace {

constexpr int kStaleIntervals = 10;

// After a failed checkpoint the directory is opened again.
constexpr absl::Duration kRetryMin = absl::Milliseconds(250);
constexpr absl::Duration kRetryMax = absl::Seconds(8);

StorageLog RocksDbLog() {
  return [](std::string_view line) { spdlog::warn("rocksdb: {}", line); };
}

}  // namespace

Slice::Slice(const Config& config, TrustedClock& clock)
    : config_(config), clock_(clock), checkpoint_at_(clock.Monotonic()) {}

absl::StatusOr<std::unique_ptr<Slice>> Slice::Open(const Config& config, const StartOptions& options,
                                                   std::function<void(size_t shard)> renew, TrustedClock& clock) {
  std::unique_ptr<Slice> slice(new Slice(config, clock));
  ASSIGN_OR_RETURN(auto rules, Rules::Compile(config.event, config.metrics));
  Counters::Options limits{config.retention.ttl, config.retention.clock, config.limits.series_max};
  slice->counters_ = std::make_unique<Counters>(rules, limits);
  ASSIGN_OR_RETURN(slice->store_, DirectoryStore::Open(config.checkpoint.dir, RocksDbLog()));
  const Fingerprints configured = FingerprintsOf(config.event, config.metrics);
  RETURN_IF_ERROR(slice->Load(options, configured));
  const TrustedClock& trusted = clock;
  slice->checkpointer_ = std::make_unique<Checkpointer>(*slice->counters_, *slice->store_, configured, trusted);
  slice->continuity_ = std::make_unique<ContinuityChecker>(
      options.accepted, *slice->counters_,
      ContinuityChecker::Actions{.renew = std::move(renew),
                                 .save = [&checkpointer = *slice->checkpointer_] { return checkpointer.RunAlways(); }},
      trusted);
  return slice;
}

void Slice::Tick(bool begun) {
  counters_->Tick(clock_.Now());
  const absl::Duration now = clock_.Monotonic();
  if (!begun || now - checkpoint_at_ < std::max(config_.checkpoint.interval, retry_after_)) return;
  checkpoint_at_ = now;
  const absl::Status status = checkpointer_->Run();
  const bool failing = retry_after_ > absl::ZeroDuration();
  if (!status.ok() && !failing)
    spdlog::error("no checkpoint: {}; the counts stay in memory, and the next try follows", FromAbsl(status.message()));
  if (status.ok() && failing) spdlog::info("checkpoints succeed again");
  retry_after_ = status.ok() ? absl::ZeroDuration() : std::min(std::max(2 * retry_after_, kRetryMin), kRetryMax);
}

bool Slice::IsStale(const Checkpointer::Progress& progress) const {
  return progress.age > kStaleIntervals * config_.checkpoint.interval;
}

absl::Status Slice::Load(const StartOptions& options, const Fingerprints& configured) {
  absl::StatusOr<std::optional<CheckpointContents>> loaded = store_->Load();
  if (options.recount && absl::IsUnimplemented(loaded.status())) {
    spdlog::warn("{}", FromAbsl(loaded.status().message()));
    spdlog::warn("--recount: everything in the directory is replaced once the start of every partition is known");
    start_mode_ = StartMode::kRecount;
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(loaded.status());
  std::optional<CheckpointContents> contents = *std::move(loaded);
  if (!contents) {
    start_mode_ = options.init ? StartMode::kFirstForced : StartMode::kFirst;
    return absl::OkStatus();
  }
  absl::Status same =
      Annotate(CheckSame(contents->fingerprints(), configured), Cat("data directory ", config_.checkpoint.dir));
  const Timestamp now = clock_.Now();  // the machine's: the checkpoint does not limit it yet
  const bool ahead = contents->header.horizon > MinuteOf(now);
  if (options.recount && (!same.ok() || ahead)) {
    DoubtClockBefore(contents->saved.clock);
    start_mode_ = StartMode::kRecount;
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(same);
  if (ahead) {
    spdlog::warn(
        "the checkpoint's horizon {} is later than the clock, {}: if the clock is right, every event is late until "
        "the horizon, and serve --recount counts everything again",
        FormatMinute(contents->header.horizon), FormatTimestamp(now));
  }
  Continue(*std::move(contents));
  contents = std::nullopt;
  TrimMemory();  // the loaded data takes twice its size during Continue()
  start_mode_ = StartMode::kResumed;
  return absl::OkStatus();
}

void Slice::Continue(CheckpointContents contents) {
  // A metric that was added has not counted the records below the loaded offsets.
  std::optional<Timestamp> newest;
  for (const auto& [topic_partition, state] : contents.saved.partitions) {
    if (state.newest_event_time) newest = std::max(newest.value_or(*state.newest_event_time), *state.newest_event_time);
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

void Slice::DoubtClockBefore(Timestamp checkpoint) {
  if (checkpoint == Timestamp::Min()) return;  // the events' clock, before the first event
  // The events' clock may be ahead of the wall clock by as much as an event may.
  const bool by_events = config_.retention.clock == ClockKind::kEvent;
  clock_.NotBefore(by_events ? checkpoint - config_.event.ahead_max : checkpoint);
}

}  // namespace tally
