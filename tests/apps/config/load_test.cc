#include "apps/config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/base/strings.h"
#include "tests/testing/temp_dir.h"

namespace tally {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string ErrorOf(const absl::StatusOr<Config>& config) { return std::string(FromAbsl(config.status().message())); }

Config Loaded(const ConfigSources& sources) {
  absl::StatusOr<Config> config = LoadConfig(sources);
  EXPECT_EQ(ErrorOf(config), "");
  return *std::move(config);
}

ConfigSources Sets(std::vector<std::string> set) {
  ConfigSources sources;
  sources.set = std::move(set);
  return sources;
}

std::string SetError(const std::string& set) { return ErrorOf(LoadConfig(Sets({set}))); }

// Provides options that read a file with given contents.
class FromFile : public ::testing::Test {
 protected:
  ConfigSources File(const std::string& text) {
    const std::string name = dir_ / "tallyd.toml";
    std::ofstream(name, std::ios::binary) << text;
    ConfigSources sources;
    sources.config = name;
    return sources;
  }

  TempDir dir_;
};

TEST(LoadConfig, NeedsNoFile) {
  Config config = Loaded({});
  EXPECT_EQ(config.kafka.brokers, "127.0.0.1:9092");
  EXPECT_EQ(config.retention.ttl, absl::Hours(4));
}

TEST_F(FromFile, UsesDefaultsForKeysThatTheFileDoesNotSet) {
  Config config = Loaded(File("[retention]\nttl = \"8h\""));
  EXPECT_EQ(config.retention.ttl, absl::Hours(8));
  EXPECT_EQ(config.checkpoint.interval, absl::Seconds(1));
}

TEST_F(FromFile, NamesFileLineAndColumnInErrors) {
  ConfigSources sources = File("[retention]\nttl = \"4x\"");
  EXPECT_THAT(ErrorOf(LoadConfig(sources)), StartsWith(*sources.config + ":2:7: retention.ttl: expected a duration"));
}

TEST_F(FromFile, LetsSetOverrideTheFileAndFlagsOverrideSet) {
  ConfigSources sources = File("[kafka]\nbrokers = \"file\"\ngroup = \"file\"\ntopics = [\"file\"]");
  sources.set = {"kafka.group=set", "kafka.topics=[\"set\"]"};
  sources.topics = "flag,other";
  Config config = Loaded(sources);
  EXPECT_EQ(config.kafka.brokers, "file");
  EXPECT_EQ(config.kafka.group, "set");
  EXPECT_THAT(config.kafka.topics, ElementsAre("flag", "other"));
}

TEST_F(FromFile, LetsSetChangeOnePropertyAndKeepTheOthers) {
  ConfigSources sources = File("[kafka.properties]\n\"sasl.username\" = \"a\"\nclient.id = \"b\"");
  sources.set = {"kafka.properties.sasl.username=c"};
  Config config = Loaded(sources);
  EXPECT_EQ(config.kafka.properties["sasl.username"], "c");
  EXPECT_EQ(config.kafka.properties["client.id"], "b");
}

TEST_F(FromFile, LetsSetSupplyAKeyThatAnotherKeyNeeds) {
  ConfigSources sources = File("[event]\nformat = \"regex\"\ntime = \"t\"\n[[metric]]\nname = \"n\"");
  EXPECT_EQ(ErrorOf(LoadConfig(sources)), *sources.config + ":2:10: event.format: \"regex\" needs event.pattern");
  sources.set = {"event.pattern=(?P<t>.*)"};
  EXPECT_EQ(Loaded(sources).event.pattern, "(?P<t>.*)");
}

TEST(LoadConfig, ReportsAMissingFile) {
  ConfigSources sources;
  sources.config = "no-such.toml";
  EXPECT_EQ(ErrorOf(LoadConfig(sources)), "no-such.toml: No such file or directory");
  sources.config = ".";
  EXPECT_EQ(ErrorOf(LoadConfig(sources)), ".: Is a directory");
}

TEST_F(FromFile, RefusesAFileBeyondTheLimit) {
  EXPECT_EQ(Loaded(File(std::string(kConfigBytesMax, '\n'))).kafka.group, "tallyd");
  EXPECT_THAT(ErrorOf(LoadConfig(File(std::string(kConfigBytesMax + 1, '\n')))), HasSubstr("at most 1048576 bytes"));
}

TEST(LoadConfig, AppliesEachFlagToItsKey) {
  ConfigSources sources;
  sources.brokers = "a:1,b:2";
  sources.topics = "x,y";
  sources.data = "dir";
  sources.listen = "[::1]:0";
  sources.http = "localhost:80";
  Config config = Loaded(sources);
  EXPECT_EQ(config.kafka.brokers, "a:1,b:2");
  EXPECT_THAT(config.kafka.topics, ElementsAre("x", "y"));
  EXPECT_EQ(config.checkpoint.dir, "dir");
  EXPECT_EQ(config.server.listen, (Endpoint{"::1", 0}));
  EXPECT_EQ(config.server.http, (Endpoint{"localhost", 80}));
}

TEST(LoadConfig, NamesTheFlagInErrors) {
  ConfigSources sources;
  sources.listen = "0.0.0.0:7878";
  EXPECT_THAT(ErrorOf(LoadConfig(sources)), StartsWith("--listen: server.listen: \"0.0.0.0\" is not a loopback"));
  sources.set = {"server.password_file=/etc/tallyd/password"};
  EXPECT_TRUE(LoadConfig(sources).ok());
  sources = {};
  sources.topics = "a,,b";
  EXPECT_THAT(ErrorOf(LoadConfig(sources)), StartsWith("--topics: kafka.topics: expected a topic name"));
  sources = {};
  sources.data = "";
  EXPECT_THAT(ErrorOf(LoadConfig(sources)), StartsWith("--data: checkpoint.dir: expected"));
}

TEST(Set, AcceptsTomlOrAnUnquotedString) {
  EXPECT_EQ(Loaded(Sets({"retention.ttl=8h"})).retention.ttl, absl::Hours(8));
  EXPECT_EQ(Loaded(Sets({"retention.ttl=\"8h\""})).retention.ttl, absl::Hours(8));
  EXPECT_EQ(Loaded(Sets({"limits.series_max=5"})).limits.series_max, 5u);
  EXPECT_THAT(Loaded(Sets({"kafka.topics=[\"a\",\"b\"]"})).kafka.topics, ElementsAre("a", "b"));
  EXPECT_EQ(Loaded(Sets({"kafka.group=a=b"})).kafka.group, "a=b");
  EXPECT_EQ(Loaded(Sets({"kafka.start=2011-06-05T14:30:00Z"})).kafka.start.kind, StartPoint::Kind::kTime);
  EXPECT_EQ(Loaded(Sets({"metric=[{name=\"all\"}]"})).metrics[0].name, "all");
}

TEST(Set, AppliesInTheGivenOrder) { EXPECT_EQ(Loaded(Sets({"kafka.group=a", "kafka.group=b"})).kafka.group, "b"); }

TEST(Set, DoesNotCutAPasswordAtAHash) {
  EXPECT_EQ(Loaded(Sets({"kafka.properties.sasl.password=12#34"})).kafka.properties["sasl.password"], "12#34");
}

TEST(Set, NamesItselfInErrors) {
  EXPECT_EQ(SetError("retention.tll=4h"), "--set: unknown key 'tll' in [retention]; did you mean 'ttl'?");
  EXPECT_THAT(SetError("retention.ttl=4x"), StartsWith("--set: retention.ttl: expected a duration"));
  EXPECT_THAT(SetError("limits.series_max=many"), StartsWith("--set: limits.series_max: expected an integer"));
}

TEST(Set, NeedsAKeyAndAValue) {
  for (const char* set : {"", "=", "=4h", "retention.ttl", "retention..ttl=4h", ".ttl=4h", "retention.=4h", "a b=1",
                          "\"retention\".ttl=4h", "retention.ttl =4h"}) {
    EXPECT_THAT(SetError(set), HasSubstr("expected section.key=value")) << set;
  }
}

TEST(Set, ShowsNoValueThatCanBeASecret) {
  EXPECT_THAT(SetError("kafka.properties.sasl.password=[\"hunter2\"]"), Not(HasSubstr("hunter2")));
  EXPECT_THAT(SetError("kafka/properties/sasl.password=hunter2"), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace tally
