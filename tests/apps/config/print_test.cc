#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "apps/config/load.h"
#include "core/base/strings.h"
#include "tests/apps/config/full_config.h"

namespace tally {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Config Read(std::string_view text) {
  absl::StatusOr<Config> config = ParseConfig(text, "f.toml");
  EXPECT_TRUE(config.ok()) << config.status() << "\n" << text;
  return config.ok() ? *config : Config();
}

// Compares each field, because core's specs have no operator==: only this test would use it.
void ExpectSameEvent(const EventSpec& a, const EventSpec& b) {
  EXPECT_EQ(std::tie(a.format, a.pattern, a.time, a.time_unit, a.time_format, a.time_zone, a.ahead_max),
            std::tie(b.format, b.pattern, b.time, b.time_unit, b.time_format, b.time_zone, b.ahead_max));
}

void ExpectSame(const Config& a, const Config& b) {
  EXPECT_EQ(std::tie(a.kafka.brokers, a.kafka.topics, a.kafka.start, a.kafka.group),
            std::tie(b.kafka.brokers, b.kafka.topics, b.kafka.start, b.kafka.group));
  EXPECT_EQ(std::tie(a.kafka.threads, a.kafka.properties), std::tie(b.kafka.threads, b.kafka.properties));
  ExpectSameEvent(a.event, b.event);
  ASSERT_EQ(a.metrics.size(), b.metrics.size());
  for (size_t i = 0; i < a.metrics.size(); ++i) {
    const MetricSpec& x = a.metrics[i];
    const MetricSpec& y = b.metrics[i];
    EXPECT_EQ(std::tie(x.name, x.by, x.value, x.decimals, x.where),
              std::tie(y.name, y.by, y.value, y.decimals, y.where));
  }
  EXPECT_EQ(std::tie(a.retention.ttl, a.retention.clock, a.checkpoint.dir, a.checkpoint.interval),
            std::tie(b.retention.ttl, b.retention.clock, b.checkpoint.dir, b.checkpoint.interval));
  EXPECT_EQ(std::tie(a.limits.series_max, a.limits.clients_max, a.server.listen, a.server.http),
            std::tie(b.limits.series_max, b.limits.clients_max, b.server.listen, b.server.http));
  EXPECT_EQ(a.server.password_file, b.server.password_file);
}

TEST(PrintConfig, ParsesToTheSameConfig) {
  for (std::string_view text : {std::string_view(), kFullConfig, kJsonConfig}) {
    Config config = Read(text);
    Config again = Read(PrintConfig(config));
    if (auto secret = config.kafka.properties.find("sasl.password"); secret != config.kafka.properties.end()) {
      secret->second = "***";
    }
    ExpectSame(config, again);
  }
}

TEST(PrintConfig, ParsesToTheSameStart) {
  for (const char* start : {"earliest", "latest", "retention", "2011-06-05T14:30:00Z", "1970-01-01T00:00:00.001Z"}) {
    Config config = Read(Cat("[kafka]\nstart = \"", start, "\""));
    ExpectSame(config, Read(PrintConfig(config)));
  }
}

TEST(PrintConfig, ParsesToTheSameUnitAndDurations) {
  for (const char* unit : {"auto", "s", "ms", "us", "ns"}) {
    Config config =
        Read(Cat("[event]\ntime_unit = \"", unit, "\"\nahead_max = \"8784h\"\n[retention]\nttl = \"1m1ms\""));
    ExpectSame(config, Read(PrintConfig(config)));
  }
}

TEST(PrintConfig, ParsesToTheSameCharacters) {
  Config config;
  std::string every;
  for (int c = 1; c < 128; ++c) every.push_back(static_cast<char>(c));
  every += "\xC2\x80\xC3\xBC\xE2\x82\xAC\xF0\x9F\x8E\xB2";
  config.metrics[0].where["@key"] = {every, "", "***"};
  config.metrics[0].where[every] = {"x"};
  ExpectSame(config, Read(PrintConfig(config)));
}

TEST(PrintConfig, ShowsEveryDefault) {
  EXPECT_EQ(PrintConfig(Config()), R"([kafka]
brokers = "127.0.0.1:9092"
topics = ["mw", "hh", "dd", "ml", "bi"]
start = "retention"
group = "tallyd"
threads = 0

[kafka.properties]

[event]
format = "json"
pattern = ""
time = "time"
time_unit = "auto"
time_format = ""
time_zone = "UTC"
ahead_max = "10m"

[[metric]]
name = "stats"
by = ["game", "call"]
value = ""
decimals = 0
where = {}

[retention]
ttl = "4h"
clock = "wall"

[checkpoint]
dir = "tallyd-data"
interval = "1s"

[limits]
series_max = 1000000
clients_max = 1000

[server]
listen = "127.0.0.1:7878"
http = "127.0.0.1:7879"
password_file = ""
)");
}

TEST(PrintConfig, HidesSecrets) {
  std::string printed = PrintConfig(Read(kFullConfig));
  EXPECT_THAT(printed, HasSubstr("\"sasl.password\" = \"***\""));
  EXPECT_THAT(printed, HasSubstr("\"sasl.username\" = \"u\""));
  EXPECT_THAT(printed, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace tally
