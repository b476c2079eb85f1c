// Logs with offset gaps: from aborted transactions, transaction markers and compaction.
#include <signal.h>

#include <random>

#include "tests/kafka/node_test_base.h"
#include "tests/testing/compacted_topic.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/game_events.h"
#include "tests/testing/log_oracle.h"

namespace tally {
namespace {

class Compaction : public NodeTest {
 protected:
  void ExpectEqualToTheOracle() {
    auto dump = ReadDump(data_.path());
    ASSERT_TRUE(dump.ok()) << dump.status();
    const absl::Status read = oracle_.ReadUntil(dump->next, kNodeTimeout);
    ASSERT_TRUE(read.ok()) << read;
    EXPECT_TRUE(dump->counts == oracle_.counts());
    for (const auto& [fate, records] : dump->fates) {
      auto expected = oracle_.fates().find(fate);
      EXPECT_EQ(records, expected == oracle_.fates().end() ? 0 : expected->second) << fate;
    }
  }

  CompactedTopic compacted_{broker_, topic_};
  LogOracle oracle_{broker_.bootstrap()};
};

TEST_F(Compaction, IsCountedLikeTheOracleDoes) {
  FaultRow row("transactions, compaction", 100, 3);
  std::mt19937_64 random(row.seed());
  GameEvents events(row.seed(), SystemClock().Now());
  ASSERT_TRUE(compacted_.Create(2).ok());
  ASSERT_TRUE(compacted_.Append(0, events.Make(0, 3000)).ok());
  ASSERT_TRUE(compacted_.Append(1, events.Make(0, 5)).ok());
  auto left = compacted_.Compact(0, events.Make(0, 1)[0]);
  ASSERT_TRUE(left.ok()) << left.status();
  ASSERT_LT(*left, 20u);  // offsets are sparse

  const std::vector<std::string> fast = {"--set", "checkpoint.interval=50ms", "--set", "kafka.start=earliest"};
  uint64_t produced = *left + 5;
  int aborted = 0;
  for (int i = 0; i < row.times() && !HasFailure(); ++i) {
    StartAt(broker_.bootstrap(), fast);
    for (int batch = 0; batch < 3; ++batch) {
      using End = KafkaBroker::TransactionEnd;
      const auto partition = static_cast<int32_t>(random() % 2);
      std::vector<Message> messages = events.Make(0, 1 + random() % 500);
      for (size_t k = 0; k < messages.size(); ++k) messages[k].key = CompactedTopic::KeyOf(k);
      const int kind = static_cast<int>(random() % 3);
      const absl::Status done =
          kind == 0 ? broker_.Produce(topic_, partition, messages)
                    : broker_.ProduceTransaction(topic_, partition, messages, kind == 1 ? End::kCommit : End::kAbort);
      ASSERT_TRUE(done.ok()) << done;
      if (kind == 2) ++aborted;
      if (kind != 2) produced += messages.size();
    }
    if (random() % 2 == 0) {
      ExpectRead(produced);
      Stop();
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 400));
      node_->process().Kill(SIGKILL);
      ASSERT_TRUE(node_->process().Wait(kNodeTimeout).ok());
    }
    ExpectEqualToTheOracle();
  }
  StartAt(broker_.bootstrap(), fast);
  ExpectRead(produced);
  Stop();
  ExpectEqualToTheOracle();
  row.Did(Cat(row.times(), " restarts, ", aborted, " aborted transactions, ", 3001 - *left, " records compacted away"));
  row.Saw("counters, fates and offsets equal to the oracle's after each restart");
}

// If the last counted record was compacted away, there is nothing to compare.
TEST_F(Compaction, ContinuesIfTheLastCountedRecordIsGone) {
  GameEvents events(1, SystemClock().Now());
  ASSERT_TRUE(compacted_.Create(1).ok());
  ASSERT_TRUE(compacted_.Append(0, events.Make(0, 200)).ok());
  Start();
  ExpectRead(200);
  Stop();
  ExpectEqualToTheOracle();
  ASSERT_TRUE(compacted_.Append(0, events.Make(0, 205)).ok());
  auto left = compacted_.Compact(0, events.Make(0, 1)[0]);
  ASSERT_TRUE(left.ok()) << left.status();
  Start();
  AwaitLine("its last record counted is gone");
  ExpectRead(200 + *left);
  Stop();
  ExpectEqualToTheOracle();
}

}  // namespace
}  // namespace tally
