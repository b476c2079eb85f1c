// Measures the cost of decoding an event into its fields: nanoseconds for each event, on one core.
//
//   decode_bench --benchmark_filter=Json
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "core/base/check.h"
#include "core/events/decoder.h"
#include "core/events/event_time.h"
#include "core/events/json_decoder.h"
#include "core/events/regex_decoder.h"

namespace tally {
namespace {

constexpr std::string_view kEvent = R"({"time":1307284245123,"game":"mw","call":"login","user":10012345678,)"
                                    R"("ip":"10.101.2.34","v":3,"source":"newsfeed"})";
static_assert(kEvent.size() == 113);
constexpr std::string_view kLine = "1307284245 10.1.2.3 /k/login/abc?x=1";
constexpr char kPattern[] = R"(^(?P<time>\d+) (?P<ip>\S+) /k/(?P<call>[^/?\s]+))";

// Measures the time for each event; `together` events are loaded in one call.
void Decode(benchmark::State& state, Decoder& decoder, size_t fields_size, std::string_view payload,
            size_t together = 256) {
  std::vector<Field> fields(fields_size);
  std::vector<std::string_view> payloads(together, payload);
  while (state.KeepRunningBatch(static_cast<int64_t>(together))) {
    decoder.Load(payloads);
    for (size_t i = 0; i < together; ++i) {
      TALLY_CHECK(decoder.Decode(i, fields));
      benchmark::DoNotOptimize(fields.data());
      benchmark::ClobberMemory();
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * payload.size()));
}

// Decodes the time and two of the seven fields, as the default configuration does.
void Json(benchmark::State& state, const std::string& level) {
  auto decoder = MakeJsonDecoder({"time", "game", "call"}, level).value();
  Decode(state, *decoder, 3, kEvent);
}

void JsonOneByOne(benchmark::State& state, const std::string& level) {
  auto decoder = MakeJsonDecoder({"time", "game", "call"}, level).value();
  Decode(state, *decoder, 3, kEvent, /*together=*/1);
}

// The same event, with a nested value of a hundred bytes as its first field.
void JsonNested(benchmark::State& state, const std::string& level, const std::string& path) {
  std::string event(kEvent);
  event.insert(1, R"("device":{"model":"x1","os":{"name":"android","version":[4,1,2]},)"
                  R"("screen":[1280,720],"rooted":false},)");
  auto decoder = MakeJsonDecoder({"time", "game", path}, level).value();
  Decode(state, *decoder, 3, event);
}

void Regex(benchmark::State& state) {
  auto decoder = MakeRegexDecoder(kPattern, {"time", "call"}).value();
  Decode(state, *decoder, 2, kLine);
}
BENCHMARK(Regex);

// `format` and `zone` as in [event].
void Time(benchmark::State& state, Field::Type type, std::string_view text, const std::string& format = "",
          const std::string& zone = "UTC") {
  const EventTime event_time = EventTime::Compile({.time_format = format, .time_zone = zone}).value();
  const Timestamp near = Timestamp::FromMillis(1307284245123);
  Field field{type, text};
  for (auto _ : state) {
    benchmark::DoNotOptimize(field);
    Timestamp time;
    benchmark::DoNotOptimize(event_time.Read(field, near, time));
    benchmark::DoNotOptimize(time);
  }
}
BENCHMARK_CAPTURE(Time, millis, Field::Type::kInteger, "1307284245123");
BENCHMARK_CAPTURE(Time, seconds_of_regex, Field::Type::kUntyped, "1307284245");
BENCHMARK_CAPTURE(Time, decimal, Field::Type::kNumber, "1307284245.123");
BENCHMARK_CAPTURE(Time, rfc3339, Field::Type::kText, "2011-06-05T14:30:45.123Z");
BENCHMARK_CAPTURE(Time, rfc3339_in_a_zone, Field::Type::kText, "2011-06-05 14:30:45,123", "", "Europe/Berlin");
BENCHMARK_CAPTURE(Time, apache, Field::Type::kUntyped, "05/Jun/2011:14:30:45 +0200", "%d/%b/%Y:%H:%M:%S %z");
BENCHMARK_CAPTURE(Time, apache_in_a_zone, Field::Type::kUntyped, "05/Jun/2011:14:30:45", "%d/%b/%Y:%H:%M:%S",
                  "Europe/Berlin");
BENCHMARK_CAPTURE(Time, syslog, Field::Type::kUntyped, "Jun  5 14:30:45", "%b %e %H:%M:%S");
BENCHMARK_CAPTURE(Time, fraction, Field::Type::kText, "2011-06-05T14:30:45.123+02:00", "%Y-%m-%dT%H:%M:%E*S%Ez");
BENCHMARK_CAPTURE(Time, by_abseil, Field::Type::kUntyped, "Sun Jun 05 14:30:45 2011", "%a %b %d %H:%M:%S %Y");

}  // namespace
}  // namespace tally

int main(int argc, char** argv) {
  for (const std::string& level : tally::JsonLevels()) {
    benchmark::RegisterBenchmark(("Json/" + level).c_str(), tally::Json, level);
    benchmark::RegisterBenchmark(("JsonOneByOne/" + level).c_str(), tally::JsonOneByOne, level);
    benchmark::RegisterBenchmark(("JsonNestedSkipped/" + level).c_str(), tally::JsonNested, level, "call");
    benchmark::RegisterBenchmark(("JsonNestedPointer/" + level).c_str(), tally::JsonNested, level, "/device/os/name");
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
