#include "apps/config/properties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/strings.h"

namespace tally {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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

}  // namespace
}  // namespace tally
