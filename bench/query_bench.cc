// Measures the cost of a query without the socket. The node has four hours of 1,000 series, and every series has a
// count in every minute.
//
//   query_bench --benchmark_filter=Range
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/server/resp.h"
#include "apps/server/text_protocol.h"
#include "benchmark/benchmark.h"
#include "core/base/check.h"
#include "core/base/strings.h"
#include "core/counters/counters.h"
#include "core/query/command.h"

namespace tally {
namespace {

constexpr int kGames = 10;
constexpr int kCalls = 100;
constexpr int kMinutes = 240;
constexpr Minute kNow = Minute::FromIndex(21'788'070);  // 2011-06-05T14:30Z

struct FixedClock : Clock {
  Timestamp Now() const override { return kNow.start(); }
  absl::Duration Monotonic() const override { return absl::ZeroDuration(); }
};

struct Node : StatusSource {
  Node() : counters(MakeRules(), {}), commands({&counters}, clock, *this) {
    Shard& shard = counters.AddShard();
    uint32_t slot = shard.AddPartition({"games", 0}, {});
    counters.Tick(clock.Now());
    int64_t offset = 0;
    for (int minute = 0; minute < kMinutes; ++minute) {
      int64_t millis = (kNow - minute).start().millis();
      for (int series = 0; series < kGames * kCalls; ++series) {
        std::string payload =
            Cat(R"({"time":)", millis, R"(,"game":"g)", series % kGames, R"(","call":"c)", series / kGames, R"("})");
        shard.Apply(std::vector<Record>{{slot, offset++, clock.Now(), std::nullopt, payload}}, clock.Now());
      }
    }
    shard.ReachEnd(slot, offset, clock.Now());
    counters.Cut();
    counters.MarkSaved();
  }

  static std::shared_ptr<const Rules> MakeRules() {
    MetricSpec stats{.name = "stats", .by = {{"game", "game"}, {"call", "call"}}, .value = "", .where = {}};
    auto rules = Rules::Compile({}, {stats});
    TALLY_CHECK(rules.ok());
    return *std::move(rules);
  }

  NodeStatus Status() const override { return {}; }

  FixedClock clock;
  Counters counters;
  Commands commands;
};

Commands& SharedCommands() {
  static Node* const kNode = new Node();
  return kNode->commands;
}

// Executes the command and produces every row of its reply.
void Ask(benchmark::State& state, std::vector<std::string_view> words, size_t rows) {
  Commands& commands = SharedCommands();
  Session session{.authenticated = true};
  for (auto _ : state) {
    Reply reply = commands.Execute(words, session).Finish();
    TALLY_CHECK(!std::holds_alternative<Error>(reply.body));
    auto* table = std::get_if<Table>(&reply.body);
    TALLY_CHECK(table == nullptr || table->rows == rows);
    for (size_t i = 0; table != nullptr && i < table->rows; ++i) benchmark::DoNotOptimize(table->row(i));
  }
}

// The same from a request line to the bytes of the reply, as a connection does it.
void TextRequest(benchmark::State& state, std::string_view line) {
  Commands& commands = SharedCommands();
  Session session{.authenticated = true};
  std::string out;
  for (auto _ : state) {
    TextParser parser;
    Parsed parsed = parser.Next(line);
    TALLY_CHECK(parsed.kind == Parsed::Kind::kRequest);
    ReplyInProgress reply{commands.Execute(parsed.words, session).Finish()};
    out.clear();
    TALLY_CHECK(AppendText(reply, 1 << 20, out));
    benchmark::DoNotOptimize(out);
  }
}

// The same for a request of a Redis client.
void RespRequest(benchmark::State& state, std::string_view request) {
  Commands& commands = SharedCommands();
  Session session;
  std::string out;
  RespParser parser;
  for (auto _ : state) {
    Parsed parsed = parser.Next(request);
    TALLY_CHECK(parsed.kind == Parsed::Kind::kRequest);
    ReplyInProgress reply{commands.Execute(parsed.words, session).Finish()};
    out.clear();
    TALLY_CHECK(AppendResp(reply, RespVersion::k2, 1 << 20, out));
    TALLY_CHECK(out[0] == '$' || out[0] == '*');
    benchmark::DoNotOptimize(out);
  }
}

BENCHMARK_CAPTURE(Ask, Get, {"GET", "stats:g3:c17", "-1h"}, 1);
BENCHMARK_CAPTURE(Ask, Hget, {"HGET", "stats:g3:2011_0605_1330", "c17"}, 1);
BENCHMARK_CAPTURE(Ask, Hgetall, {"HGETALL", "stats:g3:2011_0605_1330"}, kCalls);
BENCHMARK_CAPTURE(Ask, RangeOfOne, {"RANGE", "stats:g3:c17", "-239m", "now"}, kMinutes - 1);
BENCHMARK_CAPTURE(Ask, RangeOfAll, {"RANGE", "stats:*", "-239m", "now"}, kMinutes - 1);
BENCHMARK_CAPTURE(Ask, TopOfAll, {"TOP", "10", "stats:*", "-239m", "now"}, 10);
BENCHMARK_CAPTURE(Ask, Dbsize, {"DBSIZE"}, 1);
BENCHMARK_CAPTURE(Ask, Keys, {"KEYS", "*"}, kGames* kMinutes);
BENCHMARK_CAPTURE(Ask, List, {"LIST"}, kGames* kCalls);

BENCHMARK_CAPTURE(TextRequest, Get, "GET stats:g3:c17 -1h\n");
BENCHMARK_CAPTURE(RespRequest, Hget, "*3\r\n$4\r\nHGET\r\n$23\r\nstats:g3:2011_0605_1330\r\n$3\r\nc17\r\n");
BENCHMARK_CAPTURE(RespRequest, Hgetall, "*2\r\n$7\r\nHGETALL\r\n$23\r\nstats:g3:2011_0605_1330\r\n");

}  // namespace
}  // namespace tally

BENCHMARK_MAIN();
