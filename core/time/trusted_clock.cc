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
      verified_millis_(machine.Now().millis()),
      anchor_wall_(machine.Now()),
      anchor_monotonic_(machine.Monotonic()) {}

Timestamp TrustedClock::Now() const {
  const Timestamp wall = machine_.Now();
  const Timestamp verified = Timestamp::FromMillis(verified_millis_);
  return !in_doubt_ && absl::AbsDuration(wall - verified) <= kVerifyInterval ? wall : Verify();
}

void TrustedClock::NotBefore(Timestamp time) {
  {
    MutexLock lock(mutex_);
    not_before_ = time;
  }
  Check();
}

void TrustedClock::Check() const { (void)Verify(); }

void TrustedClock::SeeFresh(Timestamp timestamp) {
  MutexLock lock(mutex_);
  const Timestamp wall = machine_.Now();
  if (!doubt_.empty() && Agree(timestamp, wall)) Trust(wall, machine_.Monotonic());
}

void TrustedClock::HearNothingFor(absl::Duration duration) {
  MutexLock lock(mutex_);
  if (!doubt_.empty() && duration >= kQuiet) Trust(machine_.Now(), machine_.Monotonic());
}

std::string TrustedClock::doubt() const {
  MutexLock lock(mutex_);
  return doubt_;
}

Timestamp TrustedClock::Verify() const {
  MutexLock lock(mutex_);
  const Timestamp wall = machine_.Now();
  const absl::Duration monotonic = machine_.Monotonic();
  const Timestamp expected = anchor_wall_ + (monotonic - anchor_monotonic_);
  std::string reason = ReasonToDoubt(wall, expected);
  if (!reason.empty() && doubt_.empty()) {
    stopped_at_ = std::max(expected, not_before_);
    doubt_ = std::move(reason);
    in_doubt_ = true;
  } else if (reason.empty() && (!doubt_.empty() || monotonic - anchor_monotonic_ >= kAnchorFor)) {
    Trust(wall, monotonic);
  }
  if (!doubt_.empty()) return stopped_at_;
  verified_millis_ = wall.millis();
  return wall;
}

std::string TrustedClock::ReasonToDoubt(Timestamp wall, Timestamp expected) const {
  if (wall < not_before_) {
    return Cat("it reads ", FormatTimestamp(wall), ", but the checkpoint was taken at ", FormatTimestamp(not_before_));
  }
  if (Agree(wall, expected)) return "";
  return Cat("it reads ", FormatTimestamp(wall), ", but the monotonic clock expects ", FormatTimestamp(expected));
}

void TrustedClock::Trust(Timestamp wall, absl::Duration monotonic) const {
  anchor_wall_ = wall;
  anchor_monotonic_ = monotonic;
  not_before_ = Timestamp::Min();
  doubt_.clear();
  verified_millis_ = wall.millis();
  in_doubt_ = false;
}

}  // namespace tally
