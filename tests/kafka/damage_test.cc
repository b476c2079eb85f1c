// A bit flips between the broker and the node. The partition stops and reports it; no wrong byte is counted, and no
// record is skipped.
#include <random>

#include "tests/kafka/node_test_base.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/tcp_proxy.h"

namespace tally {
namespace {

using testing::HasSubstr;

constexpr int kAlways = 1'000'000;

class Damage : public NodeTest {
 protected:
  void SetUp() override { CreateTopic(2); }

  void ExpectStopped(int64_t offset) {
    const std::string reason = Cat("damaged record at offset ", offset);
    AwaitLine(Cat(topic_, ":0 is not read any more: ", reason));
    Await("stopped", [&] { return node_->Info("partitions_stopped") == "1"; });
    EXPECT_THAT(node_->Query({"LAG"}), HasSubstr("stopped:damaged_record"));
    EXPECT_THAT(node_->Http("/readyz"), HasSubstr(Cat("stopped: ", topic_, ":0 ", reason)));
  }

  TcpProxy proxy_{broker_.bootstrap()};
};

TEST_F(Damage, StopsThePartitionIfABitFlips) {
  FaultRow row("CRC error", 50, 2);
  std::mt19937_64 random(row.seed());
  int good = 0, other = 0;
  for (int i = 0; i < row.times() && !HasFailure(); ++i) {
    const bool once = i % 2 == 0;
    Produce(10, "good"), good += 10;
    StartAt(proxy_.bootstrap());
    ExpectRead(static_cast<uint64_t>(good + other));
    // Flips a bit at the end of the marked record, or in one of the next two records of its batch. A flipped bit before
    // the batch's checksum, for example in its offset, cannot be detected.
    const int flipped = proxy_.flipped();
    proxy_.FlipAfter("\"call\":\"marked", 1 + random() % 80, once ? 1 : kAlways);
    ASSERT_TRUE(broker_.Produce(topic_, 0, {{Event("marked")}, {Event("after")}, {Event("after")}}).ok());
    ExpectStopped(good);
    Produce(5, "other", 1), other += 5;
    ExpectRead(static_cast<uint64_t>(good + other));
    EXPECT_GT(proxy_.flipped(), flipped);
    EXPECT_EQ(CountOf("good"), Cat(good - 3 * i));
    EXPECT_EQ(CountOf("marked"), i == 0 ? "" : Cat(i));
    Stop();

    if (!once) {  // the same result each time
      StartAt(proxy_.bootstrap());
      ExpectStopped(good);
      Stop();
    }
    proxy_.FlipAfter("none", 1, 0);
    good += 3;
  }
  StartAt(proxy_.bootstrap());
  ExpectRead(static_cast<uint64_t>(good + other));
  EXPECT_EQ(CountOf("good"), Cat(good - 3 * row.times()));
  EXPECT_EQ(CountOf("marked"), Cat(row.times()));
  EXPECT_EQ(CountOf("after"), Cat(2 * row.times()));
  EXPECT_EQ(CountOf("other"), Cat(other));
  EXPECT_EQ(node_->Info("events_unparsable"), "0");
  Stop();
  row.Did(Cat(row.times(), " flipped bits, half of them in one fetch, half of them in each fetch"));
  row.Saw("stopped, the others continued, nothing of the batch counted; counts exact after a restart without the flip");
}

TEST_F(Damage, IsSkippedWithAcceptGap) {
  Produce(10, "login");
  StartAt(proxy_.bootstrap());
  ExpectRead(10);
  proxy_.FlipAfter("\"call\":\"marked", 2, kAlways);
  Produce(3, "marked");
  Produce(5, "login");
  ExpectStopped(10);
  Stop();

  StartAt(proxy_.bootstrap(), {"--accept-gap", topic_ + ":0@10"});  // without a target offset
  ExpectStopped(10);
  Stop();
  StartAt(proxy_.bootstrap(), {"--accept-gap", topic_ + ":0@10=13"});
  ExpectRead(15);
  EXPECT_EQ(CountOf("login"), "15");
  EXPECT_EQ(CountOf("marked"), "");
  Stop();
  auto dump = RunToEnd({TALLYD_BINARY, "dump", data_.path()}, kNodeTimeout);
  ASSERT_TRUE(dump.ok());
  EXPECT_THAT(dump->out, HasSubstr("gap " + topic_ + " 0 from 10 to 13 accepted "));
}

}  // namespace
}  // namespace tally
