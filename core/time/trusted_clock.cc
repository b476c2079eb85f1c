#include "core/time/trusted_clock.h"

#include <algorithm>

#include "core/base/strings.h"
#include "core/time/format.h"

namespace tally {
namespace {

bool Agree(Timestamp a, Timestamp b) { return absl::AbsDuration(a - b) <= TrustedClock::kTolerance; }

}  // namespace

TrustedClock::TrustedClock(const Clock& machine)
    : machine_(machine),
      looked_at_millis_(machine.Now().millis()),
      anchor_wall_(machine.Now()),
      anchor_monotonic_(machine.Monotonic()) {}

Timestamp TrustedClock::Now() const {
  const Timestamp wall = machine_.Now();
  const Timestamp looked_at = Timestamp::FromMillis(looked_at_millis_);
  return !in_doubt_ && absl::AbsDuration(wall - looked_at) <= kGlance ? wall : Look();
}

void TrustedClock::NotBefore(Timestamp time) {
  {
    MutexLock lock(mutex_);
    not_before_ = time;
  }
  Check();
}

void TrustedClock::Check() const { (void)Look(); }

void TrustedClock::SeeFresh(Timestamp stamp) {
  MutexLock lock(mutex_);
  const Timestamp wall = machine_.Now();
  if (!doubt_.empty() && Agree(stamp, wall)) Trust(wall, machine_.Monotonic());
}

void TrustedClock::HearNothingFor(absl::Duration duration) {
  MutexLock lock(mutex_);
  if (!doubt_.empty() && duration >= kQuiet) Trust(machine_.Now(), machine_.Monotonic());
}

std::string TrustedClock::doubt() const {
  MutexLock lock(mutex_);
  return doubt_;
}

Timestamp TrustedClock::Look() const {
  MutexLock lock(mutex_);
  const Timestamp wall = machine_.Now();
  const absl::Duration monotonic = machine_.Monotonic();
  const Timestamp expected = anchor_wall_ + (monotonic - anchor_monotonic_);
  std::string objection = Objection(wall, expected);
  if (!objection.empty() && doubt_.empty()) {
    stands_at_ = std::max(expected, not_before_);
    doubt_ = std::move(objection);
    in_doubt_ = true;
  } else if (objection.empty() && (!doubt_.empty() || monotonic - anchor_monotonic_ >= kAnchorFor)) {
    Trust(wall, monotonic);
  }
  if (!doubt_.empty()) return stands_at_;
  looked_at_millis_ = wall.millis();
  return wall;
}

std::string TrustedClock::Objection(Timestamp wall, Timestamp expected) const {
  if (wall < not_before_) {
    return Cat("it says ", FormatTimestamp(wall), ", but the checkpoint was taken at ", FormatTimestamp(not_before_));
  }
  if (Agree(wall, expected)) return "";
  return Cat("it says ", FormatTimestamp(wall), ", but was to say ", FormatTimestamp(expected));
}

void TrustedClock::Trust(Timestamp wall, absl::Duration monotonic) const {
  anchor_wall_ = wall;
  anchor_monotonic_ = monotonic;
  not_before_ = Timestamp::Min();
  doubt_.clear();
  looked_at_millis_ = wall.millis();
  in_doubt_ = false;
}

}  // namespace tally
