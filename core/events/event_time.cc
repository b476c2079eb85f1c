#include "core/events/event_time.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "core/base/digits.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/events/decimal.h"

namespace tally {
namespace {

// Beyond every limit in every unit. The exact value of a longer number does not matter.
constexpr WideInt kNumberMax = WideInt{1'000'000'000'000'000'000} * 1'000'000;

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
  const std::optional<Decimal> number = ReadDecimal(text);
  if (!number) return false;
  const WideInt integer = number->Scaled(0, kNumberMax);
  time = FromNumber(negative ? -integer : integer, unit);
  return true;
}

// Two digits as a number. Larger than 99 if they are not digits: no part of a time is that large.
int64_t ReadTwo(const char* p) {
  if (!IsDigit(p[0]) || !IsDigit(p[1])) return 100;
  return (p[0] - '0') * 10 + (p[1] - '0');
}

// The offset at the end of a text: nothing, Z, +02:00, +0200 or +02.
bool ReadOffset(std::string_view text, CivilTime& civil) {
  if (text.empty()) return true;
  civil.has_offset = true;
  if (text == "Z" || text == "z") return true;
  if (text[0] != '+' && text[0] != '-') return false;
  const bool has_colon = text.size() == 6 && text[3] == ':';
  if (!has_colon && text.size() != 5 && text.size() != 3) return false;
  const int64_t hours = ReadTwo(text.data() + 1);
  const int64_t minutes = text.size() == 3 ? 0 : ReadTwo(text.data() + (has_colon ? 4 : 3));
  if (hours > 23 || minutes > 59) return false;
  const int64_t east = (hours * 60 + minutes) * 60;
  civil.offset = text[0] == '-' ? -east : east;
  return true;
}

}  // namespace

// Parsed by hand, because the layout is fixed: absl::ParseTime takes ten times as long.
bool ParseRfc3339(std::string_view text, const LocalZone& zone, Timestamp& time) {
  constexpr size_t kToSeconds = 19;
  if (text.size() < kToSeconds) return false;
  const char* p = text.data();
  bool separated = p[10] == 'T' || p[10] == 't' || p[10] == ' ';
  if (!separated || p[4] != '-' || p[7] != '-' || p[13] != ':' || p[16] != ':') return false;
  const int64_t century = ReadTwo(p);
  const int64_t year = ReadTwo(p + 2);
  if (century > 99 || year > 99) return false;
  CivilTime civil{.year = century * 100 + year,
                  .month = ReadTwo(p + 5),
                  .day = ReadTwo(p + 8),
                  .hour = ReadTwo(p + 11),
                  .minute = ReadTwo(p + 14),
                  .second = ReadTwo(p + 17)};
  text.remove_prefix(kToSeconds);
  if (text.starts_with('.') || text.starts_with(',')) {
    text.remove_prefix(1);
    std::string_view fraction = TakeDigits(text);
    if (fraction.empty()) return false;
    for (size_t i = 0; i < 3; ++i) civil.millis = civil.millis * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  }
  return ReadOffset(text, civil) && ToTimestamp(civil, zone, time);
}

absl::StatusOr<LocalZone> FindZone(std::string_view name) {
  absl::TimeZone zone;
  if (name.empty() || !absl::LoadTimeZone(std::string(name), &zone)) {
    return InvalidArgument("there is no time zone '", name, "' in the database of this machine (package tzdata); ",
                           "expected a name such as UTC or Europe/Berlin");
  }
  return LocalZone(zone);
}

absl::StatusOr<EventTime> EventTime::Compile(const EventSpec& spec) {
  EventTime compiled;
  compiled.unit_ = spec.time_unit;
  ASSIGN_OR_RETURN(compiled.zone_, FindZone(spec.time_zone));
  if (spec.time_format.empty()) return compiled;
  ASSIGN_OR_RETURN(compiled.format_, TimeFormat::Compile(spec.time_format, compiled.zone_));
  return compiled;
}

bool EventTime::Read(const Field& field, Timestamp near, Timestamp& time) const {
  switch (field.type) {
    case Field::Type::kMissing:
    case Field::Type::kNoValue:
    case Field::Type::kBoolean:
      return false;
    case Field::Type::kInteger:
    case Field::Type::kNumber:
      return ParseNumber(field.text, unit_, time);
    case Field::Type::kText:
    case Field::Type::kUntyped:
      break;
  }
  if (format_) return format_->Parse(field.text, near, time);
  return ParseRfc3339(field.text, zone_, time) || ParseNumber(field.text, unit_, time);
}

}  // namespace tally
