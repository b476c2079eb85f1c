#include "apps/node/patience.h"

#include "gtest/gtest.h"

namespace tally {
namespace {

constexpr absl::Duration kLeast = absl::Seconds(3);
constexpr absl::Duration kMost = absl::Seconds(20);

TEST(Patience, DoublesWithoutAnAnswerUpToTheMaximum) {
  Patience patience(kLeast, kMost);
  for (int seconds : {3, 6, 12, 20, 20}) {
    EXPECT_EQ(patience.timeout(), absl::Seconds(seconds));
    patience.Learn(/*answered=*/false, patience.timeout() - absl::Milliseconds(1));
  }
}

TEST(Patience, HalvesWithEachAnswerDownToTheMinimum) {
  Patience patience(kLeast, kMost);
  for (int i = 0; i < 3; ++i) patience.Learn(/*answered=*/false, patience.timeout());
  for (int seconds : {20, 10, 5, 3, 3}) {
    EXPECT_EQ(patience.timeout(), absl::Seconds(seconds));
    patience.Learn(/*answered=*/true, absl::Seconds(1));
  }
}

TEST(Patience, StaysAfterAnEarlyError) {
  Patience patience(kLeast, kMost);
  patience.Learn(/*answered=*/false, absl::Seconds(1));
  EXPECT_EQ(patience.timeout(), kLeast);
}

}  // namespace
}  // namespace tally
