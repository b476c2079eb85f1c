// A clock that changes only when a test sets it.
#pragma once

#include <atomic>

#include "core/time/clock.h"

namespace tally {

// Thread-safe.
class FakeClock : public Clock {
 public:
  explicit FakeClock(Timestamp now) : now_millis_(now.millis()) {}

  Timestamp Now() const override { return Timestamp::FromMillis(now_millis_); }
  absl::Duration Monotonic() const override { return absl::Milliseconds(monotonic_millis_.load()); }

  // Lets time pass. A negative `d` moves only the wall clock.
  void Advance(absl::Duration d) {
    now_millis_ += absl::ToInt64Milliseconds(d);
    if (d > absl::ZeroDuration()) monotonic_millis_ += absl::ToInt64Milliseconds(d);
  }
  // Sets the wall clock without letting time pass.
  void Set(Timestamp now) { now_millis_ = now.millis(); }

 private:
  std::atomic<int64_t> now_millis_;
  std::atomic<int64_t> monotonic_millis_{0};
};

}  // namespace tally
