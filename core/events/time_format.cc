#include "core/events/time_format.h"

#include <array>
#include <cctype>
#include <cstdlib>
#include <utility>

#include "absl/time/civil_time.h"
#include "core/base/digits.h"
#include "core/base/strings.h"

namespace tally {
namespace {

// The letters that give a year, most of them a whole date.
constexpr std::string_view kYearLetters = "YyCGcxDFs+";

bool HasYear(std::string_view format) {
  for (size_t i = 0; i + 1 < format.size(); ++i) {
    if (format[i] != '%') continue;
    ++i;
    while (i + 1 < format.size() && (format[i] == 'E' || format[i] == 'O' || IsDigit(format[i]))) ++i;
    if (kYearLetters.find(format[i]) != std::string_view::npos) return true;
  }
  return false;
}

int64_t YearOf(Timestamp time) {
  return absl::ToCivilYear(absl::FromUnixMillis(time.millis()), absl::UTCTimeZone()).year();
}

int64_t Distance(Timestamp a, Timestamp b) { return std::abs(a.millis() - b.millis()); }

// Calls parse(year, time) for the year of `near`, the one before and the one after. Keeps the time nearest to `near`.
// Returns false if none is a time: there is a February 29 in at most one of three years.
template <typename Parse>
bool ParseNearest(Timestamp near, Parse&& parse, Timestamp& nearest) {
  // A time that is not further away than this is the nearest: the others are half a year away or more.
  constexpr int64_t kNear = int64_t{180} * 24 * 3600 * 1000;
  const int64_t year = YearOf(near);
  bool found = false;
  for (int64_t candidate : {year, year - 1, year + 1}) {
    Timestamp time;
    if (!parse(candidate, time)) continue;
    if (!found || Distance(time, near) < Distance(nearest, near)) nearest = time;
    found = true;
    if (Distance(nearest, near) <= kNear) break;
  }
  return found;
}

// One or two digits, as many as there are.
bool ReadTwo(const char*& p, const char* end, int64_t& number) {
  if (p == end || !IsDigit(*p)) return false;
  number = *p++ - '0';
  if (p != end && IsDigit(*p)) number = number * 10 + (*p++ - '0');
  return true;
}

bool ReadFour(const char*& p, const char* end, int64_t& year) {
  if (end - p < 4) return false;
  year = 0;
  for (int i = 0; i < 4; ++i, ++p) {
    if (!IsDigit(*p)) return false;
    year = year * 10 + (*p - '0');
  }
  return true;
}

// The lower case of a letter. Other bytes may become anything but a letter.
uint32_t Lower(char c) { return static_cast<unsigned char>(c) | 0x20u; }
constexpr uint32_t NameKey(uint32_t a, uint32_t b, uint32_t c) { return a << 16 | b << 8 | c; }

bool ReadMonthName(const char*& p, const char* end, int64_t& month) {
  if (end - p < 3) return false;
  static constexpr std::array<uint32_t, 12> kNames = {
      NameKey('j', 'a', 'n'), NameKey('f', 'e', 'b'), NameKey('m', 'a', 'r'), NameKey('a', 'p', 'r'),
      NameKey('m', 'a', 'y'), NameKey('j', 'u', 'n'), NameKey('j', 'u', 'l'), NameKey('a', 'u', 'g'),
      NameKey('s', 'e', 'p'), NameKey('o', 'c', 't'), NameKey('n', 'o', 'v'), NameKey('d', 'e', 'c')};
  const uint32_t key = NameKey(Lower(p[0]), Lower(p[1]), Lower(p[2]));
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] != key) continue;
    month = static_cast<int64_t>(i + 1);
    p += 3;
    return true;
  }
  return false;
}

// Digits of a fraction, cut to milliseconds.
bool ReadFraction(const char*& p, const char* end, int64_t& millis) {
  if (p == end || !IsDigit(*p)) return false;
  millis = 0;
  int64_t unit = 100;
  for (; p != end && IsDigit(*p); ++p, unit /= 10) millis += (*p - '0') * unit;
  return true;
}

