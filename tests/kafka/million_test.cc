// A million events in five topics with two partitions each, through the real binary.
#include "apps/system_clock.h"
#include "core/base/strings.h"
#include "gtest/gtest.h"
#include "tests/testing/game_events.h"
#include "tests/testing/kafka_broker.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

TEST(MillionEvents, AreCountedExactly) {
  KafkaBroker& broker = SharedBroker();
  GameEvents events(/*seed=*/1, SystemClock().Now());
  std::string topics;
  for (size_t game = 0; game < GameEvents::kGames.size(); ++game) {
    std::string topic = broker.UniqueTopic(GameEvents::kGames[game]);
    ASSERT_TRUE(broker.CreateTopic(topic, 2).ok());
    for (int partition : {0, 1}) ASSERT_TRUE(broker.Produce(topic, partition, events.Make(game, 100'000)).ok());
    topics += (game ? "," : "") + topic;
  }

  TempDir data;
  auto node = Tallyd::Start({"--brokers", broker.bootstrap(), "--topics", topics, "--data", data.path(), "--set",
                             "kafka.start=earliest", "--set", "kafka.group=" + broker.UniqueTopic("group")});
  ASSERT_TRUE(node.ok()) << node.status();
  absl::Status read = (*node)->WaitUntilRead(events.made(), absl::Seconds(120));
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ((*node)->Info("events_counted"), Cat(events.counted()));
  EXPECT_EQ((*node)->Info("events_unparsable"), Cat(events.broken()));
  EXPECT_EQ((*node)->Info("events_missing_field"), Cat(events.incomplete()));
  const auto& [some, count] = *events.counts().begin();
  EXPECT_EQ((*node)->Query({"GET", some.second, some.first}).substr(0, Cat(count).size()), Cat(count));
  EXPECT_EQ(*(*node)->Stop(), 0);

  absl::StatusOr<Dump> dump = ReadDump(data.path());
  ASSERT_TRUE(dump.ok()) << dump.status();
  EXPECT_TRUE(dump->counts == events.counts());
  EXPECT_EQ(dump->fates["counted"], events.counted());
}

}  // namespace
}  // namespace tally
