// Ends a thread that does something periodically.
//
//   while (stop_.WaitFor(kEvery)) Look();     // that thread
//   stop_.Set(), thread_.join();              // the thread that ends it
//
// Thread-safe.
#pragma once

#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"

namespace tally {

class StopFlag {
 public:
  void Set() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      set_ = true;
    }
    condition_.notify_all();
  }

  // Returns true after `duration`, false as soon as the flag is set.
  bool WaitFor(absl::Duration duration) {
    std::unique_lock<std::mutex> lock(mutex_);
    return !condition_.wait_for(lock, absl::ToChronoMilliseconds(duration), [&] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool set_ = false;
};

}  // namespace tally