// +hhmm, or +hh:mm with a colon, and no more digits.
bool ReadOffset(const char*& p, const char* end, bool colon, CivilTime& civil) {
  civil.has_offset = true;
  if (p != end && (*p == 'Z' || *p == 'z')) {
    ++p;
    return true;
  }
  const std::ptrdiff_t size = colon ? 6 : 5;
  if (end - p < size || (*p != '+' && *p != '-') || (colon && p[3] != ':')) return false;
  if (end - p > size && (IsDigit(p[size]) || p[size] == ':')) return false;
  const char* digits[] = {p + 1, p + 2, p + size - 2, p + size - 1};
  for (const char* digit : digits) {
    if (!IsDigit(*digit)) return false;
  }
  const int64_t hours = (p[1] - '0') * 10 + (p[2] - '0');
  const int64_t minutes = (p[size - 2] - '0') * 10 + (p[size - 1] - '0');
  if (hours > 23 || minutes > 59) return false;
  civil.offset = (*p == '-' ? -1 : 1) * (hours * 60 + minutes) * 60;
  p += size;
  return true;
}

bool ParseWithAbseil(const std::string& format, std::string_view text, const LocalZone& zone, Timestamp& time) {
  absl::Time parsed;
  std::string error;
  if (!absl::ParseTime(format, ToAbsl(text), zone.zone(), &parsed, &error)) return false;
  // It reads "infinite-future" in any format.
  if (parsed == absl::InfiniteFuture() || parsed == absl::InfinitePast()) return false;
  time = Timestamp::FromMillis(absl::ToUnixMillis(parsed));
  return true;
}

}  // namespace

TimeFormat::TimeFormat(const std::string& format, const LocalZone& zone)
    : format_(format), zone_(zone), has_year_(HasYear(format)) {
  if (!AddSteps(format)) steps_.clear();
}

absl::StatusOr<TimeFormat> TimeFormat::Compile(const std::string& format, const LocalZone& zone) {
  TimeFormat compiled(format, zone);
  const absl::CivilSecond some_second(2011, 6, 15, 14, 30, 45);
  const absl::Time some_time = absl::FromCivil(some_second, zone.zone());
  const std::string text = absl::FormatTime(format, some_time, zone.zone());
  const Timestamp expected = Timestamp::FromMillis(absl::ToUnixMillis(some_time));
  Timestamp time;
  if (compiled.Parse(text, expected, time) && absl::AbsDuration(time - expected) < absl::Hours(24)) return compiled;
  return InvalidArgument("'", format, "' does not read the times that it writes, such as '", text,
                         "': expected a day, a month and letters of strptime, with %E*S for seconds with a fraction ",
                         "after a point, %E*f for the digits of a fraction, %z for +0200 and %Ez for +02:00");
}

bool TimeFormat::AddSteps(std::string_view format) {
  while (!format.empty()) {
    const char c = format[0];
    format.remove_prefix(1);
    if (c != '%') {
      const bool after_name = !steps_.empty() && steps_.back().part == Part::kName;
      if (after_name && std::isalpha(static_cast<unsigned char>(c)) != 0) return false;  // the name may be longer
      steps_.push_back({c == ' ' ? Part::kSpaces : Part::kLiteral, c});
      continue;
    }
    const size_t size = AddPart(format);
    if (size == 0) return false;
    format.remove_prefix(size);
  }
  return true;
}

