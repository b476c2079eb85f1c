// The machine's clocks. No other code reads them.
#pragma once

#include "core/time/clock.h"

namespace tally {

class SystemClock : public Clock {
 public:
  Timestamp Now() const override;
  absl::Duration Monotonic() const override;  // CLOCK_BOOTTIME: advances while the machine sleeps
};

}  // namespace tally
