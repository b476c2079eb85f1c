// The pins of requests that run in steps, and of replies that are written piece by piece. A series number that is
// looked up under a pin keeps its name while the pin is held (SeriesTable::Pin). The numbers of series that retire
// meanwhile are not free, and count towards series_max.
//
//   NamePins pins(slices);
//   std::shared_ptr<const void> pin = pins.Take(clock.Monotonic());
//   pins.OldestAge(clock.Monotonic());
//
// Thread-safe.
#pragma once

#include <list>
#include <memory>

#include "absl/time/time.h"
#include "core/base/mutex.h"
#include "core/query/slices.h"

namespace tally {

class NamePins {
 public:
  // `slices` outlive the pins.
  explicit NamePins(Slices slices) : slices_(slices) {}
  NamePins(const NamePins&) = delete;
  NamePins& operator=(const NamePins&) = delete;

  // Pins the names of all slices until the last copy of the result is destroyed. NamePins must outlive all copies.
  std::shared_ptr<const void> Take(absl::Duration now);

  // The age of the oldest pin that is held; zero if there is none.
  absl::Duration OldestAge(absl::Duration now) const;

 private:
  class Held;

  const Slices slices_;
  mutable Mutex mutex_;
  std::list<absl::Duration> taken_at_ ABSL_GUARDED_BY(mutex_);  // of the held pins, ascending
};

}  // namespace tally
