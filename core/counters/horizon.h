// The oldest minute that can be counted. This number decides which events are late, which minutes are dropped and which
// minutes can be queried. It only moves forward and is saved with the counters. So a clock that steps back or a replay
// after a crash cannot refill half of a dropped minute.
#pragma once

#include <atomic>

#include "core/time/time.h"

namespace tally {

// Thread-safe.
class Horizon {
 public:
  Minute Get() const { return Minute::FromIndex(index_.load(std::memory_order_acquire)); }

  void RaiseTo(Minute minute) {
    int32_t seen = index_.load(std::memory_order_relaxed);
    while (seen < minute.index() && !index_.compare_exchange_weak(seen, minute.index(), std::memory_order_acq_rel)) {
    }
  }

 private:
  std::atomic<int32_t> index_{Minute::Min().index()};
};

}  // namespace tally
