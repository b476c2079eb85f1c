#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/config/load.h"
#include "core/base/strings.h"

namespace tally {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Config Load(std::string_view text) {
  absl::StatusOr<Config> config = ParseConfig(text, "f.toml");
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *config : Config();
}

std::string ErrorAt(std::string_view text) {
  return std::string(FromAbsl(ParseConfig(text, "f.toml").status().message()));
}

TEST(Config, HasADefaultForEveryKey) {
  Config config = Load("");
  EXPECT_THAT(config.kafka.topics, ElementsAre("mw", "hh", "dd", "ml", "bi"));
  EXPECT_EQ(config.kafka.start.kind, StartPoint::Kind::kRetention);
  EXPECT_EQ(config.kafka.group, "tallyd");
  EXPECT_EQ(config.kafka.threads, 0);
  EXPECT_EQ(config.event.format, EventFormat::kJson);
  EXPECT_EQ(config.event.time, "time");
  EXPECT_EQ(config.event.time_unit, TimeUnit::kAuto);
  EXPECT_EQ(config.event.ahead_max, absl::Minutes(10));
  EXPECT_EQ(config.retention.clock, ClockKind::kWall);
  EXPECT_EQ(config.checkpoint.dir, "tallyd-data");
  EXPECT_EQ(config.limits.series_max, 1'000'000u);
  EXPECT_EQ(config.limits.clients_max, 1000);
  EXPECT_EQ(config.server.listen, (Endpoint{"127.0.0.1", 7878}));
  EXPECT_EQ(config.server.http, (Endpoint{"127.0.0.1", 7879}));
}

TEST(Config, NamesTheNearestKeyForAnUnknownOne) {
  EXPECT_EQ(ErrorAt("[retention]\nttl = \"4h\"\ntll = \"4h\""),
            "f.toml:3:1: unknown key 'tll' in [retention]; did you mean 'ttl'?");
  EXPECT_EQ(ErrorAt("[retenton]"), "f.toml:1:2: unknown section 'retenton'; did you mean 'retention'?");
  EXPECT_THAT(ErrorAt("x = 1"), HasSubstr("expected one of kafka, event, metric, retention, checkpoint"));
}

TEST(Config, ReportsTheFirstErrorOfTheFile) {
  EXPECT_THAT(ErrorAt("[server]\nx = 1\n[kafka]\nx = 1"), StartsWith("f.toml:2:1: "));
}

TEST(Config, RefusesASectionThatThisReleaseDoesNotHave) {
  EXPECT_THAT(ErrorAt("[[report]]\nname = \"daily\""), StartsWith("f.toml:1:3: unknown section 'report'"));
}

TEST(Config, ReportsTheExpectedTypeAndTheGivenValue) {
  EXPECT_EQ(ErrorAt("kafka = 1"), "f.toml:1:9: kafka: expected a table, got the integer 1");
  EXPECT_EQ(
      ErrorAt("[retention]\nttl = 4"),
      "f.toml:2:7: retention.ttl: expected a duration such as \"4h\", \"10m\", \"1s\" or \"250ms\", got the integer "
      "4");
  EXPECT_EQ(ErrorAt("[kafka]\ntopics = \"mw\""),
            "f.toml:2:10: kafka.topics: expected a list of topics such as [\"mw\", \"hh\"], got \"mw\"");
  EXPECT_EQ(ErrorAt("[retention]\nclock = true"),
            "f.toml:2:9: retention.clock: expected \"wall\" or \"event\", got true");
}

// Checks a key with values just inside its limits and values just outside.
void ExpectLimits(const std::string& section, const std::string& key, std::vector<std::string> inside,
                  std::vector<std::string> outside) {
  for (const std::string& value : inside) EXPECT_EQ(ErrorAt(Cat("[", section, "]\n", key, " = ", value)), "");
  for (const std::string& value : outside) {
    EXPECT_THAT(ErrorAt(Cat("[", section, "]\n", key, " = ", value)), HasSubstr(section + "." + key)) << value;
  }
}

TEST(Config, LimitsEveryNumber) {
  ExpectLimits("kafka", "threads", {"0", "64"}, {"-1", "65", "1.0", "\"1\""});
  ExpectLimits("limits", "series_max", {"1", "100_000_000"}, {"0", "-1", "100_000_001", "9223372036854775807"});
  ExpectLimits("limits", "clients_max", {"1", "100_000"}, {"0", "100_001"});
}

TEST(Config, LimitsEveryDuration) {
  ExpectLimits("retention", "ttl", {"\"1m\"", "\"8784h\""}, {"\"59s\"", "\"8785h\"", "\"-4h\"", "\"inf\"", "\"\""});
  ExpectLimits("event", "ahead_max", {"\"1ms\"", "\"8784h\""}, {"\"0s\"", "\"8785h\"", "\"1.5ms\""});
  ExpectLimits("checkpoint", "interval", {"\"10ms\"", "\"1h\""}, {"\"9ms\"", "\"61m\"", "\"0\""});
}

TEST(Config, AcceptsOnlyTopicNamesThatKafkaAccepts) {
  ExpectLimits("kafka", "topics", {"[\"a\"]", "[\"a.B_c-9\"]", Cat("[\"", std::string(249, 'a'), "\"]")},
               {"[]", "[\"\"]", "[\"a^\"]", "[\"a b\"]", "[\".\"]", "[\"..\"]", "[1]", "[\"a\", \"a\"]",
                Cat("[\"", std::string(250, 'a'), "\"]")});
}

TEST(Config, AcceptsARegularExpressionAsATopic) {
  EXPECT_THAT(Load("[kafka]\ntopics = [\"a\", '^game_\\d+(\\.dlq)?']").kafka.topics,
              ElementsAre("a", "^game_\\d+(\\.dlq)?"));
  EXPECT_EQ(ErrorAt("[kafka]\ntopics = [\"a\",\n  '^game_(a|b']"),
            "f.toml:3:3: kafka.topics: \"^game_(a|b\" is not a regular expression: missing ): ^game_(a|b");
  EXPECT_THAT(ErrorAt("[kafka]\ntopics = ['^a[z-a]']"), EndsWith("invalid character class range: z-a, at character 4"));
}

TEST(Config, RefusesAnEmptyStringForARequiredText) {
  for (const char* key : {"brokers", "group"}) {
    ExpectLimits("kafka", key, {"\"a\""}, {"\"\"", "\"a\\nb\"", "\"\\u0000\""});
  }
  ExpectLimits("checkpoint", "dir", {"\"a b\""}, {"\"\"", "\"a\\u0000\"", Cat("\"", std::string(1001, 'a'), "\"")});
  ExpectLimits("event", "time", {"\"t\""}, {"\"\""});
}

TEST(Start, IsAPointInTheLogOrATime) {
  auto start = [](const std::string& value) { return Load("[kafka]\nstart = " + value).kafka.start; };
  EXPECT_EQ(start("\"earliest\"").kind, StartPoint::Kind::kEarliest);
  EXPECT_EQ(start("\"latest\"").kind, StartPoint::Kind::kLatest);
  EXPECT_EQ(start("\"retention\"").kind, StartPoint::Kind::kRetention);
  StartPoint time = {StartPoint::Kind::kTime, Timestamp::FromMillis(1307284200000)};
  EXPECT_EQ(start("\"2011-06-05T14:30:00Z\""), time);
  EXPECT_EQ(start("2011-06-05T14:30:00Z"), time);
  EXPECT_EQ(start("2011-06-05T16:30:00+02:00"), time);
}

TEST(Start, RefusesAnythingElse) {
  ExpectLimits("kafka", "start", {},
               {"\"\"", "\"Earliest\"", "\"time\"", "0", "-1", "2011-06-05", "2011-06-05T14:30:00",
                "\"1969-01-01T00:00:00Z\"", "[]"});
}

TEST(Endpoints, AreLoopbackOrRefused) {
  ExpectLimits("server", "listen", {"\"127.0.0.1:0\"", "\"[::1]:1\"", "\"localhost:65535\"", "\"127.9.9.9:1\""},
               {"\"0.0.0.0:7878\"", "\"[::]:7878\"", "\"example.org:7878\"", "\"7878\"", "7878", "\":7878\"", "\"\""});
  ExpectLimits("server", "http", {"\"127.0.0.1:0\""}, {"\"0.0.0.0:7879\""});
  EXPECT_THAT(ErrorAt("[server]\nhttp = \"10.0.0.1:1\""),
              HasSubstr("\"10.0.0.1\" is not a loopback address; set server.password_file, or use 127.0.0.0/8"));
}

TEST(Properties, JoinNestedTablesWithDots) {
  Config config = Load(R"(
[kafka.properties]
security.protocol = "SSL"
"sasl.username" = "u"
fetch = { wait.max.ms = 10 }
socket.keepalive.enable = true
)");
  EXPECT_THAT(config.kafka.properties,
              ElementsAre(std::pair("fetch.wait.max.ms", "10"), std::pair("sasl.username", "u"),
                          std::pair("security.protocol", "SSL"), std::pair("socket.keepalive.enable", "true")));
}

TEST(Properties, AreRefusedIfExactCountingDependsOnThem) {
  EXPECT_THAT(ErrorAt("[kafka.properties]\nenable.auto.commit = true"),
              StartsWith("f.toml:2:22: kafka.properties.enable.auto.commit: cannot be configured, because exact"));
}

TEST(Properties, AreStringsIntegersOrBooleans) {
  for (const char* value : {"[\"a\"]", "1.5", "2011-06-05"}) {
    EXPECT_EQ(ErrorAt(Cat("[kafka.properties]\nclient.id = ", value)),
              "f.toml:2:13: kafka.properties.client.id: expected a string, an integer or a boolean");
  }
  EXPECT_THAT(ErrorAt("[kafka.properties]\nclient.id = \"a\\u0000b\""), HasSubstr("the value must not contain U+0000"));
  EXPECT_THAT(ErrorAt("[kafka.properties]\n\"client.id\\u0000\" = \"a\""), HasSubstr("U+0000"));
}

TEST(Properties, AreRefusedIfGivenTwice) {
  EXPECT_THAT(ErrorAt("[kafka.properties]\nclient.id = \"a\"\n\"client.id\" = \"b\""), HasSubstr("given twice"));
}

TEST(EventTime, IsAFieldOrTheRecordsTimestamp) {
  EXPECT_EQ(Load("[event]\ntime = \"@timestamp\"").event.time, "@timestamp");
  EXPECT_EQ(Load("[event]\ntime = \"/meta/at\"").event.time, "/meta/at");
  EXPECT_EQ(ErrorAt("[event]\ntime = \"@key\""),
            "f.toml:2:8: event.time: expected a field or @timestamp, got \"@key\"; write a field with that name as "
            "\"/@key\"");
}

TEST(EventTime, IsInAFormatAndAZoneThatExist) {
  const Config config = Load("[event]\ntime_format = \"%d/%b/%Y:%H:%M:%S %z\"\ntime_zone = \"Europe/Berlin\"");
  EXPECT_EQ(config.event.time_format, "%d/%b/%Y:%H:%M:%S %z");
  EXPECT_EQ(config.event.time_zone, "Europe/Berlin");
  EXPECT_THAT(ErrorAt("[event]\ntime_zone = \"Europe/Gotham\""),
              StartsWith("f.toml:2:13: event.time_zone: there is no time zone 'Europe/Gotham'"));
  EXPECT_THAT(ErrorAt("[event]\ntime_zone = \"\""), HasSubstr("f.toml:2:13: event.time_zone"));
  EXPECT_THAT(ErrorAt("[event]\ntime_format = \"%H:%M:%S\""),
              StartsWith("f.toml:2:15: event.time_format: '%H:%M:%S' does not read the times that it writes"));
}

TEST(Pattern, NeedsTheFormatRegex) {
  EXPECT_EQ(ErrorAt("[event]\nformat = \"regex\""), "f.toml:2:10: event.format: \"regex\" needs event.pattern");
  EXPECT_EQ(ErrorAt("[event]\npattern = \"x\""),
            "f.toml:2:11: event.pattern: a pattern needs event.format = \"regex\"");
}

constexpr std::string_view kRegex = "[event]\nformat = \"regex\"\n";

TEST(Pattern, MustBeRe2) {
  EXPECT_THAT(ErrorAt(Cat(kRegex, "pattern = '('")), StartsWith("f.toml:3:11: event.pattern: "));
}

TEST(Pattern, MustHaveAGroupForEveryField) {
  EXPECT_THAT(ErrorAt(Cat(kRegex, "pattern = '(?P<game>.)(?P<call>.)'\ntime = 'when'")),
              StartsWith("f.toml:4:8: event.time: "));
  const std::string pattern = Cat(kRegex, "pattern = '(?P<t>.)'\ntime = 't'\n[[metric]]\nname = 'n'\n");
  EXPECT_EQ(ErrorAt(pattern), "");
  EXPECT_EQ(ErrorAt(Cat(pattern, "by = ['t', '@topic']")), "");
  EXPECT_THAT(ErrorAt(Cat(pattern, "by = ['game']")), StartsWith("f.toml:7:7: metric.by: "));
  EXPECT_THAT(ErrorAt(Cat(pattern, "value = 'amount'")), StartsWith("f.toml:7:9: metric.value: "));
  EXPECT_THAT(ErrorAt(Cat(pattern, "where = { call = 'x' }")), StartsWith("f.toml:7:18: metric.where.call: "));
}

TEST(Pattern, MustHaveTheGroupsOfTheDefaultMetric) {
  EXPECT_NE(ErrorAt(Cat(kRegex, "pattern = '(?P<t>.)'\ntime = 't'\n")), "");
}

}  // namespace
}  // namespace tally
