#include "core/events/event_time.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/events/digits.h"
#include "core/time/calendar.h"

namespace tally {
namespace {

// Wide enough for a number of nanoseconds at Timestamp's limits, 1e20.
using Wide = __int128;

// Beyond every limit in every unit. The exact value of a longer number does not matter.
constexpr Wide kWideMax = Wide{1'000'000'000'000'000'000} * 1'000'000;

// Larger exponents are treated like this one: no text is that long.
constexpr int64_t kExponentMax = 1'000'000'000;

// 1 to 18 digits and nothing else, like nearly all times.
bool ReadPlainNumber(std::string_view text, int64_t* result) {
  if (text.empty() || text.size() > 18) return false;
  if (text.size() >= 8 && text.size() <= 16) {
    if (!AreDigits8To16(text)) return false;
    *result = static_cast<int64_t>(Number8To16(text));
    return true;
  }
  uint64_t value = 0;
  for (char c : text) {
    if (!IsDigit(c)) return false;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  *result = static_cast<int64_t>(value);
  return true;
}

// Removes the digits at the beginning of `text` and returns them.
std::string_view TakeDigits(std::string_view& text) {
  size_t size = 0;
  while (size < text.size() && IsDigit(text[size])) ++size;
  std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

// [eE][+-]?[0-9]+ and the end of the text.
std::optional<int64_t> ReadExponent(std::string_view text) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return std::nullopt;
  text.remove_prefix(1);
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::string_view digits = TakeDigits(text);
  if (digits.empty() || !text.empty()) return std::nullopt;
  int64_t exponent = 0;
  for (char c : digits) exponent = std::min(exponent * 10 + (c - '0'), kExponentMax);
  return negative ? -exponent : exponent;
}

// The integer part of a number without a sign: [0-9]+(\.[0-9]+)? with or without an exponent. The point is moved within
// the text, so no digit is lost to a double: 1307284245.9876e3 is 1307284245987.
std::optional<Wide> ReadAnyNumber(std::string_view text) {
  std::string_view whole = TakeDigits(text);
  if (whole.empty()) return std::nullopt;
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = TakeDigits(text);
    if (fraction.empty()) return std::nullopt;
  }
  int64_t point = static_cast<int64_t>(whole.size());
  if (!text.empty()) {
    std::optional<int64_t> exponent = ReadExponent(text);
    if (!exponent) return std::nullopt;
    point += *exponent;
  }
  Wide value = 0;
  for (size_t i = 0; static_cast<int64_t>(i) < point && value < kWideMax; ++i) {
    size_t after = i - whole.size();
    if (i >= whole.size() && after >= fraction.size() && value == 0) break;  // the rest of 0e99 is zeros
    char digit = i < whole.size() ? whole[i] : after < fraction.size() ? fraction[after] : '0';
    value = value * 10 + (digit - '0');
  }
  return std::min(value, kWideMax);
}

template <typename Int>
TimeUnit UnitOf(Int number) {
  if (number < 100'000'000'000) return TimeUnit::kSeconds;
  if (number < 100'000'000'000'000) return TimeUnit::kMillis;
  if (number < 100'000'000'000'000'000) return TimeUnit::kMicros;
  return TimeUnit::kNanos;
}

// Rounds down, also before 1970: -1 us is in the last minute of 1969.
template <typename Int>
Int FloorDivide(Int number, int64_t by) {
  Int quotient = number / by;
  return quotient * by > number ? quotient - 1 : quotient;
}

template <typename Int>
Timestamp FromNumber(Int number, TimeUnit unit) {
  if (unit == TimeUnit::kAuto) unit = UnitOf(number);
  constexpr int64_t kLimit = Timestamp::kLimitMillis;
  if (unit == TimeUnit::kSeconds) number = std::clamp<Int>(number, -kLimit, kLimit) * 1000;
  if (unit == TimeUnit::kMicros) number = FloorDivide(number, 1000);
  if (unit == TimeUnit::kNanos) number = FloorDivide(number, 1'000'000);
  return Timestamp::FromMillis(static_cast<int64_t>(std::clamp<Int>(number, -kLimit, kLimit)));
}

bool ParseNumber(std::string_view text, TimeUnit unit, Timestamp& time) {
  bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (int64_t plain; ReadPlainNumber(text, &plain)) {
    time = FromNumber(negative ? -plain : plain, unit);
    return true;
  }
  std::optional<Wide> number = ReadAnyNumber(text);
  if (number) time = FromNumber(negative ? -*number : *number, unit);
  return number.has_value();
}

// Two digits as a number. Larger than 99 if they are not digits: no part of a time is that large.
int64_t ReadTwo(const char* p) {
  if (!IsDigit(p[0]) || !IsDigit(p[1])) return 100;
  return (p[0] - '0') * 10 + (p[1] - '0');
}

// The zone at the end, in seconds east of UTC.
std::optional<int64_t> ReadZone(std::string_view zone) {
  if (zone == "Z" || zone == "z") return 0;
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
  int64_t hours = ReadTwo(zone.data() + 1);
  int64_t minutes = ReadTwo(zone.data() + 4);
  if (hours > 23 || minutes > 59) return std::nullopt;
  int64_t east = (hours * 60 + minutes) * 60;
  return zone[0] == '-' ? -east : east;
}

// Parsed by hand, because the layout is fixed: absl::ParseTime takes ten times as long. Between date and time there may
// be a 'T', a 't' or the space that the RFC mentions. A second of 60 is the leap second at 23:59 UTC, which in Unix
// time is the first second of the next day.
std::optional<Timestamp> ParseRfc3339(std::string_view text) {
  constexpr size_t kZoneOrFraction = 19;
  if (text.size() <= kZoneOrFraction) return std::nullopt;
  const char* p = text.data();
  bool separated = p[10] == 'T' || p[10] == 't' || p[10] == ' ';
  if (!separated || p[4] != '-' || p[7] != '-' || p[13] != ':' || p[16] != ':') return std::nullopt;
  int64_t century = ReadTwo(p);
  int64_t year = century * 100 + ReadTwo(p + 2);
  int64_t month = ReadTwo(p + 5);
  int64_t day = ReadTwo(p + 8);
  int64_t hour = ReadTwo(p + 11);
  int64_t minute = ReadTwo(p + 14);
  int64_t second = ReadTwo(p + 17);
  if (century > 99 || ReadTwo(p + 2) > 99 || month < 1 || month > 12) return std::nullopt;
  if (day < 1 || day > DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60) return std::nullopt;

  text.remove_prefix(kZoneOrFraction);
  int64_t millis = 0;
  if (text[0] == '.') {
    text.remove_prefix(1);
    std::string_view fraction = TakeDigits(text);
    if (fraction.empty()) return std::nullopt;
    for (size_t i = 0; i < 3; ++i) millis = millis * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  }
  std::optional<int64_t> east = ReadZone(text);
  if (!east) return std::nullopt;
  constexpr int64_t kDay = 86'400;
  int64_t seconds = DayNumber(year, month, day) * kDay + hour * 3600 + minute * 60 + second - *east;
  if (second == 60 && FloorDivide(seconds, kDay) * kDay != seconds) return std::nullopt;
  return Timestamp::FromMillis(seconds * 1000 + millis);
}

}  // namespace

bool ParseEventTime(const Field& field, TimeUnit unit, Timestamp& time) {
  switch (field.type) {
    case Field::Type::kMissing:
    case Field::Type::kNoValue:
    case Field::Type::kBoolean:
      return false;
    case Field::Type::kInteger:
    case Field::Type::kNumber:
      return ParseNumber(field.text, unit, time);
    case Field::Type::kText:
    case Field::Type::kUntyped:
      break;
  }
  std::optional<Timestamp> rfc3339 = ParseRfc3339(field.text);
  if (rfc3339) time = *rfc3339;
  return rfc3339 || ParseNumber(field.text, unit, time);
}

}  // namespace tally
