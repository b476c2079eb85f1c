#include "core/counters/replay_verifier.h"

#include <optional>
#include <string_view>

#include "gtest/gtest.h"
#include "tests/testing/times.h"

namespace tally {
namespace {

using Verdict = ReplayVerifier::Verdict;

Record At(int64_t offset, std::string_view payload = "login", std::string_view timestamp = "14:30") {
  return {0, offset, TimeAt(timestamp), std::nullopt, payload};
}

// 16 is the last record and 20 the next offset: transaction markers were between them.
PartitionState Counted() {
  PartitionState state;
  state.next = 20;
  state.last = MarkOf(At(16));
  return state;
}

class ReplayVerifierTest : public testing::Test {
 protected:
  Verdict Judge(const Record& record) { return verifier_.Judge(record, state_); }

  const PartitionState state_ = Counted();
  ReplayVerifier verifier_;
};

TEST_F(ReplayVerifierTest, BeginsAtTheLastRecordAndSkipsIt) {
  EXPECT_EQ(verifier_.Begin(state_), 16);
  EXPECT_EQ(Judge(At(16)), Verdict::kSkip);
  EXPECT_EQ(Judge(At(20)), Verdict::kApply);
  EXPECT_FALSE(verifier_.unverified());
}

TEST_F(ReplayVerifierTest, SkipsRecordsBeforeNext) {
  verifier_.Begin(state_);
  for (int64_t offset : {16, 16, 17, 19}) EXPECT_EQ(Judge(At(offset)), Verdict::kSkip);
  EXPECT_EQ(Judge(At(20)), Verdict::kApply);
}

TEST_F(ReplayVerifierTest, BeginsAtNextIfNothingWasApplied) {
  PartitionState state;
  state.next = 7;
  EXPECT_EQ(verifier_.Begin(state), 7);
  EXPECT_EQ(verifier_.Judge(At(7), state), Verdict::kApply);
}

TEST_F(ReplayVerifierTest, DetectsAnotherRecordAtThatOffset) {
  for (const Record& other : {At(16, "logout"), At(16, "login", "14:31"), At(16, "login ")}) {
    verifier_.Begin(state_);
    EXPECT_EQ(Judge(other), Verdict::kAnotherLog) << other.payload;
  }
  Record keyed = At(16);
  keyed.key = "";
  verifier_.Begin(state_);
  EXPECT_EQ(Judge(keyed), Verdict::kAnotherLog);
}

TEST_F(ReplayVerifierTest, DetectsARecordWhereThereWasNone) {
  verifier_.Begin(state_);
  EXPECT_EQ(Judge(At(18)), Verdict::kAnotherLog);
}

TEST_F(ReplayVerifierTest, ContinuesIfTheLastRecordWasCompacted) {
  verifier_.Begin(state_);
  EXPECT_EQ(Judge(At(21)), Verdict::kApply);
  EXPECT_TRUE(verifier_.unverified());
}

TEST_F(ReplayVerifierTest, ContinuesAtAnEndAfterNext) {
  verifier_.Begin(state_);
  EXPECT_TRUE(verifier_.ReachEnd(20, state_));
  EXPECT_TRUE(verifier_.unverified());
  EXPECT_EQ(Judge(At(20)), Verdict::kApply);
}

TEST_F(ReplayVerifierTest, StillComparesAfterAnEndBeforeNext) {
  verifier_.Begin(state_);
  verifier_.ReachEnd(16, state_);
  EXPECT_EQ(Judge(At(16, "logout")), Verdict::kAnotherLog);
}

TEST_F(ReplayVerifierTest, AppliesNothingWhilePaused) {
  verifier_.Pause();
  EXPECT_EQ(Judge(At(30)), Verdict::kSkip);
  EXPECT_FALSE(verifier_.ReachEnd(31, state_));
}

TEST_F(ReplayVerifierTest, TrustsNextWhileTheLastRecordIsTheSame) {
  verifier_.TrustNext(state_);
  for (int client = 0; client < 2; ++client) {
    EXPECT_EQ(verifier_.Begin(state_), 20);
    EXPECT_TRUE(verifier_.unverified());
  }
  PartitionState later = state_;
  later.next = 31;
  later.last = MarkOf(At(30));
  EXPECT_EQ(verifier_.Begin(later), 30);
  EXPECT_FALSE(verifier_.unverified());
}

// The mark is stored on disk.
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
