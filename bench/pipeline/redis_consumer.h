// A consumer that writes to Redis, optimized for speed: simdjson, hiredis, one HINCRBY for each event, up to 1,000
// commands in flight.
//
//   HINCRBY stats:mw:2011_0605_1430 login 1
//   EXPIRE stats:mw:2011_0605_1430 14400          for each key that is new to the consumer
//
// Its counts are not exact: the counters in Redis and the offsets in Kafka are not written together.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/pipeline/log.h"
#include "bench/pipeline/plain_consumer.h"

namespace tally {

// Reads `events` events of the log with `clients` clients, each with a thread and a connection, into the Redis on
// `port`.
absl::StatusOr<ConsumerRun> MeasureRedisConsumer(const FilledLog& log, uint64_t events, int clients,
                                                 const std::string& port);

// The command that main() passes to RedisMain(), in another process.
inline constexpr char kRedisCommand[] = "redis";
int RedisMain(const std::vector<std::string>& words);

}  // namespace tally
