// A format of times in the syntax of absl::ParseTime: strptime's letters, and %E*S, %E3S, %E*f, %Ez for fractions and
// offsets.
//
//   ASSIGN_OR_RETURN(TimeFormat format, TimeFormat::Compile("%d/%b/%Y:%H:%M:%S %z", LocalZone()));
//   Timestamp time;
//   if (!format.Parse("05/Jun/2011:16:30:45 +0200", record.timestamp, time)) ...;
//
// A format of digits, %b and %z is compiled to steps, which take a twentieth of the time of absl::ParseTime
// (decode_bench Time). A text that the steps do not accept, and every text of another format, goes through
// absl::ParseTime: it alone decides what is a time.
//
// Immutable and so thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/events/civil_time.h"
#include "core/time/time.h"

namespace tally {

class TimeFormat {
 public:
  // A longer text is not a time.
  static constexpr size_t kTextMax = 256;

  // `zone` is the zone of times without an offset. Fails if the format does not read the times that it describes: if it
  // has a letter that is unknown or cannot be read, or no day and month.
  static absl::StatusOr<TimeFormat> Compile(const std::string& format, const LocalZone& zone);

  // Returns false if `text` is not a time of this format. A time without a year is in the year that puts it nearest to
  // `near`, at most a year away.
  bool Parse(std::string_view text, Timestamp near, Timestamp& time) const;

  // The same through absl::ParseTime alone, for tests: Parse() gives the same result.
  bool ParseSlowly(std::string_view text, Timestamp near, Timestamp& time) const;

 private:
  // What a step reads.
  enum class Part : uint8_t {
    kLiteral,      // this character
    kSpaces,       // any number of spaces
    kYear,         // four digits, no digit after them
    kYear4,        // four digits
    kMonth,        // one or two digits, as for the following parts
    kDay,          //
    kHour,         //
    kMinute,       //
    kSecond,       //
    kName,         // the first three letters of a month
    kPoint,        // nothing, or a point and the digits of a fraction
    kFraction,     // the digits of a fraction
    kOffset,       // +0200, -0200 or Z
    kColonOffset,  // +02:00, -02:00 or Z
  };
  struct Step {
    Part part;
    char literal = 0;
  };

  TimeFormat(const std::string& format, const LocalZone& zone);
  bool AddSteps(std::string_view format);
  size_t AddPart(std::string_view letters);
  bool Walk(std::string_view text, CivilTime& civil) const;
  bool ParseFast(std::string_view text, Timestamp near, Timestamp& time) const;

  std::string format_;
  LocalZone zone_;
  bool has_year_;
  std::vector<Step> steps_;  // empty: only absl::ParseTime reads this format
};

}  // namespace tally
