#include "apps/kafka/client_log.h"

#include "core/base/strings.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

constexpr absl::Duration kNow = absl::Hours(100);

TEST(LogLimiter, WritesOneLineOfAKindPerInterval) {
  LogLimiter limiter(absl::Seconds(10));
  EXPECT_EQ(limiter.Admit("FAIL", 3, kNow), 0u);
  EXPECT_EQ(limiter.Admit("FAIL", 3, kNow), std::nullopt);
  EXPECT_EQ(limiter.Admit("FAIL", 3, kNow + absl::Milliseconds(9'999)), std::nullopt);
  EXPECT_EQ(limiter.Admit("FAIL", 3, kNow + absl::Seconds(10)), 2u);
  EXPECT_EQ(limiter.Admit("FAIL", 3, kNow + absl::Seconds(20)), 0u);
}

TEST(LogLimiter, CountsFacilitiesAndLevelsSeparately) {
  LogLimiter limiter(absl::Seconds(10));
  EXPECT_EQ(limiter.Admit("FAIL", 3, kNow), 0u);
  EXPECT_EQ(limiter.Admit("FAIL", 4, kNow), 0u);
  EXPECT_EQ(limiter.Admit("CONNECT", 3, kNow), 0u);
  EXPECT_EQ(limiter.Admit("CONNECT", 3, kNow), std::nullopt);
}

TEST(LogLimiter, LetsKindsBeyondItsLimitShareOneEntry) {
  LogLimiter limiter(absl::Seconds(10));
  for (size_t i = 0; i < LogLimiter::kKeysMax; ++i) EXPECT_EQ(limiter.Admit(Cat("F", i), 3, kNow), 0u);
  EXPECT_EQ(limiter.Admit("one more", 3, kNow), 0u);
  EXPECT_EQ(limiter.Admit("and another", 3, kNow), std::nullopt);
  EXPECT_EQ(limiter.Admit("F0", 3, kNow + absl::Seconds(10)), 0u);
}

}  // namespace
}  // namespace tally
