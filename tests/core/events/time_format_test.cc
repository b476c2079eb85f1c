#include "core/events/time_format.h"

#include <iostream>
#include <optional>
#include <random>
#include <string>

#include "absl/time/time.h"
#include "core/base/strings.h"
#include "core/events/event_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

using testing::HasSubstr;

constexpr uint32_t kFormatsSeed = 20110605;
constexpr int64_t kWritten = 1307284245000;  // 2011-06-05T14:30:45Z

TimeFormat Format(const std::string& format, std::string_view zone = "UTC") {
  return TimeFormat::Compile(format, FindZone(zone).value()).value();
}

std::optional<int64_t> Read(const std::string& format, std::string_view text, std::string_view zone = "UTC",
                            Timestamp near = Timestamp::FromMillis(kWritten)) {
  Timestamp time;
  return Format(format, zone).Parse(text, near, time) ? std::optional(time.millis()) : std::nullopt;
}

TEST(TimeFormat, ReadsTheTimesOfLogs) {
  EXPECT_EQ(Read("%d/%b/%Y:%H:%M:%S %z", "05/Jun/2011:16:30:45 +0200"), kWritten);
  EXPECT_EQ(Read("%Y/%m/%d %H:%M:%S", "2011/06/05 14:30:45"), kWritten);
  EXPECT_EQ(Read("%a %b %d %H:%M:%E*S %Y", "Sun Jun 05 14:30:45.123456 2011"), kWritten + 123);
  EXPECT_EQ(Read("%d %b %Y %H:%M:%S,%E3f", "05 Jun 2011 14:30:45,123"), kWritten + 123);
  EXPECT_EQ(Read("%Y-%m-%dT%H:%M:%E*S%Ez", "2011-06-05T16:30:45.5+02:00"), kWritten + 500);
  EXPECT_EQ(Read("%E4Y%m%d%H%M%S", "20110605143045"), kWritten);
  EXPECT_EQ(Read("%F %T", "2011-06-05 14:30:45"), kWritten);
  EXPECT_EQ(Read("%m/%d/%y %I:%M:%S %p", "06/05/11 02:30:45 PM"), kWritten);
  EXPECT_EQ(Read("%s", "1307284245"), kWritten);
}

TEST(TimeFormat, ReadsATimeWithoutAnOffsetInTheZone) {
  EXPECT_EQ(Read("%d/%b/%Y:%H:%M:%S", "05/Jun/2011:16:30:45", "Europe/Berlin"), kWritten);
  EXPECT_EQ(Read("%d/%b/%Y:%H:%M:%S %z", "05/Jun/2011:14:30:45 +0000", "Europe/Berlin"), kWritten);
}

TEST(TimeFormat, TakesTheYearThatIsNearestToTheRecord) {
  const std::string syslog = "%b %e %H:%M:%S";
  EXPECT_EQ(Read(syslog, "Jun  5 14:30:45"), kWritten);
  EXPECT_EQ(Read(syslog, "Jun 15 14:30:45"), kWritten + int64_t{10} * 86'400'000);
  auto read = [&](std::string_view text, std::string_view near, std::string_view zone = "UTC") {
    Timestamp record;
    EXPECT_TRUE(ParseRfc3339(near, LocalZone(), record)) << near;
    Timestamp time;
    return Format(syslog, zone).Parse(text, record, time)
               ? absl::FormatTime("%Y-%m-%dT%H:%M:%S", absl::FromUnixMillis(time.millis()), absl::UTCTimeZone())
               : "-";
  };
  EXPECT_EQ(read("Dec 31 23:59:59", "2012-01-01T00:00:10Z"), "2011-12-31T23:59:59");
  EXPECT_EQ(read("Jan  1 00:00:10", "2011-12-31T23:59:59Z"), "2012-01-01T00:00:10");
  EXPECT_EQ(read("Jan  1 00:30:00", "2011-12-31T23:30:00Z", "Europe/Berlin"), "2011-12-31T23:30:00");
  EXPECT_EQ(read("Nov 30 00:00:00", "2011-06-05T00:00:00Z"), "2011-11-30T00:00:00");
  EXPECT_EQ(read("Dec 10 00:00:00", "2011-06-05T00:00:00Z"), "2010-12-10T00:00:00");
  EXPECT_EQ(read("Feb 29 12:00:00", "2012-03-01T00:00:00Z"), "2012-02-29T12:00:00");
  EXPECT_EQ(read("Feb 29 12:00:00", "2013-01-01T00:00:00Z"), "2012-02-29T12:00:00");
  EXPECT_EQ(read("Feb 29 12:00:00", "2014-03-01T00:00:00Z"), "-");
}

