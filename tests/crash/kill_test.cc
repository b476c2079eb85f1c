// Kills the node with SIGKILL at random moments and at named crash points, while a producer continues. After each kill,
// the checkpoint must contain exactly the counts of the log before its offsets.
#include <signal.h>

#include <atomic>
#include <random>
#include <thread>

#include "apps/system_clock.h"
#include "core/base/strings.h"
#include "gtest/gtest.h"
#include "tests/testing/compacted_topic.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/game_events.h"
#include "tests/testing/kafka_broker.h"
#include "tests/testing/log_oracle.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

constexpr int kKills = 1000;
constexpr int kKillsInTest = 60;
constexpr absl::Duration kTimeout = absl::Seconds(120);

// The crash points (core/base/crash_point.h), and the maximum number of times that each is passed before the kill.
constexpr struct {
  const char* name;
  int times_max;
} kCrashPoints[] = {
    {"before opening", 1},         {"after opening", 1},
    {"loading a row", 2000},       {"before assigning", 1},
    {"after a batch", 5},          {"between cut and fold", 10},
    {"before the write", 3},       {"after the write", 3},
    {"between write and note", 3}, {"before offsets are committed", 1},
};

// Produces to five topics of two partitions, later three. Some events are in transactions, and some transactions are
// aborted. The beginning of the first topic is compacted before a node reads it, so that the node and the oracle read
// the same records.
class Producer {
 public:
  Producer(KafkaBroker& broker, uint64_t seed) : broker_(broker), random_(seed), events_(seed, SystemClock().Now()) {
    for (const char* game : GameEvents::kGames) {
      topics_.push_back(broker.UniqueTopic(game));
      if (topics_.size() == 1) {
        CreateCompacted();
      } else {
        EXPECT_TRUE(broker.CreateTopic(topics_.back(), 2).ok());
      }
    }
  }
  ~Producer() { Stop(); }

  void Start() {
    thread_ = std::thread([this] {
      for (size_t i = 0; !stopping_; ++i) {
        if (i == 100) AddPartitions();
        ProduceSome(i % topics_.size(), static_cast<int32_t>(random_() % static_cast<uint64_t>(partitions_)));
      }
    });
  }
  void Stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }

  std::string topics() const {
    std::string all;
    for (const std::string& topic : topics_) all += (all.empty() ? "" : ",") + topic;
    return all;
  }
  const std::vector<std::string>& names() const { return topics_; }
  uint64_t produced() const { return events_.made() - gone_; }  // records that can be read. REQUIRES: stopped

 private:
  void CreateCompacted() {
    CompactedTopic compacted(broker_, topics_[0]);
    EXPECT_TRUE(compacted.Create(2).ok());
    EXPECT_TRUE(compacted.Append(0, events_.Make(0, 5000)).ok());
    absl::StatusOr<uint64_t> left = compacted.Compact(0, events_.Make(0, 1)[0]);
    ASSERT_TRUE(left.ok()) << left.status();
    ASSERT_LT(*left, 5001u);
    gone_ += 5001 - *left;
  }

  void AddPartitions() {
    for (const std::string& topic : topics_) EXPECT_TRUE(broker_.AddPartitions(topic, 3).ok());
    partitions_ = 3;
  }

  void ProduceSome(size_t game, int32_t partition) {
    using End = KafkaBroker::TransactionEnd;
    const size_t n = 1 + random_() % 2000;
    std::vector<Message> messages = events_.Make(game, n);
    for (size_t i = 0; i < n && game == 0; ++i) messages[i].key = CompactedTopic::KeyOf(i);
    if (random_() % 8 != 0) {
      EXPECT_TRUE(broker_.Produce(topics_[game], partition, messages).ok());
      return;
    }
    const bool abort = random_() % 2 == 0;
    if (abort) gone_ += n;
    absl::Status done =
        broker_.ProduceTransaction(topics_[game], partition, messages, abort ? End::kAbort : End::kCommit);
    EXPECT_TRUE(done.ok()) << done;
  }

  KafkaBroker& broker_;
  std::mt19937_64 random_;
  GameEvents events_;
  std::vector<std::string> topics_;
  int partitions_ = 2;
  uint64_t gone_ = 0;  // records of aborted transactions, and compacted records
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

