#include "apps/config/properties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/base/strings.h"

namespace tally {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string ErrorOf(const std::string& name, const std::string& value) {
  return std::string(FromAbsl(CheckKafkaProperty(name, value).message()));
}

TEST(KafkaProperty, CanBeAnyThatLibrdkafkaAccepts) {
  EXPECT_EQ(ErrorOf("security.protocol", "SSL"), "");
  EXPECT_EQ(ErrorOf("sasl.username", "x"), "");
  EXPECT_EQ(ErrorOf("fetch.wait.max.ms", "10"), "");
  EXPECT_EQ(ErrorOf("socket.keepalive.enable", "true"), "");
}

TEST(KafkaProperty, IsRefusedIfExactCountingDependsOnIt) {
  for (const char* name : {"bootstrap.servers", "metadata.broker.list", "group.id", "enable.auto.commit",
                           "enable.auto.offset.store", "enable.auto.anything", "auto.commit.enable",
                           "enable.partition.eof", "auto.offset.reset", "check.crcs", "isolation.level"}) {
    EXPECT_THAT(ErrorOf(name, "true"), HasSubstr("exact counting depends on it")) << name;
  }
}

TEST(KafkaProperty, IsRefusedIfLibrdkafkaRejectsItsNameOrValue) {
  EXPECT_THAT(ErrorOf("security.protocoll", "SSL"), HasSubstr("librdkafka has no such property"));
  EXPECT_THAT(ErrorOf("", ""), HasSubstr("librdkafka has no such property"));
  EXPECT_THAT(ErrorOf("security.protocol", "TSL"), HasSubstr("librdkafka rejects the value: "));
  EXPECT_THAT(ErrorOf("fetch.wait.max.ms", "a while"), HasSubstr("librdkafka rejects the value: "));
}

TEST(KafkaProperty, LoadsNoLibraryDuringTheCheck) { EXPECT_EQ(ErrorOf("plugin.library.paths", "no-such-library"), ""); }

TEST(KafkaProperty, IsASecretByItsName) {
  for (const char* name : {"sasl.password", "ssl.key.password", "ssl.keystore.password", "ssl.key.pem",
                           "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config", "SASL.Password"}) {
    EXPECT_TRUE(IsSecretProperty(name)) << name;
  }
  for (const char* name : {"sasl.username", "security.protocol", "ssl.key.location", "ssl.ca.location"}) {
    EXPECT_FALSE(IsSecretProperty(name)) << name;
  }
}

TEST(KafkaProperty, ShowsNoSecretInAnError) {
  EXPECT_THAT(ErrorOf("no.such.password", "hunter2"), Not(HasSubstr("hunter2")));
}

// The error of a node with these properties; the property number i is on line i.
std::string ClientErrorOf(const std::vector<std::pair<std::string, std::string>>& properties,
                          const std::set<std::string>& hidden = {}) {
  KafkaConfig kafka;
  kafka.hidden_properties = hidden;
  std::map<std::string, std::string> places;
  for (const auto& [name, value] : properties) {
    kafka.properties[name] = value;
    places[name] = Cat("f.toml:", places.size() + 1, ":1: ", name);
  }
  return std::string(FromAbsl(CheckKafkaClient(kafka, places).message()));
}

TEST(KafkaClient, CanBeCreatedWithPropertiesThatFitTogether) {
  EXPECT_EQ(ClientErrorOf({}), "");
  EXPECT_EQ(ClientErrorOf({{"security.protocol", "sasl_plaintext"},
                           {"sasl.mechanism", "SCRAM-SHA-256"},
                           {"sasl.username", "u"},
                           {"sasl.password", "p"}}),
            "");
}

TEST(KafkaClient, IsRefusedWithThePropertyThatContradictsAnother) {
  EXPECT_EQ(ClientErrorOf({{"client.id", "x"}, {"fetch.max.bytes", "1000"}}),
            "f.toml:2:1: fetch.max.bytes: librdkafka cannot create a client: `fetch.max.bytes` must be >= "
            "`message.max.bytes`");
  EXPECT_THAT(ClientErrorOf({{"receive.message.max.bytes", "2000"}}),
              StartsWith("f.toml:1:1: receive.message.max.bytes: "));
  EXPECT_THAT(ClientErrorOf({{"max.poll.interval.ms", "100"}}), StartsWith("f.toml:1:1: max.poll.interval.ms: "));
  EXPECT_THAT(ClientErrorOf({{"reconnect.backoff.ms", "100"}, {"reconnect.backoff.max.ms", "10"}}),
              StartsWith("f.toml:2:1: reconnect.backoff.max.ms: "));
}

TEST(KafkaClient, IsRefusedWithAFileThatDoesNotExist) {
  EXPECT_THAT(
      ClientErrorOf({{"security.protocol", "ssl"}, {"ssl.ca.location", "/no/such/ca.pem"}}),
      AllOf(StartsWith("f.toml:2:1: ssl.ca.location: "), EndsWith(": \"/no/such/ca.pem\": No such file or directory")));
}

TEST(KafkaClient, IsRefusedWithABrokenSaslMechanism) {
  EXPECT_EQ(ClientErrorOf({{"security.protocol", "sasl_plaintext"}, {"sasl.mechanism", "SCRUM"}}),
            "f.toml:2:1: sasl.mechanism: librdkafka cannot create a client: Unsupported SASL mechanism: SCRUM");
  EXPECT_THAT(
      ClientErrorOf({{"security.protocol", "sasl_plaintext"}, {"sasl.mechanism", "PLAIN"}}),
      AllOf(StartsWith("f.toml:2:1: sasl.mechanism: "), HasSubstr("sasl.username and sasl.password must be set")));
  EXPECT_THAT(ClientErrorOf({{"security.protocol", "sasl_plaintext"}}), StartsWith("kafka.properties: "));
}

TEST(KafkaClient, IsRefusedWithoutShowingSecrets) {
  const std::string error =
      ClientErrorOf({{"security.protocol", "sasl_plaintext"}, {"sasl.mechanism", "hunter2"}}, {"sasl.mechanism"});
  EXPECT_THAT(error, AllOf(HasSubstr("Unsupported SASL mechanism: ***"), Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace tally
