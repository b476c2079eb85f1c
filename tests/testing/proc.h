// What the kernel says of a process that runs. 0 if there is none, or no such line.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/time/time.h"

namespace tally {

uint64_t ResidentBytesOf(int pid);      // now
uint64_t PeakResidentBytesOf(int pid);  // the most so far, or since ForgetPeakOf()
void ForgetPeakOf(int pid);

uint64_t DescriptorsOf(int pid);  // that are open

// User and system time so far of all threads, also of those that have ended. Finer than /proc/PID/stat, which counts in
// hundredths of a second.
absl::Duration CpuTimeOf(int pid);

// Of the threads that are there now and whose name begins so: how many, and their user and system time so far.
struct Threads {
  int count = 0;
  absl::Duration cpu;
};
Threads ThreadsOf(int pid, std::string_view prefix);
inline constexpr std::string_view kClientThreads = "rdk:";  // librdkafka's own

// What this process has had written to a disk, pages that are written twice counted twice.
uint64_t WrittenToDisk();

}  // namespace tally
