#include "apps/node/start_resolver.h"

#include <optional>
#include <string>
#include <utility>

#include "apps/config/topics.h"
#include "apps/node/offset_publisher.h"
#include "apps/node/start_offsets.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "spdlog/spdlog.h"

namespace tally {

StartResolver::StartResolver(const Config& config, StartMode mode, Counters& counters, const CheckpointStore& store,
                             const TrustedClock& clock)
    : config_(config),
      mode_(mode),
      counters_(counters),
      store_(store),
      loaded_sequence_(store.sequence()),
      clock_(clock) {}

// A missing topic may have the same cause as the missing volume. So the committed offset of its first partition is
// requested too. If the brokers refuse to answer, a first start waits until they answer.
absl::Status StartResolver::CheckForMissingVolume(KafkaMetadata& kafka, const FoundPartitions& found,
                                                  absl::Duration timeout) {
  if (group_checked_) return absl::OkStatus();
  std::vector<TopicPartition> partitions = found.partitions;
  if (mode_ == StartMode::kFirst) {
    for (const std::string& topic : found.missing_topics) {
      if (!IsTopicPattern(topic)) partitions.push_back({topic, 0});
    }
  }
  const auto committed = kafka.Committed(partitions, timeout);
  // Only a first start depends on the answer; other starts ask again.
  if (!committed.ok() && mode_ != StartMode::kFirst) return absl::OkStatus();
  if (!committed.ok()) {
    return absl::UnavailableError(
        Cat(FromAbsl(committed.status().message()),
            "; a first start waits for the group's committed offsets, serve --init does not"));
  }
  group_checked_ = true;
  for (const auto& [topic_partition, offset] : *committed) {
    const std::optional<PublishedBy> by = ParsePublishedBy(offset.metadata);
    if (!by) continue;
    const std::string who = Cat("group ", config_.kafka.group, " has committed offsets of node ", by->node,
                                " at checkpoint ", by->sequence);
    if (mode_ == StartMode::kFirst) {
      return absl::FailedPreconditionError(Cat("data directory ", config_.checkpoint.dir, " is empty, but ", who,
                                               ": is its volume missing? serve --init starts again without it"));
    }
    if (mode_ == StartMode::kResumed && by->node == store_.node() && by->sequence > loaded_sequence_) {
      spdlog::error("{}, but the directory was at {}: it was rolled back; counting continues from there", who,
                    loaded_sequence_);
      break;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<LogBounds::Offsets> StartResolver::Resolve(KafkaMetadata& kafka,
                                                          const std::vector<TopicPartition>& partitions, bool first,
                                                          bool all, absl::Duration timeout) {
  if (mode_ == StartMode::kRecount && first && (partitions.empty() || !all)) {  // a recount replaces everything
    return absl::UnavailableError(partitions.empty()
                                      ? "no topic to recount: none exists or is authorized"
                                      : "some topics are not authorized, and a recount needs all of them");
  }
  if (partitions.empty()) return LogBounds::Offsets{};
  if (!first) return kafka.Beginnings(partitions, timeout);
  if (clock_.in_doubt()) return absl::UnavailableError("the start depends on the clock, which is in doubt");
  ASSIGN_OR_RETURN(StartOffsets start, FindStartOffsets(config_, partitions, clock_.Now(), kafka, timeout));
  for (uint32_t i = 0; i < counters_.rules().metrics().size(); ++i) counters_.RaiseKnownFrom(i, start.known_from);
  return std::move(start.offsets);
}

}  // namespace tally
