// The words that stand for choices in the configuration, for reading and for printing.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "apps/config/config.h"
#include "core/base/check.h"
#include "core/events/spec.h"

namespace tally {

template <typename T>
struct Named {
  std::string_view name;
  T value;
};

inline constexpr std::array kFormatNames = {Named<EventFormat>{"json", EventFormat::kJson},
                                            Named<EventFormat>{"regex", EventFormat::kRegex}};
inline constexpr std::array kTimeUnitNames = {
    Named<TimeUnit>{"auto", TimeUnit::kAuto}, Named<TimeUnit>{"s", TimeUnit::kSeconds},
    Named<TimeUnit>{"ms", TimeUnit::kMillis}, Named<TimeUnit>{"us", TimeUnit::kMicros},
    Named<TimeUnit>{"ns", TimeUnit::kNanos}};
inline constexpr std::array kClockNames = {Named<ClockKind>{"wall", ClockKind::kWall},
                                           Named<ClockKind>{"event", ClockKind::kEvent}};
// Of StartPoint::Kind, those that stand for themselves; a time is written out.
inline constexpr std::array kStartNames = {Named<StartPoint::Kind>{"earliest", StartPoint::Kind::kEarliest},
                                           Named<StartPoint::Kind>{"latest", StartPoint::Kind::kLatest},
                                           Named<StartPoint::Kind>{"retention", StartPoint::Kind::kRetention}};

// The name of `value`. REQUIRES: it has one.
template <typename T, size_t N>
std::string_view NameOf(T value, const std::array<Named<T>, N>& names) {
  for (const Named<T>& named : names) {
    if (named.value == value) return named.name;
  }
  TALLY_CHECK(false);
  return {};
}

}  // namespace tally
