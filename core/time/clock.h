// Time is handed in: below apps/ nobody asks the machine. Tests hand in a clock that they move.
#pragma once

#include "core/time/time.h"

namespace tally {

// What moves the horizon: the wall clock, or the events' own time, for replaying history.
enum class ClockKind { kWall, kEvent };

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The wall clock, UTC. May jump, either way.
  virtual Timestamp Now() const = 0;

  // Time since some fixed moment; goes on evenly, also while the machine sleeps.
  virtual absl::Duration Monotonic() const = 0;
};

}  // namespace tally
