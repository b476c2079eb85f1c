// Decides where partitions begin that have no offset in the checkpoint, and whether a first start is one at all.
//
//   StartResolver resolver(config, StartMode::kFirst, counters, store, clock);
//   RETURN_IF_ERROR(resolver.CheckForMissingVolume(log, found, timeout));
//   ASSIGN_OR_RETURN(auto offsets, resolver.Resolve(log, partitions, /*first=*/true, found.all, timeout));
//
// Not thread-safe: belongs to the partition manager's thread.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "apps/config/config.h"
#include "apps/kafka/kafka_metadata.h"
#include "apps/node/partition_finder.h"
#include "apps/node/start_mode.h"
#include "core/counters/counters.h"
#include "core/events/record.h"
#include "core/time/trusted_clock.h"
#include "storage/checkpoint_store.h"

namespace tally {

class StartResolver {
 public:
  // All outlive this.
  StartResolver(const Config& config, StartMode mode, Counters& counters, const CheckpointStore& store,
                const TrustedClock& clock);

  // An empty directory is a missing volume if the group's offsets were committed by an earlier node: then
  // FailedPrecondition, and the node must not go on. Any other error: the answer is not known yet, and a first start
  // waits for it. Asks until it has an answer. A directory that was rolled back is reported in the log.
  absl::Status CheckForMissingVolume(KafkaMetadata& log, const FoundPartitions& found, absl::Duration timeout);

  // Where `partitions` begin, which are new to the node. `first`: the node has no start yet, and this is kafka.start;
  // else they begin at their logs' beginnings, as nothing of them was ever left out. `all`: no other topic may appear
  // that is only not authorized. Unavailable if that cannot be decided yet.
  absl::StatusOr<LogBounds::Offsets> Resolve(KafkaMetadata& log, const std::vector<TopicPartition>& partitions,
                                             bool first, bool all, absl::Duration timeout);

 private:
  const Config& config_;
  const StartMode mode_;
  Counters& counters_;
  const CheckpointStore& store_;  // for the node's identity, which does not change once there is one
  const uint64_t loaded_sequence_;
  const TrustedClock& clock_;
  bool group_checked_ = false;
};

}  // namespace tally
