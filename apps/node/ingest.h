// One ingest thread: a shard and the Kafka client that feeds it. While the clock is in doubt the thread holds the batch
// that it has, and what comes behind it waits in the client's queue.
//
//   Ingest ingest(shard, options, clock);
//   ingest.Read(partitions);  // more of them later: the client is made anew, where the shard says
//   ingest.StopApplying();
//
// Thread-safe.
#pragma once

#include <atomic>
#include <set>
#include <string>
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

  // Adds partitions of the shard to those that are read.
  void Read(const std::set<TopicPartition>& topic_partitions);

  // Reads them with a new client, that begins where the shard says, and without those that have stopped.
  void Renew();

  // After a broker was connected to again nothing is read until LookedAfter() says that it is the cluster which was
  // counted: the shard compares a partition's last record, but where nothing was counted yet there is none.
  bool waits_for_look() const { return waits_for_look_; }
  void LookedAfter() { waits_for_look_ = false; }

  // Returns once nothing more will be applied to the shard. The destructor also waits for the client to go.
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
  std::atomic<uint64_t> generation_{0};  // one more with each change of places_
  Mutex mutex_;
  std::set<TopicPartition> topic_partitions_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace tally
