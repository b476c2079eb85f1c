// Decides where partitions without an offset in the checkpoint begin, and detects a missing volume.
//
//   StartResolver resolver(config, StartMode::kFirst, counters, store, clock);
//   RETURN_IF_ERROR(resolver.CheckForMissingVolume(kafka, found, timeout));
//   ASSIGN_OR_RETURN(auto offsets, resolver.Resolve(kafka, partitions, /*first=*/true, found.all, timeout));
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
#include "apps/node/start_options.h"
#include "core/counters/counters.h"
#include "core/events/record.h"
#include "core/time/trusted_clock.h"
#include "storage/checkpoint_store.h"

namespace tally {

class StartResolver {
 public:
  // All arguments outlive this.
  StartResolver(const Config& config, StartMode mode, Counters& counters, const CheckpointStore& store,
                const TrustedClock& clock);

  // An empty directory is a missing volume if an earlier node committed the group's offsets: then FailedPrecondition,
  // and the node must end. Any other error: there is no answer yet, and a first start waits for it. Asks until there is
  // an answer. Logs an error if the directory was rolled back.
  absl::Status CheckForMissingVolume(KafkaMetadata& kafka, const FoundPartitions& found, absl::Duration timeout);

  // Returns where `partitions`, which are new to the node, begin. `first`: the node has no start yet, and kafka.start
  // applies; else they begin at the beginnings of their logs, because none of their records was left out before. `all`:
  // no topic is missing only because it is not authorized. Unavailable if that cannot be decided yet.
  absl::StatusOr<LogBounds::Offsets> Resolve(KafkaMetadata& kafka, const std::vector<TopicPartition>& partitions,
                                             bool first, bool all, absl::Duration timeout);

 private:
  const Config& config_;
  const StartMode mode_;
  Counters& counters_;
  const CheckpointStore& store_;  // for the node's identity, which never changes once it exists
  const uint64_t loaded_sequence_;
  const TrustedClock& clock_;
  bool group_checked_ = false;
};

}  // namespace tally
