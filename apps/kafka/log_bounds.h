// Where logs begin and end, as their leaders say.
#pragma once

#include <cstdint>
#include <map>
#include <span>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/events/record.h"

namespace tally {

class LogBounds {
 public:
  using Offsets = std::map<TopicPartition, int64_t>;

  virtual ~LogBounds() = default;

  // Each leaves out partitions for which there was no answer; an error if there was none for any. Both block, for the
  // time-out at most.

  // Behind the last record that can be read: with transactions that is the last stable offset.
  virtual absl::StatusOr<Offsets> Ends(std::span<const TopicPartition> partitions, absl::Duration timeout) = 0;

  // The first record that is still there.
  virtual absl::StatusOr<Offsets> Beginnings(std::span<const TopicPartition> partitions, absl::Duration timeout) = 0;
};

}  // namespace tally
