#include "bench/pipeline/answers.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
constexpr int kRanges = 20;  // in a round, whose figure is their median

// Requests that a client sends again and again, each time after all replies have arrived. The client only counts the
// bytes of the replies: redis-benchmark parses them, which takes as long as a server does.
struct Load {
  std::string name;
  int depth = 0;     // requests that are sent together
  int requests = 0;  // in a round, about
  std::string block = {};
};

std::string Request(std::initializer_list<std::string_view> words) {
  std::string request = Cat("*", words.size(), "\r\n");
  for (std::string_view word : words) Append(request, Cat("$", word.size(), "\r\n", word, "\r\n"));
  return request;
}

// HGET of one field after the other of a minute, and HGETALL of whole minutes.
std::vector<Load> Loads(const Prepared& prepared) {
  std::vector<Load> loads = {{"HGET, 100 pipelined", 100, 1'000'000},
                             {"HGET", 1, 50'000},
                             {"HGETALL, 100 pipelined", 100, 10'000},
                             {"HGETALL", 1, 5000}};
  for (Load& load : loads) {
    for (int i = 0; i < load.depth; ++i) {
      const int series = 5 * i;  // of the same game
      const bool all = load.name.starts_with("HGETALL");
      load.block += all ? Request({"HGETALL", HashOf(series, prepared.newest() - i)})
                        : Request({"HGET", HashOf(series, prepared.newest()), Prepared::CallOf(series)});
    }
  }
  return loads;
}

// Returns the requests per second, in thousands.
absl::StatusOr<double> RateOf(const Load& load, const std::string& port) {
  ASSIGN_OR_RETURN(auto client, SocketClient::Connect(port));
  constexpr std::string_view kPong = "+PONG\r\n";
  RETURN_IF_ERROR(client->Send(Cat(load.block, Request({"PING"}))));
  ASSIGN_OR_RETURN(std::string_view replies, client->ReadUntil(kPong));
  const size_t bytes = replies.size() - kPong.size();
  if (replies.find('-') != std::string_view::npos)
    return absl::InternalError(Cat(load.name, ": ", replies.substr(0, 200)));
  const int rounds = load.requests / load.depth;
  const absl::Time begin = absl::Now();
  for (int i = 0; i < rounds; ++i) {
    RETURN_IF_ERROR(client->Send(load.block));
    RETURN_IF_ERROR(client->Skip(bytes));
  }
  return rounds * load.depth / absl::ToDoubleSeconds(absl::Now() - begin) / 1000;
}

absl::Status MeasureHashes(Bench& bench, const Prepared& prepared, Tallyd& node) {
  ASSIGN_OR_RETURN(auto redis, RedisServer::Start(RedisServer::Program::kRedis));
  ASSIGN_OR_RETURN(auto valkey, RedisServer::Start(RedisServer::Program::kValkey));
  RETURN_IF_ERROR(FillRedis(redis->port(), prepared));
  RETURN_IF_ERROR(FillRedis(valkey->port(), prepared));
  const std::string ports[] = {node.port(), redis->port(), valkey->port()};
  std::vector<std::vector<std::string>> rows;
  for (const Load& load : Loads(prepared)) {
    std::vector<double> rates[3], ratios;
    for (int round = 0; round < bench.options().rounds; ++round) {
      for (int i = 0; i < 3; ++i) {
        ASSIGN_OR_RETURN(double rate, RateOf(load, ports[i]));
        rates[i].push_back(rate);
      }
      ratios.push_back(rates[0].back() / std::max(rates[1].back(), rates[2].back()));
      bench.PrintProgress(Cat(load.name, ": ", static_cast<int>(rates[0].back()), " thousand a second, Redis ",
                              static_cast<int>(rates[1].back()), ", Valkey ", static_cast<int>(rates[2].back())));
    }
    rows.push_back({load.name, Text(SpreadOf(rates[0]), 1), Text(SpreadOf(rates[1]), 1), Text(SpreadOf(rates[2]), 1)});
    if (load.name == "HGET, 100 pipelined") {
      bench.report().Judge({.what = "pipelined HGET / the better of Redis and Valkey",
                            .want = Want::kAtLeast,
                            .bar = 1.3,
                            .beyond = 2,
                            .unit = " x"},
                           SpreadOf(ratios));
    }
  }
  bench.report().Add(
      {.title = "Hashes",
       .text = Cat("One client asks for hashes of ", kSeriesOfGame, " fields, in turns from a node with ",
                   kExtent.counters(), " counters, which reads no records meanwhile, and from a Redis and a ",
                   "Valkey with the same hashes. It only counts the bytes of the replies."),
       .head = {"thousand requests/s", "tallyd", Cat("Redis ", RedisServer::Version(RedisServer::Program::kRedis)),
                Cat("Valkey ", RedisServer::Version(RedisServer::Program::kValkey))},
       .rows = std::move(rows)});
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
  RETURN_IF_ERROR(MeasureHashes(bench, *prepared, *node));
  RETURN_IF_ERROR(MeasureRange(bench, *prepared, *node));
  return node->Stop().status();
}

}  // namespace tally
