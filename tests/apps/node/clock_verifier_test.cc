#include "apps/node/clock_verifier.h"

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "apps/kafka/source.h"
#include "gtest/gtest.h"
#include "tests/apps/kafka/feed.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/times.h"

namespace tally {
namespace {

constexpr absl::Duration kLong = absl::Seconds(5);   // in this time, a wrong verifier would trust the clock
constexpr absl::Duration kStep = absl::Seconds(50);  // the verifier may miss one of these, not two: kNoAnswerMax

// Two partitions, and a clock that is wrong by an hour.
class ClockVerifierTest : public testing::Test {
 protected:
  ClockVerifierTest() {
    feed_.Create("mw", 2);
    feed_.Create("hh", 1);
    machine_.Advance(absl::Seconds(1));
    machine_.Set(machine_.Now() + absl::Hours(1));
    clock_.Check();
  }

  // Returns whether the clock is trusted, after `patience` at the latest.
  bool Trusted(absl::Duration patience, const std::function<void()>& meanwhile) {
    for (const absl::Time end = absl::Now() + patience; clock_.in_doubt() && absl::Now() < end;) {
      meanwhile();
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    return !clock_.in_doubt();
  }
  bool TrustedAfterSilence(absl::Duration patience) {
    return Trusted(patience, [&] { machine_.Advance(kStep); });
  }
  void Produce(int32_t partition, Timestamp time) { feed_.Produce("mw", partition, nullptr, "{}", time.millis()); }
  // Proves that the verifier detects a record that agrees. Only then does a clock that was not trusted mean something.
  void ExpectDetection() {
    EXPECT_TRUE(Trusted(kPatience, [&] { Produce(0, machine_.Now()); }));
  }
  // Expects that records are not silence if every fetch of them gets `error`.
  void ExpectNoSilence(int error) {
    constexpr int kFetch = 1;
    constexpr absl::Duration kLonger = absl::Seconds(10);
    constexpr absl::Duration kShortStep = absl::Seconds(30);  // a failed fetch takes three of them
    const TopicSet topics({"mw"});
    ClockVerifier verifier(clock_, topics, feed_.options());
    ExpectDetection();
    machine_.Set(machine_.Now() + absl::Hours(1));
    clock_.Check();
    EXPECT_FALSE(Trusted(kLonger, [&] {
      machine_.Advance(kShortStep);
      feed_.broker().FailRequests(kFetch, {error});
      Produce(0, TimeAt("14:30"));
    }));
  }

  Feed feed_;
  FakeClock machine_{TimeAt("14:30")};
  TrustedClock clock_{machine_};
};

const TopicSet kOne({"mw"});
const TopicSet kBoth({"hh", "mw"});

TEST_F(ClockVerifierTest, TrustsAClockThatNothingContradicts) {
  ClockVerifier verifier(clock_, kBoth, feed_.options());
  EXPECT_TRUE(TrustedAfterSilence(kPatience));
}

TEST_F(ClockVerifierTest, ReadsThePartitionsThatHaveALeader) {
  feed_.broker().TakeLeader("mw", 1);
  ClockVerifier verifier(clock_, kOne, feed_.options());
  ASSERT_TRUE(clock_.in_doubt());
  ExpectDetection();
}

TEST_F(ClockVerifierTest, DoesNotTreatAPartitionWithoutALeaderAsSilent) {
  feed_.broker().TakeLeader("mw", 1);
  ClockVerifier verifier(clock_, kOne, feed_.options());
  EXPECT_FALSE(TrustedAfterSilence(kLong));
  ExpectDetection();
}

TEST_F(ClockVerifierTest, DoesNotTreatAnUnauthorizedTopicAsSilent) {
  if (!CanHideTopics()) GTEST_SKIP();
  feed_.broker().SetTopicError("hh", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  ClockVerifier verifier(clock_, kBoth, feed_.options());
  EXPECT_FALSE(TrustedAfterSilence(kLong));
  ExpectDetection();
}

TEST_F(ClockVerifierTest, DoesNotTreatANewTopicAsSilent) {
  ClockVerifier verifier(clock_, kBoth, feed_.options());
  int turn = 0;
  EXPECT_FALSE(Trusted(kLong, [&] {
    machine_.Advance(kStep);
    const bool hidden = ++turn % 3 == 0;
    feed_.broker().SetTopicError("hh", hidden ? RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART : RD_KAFKA_RESP_ERR_NO_ERROR);
  }));
  ExpectDetection();
}

TEST_F(ClockVerifierTest, DoesNotWaitForATopicThatDoesNotExist) {
  feed_.broker().SetTopicError("hh", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  ClockVerifier verifier(clock_, kBoth, feed_.options());
  EXPECT_TRUE(TrustedAfterSilence(kPatience));
}

TEST_F(ClockVerifierTest, DetectsNoSilenceWithoutATopic) {
  feed_.broker().SetTopicError("mw", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  ClockVerifier verifier(clock_, kOne, feed_.options());
  EXPECT_FALSE(TrustedAfterSilence(kLong));
  feed_.broker().SetTopicError("mw", RD_KAFKA_RESP_ERR_NO_ERROR);
  ExpectDetection();
}

TEST_F(ClockVerifierTest, DoesNotAddTheSilenceOfAnEarlierDoubt) {
  constexpr absl::Duration kTooShort = absl::Milliseconds(2500);  // but twice this time is enough
  ClockVerifier verifier(clock_, kBoth, feed_.options());
  EXPECT_FALSE(TrustedAfterSilence(kTooShort));
  machine_.Set(machine_.Now() - absl::Hours(1));
  clock_.Check();
  EXPECT_FALSE(clock_.in_doubt());
  machine_.Set(machine_.Now() + absl::Hours(1));
  clock_.Check();
  EXPECT_FALSE(TrustedAfterSilence(kTooShort));
  ExpectDetection();
}

TEST_F(ClockVerifierTest, IgnoresRecordsThatAgreeWithTheEarlierTime) {
  ClockVerifier verifier(clock_, kOne, feed_.options());
  EXPECT_FALSE(Trusted(absl::Seconds(3), [&] { Produce(0, TimeAt("14:30")); }));
  ExpectDetection();
}

// Old records that are written among new ones.
TEST_F(ClockVerifierTest, FindsTheRecordThatAgreesAfterManyThatDoNot) {
  ClockVerifier verifier(clock_, kOne, feed_.options());
  std::vector<int64_t> timestamps(2 * KafkaSource::kBatchMax, TimeAt("14:30").millis());
  timestamps.push_back(machine_.Now().millis());
  EXPECT_TRUE(Trusted(kPatience, [&] { feed_.ProduceAt("mw", 0, timestamps); }));
}

// Records that cannot be read may be fresh ones.
TEST_F(ClockVerifierTest, DoesNotTreatDamagedRecordsAsSilence) { ExpectNoSilence(RD_KAFKA_RESP_ERR_INVALID_MSG); }
TEST_F(ClockVerifierTest, DoesNotTreatExpiredRecordsAsSilence) {
  ExpectNoSilence(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE);
}

}  // namespace
}  // namespace tally
