#include "core/base/digits.h"

#include <random>
#include <string>

#include "core/base/strings.h"
#include "core/events/event_time.h"
#include "core/events/json_decoder.h"
#include "gtest/gtest.h"
#include "tests/core/events/decode_one.h"

namespace tally {
namespace {

std::string SomeDigits(std::mt19937_64& random, size_t size) {
  std::string digits;
  while (digits.size() < size) digits.push_back(static_cast<char>('0' + random() % 10));
  if (digits[0] == '0') digits[0] = '7';
  return digits;
}

TEST(Digits, AreReadEightAtATime) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    std::string digits = SomeDigits(random, 8);
    EXPECT_EQ(EightDigits(EightBytes(digits.data())), std::stoull(digits)) << digits;
  }
  EXPECT_EQ(EightDigits(EightBytes("00000000")), 0u);
  EXPECT_EQ(EightDigits(EightBytes("99999999")), 99'999'999u);
}

TEST(Digits, AreNoOtherBytes) {
  for (size_t at = 0; at < 8; ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string bytes = "00999900";
      bytes[at] = static_cast<char>(byte);
      EXPECT_EQ(AreEightDigits(EightBytes(bytes.data())), byte >= '0' && byte <= '9') << at << ' ' << byte;
    }
  }
}

// Whether a payload with this number in the field `v` is an event.
bool IsNumber(std::string_view number) {
  auto decoder = MakeJsonDecoder({"v"}, JsonLevels().front()).value();
  Field field;
  return DecodeOne(*decoder, Cat("{\"v\":", number, "}"), {&field, 1}) && field.type == Field::Type::kInteger &&
         field.text.size() == number.size();
}

bool IsTime(std::string_view number) {
  Timestamp time;
  const EventTime event_time = EventTime::Compile({.time_unit = TimeUnit::kMillis}).value();
  return event_time.Read({Field::Type::kInteger, number}, Timestamp(), time) && Cat(time.millis()) == number;
}

TEST(Digits, MakeANumberOfAnyLengthThatHasNoOtherByte) {
  std::mt19937_64 random(2);
  for (size_t size = 1; size <= 20; ++size) {
    std::string digits = SomeDigits(random, size);
    EXPECT_TRUE(IsNumber(digits)) << digits;
    if (size <= 14) {
      EXPECT_TRUE(IsTime(digits)) << digits;
    }
    for (size_t at = 0; at < size; ++at) {
      for (char wrong : {'/', ':', ';', 'a', '\x10', '\xb0'}) {
        std::string bytes = digits;
        bytes[at] = wrong;
        EXPECT_FALSE(IsNumber(bytes)) << bytes;
        EXPECT_FALSE(IsTime(bytes)) << bytes;
      }
    }
  }
}

}  // namespace
}  // namespace tally
