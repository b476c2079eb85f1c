#include "apps/node/offset_publisher.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "core/base/crash_point.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "spdlog/spdlog.h"

namespace tally {
namespace {

constexpr std::string_view kProgram = "tallyd ";

}  // namespace

std::optional<PublishedBy> ParsePublishedBy(std::string_view metadata) {
  if (!metadata.starts_with(kProgram)) return std::nullopt;
  metadata.remove_prefix(kProgram.size());
  const size_t space = metadata.find(' ');
  PublishedBy by{std::string(metadata.substr(0, space)), 0};
  if (space == std::string_view::npos || !absl::SimpleAtoi(ToAbsl(metadata.substr(space + 1)), &by.sequence)) {
    return std::nullopt;
  }
  return by;
}

OffsetPublisher::OffsetPublisher(std::string group, const PartitionAssigner& assigner, Checkpointer& checkpointer,
                                 const CheckpointStore& store, const Clock& clock)
    : group_(std::move(group)), assigner_(assigner), checkpointer_(checkpointer), store_(store), clock_(clock) {}

void OffsetPublisher::Publish(KafkaMetadata& kafka) {
  const bool failing = !last_result_.ok();
  last_result_ = PublishIfDue(kafka);
  if (!last_result_.ok() && !failing) spdlog::warn("{}; trying again", FromAbsl(last_result_.message()));
}

absl::Status OffsetPublisher::PublishIfDue(KafkaMetadata& kafka) {
  const absl::Duration now = clock_.Monotonic();
  const uint64_t sequence = checkpointer_.progress().sequence;
  const absl::Duration wait = sequence == sequence_ ? kAgainEvery : kEvery;
  if (sequence == 0 || now - published_at_ < wait) return absl::OkStatus();
  LogBounds::Offsets offsets;
  for (const auto& [topic_partition, state] : checkpointer_.saved_offsets()) {
    if (assigner_.Has(topic_partition)) offsets[topic_partition] = state.next;
  }
  if (offsets.empty()) return absl::OkStatus();
  CrashPoint("before offsets are committed");
  RETURN_IF_ERROR(kafka.Commit(offsets, Cat(kProgram, store_.node(), " ", sequence), kTimeout));
  if (!published()) spdlog::info("offsets are committed to group {} from now on", group_);
  sequence_ = sequence;
  published_at_ = now;
  return absl::OkStatus();
}

}  // namespace tally
