// A clock that detects when the wall clock may be wrong, and stops until the wall clock is trusted again.
//
//   TrustedClock clock(machine);
//   clock.NotBefore(checkpoint.clock);                 // the counters prove that this time has passed
//   clock.Check();                                     // several times a second
//   if (clock.in_doubt()) clock.SeeFresh(timestamp);   // of a record that was written just now
//   if (clock.in_doubt()) clock.HearNothingFor(absl::Minutes(3));
//
// The wall clock is in doubt in two cases:
// - It differs by more than kTolerance from the time that the monotonic clock gives, measured from the last moment at
//   which the wall clock was trusted.
// - It is earlier than the time passed to NotBefore().
//
// The wall clock is trusted again in three cases:
// - Neither of the two cases above holds any more.
// - A fresh record has a timestamp within kTolerance of the wall clock.
// - A reader listened for kQuiet and received no fresh record: nothing contradicts the wall clock.
//
// A step of up to kTolerance is followed at once. It is forgotten after kAnchorFor, so that many small steps do not add
// up. Thread-safe.
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

  // `machine` outlives this object. Its current time is trusted.
  explicit TrustedClock(const Clock& machine);

  // Returns the machine's time. While that is in doubt, returns the time at which the doubt began, so that nothing
  // expires by a clock that may be wrong.
  Timestamp Now() const override;
  absl::Duration Monotonic() const override { return machine_.Monotonic(); }

  void NotBefore(Timestamp time);
  void Check() const;
  // A reader that listens for fresh records while the clock is in doubt reports one of these: a fresh record arrived,
  // or none has arrived for `duration`.
  void SeeFresh(Timestamp timestamp);
  void HearNothingFor(absl::Duration duration);

  bool in_doubt() const { return in_doubt_; }
  std::string doubt() const;  // the reason; empty while the clock is trusted

 private:
  // Now() reads the monotonic clock only if the wall clock has moved further than this since the last verification.
  static constexpr absl::Duration kVerifyInterval = absl::Seconds(1);

  // Compares the two clocks and updates the doubt. Returns the time for Now().
  Timestamp Verify() const;
  // Returns why the wall clock is in doubt, or an empty string.
  std::string ReasonToDoubt(Timestamp wall, Timestamp expected) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Trust(Timestamp wall, absl::Duration monotonic) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& machine_;
  mutable std::atomic<bool> in_doubt_{false};
  mutable std::atomic<int64_t> verified_millis_;  // the wall clock when it was last verified

  mutable Mutex mutex_;
  mutable Timestamp anchor_wall_ ABSL_GUARDED_BY(mutex_);  // both anchors are the same moment
  mutable absl::Duration anchor_monotonic_ ABSL_GUARDED_BY(mutex_);
  mutable Timestamp not_before_ ABSL_GUARDED_BY(mutex_) = Timestamp::Min();
  mutable std::string doubt_ ABSL_GUARDED_BY(mutex_);
  mutable Timestamp stopped_at_ ABSL_GUARDED_BY(mutex_);  // the result of Now() while in doubt
};

}  // namespace tally
