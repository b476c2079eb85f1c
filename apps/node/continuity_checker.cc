#include "apps/node/continuity_checker.h"

#include <algorithm>
#include <utility>

#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/time/format.h"
#include "spdlog/spdlog.h"

namespace tally {
namespace {

bool IsOfOtherCluster(const PartitionStatus& status, const std::string& cluster) {
  return !cluster.empty() && !status.state.cluster.empty() && cluster != status.state.cluster;
}

}  // namespace

ContinuityChecker::ContinuityChecker(std::vector<AcceptedGap> accepted, Counters& counters, Actions actions,
                                     const Clock& clock)
    : accepted_(std::move(accepted)), counters_(counters), actions_(std::move(actions)), clock_(clock) {}

absl::Status ContinuityChecker::Look(const std::string& cluster, LogBounds& bounds, absl::Duration timeout) {
  // The order matters: the offsets that were read come first, then the ends of the logs. Otherwise records that are
  // read meanwhile would seem to be after the end.
  std::vector<Partition> partitions = All();
  if (!std::exchange(looked_, true)) KeepMatching(partitions);
  TakeOutMissing(partitions);
  PauseAfterLeaderChange(partitions);
  if (!partitions.empty()) RETURN_IF_ERROR(AskEnds(partitions, bounds, timeout));
  std::erase_if(partitions, [&](const Partition& partition) { return !IsSuspect(partition, cluster); });
  AskBeginnings(partitions, bounds, timeout);
  for (const Partition& suspect : partitions) Decide(suspect, cluster);
  return absl::OkStatus();
}

absl::Status ContinuityChecker::CarryOut() {
  for (size_t shard : std::exchange(to_renew_, {})) actions_.renew(shard);
  if (to_save_.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(actions_.save());
  for (size_t shard : std::exchange(to_save_, {})) actions_.renew(shard);
  return absl::OkStatus();
}

std::vector<ContinuityChecker::Partition> ContinuityChecker::All() const {
  std::vector<Partition> all;
  for (size_t shard = 0; shard < counters_.shards().size(); ++shard) {
    std::vector<PartitionStatus> statuses = counters_.shards()[shard]->Partitions();
    for (uint32_t slot = 0; slot < statuses.size(); ++slot) {
      all.push_back({shard, slot, std::move(statuses[slot]), {}, {}});
    }
  }
  return all;
}

// A topic that comes back may be another topic, and may have more records than were counted before the next look.
void ContinuityChecker::TakeOutMissing(std::vector<Partition>& all) {
  const absl::Duration now = clock_.Monotonic();
  std::erase_if(all, [&](const Partition& partition) {
    const PartitionStatus& status = partition.status;
    if (!IsMissing(status.topic_partition)) {
      missing_since_.erase(status.topic_partition);
      return false;
    }
    const absl::Duration since = missing_since_.try_emplace(status.topic_partition, now).first->second;
    if (!status.stopped.empty()) return true;
    if (!status.paused) ShardOf(partition).Pause(partition.slot);
    if (now - since >= kMissingFor) {
      Stop(partition,
           {"it does not exist any more: the topic was deleted, or was created again with fewer partitions"});
    }
    return true;
  });
}

void ContinuityChecker::NoteLeaders(const LogBounds::Leaders& leaders) {
  for (const auto& [topic_partition, leader] : leaders) {
    if (leader < 0) continue;
    const auto [known, first] = leaders_.try_emplace(topic_partition, leader);
    if (!first && std::exchange(known->second, leader) != leader) new_leader_.insert(topic_partition);
  }
}

// The ingest clients notice a new leader when it sends them something. But the former leader continues to answer as a
// follower, and after an unclean election it soon has the log of the new leader. librdkafka 2.0.2 does not report
// leader epochs.
void ContinuityChecker::PauseAfterLeaderChange(std::vector<Partition>& all) {
  for (Partition& partition : all) {
    if (new_leader_.erase(partition.status.topic_partition) == 0 || !partition.status.stopped.empty()) continue;
    ShardOf(partition).Pause(partition.slot);
    partition.status.paused = true;
  }
}

bool ContinuityChecker::IsMissing(const TopicPartition& topic_partition) const {
  if (!topics_) return false;
  const auto topic = topics_->find(topic_partition.topic);
  if (topic == topics_->end()) return true;
  return topic->second && topic_partition.partition >= *topic->second;  // a topic without authorization may exist
}

// A flag refers to the offset that was on the disk when the node started, not to another offset that later becomes
// equal.
void ContinuityChecker::KeepMatching(const std::vector<Partition>& all) {
  std::erase_if(accepted_, [&](const AcceptedGap& gap) {
    return std::none_of(all.begin(), all.end(), [&](const Partition& partition) {
      return partition.status.topic_partition == gap.topic_partition && partition.status.state.next == gap.next;
    });
  });
}

absl::Status ContinuityChecker::AskEnds(std::vector<Partition>& all, LogBounds& bounds, absl::Duration timeout) {
  std::vector<TopicPartition> topic_partitions;
  for (const Partition& partition : all) topic_partitions.push_back(partition.status.topic_partition);
  Timestamp asked = clock_.Now();
  ASSIGN_OR_RETURN(LogBounds::Offsets ends, bounds.Ends(topic_partitions, timeout));
  for (const auto& shard : counters_.shards()) shard->ReportEnds(ends, asked);
  for (Partition& partition : all) {
    if (auto end = ends.find(partition.status.topic_partition); end != ends.end()) partition.end = end->second;
  }
  return absl::OkStatus();
}

// Asks only for the partitions whose leader has just answered with the end: the others must not wait for a broker that
// is away.
void ContinuityChecker::AskBeginnings(std::vector<Partition>& suspects, LogBounds& bounds, absl::Duration timeout) {
  std::vector<TopicPartition> topic_partitions;
  for (const Partition& suspect : suspects) {
    if (suspect.end) topic_partitions.push_back(suspect.status.topic_partition);
  }
  if (topic_partitions.empty()) return;
  const absl::StatusOr<LogBounds::Offsets> beginnings = bounds.Beginnings(topic_partitions, timeout);
  if (!beginnings.ok()) return;  // the next look decides
  for (Partition& suspect : suspects) {
    if (auto begin = beginnings->find(suspect.status.topic_partition); begin != beginnings->end())
      suspect.begin = begin->second;
  }
}

bool ContinuityChecker::IsSuspect(const Partition& partition, const std::string& cluster) {
  const PartitionStatus& status = partition.status;
  const bool is_short = partition.end && *partition.end < status.state.next;
  if (!is_short) short_since_.erase(status.topic_partition);
  if (!status.stopped.empty()) return HasFlag(status) || !reported_.contains(status.topic_partition);
  if (status.unverified && unverified_.insert(status.topic_partition).second) {
    spdlog::info(
        "{}:{}: its last record counted is gone, so this log cannot be compared with the one that was counted; reading "
        "continues",
        status.topic_partition.topic, status.topic_partition.partition);
  }
  if (IsOfOtherCluster(status, cluster) || is_short || status.paused) return true;
  if (status.state.cluster.empty() && !cluster.empty()) ShardOf(partition).NoteCluster(partition.slot, cluster);
  return false;
}

void ContinuityChecker::Decide(const Partition& suspect, const std::string& cluster) {
  if (std::optional<Trouble> trouble = TroubleOf(suspect, cluster)) {
    if (!Accept(suspect, *trouble, cluster)) Stop(suspect, *trouble);
    return;
  }
  const PartitionStatus& status = suspect.status;
  // The answer is missing, or the log is short but not for kShortFor: the next look decides.
  if (!status.paused || !suspect.begin || !suspect.end || *suspect.end < status.state.next) return;
  if (status.state.last && *suspect.begin > status.state.last->offset) ShardOf(suspect).TrustNext(suspect.slot);
  to_renew_.insert(suspect.shard);
}

std::optional<ContinuityChecker::Trouble> ContinuityChecker::TroubleOf(const Partition& suspect,
                                                                       const std::string& cluster) {
  const PartitionStatus& status = suspect.status;
  const int64_t next = status.state.next;
  if (!status.stopped.empty()) return Trouble{status.stopped};
  if (IsOfOtherCluster(status, cluster)) {
    return Trouble{Cat("it belongs to another cluster: expected the log of cluster ", status.state.cluster,
                       ", found that of ", cluster)};
  }
  if (suspect.begin && *suspect.begin > next) {
    const std::string since =
        status.state.newest_timestamp ? FormatTimestamp(*status.state.newest_timestamp) : "the beginning";
    return Trouble{Cat("offsets ", next, " to ", *suspect.begin - 1, " are gone, up to ", *suspect.begin - next,
                       " records since ", since),
                   /*is_gap=*/true};
  }
  if (suspect.end && *suspect.end < next && StaysShort(status.topic_partition)) {
    return Trouble{Cat("the log ends before the next offset ", next,
                       ": it was truncated, the topic was created again, or an unclean leader election lost records")};
  }
  return std::nullopt;
}

bool ContinuityChecker::StaysShort(const TopicPartition& topic_partition) {
  const absl::Duration now = clock_.Monotonic();
  return now - short_since_.try_emplace(topic_partition, now).first->second >= kShortFor;
}

bool ContinuityChecker::HasFlag(const PartitionStatus& status) const {
  return std::any_of(accepted_.begin(), accepted_.end(), [&](const AcceptedGap& gap) {
    return gap.topic_partition == status.topic_partition && gap.next == status.state.next;
  });
}

bool ContinuityChecker::Accept(const Partition& suspect, const Trouble& trouble, const std::string& cluster) {
  const PartitionStatus& status = suspect.status;
  for (auto gap = accepted_.begin(); gap != accepted_.end(); ++gap) {
    if (gap->topic_partition != status.topic_partition || gap->next != status.state.next) continue;
    std::optional<int64_t> to = OffsetOf(*gap, suspect, trouble);
    if (!to || !ShardOf(suspect).AcceptGap(suspect.slot, {gap->next, *to, clock_.Now()}, cluster)) continue;
    spdlog::warn("{}:{}: {}; accepted: it resumes at offset {}", status.topic_partition.topic,
                 status.topic_partition.partition, trouble.reason, *to);
    short_since_.erase(status.topic_partition);
    reported_.erase(status.topic_partition);
    accepted_.erase(gap);
    to_save_.insert(suspect.shard);
    return true;
  }
  return false;
}

// The offset at which an accepted gap ends. Nothing if the flag does not name one, or if it is not in the log. If
// records have merely expired, the start of the log is the default. In all other cases the flag must name an offset. In
// a log whose records were counted, that offset must be after the counted records.
std::optional<int64_t> ContinuityChecker::OffsetOf(const AcceptedGap& gap, const Partition& suspect,
                                                   const Trouble& trouble) const {
  if (!suspect.begin) return std::nullopt;
  std::optional<int64_t> to;
  if (gap.to == AcceptedGap::To::kDefault && trouble.is_gap) to = suspect.begin;
  if (gap.to == AcceptedGap::To::kStart) to = suspect.begin;
  if (gap.to == AcceptedGap::To::kEnd) to = suspect.end;
  if (gap.to == AcceptedGap::To::kOffset) to = gap.offset;
  const int64_t next = suspect.status.state.next;
  const int64_t first = suspect.status.unreadable ? std::max(next, *suspect.begin) : *suspect.begin;
  return to && *to >= first && *to <= suspect.end.value_or(*suspect.begin) ? to : std::nullopt;
}

void ContinuityChecker::Stop(const Partition& suspect, const Trouble& trouble) {
  const auto& [topic, partition] = suspect.status.topic_partition;
  if (!reported_.insert(suspect.status.topic_partition).second || suspect.status.unreadable)
    return;  // its ingest client logged it
  to_renew_.insert(suspect.shard);
  std::string reason = trouble.reason;
  if (suspect.begin && suspect.end) Append(reason, Cat("; the log is now from ", *suspect.begin, " to ", *suspect.end));
  Append(reason,
         Cat("; serve --accept-gap ", topic, ":", partition, "@", suspect.status.state.next,
             trouble.is_gap ? " resumes it at the start of the log" : "=start, =end or =OFFSET resumes it there"));
  spdlog::error("{}:{} is not read any more: {}", topic, partition, reason);
  ShardOf(suspect).Stop(suspect.slot, std::move(reason));
}

}  // namespace tally
