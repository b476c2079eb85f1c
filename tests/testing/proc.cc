#include "tests/testing/proc.h"

#include <time.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "core/base/strings.h"

namespace tally {
namespace {

// Returns the number after `name` in a file with lines such as "VmRSS:  1234 kB".
uint64_t NumberIn(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  for (std::string word; file >> word;) {
    uint64_t number = 0;
    if (word == name && file >> number) return number;
  }
  return 0;
}

}  // namespace

uint64_t ResidentBytesOf(int pid) { return 1024 * NumberIn(Cat("/proc/", pid, "/status"), "VmRSS:"); }
uint64_t PeakResidentBytesOf(int pid) { return 1024 * NumberIn(Cat("/proc/", pid, "/status"), "VmHWM:"); }
void ForgetPeakOf(int pid) { std::ofstream(Cat("/proc/", pid, "/clear_refs")) << 5; }

uint64_t DescriptorsOf(int pid) {
  std::error_code error;
  auto entries = std::filesystem::directory_iterator(Cat("/proc/", pid, "/fd"), error);
  return static_cast<uint64_t>(std::distance(begin(entries), end(entries)));
}

absl::Duration CpuTimeOf(int pid) {
  clockid_t clock;
  timespec taken{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &taken) != 0) return absl::ZeroDuration();
  return absl::DurationFromTimespec(taken);
}

Threads ThreadsOf(int pid, std::string_view prefix) {
  Threads threads;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(Cat("/proc/", pid, "/task"), error)) {
    std::string name;
    std::getline(std::ifstream(entry.path() / "comm"), name);
    if (!name.starts_with(prefix)) continue;
    int64_t nanos = 0;  // the first number is the time on a core; then the time waiting for one, and how often
    std::ifstream(entry.path() / "schedstat") >> nanos;
    ++threads.count;
    threads.cpu += absl::Nanoseconds(nanos);
  }
  return threads;
}

uint64_t WrittenToDisk() { return NumberIn("/proc/self/io", "write_bytes:"); }

}  // namespace tally