// Adds the steps for the letters that follow a %, at the beginning of `letters`. Returns how many letters these are; 0
// if only absl::ParseTime reads them.
size_t TimeFormat::AddPart(std::string_view letters) {
  static constexpr std::pair<std::string_view, std::string_view> kWhole[] = {
      {"T", "%H:%M:%S"}, {"R", "%H:%M"}, {"F", "%Y-%m-%d"}};
  for (const auto& [name, format] : kWhole) {
    if (letters.starts_with(name)) return AddSteps(format) ? name.size() : 0;
  }
  struct Letters {
    std::string_view name;
    Part part;
    bool point = false;  // a point and a fraction may follow
  };
  static constexpr Letters kLetters[] = {{"Y", Part::kYear},
                                         {"E4Y", Part::kYear4},
                                         {"m", Part::kMonth},
                                         {"d", Part::kDay},
                                         {"e", Part::kDay},
                                         {"H", Part::kHour},
                                         {"M", Part::kMinute},
                                         {"S", Part::kSecond},
                                         {"b", Part::kName},
                                         {"h", Part::kName},
                                         {"z", Part::kOffset},
                                         {"Ez", Part::kColonOffset},
                                         {"E*S", Part::kSecond, true},
                                         {"E3S", Part::kSecond, true},
                                         {"E6S", Part::kSecond, true},
                                         {"E9S", Part::kSecond, true},
                                         {"E*f", Part::kFraction},
                                         {"E3f", Part::kFraction},
                                         {"E6f", Part::kFraction},
                                         {"E9f", Part::kFraction}};
  for (const Letters& known : kLetters) {
    if (!letters.starts_with(known.name)) continue;
    steps_.push_back({known.part});
    if (known.point) steps_.push_back({Part::kPoint});
    return known.name.size();
  }
  return 0;
}

bool TimeFormat::Walk(std::string_view text, CivilTime& civil) const {
  const char* p = text.data();
  const char* const end = p + text.size();
  for (const Step& step : steps_) {
    bool read = true;
    switch (step.part) {
      case Part::kLiteral:
        read = p != end && *p++ == step.literal;
        break;
      case Part::kSpaces:
        while (p != end && *p == ' ') ++p;
        break;
      case Part::kYear:
        read = ReadFour(p, end, civil.year) && (p == end || !IsDigit(*p));
        break;
      case Part::kYear4:
        read = ReadFour(p, end, civil.year);
        break;
      case Part::kMonth:
        read = ReadTwo(p, end, civil.month);
        break;
      case Part::kDay:
        read = ReadTwo(p, end, civil.day);
        break;
      case Part::kHour:
        read = ReadTwo(p, end, civil.hour);
        break;
      case Part::kMinute:
        read = ReadTwo(p, end, civil.minute);
        break;
      case Part::kSecond:
        read = ReadTwo(p, end, civil.second) && civil.second < 60;
        break;
      case Part::kName:
        read = ReadMonthName(p, end, civil.month);
        break;
      case Part::kPoint:
        read = p == end || *p != '.' || ReadFraction(++p, end, civil.millis);
        break;
      case Part::kFraction:
        read = ReadFraction(p, end, civil.millis);
        break;
      case Part::kOffset:
      case Part::kColonOffset:
        read = ReadOffset(p, end, step.part == Part::kColonOffset, civil);
        break;
    }
    if (!read) return false;
  }
  return p == end;
}

bool TimeFormat::ParseFast(std::string_view text, Timestamp near, Timestamp& time) const {
  CivilTime civil;
  if (steps_.empty() || !Walk(text, civil)) return false;
  if (has_year_) return ToTimestamp(civil, zone_, time);
  auto in_year = [&](int64_t year, Timestamp& candidate) {
    civil.year = year;
    return ToTimestamp(civil, zone_, candidate);
  };
  return ParseNearest(near, in_year, time);
}

bool TimeFormat::ParseSlowly(std::string_view text, Timestamp near, Timestamp& time) const {
  if (text.size() > kTextMax || text.find('\0') != std::string_view::npos) return false;
  if (has_year_) return ParseWithAbseil(format_, text, zone_, time);
  auto in_year = [&](int64_t year, Timestamp& candidate) {
    return ParseWithAbseil(Cat("%Y ", format_), Cat(year, ' ', text), zone_, candidate);
  };
  return ParseNearest(near, in_year, time);
}

bool TimeFormat::Parse(std::string_view text, Timestamp near, Timestamp& time) const {
  return ParseFast(text, near, time) || ParseSlowly(text, near, time);
}

}  // namespace tally
