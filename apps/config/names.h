// The names of the enum values that only the binary's configuration has; those of [event] are beside EventSpec.
#pragma once

#include <array>

#include "apps/config/config.h"
#include "core/base/named.h"
#include "core/events/spec.h"  // kFormatNames, kTimeUnitNames

namespace tally {

inline constexpr std::array kClockNames = {Named<ClockKind>{"wall", ClockKind::kWall},
                                           Named<ClockKind>{"event", ClockKind::kEvent}};
// All values of StartPoint::Kind but kTime, which is written as a time.
inline constexpr std::array kStartNames = {Named<StartPoint::Kind>{"earliest", StartPoint::Kind::kEarliest},
                                           Named<StartPoint::Kind>{"latest", StartPoint::Kind::kLatest},
                                           Named<StartPoint::Kind>{"retention", StartPoint::Kind::kRetention}};

}  // namespace tally
