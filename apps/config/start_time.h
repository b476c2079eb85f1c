// kafka.start as a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/time/time.h"

namespace tally {

// RFC 3339, as "2011-06-05T14:30:00Z" or "2011-06-05T16:30:00.250+02:00"; what is finer than a millisecond is cut.
// Nothing if it is none, or before 1970: to Kafka a negative time means an end of the log.
std::optional<Timestamp> ParseStartTime(std::string_view text);

// RFC 3339, UTC, with milliseconds if it has any; ParseStartTime() reads it back. REQUIRES: `time` came from there.
std::string FormatStartTime(Timestamp time);

}  // namespace tally
