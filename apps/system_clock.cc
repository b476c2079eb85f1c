#include "apps/system_clock.h"

#include <time.h>

#include "core/base/check.h"

namespace tally {
namespace {

absl::Duration Read(clockid_t clock) {
  timespec now;
  TALLY_CHECK(::clock_gettime(clock, &now) == 0);
  return absl::DurationFromTimespec(now);
}

}  // namespace

Timestamp SystemClock::Now() const { return Timestamp() + Read(CLOCK_REALTIME); }

absl::Duration SystemClock::Monotonic() const { return Read(CLOCK_BOOTTIME); }

}  // namespace tally
