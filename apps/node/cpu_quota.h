// How many CPUs the process may use. A container sees all CPUs of its host, but its cgroup limits their time.
//
//   const unsigned threads = UsableCpus();   // 2 for a quota of 1.5 CPUs
#pragma once

#include <optional>
#include <string>

namespace tally {

// The CPU quota of the process's cgroup and of those above it, in CPUs, from cpu.max (cgroup v2) or cpu.cfs_quota_us
// (v1); nothing without a quota. `root` is the root of the file system, in a test a directory.
std::optional<double> CpuQuota(const std::string& root = "");

// The CPUs of the host that the process may run on, at most as many as its quota, rounded up. At least 1.
unsigned UsableCpus(const std::string& root = "");

}  // namespace tally
