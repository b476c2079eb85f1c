// The words for the choices in the configuration that only the binary knows; those of [event] are beside EventSpec.
#pragma once

#include <array>

#include "apps/config/config.h"
#include "core/base/named.h"
#include "core/events/spec.h"  // kFormatNames, kTimeUnitNames

namespace tally {

inline constexpr std::array kClockNames = {Named<ClockKind>{"wall", ClockKind::kWall},
                                           Named<ClockKind>{"event", ClockKind::kEvent}};
// Of StartPoint::Kind, those that stand for themselves; a time is written out.
inline constexpr std::array kStartNames = {Named<StartPoint::Kind>{"earliest", StartPoint::Kind::kEarliest},
                                           Named<StartPoint::Kind>{"latest", StartPoint::Kind::kLatest},
                                           Named<StartPoint::Kind>{"retention", StartPoint::Kind::kRetention}};

}  // namespace tally
