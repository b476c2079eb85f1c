#include "apps/node/ingest.h"

#include <chrono>
#include <utility>
#include <vector>

#include "core/base/crash_point.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "spdlog/spdlog.h"

namespace tally {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(500);  // a new partition waits at most this long
constexpr auto kIdle = std::chrono::milliseconds(50);      // without a partition, or while the clock is in doubt
constexpr auto kRetry = std::chrono::milliseconds(1000);   // after a client could not be created, or failed

}  // namespace

class Ingest::Sink : public RecordSink {
 public:
  explicit Sink(Ingest& ingest) : ingest_(ingest) {}

  void OnRecords(std::span<const Record> records) override {
    while (ingest_.clock_.in_doubt() && !ingest_.stopping_) std::this_thread::sleep_for(kIdle);
    MutexLock lock(ingest_.applying_);
    if (!ingest_.stopping_) ingest_.shard_.Apply(records, ingest_.clock_.Now());
    CrashPoint("after a batch");
  }
  void OnEnd(uint32_t slot, int64_t offset) override {
    MutexLock lock(ingest_.applying_);
    if (!ingest_.stopping_) ingest_.shard_.ReachEnd(slot, offset, ingest_.clock_.Now());
  }
  void OnStopped(uint32_t slot, std::string reason) override {
    const TopicPartition topic_partition = ingest_.shard_.Partitions()[slot].topic_partition;
    spdlog::error("{}:{} is not read any more: {}", topic_partition.topic, topic_partition.partition, reason);
    ingest_.shard_.GiveUp(slot, std::move(reason));
  }
  void OnOutOfRange(uint32_t slot) override { ingest_.shard_.Pause(slot); }

 private:
  Ingest& ingest_;
};

Ingest::Ingest(Shard& shard, ClientOptions client, const TrustedClock& clock)
    : shard_(shard), client_(std::move(client)), clock_(clock), thread_([this] { Run(); }) {}

Ingest::~Ingest() {
  StopApplying();
  thread_.join();
}

void Ingest::Read(const std::set<TopicPartition>& topic_partitions) {
  MutexLock lock(mutex_);
  topic_partitions_.insert(topic_partitions.begin(), topic_partitions.end());
  ++generation_;
}

void Ingest::Renew() { ++generation_; }

void Ingest::StopApplying() {
  MutexLock lock(applying_);
  stopping_ = true;
}

void Ingest::Run() {
  std::string last_problem;
  while (!stopping_) {
    absl::Status status = waits_for_look_ ? absl::OkStatus() : ReadUntilChanged(generation_);
    if (absl::IsAborted(status)) waits_for_look_ = true;
    const std::string problem(FromAbsl(status.message()));
    if (!status.ok() && (waits_for_look_ || problem != last_problem)) {
      if (absl::IsAborted(status)) {
        spdlog::info("{}; a new client continues at the same offsets", problem);
      } else {
        spdlog::error("{}; its partitions are not read until a new client is created, which is tried each second",
                      problem);
      }
    }
    last_problem = problem;
    std::this_thread::sleep_for(status.ok() || waits_for_look_ ? kIdle : kRetry);
  }
}

absl::Status Ingest::ReadUntilChanged(uint64_t generation) {
  std::vector<KafkaSource::Assignment> assignments = Assignments();
  if (assignments.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto source, KafkaSource::Create(client_, assignments));
  Sink sink(*this);
  while (!stopping_ && generation_ == generation) RETURN_IF_ERROR(source->Poll(kPoll, sink));
  return absl::OkStatus();
}

std::vector<KafkaSource::Assignment> Ingest::Assignments() {
  std::vector<PartitionStatus> partitions = shard_.Partitions();
  std::vector<KafkaSource::Assignment> assignments;
  MutexLock lock(mutex_);
  for (uint32_t slot = 0; slot < partitions.size(); ++slot) {
    const PartitionStatus& partition = partitions[slot];
    if (!partition.stopped.empty() || !topic_partitions_.contains(partition.topic_partition)) continue;
    assignments.push_back({partition.topic_partition, slot, shard_.BeginReading(slot)});
  }
  return assignments;
}

}  // namespace tally
