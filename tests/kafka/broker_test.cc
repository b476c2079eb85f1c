// Checks KafkaBroker with kcat, an independent client.
#include <signal.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/kafka_broker.h"
#include "tests/testing/subprocess.h"

namespace tally {
namespace {

using testing::MatchesRegex;

constexpr absl::Duration kBrokerTimeout = absl::Seconds(30);

// Returns the records that a consumer with read_committed reads from partition 0.
std::string Read(const KafkaBroker& broker, const std::string& topic, const std::string& format = "%o %s\n",
                 const std::string& from = "beginning") {
  auto run = RunToEnd({"kcat", "-C", "-q", "-e", "-b", broker.bootstrap(), "-t", topic, "-p", "0", "-o", from, "-X",
                       "isolation.level=read_committed", "-f", format},
                      kBrokerTimeout);
  return run.ok() ? run->out + run->err : run.status().ToString();
}

std::string NewTopic(int partitions = 1, const KafkaBroker::Configs& configs = {}) {
  std::string topic = SharedBroker().UniqueTopic("topic");
  absl::Status status = SharedBroker().CreateTopic(topic, partitions, configs);
  EXPECT_TRUE(status.ok()) << status;
  return topic;
}

absl::Status Append(const std::string& topic, const std::vector<Message>& messages) {
  return SharedBroker().Produce(topic, 0, messages);
}

TEST(KafkaBroker, KeepsMessagesInOrderWithKeyAndTimestamp) {
  const std::string topic = NewTopic();
  ASSERT_TRUE(Append(topic, {{"a", "k", Timestamp::FromMillis(1307284245000)}, {.payload = "b"}}).ok());
  EXPECT_THAT(Read(SharedBroker(), topic, "%o %k %T %s\n"), MatchesRegex("0 k 1307284245000 a\n1  [0-9]+ b\n"));
}

TEST(KafkaBroker, StoresManyMessagesOfOneCall) {
  const std::string topic = NewTopic();
  ASSERT_TRUE(Append(topic, std::vector<Message>(600'000, {.payload = "x"})).ok());
  ASSERT_TRUE(Append(topic, {{.payload = "last"}}).ok());
  EXPECT_EQ(Read(SharedBroker(), topic, "%o %s\n", /*from=*/"-1"), "600000 last\n");
}

TEST(KafkaBroker, RefusesAMessageToAMissingPartition) {
  EXPECT_FALSE(SharedBroker().Produce(NewTopic(), 1, {{.payload = "a"}}).ok());
}

TEST(KafkaBroker, AddsPartitions) {
  const std::string topic = NewTopic();
  ASSERT_TRUE(SharedBroker().AddPartitions(topic, 4).ok());
  EXPECT_TRUE(SharedBroker().Produce(topic, 3, {{.payload = "a"}}).ok());
  EXPECT_FALSE(SharedBroker().AddPartitions(topic, 2).ok());
}

TEST(KafkaBroker, RecreatesATopicThatBeginsAtZeroAgain) {
  const std::string topic = NewTopic();
  ASSERT_TRUE(Append(topic, {{.payload = "old"}, {.payload = "old"}}).ok());
  ASSERT_TRUE(SharedBroker().DeleteTopic(topic).ok());
  EXPECT_FALSE(SharedBroker().DeleteTopic(topic).ok());
  ASSERT_TRUE(SharedBroker().CreateTopic(topic, 1).ok());
  ASSERT_TRUE(Append(topic, {{.payload = "new"}}).ok());
  EXPECT_EQ(Read(SharedBroker(), topic), "0 new\n");
}

TEST(KafkaBroker, DeletesTheRecordsBeforeAnOffset) {
  const std::string topic = NewTopic();
  ASSERT_TRUE(Append(topic, {{.payload = "a"}, {.payload = "b"}, {.payload = "c"}}).ok());
  ASSERT_TRUE(SharedBroker().DeleteRecordsBefore(topic, 0, 2).ok());
  EXPECT_EQ(Read(SharedBroker(), topic), "2 c\n");
}

// Transaction markers have offsets too, and the coordinator can answer before it has written them.
TEST(KafkaBroker, CommitsAndAbortsTransactions) {
  const std::string topic = NewTopic();
  using End = KafkaBroker::TransactionEnd;
  ASSERT_TRUE(SharedBroker().ProduceTransaction(topic, 0, {{.payload = "kept"}}, End::kCommit).ok());
  ASSERT_TRUE(SharedBroker().ProduceTransaction(topic, 0, {{.payload = "lost"}}, End::kAbort).ok());
  ASSERT_TRUE(Append(topic, {{.payload = "next"}}).ok());
  EXPECT_THAT(Read(SharedBroker(), topic), testing::MatchesRegex("0 kept\n[234] next\n"));
}

TEST(KafkaBroker, AppliesTopicConfigs) {
  const std::string topic = NewTopic(1, {{"max.message.bytes", "1000"}});
  EXPECT_TRUE(Append(topic, {{.payload = std::string(100, 'x')}}).ok());
  EXPECT_FALSE(Append(topic, {{.payload = std::string(2000, 'x')}}).ok());
  EXPECT_FALSE(SharedBroker().CreateTopic(SharedBroker().UniqueTopic("t"), 1, {{"no.such.config", "1"}}).ok());
}

TEST(KafkaBroker, ReturnsUniqueTopicNames) {
  EXPECT_NE(SharedBroker().UniqueTopic("t"), SharedBroker().UniqueTopic("t"));
}

TEST(KafkaBroker, KeepsItsDataAndAddressAfterAKill) {
  auto broker = KafkaBroker::Start();
  ASSERT_TRUE(broker.ok()) << broker.status();
  ASSERT_TRUE((*broker)->CreateTopic("t", 1).ok());
  ASSERT_TRUE((*broker)->Produce("t", 0, {{.payload = "before"}}).ok());
  const pid_t killed = (*broker)->pid();
  (*broker)->Stop();
  EXPECT_EQ(kill(killed, 0), -1);
  ASSERT_TRUE((*broker)->Restart().ok());
  ASSERT_TRUE((*broker)->Produce("t", 0, {{.payload = "after"}}).ok());
  EXPECT_EQ(Read(**broker, "t"), "0 before\n1 after\n");

  (*broker)->Freeze();
  auto frozen = RunToEnd({"kcat", "-L", "-m", "1", "-b", (*broker)->bootstrap()}, kBrokerTimeout);
  ASSERT_TRUE(frozen.ok()) << frozen.status();
  EXPECT_NE(frozen->status, 0);
  (*broker)->Thaw();
  ASSERT_TRUE((*broker)->Produce("t", 0, {{.payload = "thawed"}}).ok());
  EXPECT_EQ(Read(**broker, "t"), "0 before\n1 after\n2 thawed\n");
}

}  // namespace
}  // namespace tally
