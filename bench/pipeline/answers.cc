#include "bench/pipeline/answers.h"

#include <algorithm>
#include <cstdio>

#include "absl/time/clock.h"
#include "bench/pipeline/prepared.h"
#include "bench/pipeline/redis_fill.h"
#include "bench/pipeline/redis_server.h"
#include "bench/pipeline/socket_client.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/time/format.h"

namespace tally {
namespace {

constexpr Extent kExtent = {5000, 240};
constexpr int kSeriesOfGame = kExtent.series / 5;
constexpr int kRequests = 1'000'000;
constexpr int kRanges = 20;  // in a round, whose figure is their median
constexpr absl::Duration kTimeout = absl::Minutes(2);

// Returns redis-benchmark's rate, in millions a second.
absl::StatusOr<double> HgetRate(const std::string& port, const Prepared& prepared) {
  const int series = kExtent.series / 2;
  ASSIGN_OR_RETURN(Finished run,
                   RunToEnd({"redis-benchmark", "-p", port, "-c", "1", "-P", "100", "-n", Cat(kRequests), "--csv",
                             "HGET", HashOf(series, prepared.newest()), Prepared::CallOf(series)},
                            kTimeout));
  const size_t line = run.out.rfind("\"HGET");  // "HGET key field","1234567.89",...
  const size_t at = line == std::string::npos ? line : run.out.find("\",\"", line);
  double rate = 0;
  if (run.status == 0 && at != std::string::npos && std::sscanf(run.out.c_str() + at, "\",\"%lf", &rate) == 1) {
    return rate / 1e6;
  }
  return absl::UnknownError(Cat("redis-benchmark: ", run.out, run.err));
}

absl::Status MeasureHget(Bench& bench, const Prepared& prepared, Tallyd& node) {
  ASSIGN_OR_RETURN(auto redis, RedisServer::Start());
  RETURN_IF_ERROR(FillRedis(redis->port(), prepared));
  std::vector<double> ours, theirs, ratios;
  for (int round = 0; round < bench.options().rounds; ++round) {
    ASSIGN_OR_RETURN(double of_node, HgetRate(node.port(), prepared));
    ASSIGN_OR_RETURN(double of_redis, HgetRate(redis->port(), prepared));
    ours.push_back(of_node);
    theirs.push_back(of_redis);
    ratios.push_back(of_node / of_redis);
    bench.PrintProgress(Cat("HGET: ", static_cast<int>(of_node * 1000), " thousand a second, Redis ",
                            static_cast<int>(of_redis * 1000)));
  }
  bench.report().Judge({.what = "pipelined HGET / Redis", .want = Want::kAtLeast, .bar = 1, .beyond = 2, .unit = " x"},
                       SpreadOf(ratios));
  bench.report().Add(
      {.title = "Pipelined HGET",
       .text = Cat("`redis-benchmark -c 1 -P 100 -n ", kRequests, " HGET` runs in turns against a node with ",
                   kExtent.counters(), " counters, which reads no records meanwhile, and against a Redis with the ",
                   "same hashes."),
       .head = {"", "million requests/s"},
       .rows = {{"tallyd", Text(SpreadOf(ours), 2)}, {"Redis", Text(SpreadOf(theirs), 2)}}});
  return absl::OkStatus();
}

absl::StatusOr<double> RangeMillis(SocketClient& client, const Prepared& prepared) {
  const std::string line = Cat("RANGE stats:", Prepared::GameOf(0), ":* ", FormatMinute(prepared.oldest()), " ",
                               FormatMinute(prepared.newest() + 1), "\n");
  std::vector<double> millis;
  for (int i = 0; i < kRanges; ++i) {
    const absl::Time begin = absl::Now();
    RETURN_IF_ERROR(client.Send(line));
    ASSIGN_OR_RETURN(std::string_view reply, client.ReadUntil("END\n"));
    millis.push_back(absl::ToDoubleMilliseconds(absl::Now() - begin));
    const auto lines = std::count(reply.begin(), reply.end(), '\n');
    if (lines != kExtent.minutes + 1) return absl::DataLossError(Cat(lines, " lines: ", reply.substr(0, 100)));
  }
  return SpreadOf(millis).median;
}

absl::Status MeasureRange(Bench& bench, const Prepared& prepared, Tallyd& node) {
  ASSIGN_OR_RETURN(auto client, SocketClient::Connect(node.port()));
  std::vector<double> millis;
  for (int round = 0; round < bench.options().rounds; ++round) {
    ASSIGN_OR_RETURN(double ms, RangeMillis(*client, prepared));
    millis.push_back(ms);
  }
  bench.report().Judge({.what = Cat("RANGE over ", kExtent.minutes, " minutes x ", kSeriesOfGame, " series by glob"),
                        .want = Want::kAtMost,
                        .bar = 20,
                        .beyond = 5,
                        .unit = " ms"},
                       SpreadOf(millis));
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureAnswers(Bench& bench) {
  ASSIGN_OR_RETURN(KafkaBroker * broker, bench.Broker());
  ASSIGN_OR_RETURN(std::vector<std::string> topics, NewEmptyTopics(*broker));
  ASSIGN_OR_RETURN(auto prepared, Prepared::Make(kExtent));
  ASSIGN_OR_RETURN(auto node, StartIdleNode(*prepared, broker->bootstrap(), topics));
  RETURN_IF_ERROR(MeasureHget(bench, *prepared, *node));
  RETURN_IF_ERROR(MeasureRange(bench, *prepared, *node));
  return node->Stop().status();
}

}  // namespace tally
