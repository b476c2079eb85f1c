#include "apps/node/partition_manager.h"

#include <utility>

#include "apps/config/client_options.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "spdlog/spdlog.h"

namespace tally {

PartitionManager::PartitionManager(const Config& config, const TopicSet& topics, Slice& slice,
                                   std::vector<std::unique_ptr<Ingest>>& ingests, const TrustedClock& clock)
    : config_(config),
      slice_(slice),
      ingests_(ingests),
      clock_(clock),
      finder_(topics),
      starts_(config_, slice.start_mode(), slice.counters(), slice.store(), clock),
      assigner_(slice.counters(), slice.checkpointer(), ingests),
      publisher_(config.kafka.group, assigner_, slice.checkpointer(), slice.store(), clock) {
  if (slice.start_mode() == StartMode::kResumed) assigner_.Resume(topics);
}

PartitionManager::~PartitionManager() { Stop(); }

void PartitionManager::Start() {
  thread_ = std::thread([this] { Run(); });
}

void PartitionManager::Stop() {
  stop_.Set();
  if (thread_.joinable()) thread_.join();
}

PartitionManager::State PartitionManager::state() const {
  MutexLock lock(mutex_);
  State state = state_;
  state.begun = assigner_.begun();
  return state;
}

void PartitionManager::Run() {
  std::string last_error;
  absl::Duration wait = absl::ZeroDuration();
  while (stop_.WaitFor(wait)) {
    const absl::Duration began = clock_.Monotonic();
    absl::Status status = Look();
    const bool looked = status.ok();
    const absl::Duration took = clock_.Monotonic() - began;
    if (looked) status = Proceed();  // with the time-out that was long enough
    patience_.Learn(looked, took);
    wait = looked ? kEvery : kRetry;
    std::string error(FromAbsl(status.message()));
    if (!looked && kafka_ && absl::IsUnavailable(status)) Append(error, kafka_->Unreachable(kConnectTimeout));
    if (!status.ok() && last_error != error) spdlog::warn("{}", error);
    last_error = error;
    NoteResult(looked, error);
    if (!state().failure.ok()) return;
  }
}

void PartitionManager::NoteResult(bool looked, const std::string& error) {
  std::vector<std::string> warnings = Warnings();
  MutexLock lock(mutex_);
  if (looked && assigner_.begun()) {
    state_.not_ready.clear();
  } else if (!state_.not_ready.empty() && state_.failure.ok()) {
    state_.not_ready = looked ? error : Cat("waiting for Kafka: ", error);
  }
  if (state_.not_ready.empty() && !error.empty()) warnings.push_back(Cat(looked ? "" : "Kafka: ", error));
  state_.warnings = std::move(warnings);
}

std::vector<std::string> PartitionManager::Warnings() const {
  std::vector<std::string> warnings;
  for (const auto& [topic, partitions] : found_.topics) {
    if (!partitions) warnings.push_back(Cat("not authorized: topic ", topic));
  }
  if (std::string many = PartitionFinder::ManyTopics(found_.matched_topics); !many.empty()) {
    warnings.push_back(std::move(many));
  }
  if (!publisher_.last_result().ok()) {
    warnings.push_back(Cat("offsets are not committed: ", FromAbsl(publisher_.last_result().message())));
  }
  return warnings;
}

// Asks the brokers, and decides about the counted partitions. Nothing is read from a log that may be another one before
// this decision.
absl::Status PartitionManager::Look() {
  if (!kafka_) {
    ASSIGN_OR_RETURN(kafka_, KafkaMetadata::Create(ClientOptionsOf(config_.kafka)));
  }
  waiting_.clear();
  for (const auto& ingest : ingests_) {
    if (ingest->waits_for_look()) waiting_.push_back(ingest.get());
  }
  ASSIGN_OR_RETURN(found_, finder_.Find(*kafka_, patience_.timeout()));
  {
    MutexLock lock(mutex_);
    state_.waiting_topics = found_.missing_topics;
  }
  slice_.continuity().NoteTopics(found_.topics);
  slice_.continuity().NoteLeaders(kafka_->leaders());
  if (!publisher_.published()) RETURN_IF_ERROR(CheckVolume());
  if (!assigner_.begun()) RETURN_IF_ERROR(AddNewPartitions());
  return slice_.continuity().Look(found_.cluster, *kafka_, patience_.timeout());
}

absl::Status PartitionManager::CheckVolume() {
  absl::Status status = starts_.CheckForMissingVolume(*kafka_, found_, patience_.timeout());
  if (absl::IsFailedPrecondition(status)) {
    MutexLock lock(mutex_);
    state_.failure = status;
  }
  return status;
}

// Does everything that can be done after a look, even if a part fails: the partitions of the checkpoint do not wait for
// a new one that has no answer yet, or whose start cannot be saved.
absl::Status PartitionManager::Proceed() {
  const auto start_reading = [this] {
    return assigner_.StartReading(/*replace=*/slice_.start_mode() == StartMode::kRecount && !assigner_.begun());
  };
  absl::Status problem = slice_.continuity().CarryOut();
  for (Ingest* ingest : waiting_) ingest->LookedAfter();
  problem.Update(start_reading());
  problem.Update(AddNewPartitions());
  problem.Update(start_reading());
  if (!assigner_.CountedAnother(found_.cluster)) publisher_.Publish(*kafka_);
  return problem;
}

absl::Status PartitionManager::AddNewPartitions() {
  std::vector<TopicPartition> added;
  for (const TopicPartition& topic_partition : found_.partitions) {
    if (!assigner_.Has(topic_partition)) added.push_back(topic_partition);
  }
  // While the counts are of another cluster, do not add partitions that only the present cluster has.
  if (!added.empty() && assigner_.CountedAnother(found_.cluster)) return absl::OkStatus();
  const bool first = !assigner_.begun() && !assigner_.has_unread();
  ASSIGN_OR_RETURN(const LogBounds::Offsets starts,
                   starts_.Resolve(*kafka_, added, first, found_.all, patience_.timeout()));
  assigner_.Add(starts, found_.cluster);
  return absl::OkStatus();
}

}  // namespace tally
