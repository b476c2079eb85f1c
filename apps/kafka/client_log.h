// Writes librdkafka's messages to spdlog's default logger, one line each, and few enough: a broker that is away for
// hours does not fill the disk with messages.
//
//   LogKafka(kSyslogWarning, "FETCH", "mw:3: ...");   // at most once in 10 s for this facility and level
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "core/base/mutex.h"

namespace tally {

// Decides which lines are written: one of each facility and level in an interval.
//
// Thread-safe.
class LogLimiter {
 public:
  // Facilities are librdkafka's few constants. If there are more than this, the later ones share one entry.
  static constexpr size_t kKeysMax = 200;

  explicit LogLimiter(absl::Duration interval) : interval_(interval) {}

  // Returns nothing if the line must not be written; else how many lines of its kind were not written since the last
  // one that was. `now` is a monotonic time.
  std::optional<uint64_t> Admit(std::string_view facility, int level, absl::Duration now);

 private:
  struct Entry {
    absl::Duration written = -absl::InfiniteDuration();
    uint64_t suppressed = 0;
  };

  const absl::Duration interval_;
  Mutex mutex_;
  std::map<std::pair<std::string, int>, Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

// Syslog's levels, which librdkafka uses.
inline constexpr int kSyslogEmergency = 0;
inline constexpr int kSyslogError = 3;
inline constexpr int kSyslogWarning = 4;

// `level` is syslog's. Thread-safe; all clients share one limiter.
void LogKafka(int level, std::string_view facility, std::string_view text);

}  // namespace tally
