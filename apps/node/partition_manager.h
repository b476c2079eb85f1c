// Keeps a node's partitions up to date with the brokers: every few seconds it finds the partitions, checks their logs,
// starts to read new ones, and commits offsets. One class does each step:
//
//   PartitionFinder      which partitions there are
//   StartResolver        where a first start and new partitions begin; whether a volume is missing
//   ContinuityChecker    whether each log is the one that was counted
//   PartitionAssigner    which shard and ingest thread has a partition
//   OffsetPublisher      offsets for lag tools
//
//   PartitionManager manager(config, topics, slice, ingests, clock);
//   manager.Start();
//
// Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "apps/config/config.h"
#include "apps/kafka/kafka_metadata.h"
#include "apps/node/ingest.h"
#include "apps/node/offset_publisher.h"
#include "apps/node/partition_assigner.h"
#include "apps/node/partition_finder.h"
#include "apps/node/patience.h"
#include "apps/node/slice.h"
#include "apps/node/start_resolver.h"
#include "apps/node/stop_flag.h"
#include "apps/node/topic_set.h"
#include "core/base/mutex.h"
#include "core/time/trusted_clock.h"

namespace tally {

class PartitionManager {
 public:
  struct State {
    std::string not_ready = "waiting for Kafka";  // empty when partitions are assigned
    bool begun = false;                           // the start is on the disk, so checkpoints may follow
    std::vector<std::string> waiting_topics;      // configured, but they do not exist or are not authorized
    std::vector<std::string> warnings;            // about topics, the group and the brokers, for /readyz
    absl::Status failure;                         // the node must end
  };

  // All arguments except `config` outlive the manager; `ingests` are those of the slice's shards.
  PartitionManager(const Config& config, const TopicSet& topics, Slice& slice,
                   std::vector<std::unique_ptr<Ingest>>& ingests, const TrustedClock& clock);
  ~PartitionManager();

  void Start();
  void Stop();  // waits for the requests in progress, each kTimeoutMax at most
  State state() const;

 private:
  static constexpr absl::Duration kEvery = absl::Seconds(2);
  static constexpr absl::Duration kRetry = absl::Milliseconds(300);  // while an answer of the brokers is missing
  static constexpr absl::Duration kTimeout = absl::Seconds(3);       // of a request
  static constexpr absl::Duration kTimeoutMax = absl::Minutes(2);
  static constexpr absl::Duration kConnectTimeout = absl::Seconds(1);  // of each broker, to find the unreachable ones

  void Run();
  void NoteResult(bool looked, const std::string& error);
  std::vector<std::string> Warnings() const;
  absl::Status Look();
  absl::Status CheckVolume();
  absl::Status Proceed();
  absl::Status AddNewPartitions();

  const Config config_;
  Slice& slice_;
  std::vector<std::unique_ptr<Ingest>>& ingests_;
  const TrustedClock& clock_;

  // Used by the thread only.
  std::unique_ptr<KafkaMetadata> kafka_;
  Patience patience_{kTimeout, kTimeoutMax};
  PartitionFinder finder_;
  StartResolver starts_;
  PartitionAssigner assigner_;
  OffsetPublisher publisher_;
  FoundPartitions found_;         // of the last look
  std::vector<Ingest*> waiting_;  // for the look in progress

  mutable Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);  // without `begun`, which the assigner has

  StopFlag stop_;
  std::thread thread_;
};

}  // namespace tally
