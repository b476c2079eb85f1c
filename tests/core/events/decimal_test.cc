#include "core/events/decimal.h"

#include <string>

#include "gtest/gtest.h"

namespace tally {
namespace {

constexpr WideInt kMax = 1'000'000;

int64_t ScaledTo(std::string_view text, int64_t places) {
  return static_cast<int64_t>(ReadDecimal(text).value().Scaled(places, kMax));
}
bool IsWhole(std::string_view text, int64_t places) { return ReadDecimal(text).value().IsWhole(places); }
bool RoundsUp(std::string_view text, int64_t places) { return ReadDecimal(text).value().RoundsUp(places); }

TEST(Decimal, IsScaledExactly) {
  EXPECT_EQ(ScaledTo("12.5", 0), 12);
  EXPECT_EQ(ScaledTo("12.5", 2), 1250);
  EXPECT_EQ(ScaledTo("12.5e-1", 2), 125);
  EXPECT_EQ(ScaledTo("0.0125E+3", 1), 125);
  EXPECT_EQ(ScaledTo("7", 0), 7);
  EXPECT_EQ(ScaledTo("0.1", 1), 1);
  EXPECT_EQ(ScaledTo("1234.5", -2), 12);
}

TEST(Decimal, StopsAtTheLimitAndEndsWithAnyExponent) {
  EXPECT_EQ(ScaledTo("1000000.9", 0), 1'000'000);
  EXPECT_EQ(ScaledTo("1000001", 0), 1'000'000);
  EXPECT_EQ(ScaledTo("1e18446744073709551616", 0), 1'000'000);
  EXPECT_EQ(ScaledTo("0e18446744073709551616", 9), 0);
  EXPECT_EQ(ScaledTo("1e-18446744073709551616", 9), 0);
  EXPECT_EQ(ScaledTo(std::string(1000, '9'), 0), 1'000'000);
}

TEST(Decimal, KnowsWhatIsCutOff) {
  EXPECT_TRUE(IsWhole("2", 0) && IsWhole("2.0", 0) && IsWhole("2e0", 0) && IsWhole("0.2e1", 0) && IsWhole("2.50", 1));
  EXPECT_FALSE(IsWhole("2.5", 0) || IsWhole("2e-1", 0) || IsWhole("0.01", 1) || IsWhole("1e-99999999999", 9));
  EXPECT_TRUE(RoundsUp("2.5", 0) && RoundsUp("0.05", 1) && RoundsUp("5e-1", 0));
  EXPECT_FALSE(RoundsUp("2.49", 0) || RoundsUp("0.09", 0) || RoundsUp("9e-2", 0) || RoundsUp("9e-99", 0));
}

TEST(Decimal, IsNoOtherText) {
  for (std::string_view text :
       {"", "-1", "+1", ".5", "5.", "1e", "1e+", "1.e1", "1e1.5", "1 ", " 1", "0x1", "1,5", "1e1e1"}) {
    EXPECT_FALSE(ReadDecimal(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace tally
