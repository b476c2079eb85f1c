// When an event happened, out of the field that says so.
#pragma once

#include "core/events/field.h"
#include "core/events/spec.h"
#include "core/time/time.h"

namespace tally {

// Reads `field` as a time: a number in `unit`, or a string that is RFC 3339 or a number. With kAuto a number under 1e11
// is seconds, under 1e14 milliseconds, under 1e17 microseconds, else nanoseconds; decimals are cut. Numbers beyond
// Timestamp's limits saturate. Returns false if it is no time.
//
// Not an optional, which g++ returns through the stack: it writes a byte, reads eight, and the processor waits until
// the byte has arrived in the cache. That is a third of the time of a plain number (decode_bench Time).
bool ParseEventTime(const Field& field, TimeUnit unit, Timestamp& time);

}  // namespace tally
