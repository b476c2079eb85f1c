// How many clients can connect before they take the file descriptors that the node itself needs.
//
//   ASSIGN_OR_RETURN(size_t clients_max, RoomForClients(config.limits.clients_max, /*kafka_clients=*/3));
//
// Without descriptors, a checkpoint or a reconnection to a broker fails. So the number of clients is limited first.
#pragma once

#include <cstddef>

#include "absl/status/statusor.h"

namespace tally {

// Reserved: RocksDB's open files (64 tables at most) and those that it opens for a checkpoint; for each Kafka client, a
// connection and the two ends of a pipe for each of about 20 brokers; stderr, the ports, and the files that the
// libraries open for a moment.
inline constexpr size_t kDescriptorsOfTheNode = 128;
inline constexpr size_t kDescriptorsOfAKafkaClient = 64;

// Raises the process's limit as far as `clients_max` needs and the system allows. Returns the number of clients that
// have room, `clients_max` at most; logs a warning if it is lower. Unavailable if there is no room for any client.
absl::StatusOr<size_t> RoomForClients(size_t clients_max, size_t kafka_clients);

}  // namespace tally
