// Which logs there are, and where they begin and end, as their leaders say.
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

  // How many partitions each topic has; nothing where that may not be seen. One that does not exist is not in it.
  using Topics = std::map<std::string, std::optional<int>>;

  // The number of the broker that leads each partition; -1 where there is none.
  using Leaders = std::map<TopicPartition, int32_t>;

  virtual ~LogBounds() = default;

  // Each leaves out partitions that have no leader to ask, and those whose leader did not answer; an error if there
  // were leaders and none answered. Both block, for the time-out at most.

  // Behind the last record that can be read: of committed ones that is the last stable offset.
  virtual absl::StatusOr<Offsets> Ends(std::span<const TopicPartition> partitions, absl::Duration timeout) = 0;

  // The first record that is still there.
  virtual absl::StatusOr<Offsets> Beginnings(std::span<const TopicPartition> partitions, absl::Duration timeout) = 0;
};

}  // namespace tally
