// What a run is measured by.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tally {

struct Measured {
  double events_per_second = 0;
  double cpu_us_per_event = 0;   // of the whole process
};

// The node: the real binary in a fresh directory, with the defaults of `serve`, from the topics' beginning.
absl::StatusOr<Measured> MeasureNode(const std::string& brokers, const std::vector<std::string>& topics,
                                     uint64_t events);

// User and system time that a process has taken so far, in seconds.
double CpuSeconds(int pid);

struct Spread {
  double min = 0;
  double median = 0;
  double max = 0;
};
Spread SpreadOf(std::vector<double> figures);

}  // namespace tally
