// Figures of the kernel about a running process. A figure is 0 if there is no such process, or no such line.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/time/time.h"

namespace tally {

uint64_t ResidentBytesOf(int pid);      // now
uint64_t PeakResidentBytesOf(int pid);  // the maximum so far, or since ForgetPeakOf()
void ForgetPeakOf(int pid);

uint64_t DescriptorsOf(int pid);  // the number of open file descriptors

// The user and system time of all threads, also of threads that have ended. More precise than /proc/PID/stat, which has
// hundredths of a second.
absl::Duration CpuTimeOf(int pid);

// The number of running threads whose name begins with `prefix`, and their user and system time.
struct Threads {
  int count = 0;
  absl::Duration cpu;
};
Threads ThreadsOf(int pid, std::string_view prefix);
inline constexpr std::string_view kClientThreads = "rdk:";  // librdkafka's own

// The bytes that this process has written to a disk. A page that is written twice counts twice.
uint64_t WrittenToDisk();

}  // namespace tally
