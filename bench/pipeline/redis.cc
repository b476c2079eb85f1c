#include "bench/pipeline/redis.h"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "bench/pipeline/node_run.h"
#include "bench/pipeline/redis_consumer.h"
#include "bench/pipeline/redis_server.h"
#include "bench/pipeline/rounds.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "tests/testing/proc.h"

namespace tally {
namespace {

// Enough for ten seconds; the whole log would take most of the time of a run.
constexpr uint64_t kEventsMax = 4'000'000;

using Reply = std::unique_ptr<redisReply, void (*)(void*)>;

Reply Ask(redisContext* redis, const std::vector<std::string>& words) {
  std::vector<const char*> texts;
  std::vector<size_t> lengths;
  for (const std::string& word : words) texts.push_back(word.data()), lengths.push_back(word.size());
  void* reply = redisCommandArgv(redis, static_cast<int>(words.size()), texts.data(), lengths.data());
  return Reply(static_cast<redisReply*>(reply), freeReplyObject);
}

// Returns the sum of all counters. A key without a reply adds nothing.
uint64_t SumOf(const std::string& port) {
  std::unique_ptr<redisContext, void (*)(redisContext*)> redis(redisConnect("127.0.0.1", std::atoi(port.c_str())),
                                                               redisFree);
  uint64_t sum = 0;
  if (redis == nullptr || redis->err != 0) return sum;
  Reply keys = Ask(redis.get(), {"KEYS", "stats:*"});
  for (size_t i = 0; keys != nullptr && i < keys->elements; ++i) {
    Reply counts = Ask(redis.get(), {"HVALS", keys->element[i]->str});
    for (size_t j = 0; counts != nullptr && j < counts->elements; ++j) {
      sum += std::strtoull(counts->element[j]->str, nullptr, 10);
    }
  }
  return sum;
}

absl::StatusOr<Measured> MeasureConsumerAndRedis(const FilledLog& log, uint64_t events, int clients) {
  ASSIGN_OR_RETURN(auto redis, RedisServer::Start(RedisServer::Program::kRedis));
  ASSIGN_OR_RETURN(ConsumerRun run, MeasureRedisConsumer(log, events, clients, redis->port()));
  const double server_us = absl::ToDoubleMicroseconds(CpuTimeOf(redis->pid())) / static_cast<double>(run.events);
  const uint64_t sum = SumOf(redis->port());
  if (sum != run.events) return absl::DataLossError(Cat("read ", run.events, " events, counted ", sum));
  run.measured.cpu_us_per_event += server_us;
  run.measured.server_cpu_us_per_event = server_us;
  return run.measured;
}

}  // namespace

absl::Status MeasureRedis(Bench& bench) {
  ASSIGN_OR_RETURN(const FilledLog* log, bench.Log());
  const uint64_t events = std::min(log->events, kEventsMax);
  const bool quick = bench.options().quick;
  auto redis = [&](int clients) { return [=] { return MeasureConsumerAndRedis(*log, events, clients); }; };
  std::vector<Contender> peers = {{"tallyd", [&] { return MeasureNode(*log); }},
                                  {"consumer and Redis, one client", redis(1)}};
  if (!quick) peers.push_back({"consumer and Redis, two clients", redis(2)});
  ASSIGN_OR_RETURN(Rounds rounds, RunInTurns(bench, peers));
  ReportTable table{
      .title = "Compared with a consumer and Redis",
      .text = Cat("The same log. The consumer decodes with simdjson and sends an HINCRBY for each event through "
                  "hiredis, with up to 1,000 commands in flight, and an EXPIRE for each new key. It reads the "
                  "log's first ",
                  Text(events),
                  " events, which are enough at its rate. Redis writes nothing to the disk, and its counts "
                  "are not exact after a crash. CPU is that of both processes. The sum of all counters in "
                  "Redis was compared with the number of events read."),
      .head = kFiguresHead};
  for (size_t i = 0; i < peers.size(); ++i) table.rows.push_back(FiguresRow(peers[i].name, rounds[i]));
  bench.report().Add(std::move(table));
  const std::vector<Measured> best = quick ? rounds[1] : BestOf(rounds[1], rounds[2]);
  const std::string which = quick ? "consumer and Redis" : "consumer and Redis, the better of one and two clients";
  bench.report().Judge(
      {.what = Cat("ingest / ", which), .bar = 3.5, .beyond = 5, .unit = " x", .why = kWhereItsTimeGoes},
      Ratio(rounds[0], best, &Measured::events_per_second));
  bench.report().Judge({.what = Cat("CPU per event / ", which),
                        .want = Want::kAtMost,
                        .bar = 0.25,
                        .beyond = 0.2,
                        .unit = " x",
                        .why = kWhereItsTimeGoes},
                       Ratio(rounds[0], best, &Measured::cpu_us_per_event));
  return absl::OkStatus();
}

}  // namespace tally
