// The machine's clocks. The one place that reads them.
#pragma once

#include "core/time/clock.h"

namespace tally {

class SystemClock : public Clock {
 public:
  Timestamp Now() const override;
  absl::Duration Monotonic() const override;  // CLOCK_BOOTTIME: goes on while the machine sleeps
};

}  // namespace tally
