#include "core/time/format.h"

#include "absl/time/civil_time.h"
#include "core/base/digits.h"
#include "core/base/strings.h"
#include "core/time/calendar.h"

namespace tally {
namespace {

absl::CivilMinute Civil(Minute minute) { return absl::CivilMinute(1970, 1, 1) + minute.index(); }

void AppendDigits(std::string& out, int64_t number, int width) {
  std::string digits = Cat(number);
  for (int missing = width - static_cast<int>(digits.size()); missing > 0; --missing) out.push_back('0');
  out.append(digits);
}

void AppendYear(std::string& out, int64_t year) {
  if (year < 0) out.push_back('-');
  AppendDigits(out, year < 0 ? -year : year, 4);
}

// 2011-06-05T14:30
std::string DateAndMinute(const absl::CivilMinute& civil) {
  std::string out;
  AppendYear(out, civil.year());
  out.push_back('-');
  AppendDigits(out, civil.month(), 2);
  out.push_back('-');
  AppendDigits(out, civil.day(), 2);
  out.push_back('T');
  AppendDigits(out, civil.hour(), 2);
  out.push_back(':');
  AppendDigits(out, civil.minute(), 2);
  return out;
}

}  // namespace

std::string FormatMinute(Minute minute) { return DateAndMinute(Civil(minute)) + "Z"; }

std::string FormatTimestamp(Timestamp time) {
  Minute minute = MinuteOf(time);
  std::string out = DateAndMinute(Civil(minute));
  int64_t millis = time.millis() - minute.index() * Minute::kMillis;
  out.push_back(':');
  AppendDigits(out, millis / 1000, 2);
  out.push_back('.');
  AppendDigits(out, millis % 1000, 3);
  out.push_back('Z');
  return out;
}

std::string FormatBucket(Minute minute) {
  absl::CivilMinute civil = Civil(minute);
  std::string out;
  AppendYear(out, civil.year());
  out.push_back('_');
  AppendDigits(out, civil.month() * 100 + civil.day(), 4);
  out.push_back('_');
  AppendDigits(out, civil.hour() * 100 + civil.minute(), 4);
  return out;
}

std::optional<Minute> ParseBucket(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view rest = text.substr(negative ? 1 : 0);
  if (rest.size() != kBucketSize || rest[4] != '_' || rest[9] != '_') return std::nullopt;
  const uint64_t date_digits = FourAndFour(rest.data(), rest.data() + 5);
  const uint64_t time_digits = FourAndFour("0000", rest.data() + 10);
  if (!AreEightDigits(date_digits) || !AreEightDigits(time_digits)) return std::nullopt;
  const auto date = static_cast<uint32_t>(EightDigits(date_digits));
  const auto time = static_cast<uint32_t>(EightDigits(time_digits));
  const uint32_t month = date / 100 % 100, day = date % 100, hour = time / 100, minute = time % 100;
  const int64_t year = negative ? -int64_t{date / 10'000} : int64_t{date / 10'000};
  if (negative && year == 0) return std::nullopt;
  if (month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month) || hour > 23 || minute > 59) {
    return std::nullopt;
  }
  const int64_t index = (DayNumber(year, month, day) * 24 + hour) * 60 + minute;
  if (index < Minute::Min().index() || index > Minute::Max().index()) return std::nullopt;
  return Minute::FromIndex(static_cast<int32_t>(index));
}

}  // namespace tally
