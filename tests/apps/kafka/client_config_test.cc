#include "apps/kafka/client_config.h"

#include <librdkafka/rdkafka.h>

#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string ValueOf(const ClientHandle& client, const char* name) {
  char value[512] = "";
  size_t size = sizeof value;
  EXPECT_EQ(rd_kafka_conf_get(rd_kafka_conf(client.get()), name, value, &size), RD_KAFKA_CONF_OK) << name;
  return value;
}

// Nothing listens there.
ClientHandle Consumer(std::map<std::string, std::string> properties) {
  auto client = NewConsumer({"127.0.0.1:1", "tests", std::move(properties)});
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

TEST(ClientConfig, KeepsTheRequiredSettingsWithAnyProperties) {
  const ClientHandle client = Consumer({{"enable.auto.commit", "true"},
                                        {"enable.auto.offset.store", "true"},
                                        {"auto.offset.reset", "earliest"},
                                        {"enable.partition.eof", "false"},
                                        {"check.crcs", "false"},
                                        {"isolation.level", "read_uncommitted"},
                                        {"allow.auto.create.topics", "true"},
                                        {"group.id", "other"}});
  EXPECT_EQ(ValueOf(client, "enable.auto.commit"), "false");
  EXPECT_EQ(ValueOf(client, "enable.auto.offset.store"), "false");
  EXPECT_EQ(ValueOf(client, "auto.offset.reset"), "error");
  EXPECT_EQ(ValueOf(client, "enable.partition.eof"), "true");
  EXPECT_EQ(ValueOf(client, "check.crcs"), "true");
  EXPECT_EQ(ValueOf(client, "isolation.level"), "read_committed");
  EXPECT_EQ(ValueOf(client, "allow.auto.create.topics"), "false");
  EXPECT_EQ(ValueOf(client, "group.id"), "tests");
}

TEST(ClientConfig, LetsPropertiesOverrideThePreferredSettings) {
  const ClientHandle client = Consumer({{"queued.min.messages", "123"}, {"client.id", "mine"}});
  EXPECT_EQ(ValueOf(client, "queued.min.messages"), "123");
  EXPECT_EQ(ValueOf(client, "client.id"), "mine");
}

TEST(ClientConfig, LimitsThePrefetch) {
  const Prefetch prefetch{.messages = 1234, .fetch_bytes = 1'567'890};
  const ClientHandle client = *NewConsumer({"127.0.0.1:1", "tests", {}}, prefetch);
  EXPECT_EQ(ValueOf(client, "queued.min.messages"), "1234");
  EXPECT_EQ(ValueOf(client, "fetch.max.bytes"), "1567890");
  EXPECT_EQ(ValueOf(client, "queued.max.messages.kbytes"), Cat(Prefetch::kQueuedKbytes));
  EXPECT_EQ(ValueOf(client, "fetch.message.max.bytes"), Cat(Prefetch::kPartitionFetchBytes));
}

TEST(ClientConfig, PrefetchesMoreForManyPartitionsUpToALimit) {
  EXPECT_EQ(Prefetch::For(0).fetch_bytes, Prefetch().fetch_bytes);
  EXPECT_EQ(Prefetch::For(100).messages, Prefetch().messages);
  EXPECT_EQ(Prefetch::For(128).messages, 2 * Prefetch().messages);
  EXPECT_EQ(Prefetch::For(128).fetch_bytes, 2 * Prefetch().fetch_bytes);
  EXPECT_EQ(Prefetch::For(100'000).messages, 4 * Prefetch().messages);
}

// librdkafka's own defaults would also accept each of these properties alone.
TEST(ClientConfig, AdaptsThePreferredSettingsToTheProperties) {
  EXPECT_EQ(ValueOf(Consumer({{"message.max.bytes", "5000000"}}), "fetch.max.bytes"), "5000000");
  EXPECT_EQ(ValueOf(Consumer({{"receive.message.max.bytes", "1048576"}}), "fetch.max.bytes"), "1048064");
  EXPECT_EQ(ValueOf(Consumer({{"reconnect.backoff.ms", "5000"}}), "reconnect.backoff.max.ms"), "5000");
  const std::map<std::string, std::string> properties = {{"receive.message.max.bytes", "2000000"}};
  const auto many = NewConsumer({"127.0.0.1:1", "tests", properties}, Prefetch::For(1000));
  EXPECT_TRUE(many.ok()) << many.status();
}

TEST(ClientConfig, NamesAPropertyItCannotSetAndKeepsItsValue) {
  auto client = NewConsumer({"127.0.0.1:1", "tests", {{"sasl.mechanism.x", "hunter2"}}});
  EXPECT_THAT(client.status().ToString(), HasSubstr("sasl.mechanism.x"));
  EXPECT_THAT(client.status().ToString(), Not(HasSubstr("hunter2")));
}

TEST(ClientConfig, RefusesPropertiesThatContradictEachOther) {
  auto client = NewConsumer({"127.0.0.1:1", "tests", {{"security.protocol", "ssl"}, {"ssl.ca.location", "/no/such"}}});
  EXPECT_FALSE(client.ok());
}

}  // namespace
}  // namespace tally
