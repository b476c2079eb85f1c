// A consumer in front of Redis, as one writes it who wants it fast: simdjson, hiredis, one HINCRBY an event, up to
// 1,000 of them on their way.
//
//   HINCRBY stats:mw:2011_0605_1430 login 1
//   EXPIRE stats:mw:2011_0605_1430 14400          when the consumer meets the key for the first time
//
// Nothing in it is exact: what Redis was told and what Kafka was told are two things.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/pipeline/log.h"
#include "bench/pipeline/plain_consumer.h"

namespace tally {

// Reads `events` of the log by so many clients, each with a thread and a connection, into the Redis on `port`.
absl::StatusOr<ConsumerRun> MeasureRedisConsumer(const FilledLog& log, uint64_t events, int clients,
                                                 const std::string& port);

// The process's part: what main() does with this command.
inline constexpr char kRedisCommand[] = "redis";
int RedisMain(const std::vector<std::string>& words);

}  // namespace tally
