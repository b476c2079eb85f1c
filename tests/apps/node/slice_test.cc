#include "apps/node/slice.h"

#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "apps/system_clock.h"
#include "core/base/strings.h"
#include "gtest/gtest.h"
#include "tests/testing/counting_node.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/tallyd.h"
#include "tests/testing/temp_dir.h"

namespace tally {
namespace {

constexpr absl::Duration kLogTimeout = absl::Seconds(30);

class SliceTest : public testing::Test {
 protected:
  SliceTest() { config_.checkpoint.dir = data_.path(); }

  // Opens the directory when the machine's clock is at `now`.
  std::unique_ptr<Slice> OpenAt(Timestamp now, const StartOptions& options = {}) {
    machine_.Set(now);
    clock_.emplace(machine_);
    auto slice = Slice::Open(config_, options, nullptr, *clock_);
    EXPECT_TRUE(slice.ok()) << slice.status();
    return slice.ok() ? *std::move(slice) : nullptr;
  }
  // Counts an event of `now`, and saves.
  void CountAt(Timestamp now) {
    const auto slice = OpenAt(now);
    ASSERT_NE(slice, nullptr);
    Shard& shard = slice->counters().AddShard();
    const std::string event = Cat(R"({"time":)", now.millis(), R"(,"game":"mw","call":"login"})");
    const Record record{shard.AddPartition({"mw", 0}, {}), 0, now, std::nullopt, event};
    shard.Apply({&record, 1}, now);
    slice->Tick(/*begun=*/false);
    ASSERT_TRUE(slice->SaveLast().ok());
  }

  TempDir data_;
  Config config_;
  FakeClock machine_{Timestamp()};
  std::optional<TrustedClock> clock_;
};

TEST_F(SliceTest, KnowsAnAddedMetricFromTheMinuteAfterTheNewestEvent) {
  CountAt(TimeAt("14:30:05"));
  config_.metrics.push_back(CallsMetric());
  const auto slice = OpenAt(TimeAt("14:40"));
  ASSERT_NE(slice, nullptr);
  EXPECT_EQ(slice->start_mode(), StartMode::kResumed);
  EXPECT_EQ(slice->counters().KnownFrom(0), slice->counters().horizon());
  EXPECT_EQ(slice->counters().KnownFrom(1), MinuteAt("14:31"));
}

TEST_F(SliceTest, IsCountedAgainByARecountIfItsHorizonIsLaterThanTheClock) {
  CountAt(TimeAt("14:30"));
  const Minute horizon = MinuteOf(TimeAt("14:30") - config_.retention.ttl);
  for (const Timestamp now : {horizon.start(), horizon.start() - absl::Milliseconds(1)}) {
    const bool ahead = horizon > MinuteOf(now);
    EXPECT_EQ(OpenAt(now, {.recount = true})->start_mode(), ahead ? StartMode::kRecount : StartMode::kResumed);
    EXPECT_EQ(OpenAt(now)->start_mode(), StartMode::kResumed);
  }
}

TEST_F(SliceTest, WarnsIfItsHorizonIsLaterThanTheClock) {
  CountAt(SystemClock().Now() + config_.retention.ttl + absl::Hours(1));
  auto node = Tallyd::Start({"--brokers", "127.0.0.1:1", "--topics", "mw", "--data", data_.path()});
  ASSERT_TRUE(node.ok()) << node.status();
  const auto line = (*node)->process().WaitForLine("serve --recount counts everything again", kLogTimeout);
  EXPECT_TRUE(line.ok()) << line.status();
}

}  // namespace
}  // namespace tally
