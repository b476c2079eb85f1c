// The oldest minute that can be counted. This one number decides what is late, what is dropped and what can be
// answered. It only moves forward and is saved with the counters. So neither a clock that steps back nor a replay after
// a crash can refill half of a minute that was dropped.
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
