#include "core/events/event_time.h"

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include "absl/time/time.h"
#include "core/base/strings.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

constexpr uint32_t kTimesSeed = 20110605;
constexpr int64_t kLimit = Timestamp::kLimitMillis;

std::optional<int64_t> Millis(Field::Type type, std::string_view text, TimeUnit unit) {
  const EventTime event_time = EventTime::Compile({.time_unit = unit}).value();
  Timestamp time;
  return event_time.Read(Field{type, text}, Timestamp(), time) ? std::optional(time.millis()) : std::nullopt;
}

std::optional<int64_t> Integer(std::string_view text, TimeUnit unit = TimeUnit::kAuto) {
  return Millis(Field::Type::kInteger, text, unit);
}
std::optional<int64_t> Float(std::string_view text, TimeUnit unit = TimeUnit::kAuto) {
  return Millis(Field::Type::kNumber, text, unit);
}

// Reads `text` as a JSON string and as a regex group. Both give the same result.
std::optional<int64_t> Text(std::string_view text, TimeUnit unit = TimeUnit::kAuto) {
  std::optional<int64_t> time = Millis(Field::Type::kText, text, unit);
  EXPECT_EQ(Millis(Field::Type::kUntyped, text, unit), time) << text;
  return time;
}

TEST(EventTime, ReadsANumberInTheUnitThatIsSet) {
  EXPECT_EQ(Integer("1307284245", TimeUnit::kSeconds), 1307284245000);
  EXPECT_EQ(Integer("1307284245123", TimeUnit::kMillis), 1307284245123);
  EXPECT_EQ(Integer("1307284245123999", TimeUnit::kMicros), 1307284245123);
  EXPECT_EQ(Integer("1307284245123999999", TimeUnit::kNanos), 1307284245123);
  EXPECT_EQ(Integer("5", TimeUnit::kMillis), 5);
}

TEST(EventTime, GuessesTheUnitByTheSizeOfTheNumber) {
  EXPECT_EQ(Integer("0"), 0);
  EXPECT_EQ(Integer("99999999999"), 99999999999000);
  EXPECT_EQ(Integer("100000000000"), 100000000000);
  EXPECT_EQ(Integer("99999999999999"), 99999999999999);
  EXPECT_EQ(Integer("100000000000000"), 100000000000);
  EXPECT_EQ(Integer("99999999999999999"), 99999999999999);
  EXPECT_EQ(Integer("100000000000000000"), 100000000000);
}

TEST(EventTime, TakesANegativeNumberForSeconds) {
  EXPECT_EQ(Integer("-1"), -1000);
  EXPECT_EQ(Integer("-99999999999"), -99999999999000);
  EXPECT_EQ(Integer("-1307284245123"), -kLimit);
}

TEST(EventTime, RoundsFinerUnitsDownBefore1970Too) {
  EXPECT_EQ(Integer("-1", TimeUnit::kMicros), -1);
  EXPECT_EQ(Integer("-1000", TimeUnit::kMicros), -1);
  EXPECT_EQ(Integer("-1000001", TimeUnit::kNanos), -2);
}

TEST(EventTime, CutsDecimals) {
  EXPECT_EQ(Float("1307284245.9"), 1307284245000);
  EXPECT_EQ(Float("1307284245123.999"), 1307284245123);
  EXPECT_EQ(Float("-1.9"), -1000);
  EXPECT_EQ(Float("0.999"), 0);
}

