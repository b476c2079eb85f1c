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

constexpr absl::Duration kLong = absl::Seconds(9);   // in which a verifier that is wrong would trust the clock
constexpr absl::Duration kStep = absl::Seconds(30);  // a busy machine may miss some before the verifier passes for deaf

// Two partitions; a clock that is an hour off.
class ClockVerifierTest : public testing::Test {
 protected:
  ClockVerifierTest() {
    feed_.Create("mw", 2);
    feed_.Create("hh", 1);
    machine_.Advance(absl::Seconds(1));
    machine_.Set(machine_.Now() + absl::Hours(1));
    clock_.Check();
  }

  // Whether the clock is trusted, after `patience` at the latest.
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
  // That it was not trusted means something only if the verifier would have heard what agrees.
  void ExpectHearing() {
    EXPECT_TRUE(Trusted(kPatience, [&] { Produce(0, machine_.Now()); }));
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

TEST_F(ClockVerifierTest, HearsThosePartitionsThatHaveALeader) {
  feed_.broker().TakeLeader("mw", 1);
  ClockVerifier verifier(clock_, kOne, feed_.options());
  ASSERT_TRUE(clock_.in_doubt());
  ExpectHearing();
}

TEST_F(ClockVerifierTest, DoesNotTakeForSilentWhatHasNoLeader) {
  feed_.broker().TakeLeader("mw", 1);
  ClockVerifier verifier(clock_, kOne, feed_.options());
  EXPECT_FALSE(TrustedAfterSilence(kLong));
  ExpectHearing();
}

TEST_F(ClockVerifierTest, DoesNotTakeForSilentWhatMayNotBeSeen) {
  if (!CanHideTopics()) GTEST_SKIP();
  feed_.broker().SetTopicError("hh", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  ClockVerifier verifier(clock_, kBoth, feed_.options());
  EXPECT_FALSE(TrustedAfterSilence(kLong));
  ExpectHearing();
}

TEST_F(ClockVerifierTest, DoesNotTakeForSilentWhatWasNotThereBefore) {
  ClockVerifier verifier(clock_, kBoth, feed_.options());
  int turn = 0;
  EXPECT_FALSE(Trusted(kLong, [&] {
    machine_.Advance(kStep);
    const bool hidden = ++turn % 3 == 0;
    feed_.broker().SetTopicError("hh", hidden ? RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART : RD_KAFKA_RESP_ERR_NO_ERROR);
  }));
  ExpectHearing();
}

TEST_F(ClockVerifierTest, DoesNotWaitForATopicThatIsNotThere) {
  feed_.broker().SetTopicError("hh", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  ClockVerifier verifier(clock_, kBoth, feed_.options());
  EXPECT_TRUE(TrustedAfterSilence(kPatience));
}

TEST_F(ClockVerifierTest, HearsNothingWhereThereIsNoTopic) {
  feed_.broker().SetTopicError("mw", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  ClockVerifier verifier(clock_, kOne, feed_.options());
  EXPECT_FALSE(TrustedAfterSilence(kLong));
  feed_.broker().SetTopicError("mw", RD_KAFKA_RESP_ERR_NO_ERROR);
  ExpectHearing();
}

TEST_F(ClockVerifierTest, DoesNotCountTheSilenceOfAnEarlierDoubt) {
  constexpr absl::Duration kTooShort = absl::Seconds(4);  // but twice of it is enough
  ClockVerifier verifier(clock_, kBoth, feed_.options());
  EXPECT_FALSE(TrustedAfterSilence(kTooShort));
  machine_.Set(machine_.Now() - absl::Hours(1));
  clock_.Check();
  EXPECT_FALSE(clock_.in_doubt());
  machine_.Set(machine_.Now() + absl::Hours(1));
  clock_.Check();
  EXPECT_FALSE(TrustedAfterSilence(kTooShort));
  ExpectHearing();
}

TEST_F(ClockVerifierTest, IsNotTakenInByRecordsOfTheTimeThatWasLeft) {
  ClockVerifier verifier(clock_, kOne, feed_.options());
  EXPECT_FALSE(Trusted(absl::Seconds(3), [&] { Produce(0, TimeAt("14:30")); }));
  ExpectHearing();
}

// History that is written beside the news.
TEST_F(ClockVerifierTest, HearsTheRecordThatAgreesBehindManyThatDoNot) {
  ClockVerifier verifier(clock_, kOne, feed_.options());
  std::vector<int64_t> stamps(2 * KafkaSource::kBatchMax, TimeAt("14:30").millis());
  stamps.push_back(machine_.Now().millis());
  EXPECT_TRUE(Trusted(kPatience, [&] { feed_.ProduceAt("mw", 0, stamps); }));
}

}  // namespace
}  // namespace tally
