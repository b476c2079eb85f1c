// librdkafka's log, in ours: one line each on spdlog's default logger, few enough that a broker that is away for hours
// does not fill the disk with its absence.
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

// Decides which lines are written: of each facility and level one per interval.
//
// Thread-safe.
class LogLimiter {
 public:
  // Facilities are librdkafka's few constants; should there be more than this, the later ones share one place.
  static constexpr size_t kKeysMax = 200;

  explicit LogLimiter(absl::Duration interval) : interval_(interval) {}

  // If the line may be written, how many of its kind were not since the last one that was; else nothing.
  // `now` is a monotonic time.
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

// Syslog's levels, which are librdkafka's.
inline constexpr int kSyslogEmergency = 0;
inline constexpr int kSyslogError = 3;
inline constexpr int kSyslogWarning = 4;

// `level` is syslog's. Thread-safe; all clients share one limiter.
void LogKafka(int level, std::string_view facility, std::string_view text);

}  // namespace tally
