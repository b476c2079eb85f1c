// A std::mutex that clang's -Wthread-safety understands.
//
//   Mutex mutex_;
//   int value_ ABSL_GUARDED_BY(mutex_);
//   { MutexLock lock(mutex_); ++value_; }
//
// Not absl::Mutex: ThreadSanitizer cannot see into a distribution's prebuilt library and reports false races.
#pragma once

#include <mutex>

#include "absl/base/thread_annotations.h"

namespace tally {

class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace tally