TEST(EventTime, MovesThePointOfAnExponentExactly) {
  EXPECT_EQ(Float("1.307284245e9"), 1307284245000);
  EXPECT_EQ(Float("1.307284245123E+12"), 1307284245123);
  EXPECT_EQ(Float("13072842451239e-1"), 1307284245123);
  EXPECT_EQ(Float("9007199254740993e0", TimeUnit::kMicros), 9007199254740);
  EXPECT_EQ(Float("1e3"), 1000'000);
  EXPECT_EQ(Float("12e-3"), 0);
  EXPECT_EQ(Float("0.0000000001e20"), 10000000000000);
}

TEST(EventTime, EndsWithAnyExponent) {
  EXPECT_EQ(Float("1e18446744073709551616"), kLimit);
  EXPECT_EQ(Float("-1e999999999999999999999"), -kLimit);
  EXPECT_EQ(Float("1e-999999999999999999999"), 0);
  EXPECT_EQ(Float("0e999999999999999999999"), 0);
  EXPECT_EQ(Float("0.0e999999999"), 0);
}

TEST(EventTime, SaturatesAtTheLimits) {
  EXPECT_EQ(Integer("100000000001", TimeUnit::kSeconds), kLimit);
  EXPECT_EQ(Integer("999999999999999999", TimeUnit::kSeconds), kLimit);
  EXPECT_EQ(Integer("-999999999999999999", TimeUnit::kSeconds), -kLimit);
  EXPECT_EQ(Integer("9223372036854775807", TimeUnit::kMillis), kLimit);
  EXPECT_EQ(Integer("9223372036854775808", TimeUnit::kSeconds), kLimit);
  EXPECT_EQ(Integer("-9223372036854775808", TimeUnit::kMillis), -kLimit);
  EXPECT_EQ(Integer(std::string(1000, '9'), TimeUnit::kNanos), kLimit);
}

TEST(EventTime, KnowsNanosecondsUpToTheLimits) {
  EXPECT_EQ(Integer("9223372036854775807"), 9223372036854);
  EXPECT_EQ(Integer("10000000000000000000"), 10000000000000);
  EXPECT_EQ(Integer("99999999999999999999"), 99999999999999);
  EXPECT_EQ(Integer("100000000000000000001"), kLimit);
}

TEST(EventTime, ReadsANumberOutOfAText) {
  EXPECT_EQ(Text("1307284245123"), 1307284245123);
  EXPECT_EQ(Text("1307284245.123"), 1307284245000);
  EXPECT_EQ(Text("-5"), -5000);
  EXPECT_EQ(Text("0001307284245"), 1307284245000);
  EXPECT_EQ(Text("0000000000000000000001307284245"), 1307284245000);
  EXPECT_EQ(Text("60", TimeUnit::kMillis), 60);
}

TEST(EventTime, ReadsRfc3339) {
  EXPECT_EQ(Text("2011-06-05T14:30:45Z"), 1307284245000);
  EXPECT_EQ(Text("2011-06-05T14:30:45.123Z"), 1307284245123);
  EXPECT_EQ(Text("2011-06-05t14:30:45z"), 1307284245000);
  EXPECT_EQ(Text("2011-06-05 14:30:45Z"), 1307284245000);
  EXPECT_EQ(Text("1970-01-01T00:00:00Z"), 0);
}

TEST(EventTime, ReadsRfc3339WithAnyOffset) {
  EXPECT_EQ(Text("2011-06-05T16:30:45+02:00"), 1307284245000);
  EXPECT_EQ(Text("2011-06-05T09:00:45.5-05:30"), 1307284245500);
  EXPECT_EQ(Text("2011-06-06T14:29:45+23:59"), 1307284245000);
  EXPECT_EQ(Text("2011-06-05T14:30:45-00:00"), 1307284245000);
}

TEST(EventTime, ReadsTheFormsCloseToRfc3339) {
  EXPECT_EQ(Text("2011-06-05 14:30:45,123"), 1307284245123);
  EXPECT_EQ(Text("2011-06-05 14:30:45"), 1307284245000);
  EXPECT_EQ(Text("2011-06-05T14:30:45"), 1307284245000);
  EXPECT_EQ(Text("2011-06-05T16:30:45+0200"), 1307284245000);
  EXPECT_EQ(Text("2011-06-05T16:30:45+02"), 1307284245000);
  EXPECT_EQ(Text("2011-06-05 09:00:45,5-0530"), 1307284245500);
}

TEST(EventTime, ReadsATimeWithoutAnOffsetInTheZoneOfTheConfiguration) {
  const EventTime berlin = EventTime::Compile({.time_zone = "Europe/Berlin"}).value();
  auto read = [&](std::string_view text) {
    Timestamp time;
    return berlin.Read({Field::Type::kText, text}, Timestamp(), time) ? time.millis() : -1;
  };
  EXPECT_EQ(read("2011-06-05 16:30:45"), 1307284245000);
  EXPECT_EQ(read("2011-06-05 16:30:45+0200"), 1307284245000);
  EXPECT_EQ(read("2011-06-05 14:30:45Z"), 1307284245000);
  EXPECT_EQ(read("2011-01-05 15:30:45"), 1294237845000);
  EXPECT_EQ(read("2017-01-01 00:59:60"), 1483228800000);
  EXPECT_EQ(read("2017-01-01 01:59:60"), -1);
}

TEST(EventTime, OfAnUnknownZoneIsRefused) {
  for (const char* zone : {"", "Europe/Gotham", "../../etc/passwd", "CEST+"}) {
    EXPECT_FALSE(EventTime::Compile({.time_zone = zone}).ok()) << zone;
  }
}

TEST(EventTime, WithAFormatReadsStringsOnlyInIt) {
  const EventTime apache = EventTime::Compile({.time_format = "%d/%b/%Y:%H:%M:%S %z"}).value();
  Timestamp time;
  EXPECT_TRUE(apache.Read({Field::Type::kUntyped, "05/Jun/2011:16:30:45 +0200"}, Timestamp(), time));
  EXPECT_EQ(time.millis(), 1307284245000);
  EXPECT_FALSE(apache.Read({Field::Type::kText, "2011-06-05T14:30:45Z"}, Timestamp(), time));
  EXPECT_FALSE(apache.Read({Field::Type::kText, "1307284245"}, Timestamp(), time));
  EXPECT_TRUE(apache.Read({Field::Type::kInteger, "1307284245"}, Timestamp(), time));
}

TEST(EventTime, IgnoresTheUnitForRfc3339) { EXPECT_EQ(Text("2011-06-05T14:30:45Z", TimeUnit::kNanos), 1307284245000); }

TEST(EventTime, CutsFractionsOfRfc3339ToMilliseconds) {
  EXPECT_EQ(Text("2011-06-05T14:30:45.1Z"), 1307284245100);
  EXPECT_EQ(Text("2011-06-05T14:30:45.1239999999999999999999Z"), 1307284245123);
  EXPECT_EQ(Text("1969-12-31T23:59:59.9999Z"), -1);
}

TEST(EventTime, KnowsWhichYearsAreLeapYears) {
  EXPECT_TRUE(Text("2000-02-29T00:00:00Z") && Text("2012-02-29T00:00:00Z") && Text("0000-02-29T00:00:00Z"));
  EXPECT_FALSE(Text("1900-02-29T00:00:00Z") || Text("2011-02-29T00:00:00Z"));
}

TEST(EventTime, TakesTheLeapSecondForTheFirstOneOfTheNextDay) {
  EXPECT_EQ(Text("2016-12-31T23:59:60Z"), Text("2017-01-01T00:00:00Z"));
  EXPECT_EQ(Text("2016-12-31T18:59:60.5-05:00"), Text("2017-01-01T00:00:00.5Z"));
  EXPECT_EQ(Text("2016-12-31T12:00:60Z"), std::nullopt);
}

TEST(EventTime, FindsNoTimeInOtherTexts) {
  for (std::string_view text : {"",
                                "-",
                                "now",
                                " 1",
                                "1 ",
                                "+1",
                                "1.",
                                ".5",
                                "1e",
                                "1e+",
                                "1.5e1.5",
                                "0x10",
                                "--1",
                                "1,5",
                                "12345678x",
                                "1234567812345678x",
                                "1234567\x01",
                                "2011-06-05",
                                "2011-06-05T14:30Z",
                                "2011-06-05T14:30:45.Z",
                                "2011-06-05T14:30:45,Z",
                                "2011-06-05T14:30:45,",
                                "2011-06-05T14:30:45 +0200",
                                "2011-06-05T14:30:45+2",
                                "2011-06-05T14:30:45+020",
                                "2011-06-05T14:30:45+02:0",
                                "2011-06-05T14:30:45+2400",
                                "2011-06-05T14:30:45+0260",
                                "2011-06-05T14:30:45x02:00",
                                "2011-06-05T14:30:45+24:00",
                                "2011-06-05T14:30:45+02:60",
                                "2011-06-05T14:30:45ZZ",
                                "2011-06-05T14:30:45Z ",
                                "2011-06-05_14:30:45Z",
                                "2011-6-05T14:30:45Z0",
                                "2011-00-05T14:30:45Z",
                                "2011-13-05T14:30:45Z",
                                "2011-06-00T14:30:45Z",
                                "2011-06-31T14:30:45Z",
                                "2011-06-05T24:00:00Z",
                                "2011-06-05T14:60:45Z",
                                "2011-06-05T14:30:61Z",
                                "2O11-06-05T14:30:45Z",
                                "20 1-06-05T14:30:45Z",
                                "2011-06-05T14:30:4xZ",
                                "+2011-06-05T14:30:45Z",
                                "12345-06-05T14:30:45Z"}) {
    EXPECT_EQ(Text(text), std::nullopt) << text;
  }
}

TEST(EventTime, FindsNoTimeInABoolean) {
  EXPECT_EQ(Millis(Field::Type::kBoolean, "true", TimeUnit::kAuto), std::nullopt);
}

TEST(EventTime, KnowsTheFirstAndTheLastYear) {
  EXPECT_EQ(Text("0000-01-01T00:00:00Z"), -62167219200000);
  EXPECT_EQ(Text("5138-11-16T09:46:39.999Z"), kLimit - 1);
  EXPECT_EQ(Text("9999-12-31T23:59:59Z"), kLimit);
}

TEST(EventTime, AgreesWithAbseilOnEveryDayOfTheCalendar) {
  std::cout << "seed " << kTimesSeed << "\n";
  std::mt19937_64 random(kTimesSeed);
  const absl::Time begin = absl::FromCivil(absl::CivilDay(1600, 1, 2), absl::UTCTimeZone());
  const absl::Time end = absl::FromCivil(absl::CivilDay(2400, 12, 30), absl::UTCTimeZone());
  for (absl::Time day = begin; day < end; day += absl::Hours(24)) {
    absl::Time time = day + absl::Milliseconds(static_cast<int64_t>(random() % 86'400'000));
    absl::TimeZone zone = absl::FixedTimeZone((static_cast<int>(random() % 2879) - 1439) * 60);
    std::string text = absl::FormatTime("%Y-%m-%dT%H:%M:%E3S%Ez", time, zone);
    ASSERT_EQ(Text(text), absl::ToUnixMillis(time)) << text;
  }
}

TEST(EventTime, AgreesWithStrtollOnNumbers) {
  std::cout << "seed " << kTimesSeed << "\n";
  std::mt19937_64 random(kTimesSeed);
  for (int i = 0; i < 100'000; ++i) {
    std::string text = std::to_string(random() >> (2 + random() % 62));
    if (i % 4 == 0) text.insert(0, "-");
    int64_t number = std::strtoll(text.c_str(), nullptr, 10);
    ASSERT_EQ(Integer(text, TimeUnit::kMillis), Timestamp::FromMillis(number).millis()) << text;
  }
}

TEST(EventTime, FindsNoTimeInANumberWithAnyByteBroken) {
  for (std::string_view digits : {"1307284245", "1307284245123", "1307284245123456", "130728424512345678"}) {
    for (size_t at = 0; at < digits.size(); ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(digits);
        text[at] = static_cast<char>(byte);
        bool number = (byte >= '0' && byte <= '9') || (byte == '-' && at == 0);
        number |= byte == '.' && at > 0 && at + 1 < digits.size();
        number |= (byte == 'e' || byte == 'E') && at > 0 && at + 1 < digits.size();
        ASSERT_EQ(Text(text).has_value(), number) << text;
      }
    }
  }
}

}  // namespace
}  // namespace tally
