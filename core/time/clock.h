// Time is passed in: code below apps/ does not read the machine's clock. Tests pass in a clock that they set.
#pragma once

#include "core/time/time.h"

namespace tally {

// The clock that moves the horizon: the wall clock, or the time of the events (for replaying history).
enum class ClockKind { kWall, kEvent };

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Returns the wall clock, UTC. It may jump forward and backward.
  virtual Timestamp Now() const = 0;

  // Returns the time since some fixed moment. It advances evenly, also while the machine sleeps.
  virtual absl::Duration Monotonic() const = 0;
};

}  // namespace tally
