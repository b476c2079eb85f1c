// Reads the value that an event adds to a counter.
#pragma once

#include <cstdint>
#include <optional>

#include "core/events/field.h"

namespace tally {

// The number in `field`, in units of the last of `decimals` decimal places, at most kCountMax. The field is a JSON
// number, or a string that holds one, in any notation. No digit is lost to a double. A number with more decimal places
// is rounded to the nearest, halves up, if `decimals` is not 0. Returns nothing if the field is not a number, if the
// number is negative, or if it has decimal places, not only zeros, and `decimals` is 0.
std::optional<uint64_t> ReadAmount(const Field& field, uint32_t decimals);

}  // namespace tally
