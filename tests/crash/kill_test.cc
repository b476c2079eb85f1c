// kill -9 at random moments, while a producer goes on: every counter must come out as the producer counted it.
#include <signal.h>

#include <atomic>
#include <random>
#include <thread>

#include "apps/system_clock.h"
#include "core/base/strings.h"
#include "gtest/gtest.h"
#include "tests/testing/game_events.h"
#include "tests/testing/kafka_broker.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

constexpr int kKills = 20;

struct Topics {
  std::vector<std::string> names;

  std::string joined() const {
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : ",") + name;
    return all;
  }
};

Topics MakeTopics(KafkaBroker& broker) {
  Topics topics;
  for (const char* game : GameEvents::kGames) {
    topics.names.push_back(broker.UniqueTopic(game));
    EXPECT_TRUE(broker.CreateTopic(topics.names.back(), 2).ok());
  }
  return topics;
}

TEST(KillNine, LosesNoEventAndCountsNoneTwice) {
  uint64_t seed = std::random_device()();
  SCOPED_TRACE(Cat("seed ", seed));
  std::mt19937_64 random(seed);
  KafkaBroker& broker = SharedBroker();
  Topics topics = MakeTopics(broker);
  GameEvents events(seed, SystemClock().Now());
  std::atomic<bool> killing{true};
  std::atomic<bool> produced_all{true};
  std::thread producer([&] {
    for (size_t i = 0; killing; ++i) {
      size_t game = i % topics.names.size();
      bool stored = broker.Produce(topics.names[game], static_cast<int32_t>(i / 5 % 2), events.Make(game, 2000)).ok();
      if (!stored) produced_all = false;
    }
  });

  TempDir data;
  std::vector<std::string> arguments = {"--brokers", broker.bootstrap(),
                                        "--topics",  topics.joined(),
                                        "--data",    data.path(),
                                        "--set",     "kafka.start=earliest",
                                        "--set",     "checkpoint.interval=50ms",
                                        "--set",     "kafka.group=" + broker.UniqueTopic("group")};
  for (int kill = 0; kill < kKills; ++kill) {
    auto node = Tallyd::Start(arguments);
    if (!node.ok()) ADD_FAILURE() << node.status();
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 1500));
    if (node.ok()) (*node)->process().Kill(SIGKILL);
  }
  killing = false;
  producer.join();
  ASSERT_TRUE(produced_all);

  auto node = Tallyd::Start(arguments);
  ASSERT_TRUE(node.ok()) << node.status();
  absl::Status read = (*node)->WaitUntilRead(events.made(), absl::Seconds(120));
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(*(*node)->Stop(), 0);
  absl::StatusOr<Dump> dump = ReadDump(data.path());
  ASSERT_TRUE(dump.ok()) << dump.status();
  EXPECT_TRUE(dump->counts == events.counts());
  EXPECT_EQ(dump->fates["counted"], events.counted());
  EXPECT_EQ(dump->fates["unparsable"], events.broken());
}

}  // namespace
}  // namespace tally
