// One ingest thread: a shard and the Kafka client that feeds it. While the clock is in doubt, the thread holds its
// batch, and later records wait in the client's queue.
//
//   Ingest ingest(shard, options, clock);
//   ingest.Read(partitions);  // can add more later: a new client then begins at the offsets of the shard
//   ingest.StopApplying();
//
// Thread-safe.
#pragma once

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "apps/kafka/client_config.h"
#include "apps/kafka/source.h"
#include "core/base/mutex.h"
#include "core/counters/shard.h"
#include "core/time/trusted_clock.h"

namespace tally {

class Ingest {
 public:
  // `shard` and `clock` outlive this.
  Ingest(Shard& shard, ClientOptions client, const TrustedClock& clock);
  ~Ingest();

  // Adds partitions of the shard to the partitions that are read.
  void Read(const std::set<TopicPartition>& topic_partitions);

  // Reads the partitions with a new client that begins at the offsets of the shard, without the stopped partitions.
  void Renew();

  // After a reconnection to a broker or a change of a leader, nothing is read until LookedAfter() reports that the
  // continuity checker has looked. The shard compares a partition's last record, but a partition without counts has
  // none.
  bool waits_for_look() const { return waits_for_look_; }
  void LookedAfter() { waits_for_look_ = false; }

  // Returns when nothing more will be applied to the shard. The destructor also waits until the client has ended.
  void StopApplying();

 private:
  class Sink;

  void Run();
  std::vector<KafkaSource::Assignment> Assignments();
  absl::Status ReadUntilChanged(uint64_t generation);

  Shard& shard_;
  const ClientOptions client_;
  const TrustedClock& clock_;

  std::atomic<bool> stopping_{false};
  Mutex applying_;  // held while records are applied
  std::atomic<bool> waits_for_look_{false};
  std::atomic<uint64_t> generation_{0};  // incremented by Renew() and by each change of topic_partitions_
  Mutex mutex_;
  std::set<TopicPartition> topic_partitions_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace tally
