// kafka.start as a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/time/time.h"

namespace tally {

// Parses RFC 3339, such as "2011-06-05T14:30:00Z" or "2011-06-05T16:30:00.250+02:00", and truncates it to milliseconds.
// Returns nullopt for anything else and for a time before 1970: to Kafka, a negative time means an end of the log.
std::optional<Timestamp> ParseStartTime(std::string_view text);

// Formats as RFC 3339, UTC, with milliseconds unless they are 0. REQUIRES: `time` is a result of ParseStartTime(),
// which can parse the text again.
std::string FormatStartTime(Timestamp time);

}  // namespace tally
