#include "core/time/trusted_clock.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/times.h"

namespace tally {
namespace {

using testing::HasSubstr;

class TrustedClockTest : public testing::Test {
 protected:
  bool Doubts() {
    clock_.Check();
    EXPECT_EQ(clock_.in_doubt(), !clock_.doubt().empty());
    return clock_.in_doubt();
  }
  void Step(absl::Duration by) { machine_.Set(machine_.Now() + by); }

  FakeClock machine_{TimeAt("14:30")};
  TrustedClock clock_{machine_};
};

TEST_F(TrustedClockTest, FollowsTheMachinesClock) {
  for (int i = 0; i < 100; ++i) {
    machine_.Advance(absl::Minutes(7));
    EXPECT_EQ(clock_.Now(), machine_.Now());
  }
  EXPECT_FALSE(Doubts());
}

TEST_F(TrustedClockTest, FollowsAStepOfTenMinutesEitherWay) {
  Step(absl::Minutes(10));
  EXPECT_EQ(clock_.Now(), TimeAt("14:40"));
  Step(-absl::Minutes(20));
  EXPECT_EQ(clock_.Now(), TimeAt("14:20"));
  EXPECT_FALSE(Doubts());
}

TEST_F(TrustedClockTest, StopsAfterALongerStep) {
  for (absl::Duration step : {absl::Minutes(11), absl::Hours(24), -absl::Minutes(11), -absl::Hours(24)}) {
    machine_.Set(TimeAt("14:30"));
    TrustedClock clock(machine_);
    machine_.Advance(absl::Seconds(30));
    Step(step);
    EXPECT_EQ(clock.Now(), TimeAt("14:30:30")) << step;  // the first call already detects it
    EXPECT_TRUE(clock.in_doubt());
    machine_.Advance(absl::Minutes(5));
    EXPECT_EQ(clock.Now(), TimeAt("14:30:30")) << step;
  }
}

TEST_F(TrustedClockTest, DoubtsAWallClockThatStopped) {
  const Timestamp stopped = machine_.Now();
  machine_.Advance(absl::Minutes(11));
  machine_.Set(stopped);
  EXPECT_TRUE(Doubts());
}

TEST_F(TrustedClockTest, ReportsTheTimeThatItExpected) {
  Step(absl::Hours(1));
  clock_.Check();
  EXPECT_THAT(clock_.doubt(),
              HasSubstr("it reads 2011-06-05T15:30:00.000Z, but the monotonic clock expects 2011-06-05T14:30:00.000Z"));
}

TEST_F(TrustedClockTest, IsTrustedAfterAFreshRecordAgrees) {
  Step(absl::Hours(1));
  ASSERT_TRUE(Doubts());
  clock_.SeeFresh(TimeAt("15:19"));
  clock_.SeeFresh(TimeAt("15:41"));
  ASSERT_TRUE(Doubts());
  clock_.SeeFresh(TimeAt("15:20"));
  EXPECT_FALSE(Doubts());
  EXPECT_EQ(clock_.Now(), TimeAt("15:30"));
}

TEST_F(TrustedClockTest, IsNotTrustedWhileFreshRecordsDisagree) {
  Step(absl::Hours(1));
  ASSERT_TRUE(Doubts());
  for (int minutes = 0; minutes < 60; ++minutes) {
    machine_.Advance(absl::Minutes(1));
    clock_.SeeFresh(machine_.Now() - absl::Hours(1));
    ASSERT_TRUE(Doubts());
  }
}

TEST_F(TrustedClockTest, IsTrustedAfterTenMinutesWithoutAFreshRecord) {
  Step(absl::Hours(1));
  ASSERT_TRUE(Doubts());
  machine_.Advance(absl::Minutes(15));
  clock_.HearNothingFor(absl::Minutes(10) - absl::Milliseconds(1));
  EXPECT_TRUE(Doubts());
  clock_.HearNothingFor(absl::Minutes(10));
  EXPECT_FALSE(Doubts());
  EXPECT_EQ(clock_.Now(), TimeAt("15:45"));
}

TEST_F(TrustedClockTest, IsNotTrustedIfNoClientReads) {
  Step(absl::Hours(1));
  ASSERT_TRUE(Doubts());
  machine_.Advance(absl::Hours(10));
  EXPECT_TRUE(Doubts());
}

TEST_F(TrustedClockTest, IgnoresSilenceWhileItIsTrusted) {
  machine_.Advance(absl::Minutes(1));
  clock_.HearNothingFor(absl::Hours(1));
  Step(absl::Hours(1));
  EXPECT_TRUE(Doubts());
}

TEST_F(TrustedClockTest, IsTrustedAfterTheWallClockIsCorrected) {
  Step(absl::Hours(1));
  ASSERT_TRUE(Doubts());
  machine_.Advance(absl::Minutes(3));
  Step(-absl::Hours(1));
  EXPECT_FALSE(Doubts());
  EXPECT_EQ(clock_.Now(), TimeAt("14:33"));
}

TEST_F(TrustedClockTest, IsInDoubtBeforeTheCheckpointsTime) {
  clock_.NotBefore(TimeAt("14:31"));
  EXPECT_THAT(clock_.doubt(), HasSubstr("but the checkpoint was taken at 2011-06-05T14:31:00.000Z"));
  EXPECT_EQ(clock_.Now(), TimeAt("14:31"));
  machine_.Advance(absl::Seconds(59));
  EXPECT_TRUE(Doubts());
  machine_.Advance(absl::Seconds(1));
  EXPECT_FALSE(Doubts());
}

TEST_F(TrustedClockTest, IsNotInDoubtFromTheCheckpointsTimeOn) {
  clock_.NotBefore(TimeAt("14:30"));
  EXPECT_FALSE(Doubts());
}

TEST_F(TrustedClockTest, TrustsAFreshRecordMoreThanTheCheckpoint) {
  clock_.NotBefore(TimeAt("18:30"));
  clock_.SeeFresh(TimeAt("14:31"));
  EXPECT_FALSE(Doubts());
  EXPECT_EQ(clock_.Now(), TimeAt("14:30"));
}

TEST_F(TrustedClockTest, ForgetsSmallSteps) {
  for (int i = 0; i < 10; ++i) {
    Step(absl::Minutes(9));
    EXPECT_FALSE(Doubts());
    machine_.Advance(absl::Hours(1));
    EXPECT_FALSE(Doubts());
  }
}

TEST_F(TrustedClockTest, AddsUpSmallStepsWithinAnHour) {
  Step(absl::Minutes(9));
  EXPECT_FALSE(Doubts());
  machine_.Advance(absl::Minutes(30));
  Step(absl::Minutes(9));
  EXPECT_TRUE(Doubts());
}

}  // namespace
}  // namespace tally
