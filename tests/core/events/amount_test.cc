#include "core/events/amount.h"

#include <string>
#include <string_view>

#include "core/base/count.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

// Reads `text` as a JSON string and as a regex group. Both give the same result.
std::optional<uint64_t> ReadText(std::string_view text, uint32_t decimals = 0) {
  const std::optional<uint64_t> amount = ReadAmount({Field::Type::kText, text}, decimals);
  EXPECT_EQ(ReadAmount({Field::Type::kUntyped, text}, decimals), amount) << text;
  return amount;
}

TEST(ReadAmount, ReadsANumberInAnyNotation) {
  for (std::string_view two : {"2", "2.0", "2e0", "0.2e1", "20E-1", "2.000", "002"})
    EXPECT_EQ(ReadText(two), 2u) << two;
  EXPECT_EQ(ReadText("12.5", 1), 125u);
  EXPECT_EQ(ReadText("12.5", 2), 1250u);
  EXPECT_EQ(ReadText("7", 9), 7'000'000'000u);
  EXPECT_EQ(ReadText("1.25e1", 1), 125u);
}

TEST(ReadAmount, LosesNoDigitToADouble) {
  uint64_t sum = 0;
  for (int i = 0; i < 10; ++i) sum = AddCounts(sum, *ReadText("0.1", 1));
  EXPECT_EQ(FormatCount(sum, 1), "1.0");
  EXPECT_EQ(ReadText("9007199254740993"), 9007199254740993u);
  EXPECT_EQ(ReadText("900719925474099.3", 1), 9007199254740993u);
}

TEST(ReadAmount, RoundsToTheNearestHalvesUp) {
  EXPECT_EQ(ReadText("1.234", 2), 123u);
  EXPECT_EQ(ReadText("1.235", 2), 124u);
  EXPECT_EQ(ReadText("1.2349999", 2), 123u);
  EXPECT_EQ(ReadText("0.995", 2), 100u);
  EXPECT_EQ(ReadText("0.05", 1), 1u);
  EXPECT_EQ(ReadText("0.049", 1), 0u);
  EXPECT_EQ(ReadText("5e-3", 2), 1u);
  EXPECT_EQ(ReadText("9e-3", 1), 0u);
  EXPECT_EQ(ReadText("1e-999999999999", 9), 0u);
}

TEST(ReadAmount, WithoutDecimalsMissesAFraction) {
  EXPECT_EQ(ReadText("1.5"), std::nullopt);
  EXPECT_EQ(ReadText("15e-1"), std::nullopt);
  EXPECT_EQ(ReadText("1e-999999999999"), std::nullopt);
}

TEST(ReadAmount, SaturatesAtTheLargestCount) {
  for (std::string_view text :
       {"9223372036854775807", "9223372036854775808", "18446744073709551616", "1e99999999999"}) {
    EXPECT_EQ(ReadText(text), kCountMax) << text;
  }
  EXPECT_EQ(ReadText("92233720368547758.07", 2), kCountMax);
  EXPECT_EQ(ReadText("92233720368547758.06", 2), kCountMax - 1);
  EXPECT_EQ(ReadText("92233720368547758.074", 2), kCountMax);
  EXPECT_EQ(ReadText("92233720368547758.075", 2), kCountMax);
  EXPECT_EQ(ReadText("9223372036854775807", 1), kCountMax);
  EXPECT_EQ(ReadText(std::string(1000, '9'), 9), kCountMax);
}

TEST(ReadAmount, ReadsNoNegativeNumberButMinusZero) {
  for (std::string_view text : {"-1", "-0.001", "-1e-99", "-9223372036854775808"}) {
    EXPECT_EQ(ReadText(text), std::nullopt) << text;
    EXPECT_EQ(ReadText(text, 2), std::nullopt) << text;
  }
  for (std::string_view text : {"-0", "-0.0", "-0e9"}) EXPECT_EQ(ReadText(text, 2), 0u) << text;
}

TEST(ReadAmount, ReadsNoOtherField) {
  for (std::string_view text : {"", "-", "--1", "+1", " 1", "1 ", "1x", "1,5", ".5", "5.", "1e", "0x1", "nan", "inf"}) {
    EXPECT_EQ(ReadText(text, 2), std::nullopt) << text;
  }
  EXPECT_EQ(ReadAmount({Field::Type::kBoolean, "true"}, 0), std::nullopt);
  EXPECT_EQ(ReadAmount({Field::Type::kMissing, {}}, 0), std::nullopt);
  EXPECT_EQ(ReadAmount({Field::Type::kNoValue, {}}, 0), std::nullopt);
  EXPECT_EQ(ReadAmount({Field::Type::kInteger, "5"}, 2), 500u);
  EXPECT_EQ(ReadAmount({Field::Type::kNumber, "5e-1"}, 2), 50u);
}

}  // namespace
}  // namespace tally
