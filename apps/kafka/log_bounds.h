// Which logs exist, and where they begin and end, as their leaders report.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/events/record.h"

namespace tally {

class LogBounds {
 public:
  using Offsets = std::map<TopicPartition, int64_t>;

  // The number of partitions of each topic; nothing if the topic is not authorized. A topic that does not exist is left
  // out.
  using Topics = std::map<std::string, std::optional<int>>;

  // The number of the broker that leads each partition; -1 without a leader.
  using Leaders = std::map<TopicPartition, int32_t>;

  virtual ~LogBounds() = default;

  // Each leaves out the partitions without a leader, and those whose leader does not answer. An error if there are
  // leaders and none answers. Both block, for the time-out at most.

  // The end offset: after the last record that can be read. With committed records only, that is the last stable
  // offset.
  virtual absl::StatusOr<Offsets> Ends(std::span<const TopicPartition> partitions, absl::Duration timeout) = 0;

  // The offset of the first record that the log still has.
  virtual absl::StatusOr<Offsets> Beginnings(std::span<const TopicPartition> partitions, absl::Duration timeout) = 0;
};

}  // namespace tally
