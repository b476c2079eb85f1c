#include "apps/kafka/client_log.h"

#include <spdlog/spdlog.h>

#include <chrono>

#include "core/base/strings.h"

namespace tally {
namespace {

constexpr absl::Duration kLogInterval = absl::Seconds(10);

spdlog::level::level_enum SpdlogLevel(int syslog_level) {
  if (syslog_level <= 2) return spdlog::level::critical;
  if (syslog_level == 3) return spdlog::level::err;
  if (syslog_level == 4) return spdlog::level::warn;
  if (syslog_level <= 6) return spdlog::level::info;
  return spdlog::level::debug;
}

absl::Duration Monotonic() { return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()); }

}  // namespace

std::optional<uint64_t> LogLimiter::Admit(std::string_view facility, int level, absl::Duration now) {
  MutexLock lock(mutex_);
  auto key = std::make_pair(std::string(facility), level);
  if (entries_.size() >= kKeysMax && !entries_.contains(key)) key = {"", 0};
  Entry& entry = entries_[key];
  if (now - entry.written < interval_) {
    ++entry.suppressed;
    return std::nullopt;
  }
  entry.written = now;
  return std::exchange(entry.suppressed, 0);
}

void LogKafka(int level, std::string_view facility, std::string_view text) {
  static LogLimiter limiter(kLogInterval);
  const spdlog::level::level_enum severity = SpdlogLevel(level);
  if (!spdlog::should_log(severity)) return;
  const std::optional<uint64_t> suppressed = limiter.Admit(facility, level, Monotonic());
  if (!suppressed) return;
  std::string line = Cat("kafka ", facility, ": ", text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';  // TLS errors have several lines
  }
  if (*suppressed > 0) line += Cat(" (and ", *suppressed, " like it since the last such line)");
  spdlog::log(severity, "{}", line);
}

}  // namespace tally
