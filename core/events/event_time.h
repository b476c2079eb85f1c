// Reads the time of an event from its field.
//
//   ASSIGN_OR_RETURN(EventTime event_time, EventTime::Compile(spec));
//   Timestamp time;
//   if (!event_time.Read(field, record.timestamp, time)) ...;   // the field is not a time
#pragma once

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/events/civil_time.h"
#include "core/events/field.h"
#include "core/events/spec.h"
#include "core/events/time_format.h"
#include "core/time/time.h"

namespace tally {

// Immutable and so thread-safe.
class EventTime {
 public:
  EventTime() = default;  // of a default EventSpec

  // Fails if the time zone is unknown here, or if the format cannot give a time.
  static absl::StatusOr<EventTime> Compile(const EventSpec& spec);

  // Reads `field` as a time: a number in the unit of the configuration, or a string in its format. Without a format, a
  // string is a time in RFC 3339 (ParseRfc3339) or a number. With kAuto, a number under 1e11 is in seconds, under 1e14
  // in milliseconds, under 1e17 in microseconds, otherwise in nanoseconds. Decimals are truncated. Numbers beyond
  // Timestamp's limits saturate. `near` completes a time without a year. Returns false if the field is not a time.
  //
  // It does not return an optional. g++ returns that through the stack: it writes one byte and reads eight, and the
  // processor waits until the byte is in the cache. This wait is a third of the time of a plain number (decode_bench
  // Time).
  bool Read(const Field& field, Timestamp near, Timestamp& time) const;

 private:
  TimeUnit unit_ = TimeUnit::kAuto;
  LocalZone zone_;
  std::optional<TimeFormat> format_;
};

// A time as in RFC 3339 and the forms close to it: between date and time may be a space, before the fraction a comma,
// and the offset may be +02:00, +0200, +02, Z, or missing, which means `zone`.
bool ParseRfc3339(std::string_view text, const LocalZone& zone, Timestamp& time);

// The zone of this name in the time zone database, for example "Europe/Berlin".
absl::StatusOr<LocalZone> FindZone(std::string_view name);

}  // namespace tally