TEST(TimeFormat, FindsNoTimeInOtherTexts) {
  for (std::string_view text :
       {"", "-", "05/Jun/2011:14:30:45", "05/Jun/2011:14:30:45 +02", "05/Jun/2011:14:30:45 +0200x",
        "05/Jux/2011:14:30:45 +0200", "31/Jun/2011:14:30:45 +0200", "05/Jun/2011:24:30:45 +0200", "infinite-future",
        "infinite-past", "2011-06-05T14:30:45Z", "1307284245"}) {
    EXPECT_EQ(Read("%d/%b/%Y:%H:%M:%S %z", text).has_value(), text == "05/Jun/2011:14:30:45 +02") << text;
  }
  EXPECT_EQ(Read("%F", std::string_view("2011-06-05\0", 11)), std::nullopt);
  EXPECT_EQ(Read("%F", "2011-06-05" + std::string(TimeFormat::kTextMax, ' ')), std::nullopt);
}

TEST(TimeFormat, RefusesAFormatThatCannotReadItsTimes) {
  for (const char* format : {"", "x", "%", "%H:%M:%S", "%Y", "%Y-%m", "%d %H:%M", "%Y-%m-%dT%H:%M:%S.%f", "%N",
                             "%G-W%V-%u", "%E.", "%Y-%m-%d %Q"}) {
    const auto compiled = TimeFormat::Compile(format, LocalZone());
    ASSERT_FALSE(compiled.ok()) << format;
    EXPECT_THAT(std::string(compiled.status().message()), HasSubstr(Cat("'", format, "' does not read the times")));
  }
}

const char* const kFormats[] = {"%d/%b/%Y:%H:%M:%S %z",   "%b %e %H:%M:%S", "%E4Y%m%d%H%M%S",      "%F %T,%E*f",
                                "%Y-%m-%dT%H:%M:%E*S%Ez", "%d-%b-%Y %R",    "%m/%d/%Y %H:%M:%E3S", "%b%d%Y%%%H"};
const char* const kZones[] = {"UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"};

void ExpectSameAsAbseil(const TimeFormat& format, const std::string& text, Timestamp near) {
  Timestamp time, slow;
  const bool read = format.Parse(text, near, time);
  ASSERT_EQ(read, format.ParseSlowly(text, near, slow)) << text;
  if (read) {
    ASSERT_EQ(time, slow) << text;
  }
}

TEST(TimeFormat, AgreesWithAbseilOnEveryTime) {
  std::cout << "seed " << kFormatsSeed << "\n";
  std::mt19937_64 random(kFormatsSeed);
  for (const char* name : kFormats) {
    for (const char* zone_name : kZones) {
      const LocalZone zone = FindZone(zone_name).value();
      const TimeFormat format = Format(name, zone_name);
      for (int i = 0; i < 1000; ++i) {
        const absl::Time time = absl::FromUnixMillis(static_cast<int64_t>(random() % 2'000'000'000'000));
        const Timestamp near = Timestamp::FromMillis(static_cast<int64_t>(random() % 2'000'000'000'000));
        ExpectSameAsAbseil(format, absl::FormatTime(name, time, zone.zone()), near);
      }
    }
  }
}

TEST(TimeFormat, AgreesWithAbseilWhenClocksAreChanged) {
  for (const char* zone : kZones) {
    const TimeFormat format = Format("%F %T", zone);
    for (const char* day : {"2011-03-13", "2011-03-27", "2011-10-30", "2011-11-06"}) {
      for (int minute = 0; minute < 240; ++minute) {
        const std::string text = Cat(day, " 0", minute / 60, ":", minute % 60, ":00");
        ExpectSameAsAbseil(format, text, Timestamp());
      }
    }
  }
}

TEST(TimeFormat, AgreesWithAbseilOnBrokenTexts) {
  std::cout << "seed " << kFormatsSeed << "\n";
  std::mt19937_64 random(kFormatsSeed);
  constexpr std::string_view kBytes = "0123456789 :/-+.,ZzaJunebTx\t%";
  for (const char* name : kFormats) {
    const TimeFormat format = Format(name);
    const std::string good = absl::FormatTime(name, absl::FromUnixMillis(kWritten + 123), absl::UTCTimeZone());
    for (int i = 0; i < 20'000; ++i) {
      std::string text = good;
      for (uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
        const size_t at = random() % text.size();
        const char byte = kBytes[random() % kBytes.size()];
        if (random() % 3 == 0)
          text[at] = byte;
        else if (random() % 2 == 0)
          text.insert(at, 1, byte);
        else if (text.size() > 1)
          text.erase(at, 1);
      }
      ExpectSameAsAbseil(format, text, Timestamp::FromMillis(kWritten));
    }
  }
}

}  // namespace
}  // namespace tally
