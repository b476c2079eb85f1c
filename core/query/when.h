// Parses the times that a person types.
//
//   ASSIGN_OR_RETURN(Timestamp from, ParseWhen("-1h30m", counters.clock()));
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/time/time.h"

namespace tally {

// `now`; a duration back from it, as -15m or -1h30m; RFC 3339, in which seconds and zone (then UTC) may be left out; or
// milliseconds since the epoch. Times beyond Timestamp's limits saturate. An error shows what was expected, and the
// text that came, for any bytes.
absl::StatusOr<Timestamp> ParseWhen(std::string_view text, Timestamp now);

// The steps of a RANGE: whole minutes, as 5m or 1h. At least one, at most kStepMinutesMax.
inline constexpr int32_t kStepMinutesMax = 366 * 24 * 60;
absl::StatusOr<int32_t> ParseStepMinutes(std::string_view text);

}  // namespace tally
