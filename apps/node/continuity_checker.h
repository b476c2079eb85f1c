// Checks that each partition continues at its next offset in the same log, and stops the partition if it does not.
//
//   ContinuityChecker checker(accepted, counters, {.renew = ..., .save = ...}, clock);
//   checker.NoteTopics(topics);               // every few seconds, the first time before anything is read
//   checker.Look(cluster, bounds, timeout);
//   checker.CarryOut();
//
// Its decisions, each with one log line:
//
//   the log is in another cluster                    stopped
//   the next offset is no longer in the log          stopped: a gap
//   the log ends before it, for kShortFor            stopped: truncated, created again, or an unclean election
//   the partition has a new leader                   nothing is applied until its last record is compared
//   the log does not exist                           nothing is applied until it is compared; after kMissingFor
//                                                    stopped: deleted
//   the last record has expired, the next has not    continues at the next: there is nothing to compare
//   an --accept-gap matches                          resumes at its offset, with the gap in the checkpoint
//
// The shard itself detects that a record is not the one that was counted. The checker also reports the ends of the logs
// to the shards.
//
// Not thread-safe: belongs to the partition manager's thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "apps/kafka/log_bounds.h"
#include "apps/node/accepted_gap.h"
#include "core/counters/counters.h"
#include "core/time/clock.h"

namespace tally {

class ContinuityChecker {
 public:
  // The end at a leader that was just elected may for a moment be below the next offset.
  static constexpr absl::Duration kShortFor = absl::Seconds(30);
  // A broker that has just started may for a moment know no topics.
  static constexpr absl::Duration kMissingFor = absl::Seconds(30);

  struct Actions {
    std::function<void(size_t shard)> renew;  // reads the shard's partitions with a new client
    std::function<absl::Status()> save;       // takes a checkpoint
  };

  // `counters` and `clock` outlive the checker.
  ContinuityChecker(std::vector<AcceptedGap> accepted, Counters& counters, Actions actions, const Clock& clock);

  // The topics of the cluster. If this is never called, all topics are taken as present.
  void NoteTopics(const LogBounds::Topics& topics) { topics_ = topics; }

  // The leaders of the partitions. The log of a new leader may differ, so the partition's last record is compared.
  void NoteLeaders(const LogBounds::Leaders& leaders);

  // Decides. `cluster` is the id of the cluster that answers, empty if it has none. An error: no leader answered, and
  // nothing that depends on a leader was decided.
  absl::Status Look(const std::string& cluster, LogBounds& bounds, absl::Duration timeout);

  // Carries out the decisions. An error: a gap could not be saved; the next call tries again.
  absl::Status CarryOut();

 private:
  struct Partition {
    size_t shard = 0;
    uint32_t slot = 0;
    PartitionStatus status;             // from before the request for the log's bounds
    std::optional<int64_t> begin, end;  // of the log; nothing without an answer
  };
  // Why a partition cannot simply continue.
  struct Trouble {
    std::string reason;
    bool is_gap = false;  // records have expired, and the log begins after them: it is the same log
  };

  std::vector<Partition> All() const;
  void TakeOutMissing(std::vector<Partition>& all);
  void PauseAfterLeaderChange(std::vector<Partition>& all);
  bool IsMissing(const TopicPartition& topic_partition) const;
  absl::Status AskEnds(std::vector<Partition>& all, LogBounds& bounds, absl::Duration timeout);
  void AskBeginnings(std::vector<Partition>& suspects, LogBounds& bounds, absl::Duration timeout);
  bool IsSuspect(const Partition& partition, const std::string& cluster);
  void Decide(const Partition& suspect, const std::string& cluster);
  std::optional<Trouble> TroubleOf(const Partition& suspect, const std::string& cluster);
  bool Accept(const Partition& suspect, const Trouble& trouble, const std::string& cluster);
  std::optional<int64_t> OffsetOf(const AcceptedGap& gap, const Partition& suspect, const Trouble& trouble) const;
  void Stop(const Partition& suspect, const Trouble& trouble);
  void KeepMatching(const std::vector<Partition>& all);
  bool StaysShort(const TopicPartition& topic_partition);
  bool HasFlag(const PartitionStatus& status) const;
  Shard& ShardOf(const Partition& partition) { return *counters_.shards()[partition.shard]; }

  std::vector<AcceptedGap> accepted_;  // not used yet
  Counters& counters_;
  const Actions actions_;
  const Clock& clock_;

  bool looked_ = false;
  std::optional<LogBounds::Topics> topics_;
  LogBounds::Leaders leaders_;           // the last known one of each partition
  std::set<TopicPartition> new_leader_;  // of partitions that are not paused yet
  std::map<TopicPartition, absl::Duration> missing_since_;
  std::map<TopicPartition, absl::Duration> short_since_;
  std::set<TopicPartition> reported_;    // stopped, with a log line
  std::set<TopicPartition> unverified_;  // continues without a comparison, with a log line
  std::set<size_t> to_renew_;
  std::set<size_t> to_save_;  // shards with a gap that is not on the disk yet; renewed after that
};

}  // namespace tally
