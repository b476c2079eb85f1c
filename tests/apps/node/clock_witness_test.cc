#include "apps/node/clock_witness.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/apps/kafka/feed.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/times.h"

namespace tally {
namespace {

// Two partitions, the second without a leader; a clock that is an hour off.
class ClockWitnessTest : public testing::Test {
 protected:
  ClockWitnessTest() {
    feed_.Create("mw", 2);
    feed_.broker().TakeLeader("mw", 1);
    machine_.Advance(absl::Seconds(1));
    machine_.Set(machine_.Now() + absl::Hours(1));
    clock_.Check();
    witness_ = std::make_unique<ClockWitness>(clock_, std::vector<std::string>{"mw"}, feed_.options());
  }

  // Until the clock is trusted, or nothing changed for so long.
  bool Trusted(absl::Duration patience, const std::function<void()>& meanwhile) {
    for (const absl::Time end = absl::Now() + patience; clock_.in_doubt() && absl::Now() < end;) {
      meanwhile();
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    return !clock_.in_doubt();
  }

  Feed feed_;
  FakeClock machine_{TimeAt("14:30")};
  TrustedClock clock_{machine_};
  std::unique_ptr<ClockWitness> witness_;
};

TEST_F(ClockWitnessTest, HearsThosePartitionsThatHaveALeader) {
  ASSERT_TRUE(clock_.in_doubt());
  EXPECT_TRUE(Trusted(kPatience, [&] { feed_.Produce("mw", 0, nullptr, "{}", TimeAt("15:29").millis()); }));
}

TEST_F(ClockWitnessTest, DoesNotTakeForSilentWhatHasNoLeader) {
  EXPECT_FALSE(Trusted(absl::Seconds(6), [&] { machine_.Advance(absl::Minutes(1)); }));
}

TEST_F(ClockWitnessTest, IsNotTakenInByRecordsOfTheTimeThatWasLeft) {
  EXPECT_FALSE(Trusted(absl::Seconds(3), [&] { feed_.Produce("mw", 0, nullptr, "{}", TimeAt("14:30").millis()); }));
}

}  // namespace
}  // namespace tally
