// A clock that notices when it may be wrong, and stands still until it is known to be right.
//
//   TrustedClock clock(machine);
//   clock.NotBefore(checkpoint.clock);           // what was counted says that this has passed
//   clock.Check();                               // several times a second
//   if (clock.in_doubt()) clock.SeeFresh(stamp); // of a record that was written just now
//   if (clock.in_doubt()) clock.HearNothingFor(absl::Minutes(3));
//
// The wall clock is in doubt once it is more than kTolerance off from what the monotonic clock makes of the last time
// that it was trusted, or is earlier than NotBefore() said. It is trusted again when that is over, or a fresh record is
// stamped within kTolerance of it, or no fresh record came for kQuiet to somebody who listened: a clock that nothing
// contradicts is followed.
//
// Steps of less than kTolerance are followed at once, and forgotten after kAnchorFor, so that many do not add up.
// Thread-safe.
#pragma once

#include <atomic>
#include <string>

#include "core/base/mutex.h"
#include "core/time/clock.h"

namespace tally {

class TrustedClock : public Clock {
 public:
  static constexpr absl::Duration kTolerance = absl::Minutes(10);
  static constexpr absl::Duration kQuiet = absl::Minutes(10);
  static constexpr absl::Duration kAnchorFor = absl::Hours(1);

  // `machine` outlives this, and is trusted as it stands.
  explicit TrustedClock(const Clock& machine);

  // The machine's; in doubt the time at which the doubt began, so that nothing expires by a clock that may be wrong.
  Timestamp Now() const override;
  absl::Duration Monotonic() const override { return machine_.Monotonic(); }

  void NotBefore(Timestamp time);
  void Check() const;
  // For whoever listens for fresh records while it is in doubt: one came, or for so long now none did.
  void SeeFresh(Timestamp stamp);
  void HearNothingFor(absl::Duration duration);

  bool in_doubt() const { return in_doubt_; }
  std::string doubt() const;  // why; empty while it is trusted

 private:
  // Now() asks the monotonic clock only if the wall clock is as far from where it was last looked at.
  static constexpr absl::Duration kGlance = absl::Seconds(1);

  Timestamp Look() const;
  std::string Objection(Timestamp wall, Timestamp expected) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Trust(Timestamp wall, absl::Duration monotonic) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& machine_;
  mutable std::atomic<bool> in_doubt_{false};
  mutable std::atomic<int64_t> looked_at_millis_;  // the wall clock, when it was last trusted

  mutable Mutex mutex_;
  mutable Timestamp anchor_wall_ ABSL_GUARDED_BY(mutex_);  // these two were one moment
  mutable absl::Duration anchor_monotonic_ ABSL_GUARDED_BY(mutex_);
  mutable Timestamp not_before_ ABSL_GUARDED_BY(mutex_) = Timestamp::Min();
  mutable std::string doubt_ ABSL_GUARDED_BY(mutex_);
  mutable Timestamp stands_at_ ABSL_GUARDED_BY(mutex_);  // while it lasts
};

}  // namespace tally