class KillNine : public testing::Test {
 protected:
  std::vector<std::string> Arguments() {
    return {
        "--brokers", broker_.bootstrap(),    "--topics", producer_.topics(),         "--data", data_.path(),
        "--set",     "kafka.start=earliest", "--set",    "checkpoint.interval=50ms", "--set",  "kafka.group=" + group_};
  }

  // Runs a node until it kills itself at a crash point, or kills it at a random moment.
  void RunAndKill(int kill) {
    std::vector<std::string> argv = {TALLYD_BINARY, "serve", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"};
    for (std::string& argument : Arguments()) argv.push_back(std::move(argument));
    Subprocess::Options options;
    absl::Duration timeout = absl::Milliseconds(random_() % 1500);
    if (kill % 3 == 0) {
      const auto& point = kCrashPoints[static_cast<size_t>(kill / 3) % std::size(kCrashPoints)];
      const uint64_t times = 1 + random_() % static_cast<uint64_t>(point.times_max);
      options.environment = {Cat("TALLY_CRASH_AT=", point.name, ":", times)};
      timeout = absl::Seconds(10);
    }
    auto node = Subprocess::Start(argv, options);
    ASSERT_TRUE(node.ok()) << node.status();
    auto status = (*node)->Wait(timeout);
    if (status.ok()) {
      EXPECT_EQ(*status, 128 + SIGKILL) << (*node)->Stderr();
      ++at_crash_points_;
    } else {
      (*node)->Kill(SIGKILL);
    }
  }

  // Compares the checkpoint with the oracle. Before the first checkpoint there is nothing on the disk.
  void ExpectEqualToTheOracle() {
    absl::StatusOr<Dump> dump = ReadDump(data_.path());
    if (!dump.ok() && oracle_.counts().empty()) return;
    ASSERT_TRUE(dump.ok()) << dump.status();
    absl::Status read = oracle_.ReadUntil(dump->next, kTimeout);
    ASSERT_TRUE(read.ok()) << read;
    EXPECT_TRUE(dump->counts == oracle_.counts());
    for (const auto& [fate, records] : dump->fates) {
      auto expected = oracle_.fates().find(fate);
      EXPECT_EQ(records, expected == oracle_.fates().end() ? 0 : expected->second) << fate;
    }
  }

  FaultRow row_{"kill -9 at any point", kKills, kKillsInTest};
  std::mt19937_64 random_{row_.seed()};
  KafkaBroker& broker_ = SharedBroker();
  const std::string group_ = broker_.UniqueTopic("group");
  Producer producer_{broker_, row_.seed()};
  LogOracle oracle_{broker_.bootstrap()};
  TempDir data_;
  int at_crash_points_ = 0;
};

TEST_F(KillNine, LeavesExactlyTheCountsOfTheLogBeforeItsOffsets) {
  producer_.Start();
  for (int kill = 0; kill < row_.times() && !HasFailure(); ++kill) {
    SCOPED_TRACE(Cat("kill ", kill));
    RunAndKill(kill);
    ExpectEqualToTheOracle();
  }
  producer_.Stop();
  EXPECT_GE(at_crash_points_, row_.times() / 5);  // fails if a crash point has another name

  auto node = Tallyd::Start(Arguments());
  ASSERT_TRUE(node.ok()) << node.status();
  absl::Status read = (*node)->WaitUntilRead(producer_.produced(), kTimeout);
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(*(*node)->Stop(), 0);
  ExpectEqualToTheOracle();
  row_.Did(Cat(row_.times(), " kills, ", at_crash_points_, " of them at named crash points"));
  row_.Saw("counters, fates and offsets equal to the oracle's after each kill");
}

}  // namespace
}  // namespace tally
