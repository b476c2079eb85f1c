// What a node knows of the log beside its records: which partitions there are, where a first start begins, where the
// logs end; and what it tells others: its positions, for lag tools.
//
//   Watch watch(config, how, counters, checkpointer, store, ingests, clock);
//   watch.Start();
//
// A partition is read only after the offset at which it begins is on the disk. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "apps/config/config.h"
#include "apps/kafka/log_watch.h"
#include "apps/node/accepted_gap.h"
#include "apps/node/ingest.h"
#include "apps/node/log_guard.h"
#include "apps/node/patience.h"
#include "apps/node/stop_flag.h"
#include "core/base/mutex.h"
#include "core/counters/counters.h"
#include "core/time/trusted_clock.h"
#include "storage/checkpointer.h"

namespace tally {

class Watch {
 public:
  // How a node came to its counters.
  enum class Begin {
    kResumed,      // from a checkpoint, whose partitions are read at its offsets
    kFirst,        // there was no checkpoint; refused if the group's positions say that there should be one
    kFirstForced,  // the same, and not refused
    kRecount,      // there was one, and it is replaced once all starts are resolved again
  };

  struct State {
    std::string not_ready = "waiting for Kafka";  // empty once partitions were assigned
    bool begun = false;                           // the start is on the disk, so checkpoints may follow
    std::vector<std::string> waiting_topics;      // configured, but not there yet
    absl::Status failure;                         // the node must not go on
  };

  // All but `config` outlive the watch; `ingests` are those of the counters' shards.
  Watch(const Config& config, Begin begin, std::vector<AcceptedGap> accepted, Counters& counters,
        Checkpointer& checkpointer, const CheckpointStore& store, std::vector<std::unique_ptr<Ingest>>& ingests,
        const TrustedClock& clock);
  ~Watch();

  void Start();
  void Stop();  // waits for the broker's answer that is under way, kTimeoutMax at most
  State state() const;

 private:
  static constexpr absl::Duration kEvery = absl::Seconds(2);
  static constexpr absl::Duration kRetry = absl::Milliseconds(300);  // while the brokers do not say all that is needed
  static constexpr absl::Duration kTimeout = absl::Seconds(3);       // of a request
  static constexpr absl::Duration kTimeoutMax = absl::Minutes(2);
  static constexpr absl::Duration kClusterTimeout = absl::Seconds(1);  // it came with the partitions, if it has a name
  static constexpr absl::Duration kCommitEvery = absl::Seconds(5);
  static constexpr absl::Duration kRecommitEvery = absl::Hours(12);  // before the group's positions expire

  void Run();
  absl::Status Look();
  absl::Status GoOn();
  void Resume();
  bool InAnotherCluster() const;
  absl::Status ResolveStarts();
  absl::Status CheckGroup();
  void Adopt(const std::map<TopicPartition, int64_t>& starts);
  void AdoptOne(const TopicPartition& place, const PartitionState& state);
  absl::Status ReadAdopted();
  absl::Status CommitPositions();
  void NoteWaiting(const LogBounds::Topics& topics);

  const Config config_;
  const Begin begin_;
  Counters& counters_;
  Checkpointer& checkpointer_;
  const CheckpointStore& store_;  // for the node's identity, which stands once it is drawn
  const uint64_t loaded_sequence_;
  std::vector<std::unique_ptr<Ingest>>& ingests_;
  const TrustedClock& clock_;

  // The thread's own.
  std::unique_ptr<LogWatch> log_;
  std::string cluster_;                // by Kafka's own name for it; empty if it has none
  std::vector<TopicPartition> found_;  // partitions that there are
  bool may_see_all_ = false;           // else there may be others
  std::vector<Ingest*> waiting_;       // for the look that is under way
  LogGuard guard_;
  Patience patience_{kTimeout, kTimeoutMax};
  std::map<TopicPartition, size_t> adopted_;           // partitions of a shard -> which
  std::map<size_t, std::set<TopicPartition>> unread_;  // by shard: adopted, but not yet given to its client
  bool starts_saved_ = false;                          // where those begin is on the disk
  bool group_checked_ = false;
  bool commits_well_ = true;
  uint64_t committed_sequence_ = 0;
  absl::Duration committed_at_ = -absl::InfiniteDuration();

  mutable Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);

  StopFlag stop_;
  std::thread thread_;
};

}  // namespace tally
