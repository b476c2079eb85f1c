#include "apps/node/log_guard.h"

#include <utility>

#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/time/format.h"
#include "spdlog/spdlog.h"

namespace tally {

LogGuard::LogGuard(std::vector<AcceptedGap> accepted, Counters& counters, Checkpointer& checkpointer,
                   std::vector<std::unique_ptr<Ingest>>& ingests, const Clock& clock)
    : accepted_(std::move(accepted)),
      counters_(counters),
      checkpointer_(checkpointer),
      ingests_(ingests),
      clock_(clock) {}

absl::Status LogGuard::Look(const std::string& cluster, LogWatch& log, absl::Duration timeout) {
  // First what was read, then where the logs end: what is read meanwhile must not seem to be beyond its end.
  std::vector<Suspect> partitions = All();
  if (partitions.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(AskEnds(partitions, log, timeout));
  std::erase_if(partitions, [&](const Suspect& partition) { return !IsSuspect(partition, cluster); });
  if (!partitions.empty()) {
    std::vector<TopicPartition> places;
    for (const Suspect& suspect : partitions) places.push_back(suspect.status.place);
    ASSIGN_OR_RETURN(LogWatch::Offsets beginnings, log.Beginnings(places, timeout));
    for (Suspect& suspect : partitions) {
      auto begin = beginnings.find(suspect.status.place);
      if (begin == beginnings.end()) continue;
      suspect.begin = begin->second;
      Decide(suspect, cluster);
    }
  }
  if (unsaved_) RETURN_IF_ERROR(checkpointer_.RunAlways());
  unsaved_ = false;
  for (size_t shard : std::exchange(to_renew_, {})) ingests_[shard]->Renew();
  return absl::OkStatus();
}

std::vector<LogGuard::Suspect> LogGuard::All() const {
  std::vector<Suspect> all;
  for (size_t shard = 0; shard < counters_.shards().size(); ++shard) {
    std::vector<PartitionStatus> statuses = counters_.shards()[shard]->Partitions();
    for (uint32_t slot = 0; slot < statuses.size(); ++slot) all.push_back({shard, slot, std::move(statuses[slot])});
  }
  return all;
}

// Leaves those for which there was no answer out.
absl::Status LogGuard::AskEnds(std::vector<Suspect>& all, LogWatch& log, absl::Duration timeout) {
  std::vector<TopicPartition> places;
  for (const Suspect& partition : all) places.push_back(partition.status.place);
  Timestamp asked = clock_.Now();
  ASSIGN_OR_RETURN(LogWatch::Offsets ends, log.Ends(places, timeout));
  for (const auto& shard : counters_.shards()) shard->ReportEnds(ends, asked);
  std::erase_if(all, [&](Suspect& partition) {
    auto end = ends.find(partition.status.place);
    if (end != ends.end()) partition.end = end->second;
    return end == ends.end();
  });
  return absl::OkStatus();
}

bool LogGuard::IsSuspect(const Suspect& partition, const std::string& cluster) {
  const PartitionStatus& status = partition.status;
  if (!status.stopped.empty()) return !said_.contains(status.place);
  if (status.unverified) SayUnverified(status);
  const bool elsewhere = !cluster.empty() && !status.state.cluster.empty() && cluster != status.state.cluster;
  const bool is_short = partition.end < status.state.next;
  if (!is_short) short_since_.erase(status.place);
  return elsewhere || is_short || status.out_of_range;
}

void LogGuard::Decide(const Suspect& suspect, const std::string& cluster) {
  const PartitionStatus& status = suspect.status;
  const int64_t next = status.state.next;
  if (!status.stopped.empty()) return StopOrAccept(suspect, cluster, /*is_gap=*/false, status.stopped);
  if (!cluster.empty() && !status.state.cluster.empty() && cluster != status.state.cluster) {
    return StopOrAccept(suspect, cluster, /*is_gap=*/false,
                        Cat("expected the log of cluster ", status.state.cluster, ", found that of ", cluster));
  }
  if (suspect.begin > next) {
    const std::string since = status.state.newest_stamp ? FormatTimestamp(*status.state.newest_stamp) : "the beginning";
    return StopOrAccept(suspect, cluster, /*is_gap=*/true,
                        Cat("offsets ", next, " to ", suspect.begin - 1, " are gone, up to ", suspect.begin - next,
                            " records since ", since));
  }
  if (suspect.end < next) {
    if (!StaysShort(status.place) && !AcceptedOffset(suspect, /*is_gap=*/false)) return;
    return StopOrAccept(suspect, cluster, /*is_gap=*/false,
                        Cat("the log ends before the next offset ", next,
                            ": it was truncated, or the topic was created anew"));
  }
  spdlog::info("{}[{}]: the last record counted is no longer in the log, which goes on at the next offset {}",
               status.place.topic, status.place.partition, next);
  ShardOf(suspect).TrustNext(suspect.slot);
  to_renew_.insert(suspect.shard);
}

bool LogGuard::StaysShort(const TopicPartition& place) {
  const absl::Duration now = clock_.Monotonic();
  return now - short_since_.try_emplace(place, now).first->second >= kShortFor;
}

void LogGuard::StopOrAccept(const Suspect& suspect, const std::string& cluster, bool is_gap, std::string reason) {
  const auto& [topic, partition] = suspect.status.place;
  const int64_t next = suspect.status.state.next;
  to_renew_.insert(suspect.shard);
  if (std::optional<int64_t> to = AcceptedOffset(suspect, is_gap)) {
    spdlog::warn("{}[{}]: {}; accepted: it goes on at offset {}", topic, partition, reason, *to);
    ShardOf(suspect).AcceptGap(suspect.slot, *to, cluster, clock_.Now());
    short_since_.erase(suspect.status.place);
    unsaved_ = true;
    return;
  }
  const std::string_view hint = is_gap ? " goes on at its start" : "=start, =end or =OFFSET goes on there";
  Append(reason, Cat("; the log holds offsets ", suspect.begin, " to ", suspect.end, "; serve --accept-gap ", topic,
                     ":", partition, "@", next, hint));
  spdlog::error("{}[{}] is not read any more: {}", topic, partition, reason);
  ShardOf(suspect).Stop(suspect.slot, std::move(reason));
  said_.insert(suspect.status.place);
}

// Where a person said that it goes on. Where records are merely gone that is the log's start; whatever else it is,
// a person has to say.
std::optional<int64_t> LogGuard::AcceptedOffset(const Suspect& suspect, bool is_gap) const {
  for (const AcceptedGap& gap : accepted_) {
    if (gap.place != suspect.status.place || gap.next != suspect.status.state.next) continue;
    switch (gap.to) {
      case AcceptedGap::To::kUnsaid:
        if (is_gap) return suspect.begin;
        break;
      case AcceptedGap::To::kStart: return suspect.begin;
      case AcceptedGap::To::kEnd: return suspect.end;
      case AcceptedGap::To::kOffset:
        if (gap.offset >= suspect.begin && gap.offset <= suspect.end) return gap.offset;
        break;
    }
  }
  return std::nullopt;
}

void LogGuard::SayUnverified(const PartitionStatus& status) {
  if (!unverified_.insert(status.place).second) return;
  spdlog::info("{}[{}]: whether this is the log that was counted cannot be seen: its last record is gone; going on",
               status.place.topic, status.place.partition);
}

}  // namespace tally
