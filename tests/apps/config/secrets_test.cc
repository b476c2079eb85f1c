#include "apps/config/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "apps/config/load.h"
#include "core/base/strings.h"
#include "tests/testing/temp_dir.h"

namespace tally {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

absl::StatusOr<Config> ConfigWith(const std::string& text) { return ParseConfig(text, "f.toml"); }

std::string SecretErrorOf(const std::string& text) {
  return std::string(FromAbsl(ConfigWith(text).status().message()));
}

KafkaConfig KafkaWith(const std::string& text) {
  absl::StatusOr<Config> config = ConfigWith(text);
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? config->kafka : KafkaConfig();
}

class Secrets : public ::testing::Test {
 protected:
  Secrets() {
    setenv("TALLY_TEST_A", "hunter2", 1);
    setenv("TALLY_TEST_EMPTY", "", 1);
    unsetenv("TALLY_TEST_NONE");
  }
  ~Secrets() override {
    unsetenv("TALLY_TEST_A");
    unsetenv("TALLY_TEST_EMPTY");
  }

  // Writes a file and returns the line of the configuration that names it.
  std::string FileWith(const std::string& contents) {
    std::ofstream(directory_ / "secret") << contents;
    return Cat("[kafka.properties]\nsasl.password_file = \"", directory_ / "secret", "\"");
  }

  TempDir directory_;
};

TEST_F(Secrets, ComeFromTheEnvironmentInAnyStringOfKafka) {
  const KafkaConfig kafka = KafkaWith(
      "[kafka]\nbrokers = \"${ENV:TALLY_TEST_A}:9092,b${ENV:TALLY_TEST_EMPTY}:1\"\ntopics = [\"x-${ENV:TALLY_TEST_A}\"]"
      "\n[kafka.properties]\nsasl = { password = \"a${ENV:TALLY_TEST_A}${ENV:TALLY_TEST_A}$\" }");
  EXPECT_EQ(kafka.brokers, "hunter2:9092,b:1");
  EXPECT_THAT(kafka.topics, ElementsAre("x-hunter2"));
  EXPECT_THAT(kafka.properties, ElementsAre(Pair("sasl.password", "ahunter2hunter2$")));
}

TEST_F(Secrets, StayAsTheyAreInOtherSections) {
  absl::StatusOr<Config> config = ConfigWith("[checkpoint]\ndir = \"${ENV:TALLY_TEST_NONE}\"");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->checkpoint.dir, "${ENV:TALLY_TEST_NONE}");
}

TEST_F(Secrets, NameTheLineOfAVariableThatIsNotSet) {
  EXPECT_EQ(SecretErrorOf("[kafka]\n\ngroup = \"a-${ENV:TALLY_TEST_NONE}\""),
            "f.toml:3:9: kafka.group: the environment variable TALLY_TEST_NONE is not set");
  EXPECT_EQ(SecretErrorOf("[kafka.properties]\nsasl.password = \"${ENV:TALLY_TEST_NONE}\""),
            "f.toml:2:17: kafka.properties.sasl.password: the environment variable TALLY_TEST_NONE is not set");
  for (const char* bad : {"${ENV:}", "${ENV:A", "${ENV:a b}", "${ENV:1}"}) {
    EXPECT_THAT(SecretErrorOf(Cat("[kafka]\ngroup = \"", bad, "\"")),
                StartsWith("f.toml:2:9: kafka.group: expected ${ENV:NAME}"));
  }
}

TEST_F(Secrets, ComeFromAFileWithoutItsLastLineEnd) {
  for (const char* contents : {"hunter2", "hunter2\n", "hunter2\r\n"}) {
    EXPECT_THAT(KafkaWith(FileWith(contents)).properties, ElementsAre(Pair("sasl.password", "hunter2")));
  }
  EXPECT_THAT(KafkaWith(FileWith(" a\nb\n\n")).properties, ElementsAre(Pair("sasl.password", " a\nb\n")));
}

TEST_F(Secrets, NameTheLineOfAFileThatCannotBeRead) {
  EXPECT_EQ(SecretErrorOf("[kafka.properties]\nsasl.password_file = \"/no/such\""),
            "f.toml:2:22: kafka.properties.sasl.password_file: cannot read the file \"/no/such\": No such file or "
            "directory");
  EXPECT_THAT(SecretErrorOf(Cat("[kafka.properties]\nsasl.password_file = \"", directory_.path(), "\"")),
              HasSubstr("Is a directory"));
  EXPECT_THAT(SecretErrorOf(FileWith(std::string(200'000, 'x'))), HasSubstr("expected at most 100000 bytes"));
  EXPECT_THAT(SecretErrorOf(FileWith(std::string("a\0b", 3))), HasSubstr("must not contain U+0000"));
}

TEST_F(Secrets, AreGivenOnce) {
  EXPECT_THAT(SecretErrorOf(FileWith("x") + "\nsasl.password = \"y\""), HasSubstr("is given twice"));
  EXPECT_THAT(SecretErrorOf("[kafka.properties]\nno.such_file = \"/dev/null\""),
              HasSubstr("librdkafka has no such property"));
}

TEST_F(Secrets, ArePrintedAsStarsWhateverTheirName) {
  absl::StatusOr<Config> config =
      ConfigWith(FileWith("hunter2") + "\nsasl.username = \"${ENV:TALLY_TEST_A}\"\nclient.id = \"mine\"");
  ASSERT_TRUE(config.ok()) << config.status();
  const std::string printed = PrintConfig(*config);
  EXPECT_THAT(printed, HasSubstr("\"sasl.password\" = \"***\"\n\"sasl.username\" = \"***\"\n"));
  EXPECT_THAT(printed, HasSubstr("\"client.id\" = \"mine\"\n"));
  EXPECT_THAT(printed, Not(HasSubstr("hunter2")));
}

TEST_F(Secrets, AreNotShownInAnError) {
  for (const char* text : {"[kafka.properties]\nsecurity.protocol = \"${ENV:TALLY_TEST_A}\"",
                           "[kafka]\nstart = \"${ENV:TALLY_TEST_A}\"", "[kafka]\nthreads = \"${ENV:TALLY_TEST_A}\""}) {
    EXPECT_THAT(SecretErrorOf(text), StartsWith("f.toml:2:")) << text;
    EXPECT_THAT(SecretErrorOf(text), Not(HasSubstr("hunter2"))) << text;
  }
}

TEST_F(Secrets, AreReplacedByALaterLayer) {
  std::ofstream(directory_ / "f.toml") << FileWith("hunter2");
  ConfigSources sources;
  sources.config = directory_ / "f.toml";
  sources.set = {"kafka.properties.sasl.password=other", "kafka.properties.sasl.username=${ENV:TALLY_TEST_A}"};
  absl::StatusOr<Config> config = LoadConfig(sources);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->kafka.properties, ElementsAre(Pair("sasl.password", "other"), Pair("sasl.username", "hunter2")));
  EXPECT_THAT(config->kafka.hidden_properties, ElementsAre("sasl.username"));
}

}  // namespace
}  // namespace tally
