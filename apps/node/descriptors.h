// How many clients may come before they take the file descriptors that the node itself needs.
//
//   ASSIGN_OR_RETURN(size_t clients_max, RoomForClients(config.limits.clients_max, /*kafka_clients=*/3));
//
// Without descriptors neither a checkpoint nor a reconnection to a broker succeeds, so clients are the first to go
// without.
#pragma once

#include <cstddef>

#include "absl/status/statusor.h"

namespace tally {

// Kept back: what RocksDB has open (its tables are 64 at most) and opens for a checkpoint; for each Kafka client a
// connection and two ends of a pipe for some 20 brokers; the log, the ports, and what the libraries open for a moment.
inline constexpr size_t kDescriptorsOfTheNode = 128;
inline constexpr size_t kDescriptorsOfAKafkaClient = 64;

// Raises the process's limit as far as `clients_max` need and the system lets it. Returns how many clients there is
// room for, `clients_max` at most; fewer are said in the log. Unavailable if there is no room for a single one.
absl::StatusOr<size_t> RoomForClients(size_t clients_max, size_t kafka_clients);

}  // namespace tally
