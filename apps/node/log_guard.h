// Sees to it that each partition is read on from where its counts are, in the same log, or not at all.
//
//   LogGuard guard(accepted, counters, checkpointer, ingests, clock);
//   guard.Look(cluster, log, timeout);   // every few seconds
//
// What it decides, and says in one line of the log each:
//
//   the next offset is no longer in the log         stopped: a gap
//   the log ends before it, for kShortFor           stopped: truncated, or created anew
//   the log is in another cluster                   stopped
//   the last record is gone, the next offset is not goes on: nothing to compare
//   an --accept-gap says so                         goes on where that says, with the gap in the checkpoint
//
// That a record is not the one which was counted the shard finds by itself. On the way the shards learn where the logs
// end.
//
// Not thread-safe: belongs to the watch's thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "apps/kafka/log_watch.h"
#include "apps/node/accepted_gap.h"
#include "apps/node/ingest.h"
#include "core/counters/counters.h"
#include "core/time/clock.h"
#include "storage/checkpointer.h"

namespace tally {

class LogGuard {
 public:
  // A leader that was just elected may for a moment end before what was read from the one before.
  static constexpr absl::Duration kShortFor = absl::Seconds(30);

  // All but `accepted` outlive the guard; `ingests` are those of the counters' shards.
  LogGuard(std::vector<AcceptedGap> accepted, Counters& counters, Checkpointer& checkpointer,
           std::vector<std::unique_ptr<Ingest>>& ingests, const Clock& clock);

  // `cluster` is the one that answers, empty if it has no name. An error: no broker answered, or not the disk; what was
  // decided stands, the rest is looked at again.
  absl::Status Look(const std::string& cluster, LogWatch& log, absl::Duration timeout);

 private:
  // A partition that is not simply read on.
  struct Suspect {
    size_t shard = 0;
    uint32_t slot = 0;
    PartitionStatus status;
    int64_t begin = 0;   // of the log, as it is now
    int64_t end = 0;
  };

  std::vector<Suspect> All() const;
  absl::Status AskEnds(std::vector<Suspect>& all, LogWatch& log, absl::Duration timeout);
  bool IsSuspect(const Suspect& partition, const std::string& cluster);
  void Decide(const Suspect& suspect, const std::string& cluster);
  void StopOrAccept(const Suspect& suspect, const std::string& cluster, bool is_gap, std::string reason);
  std::optional<int64_t> AcceptedOffset(const Suspect& suspect, bool is_gap) const;
  bool StaysShort(const TopicPartition& place);
  void SayUnverified(const PartitionStatus& status);
  Shard& ShardOf(const Suspect& suspect) { return *counters_.shards()[suspect.shard]; }

  const std::vector<AcceptedGap> accepted_;
  Counters& counters_;
  Checkpointer& checkpointer_;
  std::vector<std::unique_ptr<Ingest>>& ingests_;
  const Clock& clock_;

  std::map<TopicPartition, absl::Duration> short_since_;
  std::set<TopicPartition> said_;         // stopped, and the log says so
  std::set<TopicPartition> unverified_;   // the same
  std::set<size_t> to_renew_;             // shards whose clients begin anew, once what was decided is on the disk
  bool unsaved_ = false;                  // a gap was accepted
};

}  // namespace tally
