#include "core/counters/reading.h"

#include <optional>
#include <string_view>

#include "gtest/gtest.h"
#include "tests/testing/times.h"

namespace tally {
namespace {

using Verdict = Reading::Verdict;

Record At(int64_t offset, std::string_view payload = "login", std::string_view stamp = "14:30") {
  return {0, offset, TimeAt(stamp), std::nullopt, payload};
}

// 16 is the last record, 20 the next offset: behind it were markers.
PartitionState Counted() {
  PartitionState state;
  state.next = 20;
  state.last = MarkOf(At(16));
  return state;
}

class ReadingTest : public testing::Test {
 protected:
  Verdict Judge(const Record& record) { return reading_.Judge(record, state_); }

  const PartitionState state_ = Counted();
  Reading reading_;
};

TEST_F(ReadingTest, BeginsAtTheLastRecordAndSkipsIt) {
  EXPECT_EQ(reading_.Begin(state_), 16);
  EXPECT_EQ(Judge(At(16)), Verdict::kSkip);
  EXPECT_EQ(Judge(At(20)), Verdict::kApply);
  EXPECT_FALSE(reading_.unverified());
}

TEST_F(ReadingTest, SkipsWhatIsBehindNext) {
  reading_.Begin(state_);
  for (int64_t offset : {16, 16, 17, 19}) EXPECT_EQ(Judge(At(offset)), Verdict::kSkip);
  EXPECT_EQ(Judge(At(20)), Verdict::kApply);
}

TEST_F(ReadingTest, BeginsAtNextWhereNothingWasApplied) {
  PartitionState state;
  state.next = 7;
  EXPECT_EQ(reading_.Begin(state), 7);
  EXPECT_EQ(reading_.Judge(At(7), state), Verdict::kApply);
}

TEST_F(ReadingTest, KnowsAnotherRecordAtThatOffset) {
  for (const Record& other : {At(16, "logout"), At(16, "login", "14:31"), At(16, "login ")}) {
    reading_.Begin(state_);
    EXPECT_EQ(Judge(other), Verdict::kAnotherLog) << other.payload;
  }
  Record keyed = At(16);
  keyed.key = "";
  reading_.Begin(state_);
  EXPECT_EQ(Judge(keyed), Verdict::kAnotherLog);
}

TEST_F(ReadingTest, KnowsARecordWhereThereWasNone) {
  reading_.Begin(state_);
  EXPECT_EQ(Judge(At(18)), Verdict::kAnotherLog);
}

TEST_F(ReadingTest, GoesOnWhereTheLastRecordWasCompactedAway) {
  reading_.Begin(state_);
  EXPECT_EQ(Judge(At(21)), Verdict::kApply);
  EXPECT_TRUE(reading_.unverified());
}

TEST_F(ReadingTest, GoesOnAtAnEndBehindAllThatWasRead) {
  reading_.Begin(state_);
  EXPECT_TRUE(reading_.ReachEnd(20, state_));
  EXPECT_TRUE(reading_.unverified());
  EXPECT_EQ(Judge(At(20)), Verdict::kApply);
}

TEST_F(ReadingTest, ComparesStillAfterAnEndThatIsTooEarly) {
  reading_.Begin(state_);
  reading_.ReachEnd(16, state_);
  EXPECT_EQ(Judge(At(16, "logout")), Verdict::kAnotherLog);
}

TEST_F(ReadingTest, TakesNothingWhilePaused) {
  reading_.Pause();
  EXPECT_EQ(Judge(At(30)), Verdict::kSkip);
  EXPECT_FALSE(reading_.ReachEnd(31, state_));
}

TEST_F(ReadingTest, TrustsNextAsLongAsThatIsTheLastRecord) {
  reading_.TrustNext(state_);
  for (int client = 0; client < 2; ++client) {
    EXPECT_EQ(reading_.Begin(state_), 20);
    EXPECT_TRUE(reading_.unverified());
  }
  PartitionState later = state_;
  later.next = 31;
  later.last = MarkOf(At(30));
  EXPECT_EQ(reading_.Begin(later), 30);
  EXPECT_FALSE(reading_.unverified());
}

// The mark is on disks.
TEST(RecordMark, IsTheSameEverywhere) {
  Record record = At(16);
  EXPECT_EQ(MarkOf(record).hash, 17082455501097495093u);
  record.key = "user";
  EXPECT_EQ(MarkOf(record).hash, 4292418451320988172u);
}

TEST(RecordMark, TellsLongPayloadsApartBySizeAndBeginning) {
  std::string a(5000, 'x'), b(5001, 'x'), c = "y" + std::string(4999, 'x');
  EXPECT_NE(MarkOf(At(1, a)).hash, MarkOf(At(1, b)).hash);
  EXPECT_NE(MarkOf(At(1, a)).hash, MarkOf(At(1, c)).hash);
}

}  // namespace
}  // namespace tally
