// Sees to it that each partition is read on from where its counts are, in the same log, or not at all.
//
//   ContinuityChecker checker(accepted, counters, {.renew = ..., .save = ...}, clock);
//   checker.NoteTopics(topics);               // every few seconds, the first time before anything is read
//   checker.Look(cluster, bounds, timeout);
//   checker.CarryOut();
//
// What it decides, and says in one line of the log each:
//
//   the log is in another cluster                    stopped
//   the next offset is no longer in the log          stopped: a gap
//   the log ends before it, for kShortFor            stopped: truncated, created again, or an unclean election
//   the partition has a new leader                   nothing is applied until its last record was compared
//   the log is not there                             nothing is applied until it was compared; after kMissingFor
//                                                    stopped: deleted
//   the last record has expired, the next has not    goes on at the next: there is nothing to compare
//   an --accept-gap says so                          goes on where that says, with the gap in the checkpoint
//
// That a record is not the one which was counted the shard finds by itself. On the way the shards learn where the logs
// end.
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
  // A leader that was just elected may for a moment end before what was read from the one before.
  static constexpr absl::Duration kShortFor = absl::Seconds(30);
  // A broker that has just come up may for a moment know no topics.
  static constexpr absl::Duration kMissingFor = absl::Seconds(30);

  struct Actions {
    std::function<void(size_t shard)> renew;  // has the shard's partitions read by a new client
    std::function<absl::Status()> save;       // takes a checkpoint
  };

  // `counters` and `clock` outlive the checker.
  ContinuityChecker(std::vector<AcceptedGap> accepted, Counters& counters, Actions actions, const Clock& clock);

  // What the cluster says of the topics. Never called: all are there.
  void NoteTopics(const LogBounds::Topics& topics) { topics_ = topics; }

  // Who leads the partitions. The log of a new leader may differ, so that the partition's last record is compared.
  void NoteLeaders(const LogBounds::Leaders& leaders);

  // Decides. `cluster` is the one that answers, empty if it has no name. An error: no leader answered, and nothing was
  // decided of what only they can tell.
  absl::Status Look(const std::string& cluster, LogBounds& bounds, absl::Duration timeout);

  // Does what was decided. An error: a gap could not be saved; the next call tries again.
  absl::Status CarryOut();

 private:
  struct Partition {
    size_t shard = 0;
    uint32_t slot = 0;
    PartitionStatus status;             // before the log was asked for
    std::optional<int64_t> begin, end;  // of the log; nothing if there was no answer
  };
  // Why a partition does not just go on.
  struct Trouble {
    std::string reason;
    bool is_gap = false;  // records have expired, and the log begins behind them: it is the same log
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

  std::vector<AcceptedGap> accepted_;  // those that are not used up
  Counters& counters_;
  const Actions actions_;
  const Clock& clock_;

  bool looked_ = false;
  std::optional<LogBounds::Topics> topics_;
  LogBounds::Leaders leaders_;           // the last one of each partition
  std::set<TopicPartition> new_leader_;  // and the partition is not paused yet
  std::map<TopicPartition, absl::Duration> missing_since_;
  std::map<TopicPartition, absl::Duration> short_since_;
  std::set<TopicPartition> said_;        // stopped, and the log says so
  std::set<TopicPartition> unverified_;  // goes on without having been compared, and the log says so
  std::set<size_t> to_renew_;
  std::set<size_t> to_save_;  // shards with a gap that is not on the disk yet, and then to renew
};

}  // namespace tally
