// When an event happened, out of the field that says so.
#pragma once

#include <optional>

#include "core/events/field.h"
#include "core/events/spec.h"
#include "core/time/time.h"

namespace tally {

// Reads `field` as a time: a number in `unit`, or a string that is RFC 3339 or a number. With kAuto a number under 1e11
// is seconds, under 1e14 milliseconds, under 1e17 microseconds, else nanoseconds; decimals are cut. Nothing if it is no
// time.
// Numbers beyond Timestamp's limits saturate. `field` is not missing.
std::optional<Timestamp> ParseEventTime(const Field& field, TimeUnit unit);

}  // namespace tally
