#include "core/base/crash_point.h"

#ifdef TALLY_CRASH_POINTS

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace tally {
namespace {

struct Target {
  std::string name;
  long times = 0;
};

Target FromEnvironment() {
  const char* value = std::getenv("TALLY_CRASH_AT");
  const std::string text = value == nullptr ? "" : value;
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return {};
  return {text.substr(0, colon), std::strtol(text.c_str() + colon + 1, nullptr, 10)};
}

}  // namespace

void CrashPoint(const char* name) {
  static const Target kTarget = FromEnvironment();
  static std::atomic<long> reached{0};
  if (kTarget.name == name && ++reached == kTarget.times) std::raise(SIGKILL);
}

}  // namespace tally

#endif
