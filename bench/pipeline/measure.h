// The figures of a run.
#pragma once

#include <cstdint>
#include <vector>

namespace tally {

struct Measured {
  double events_per_second = 0;        // from the first event to the last
  double cpu_us_per_event = 0;         // of all processes but the broker, from their start on
  double server_cpu_us_per_event = 0;  // the part of a server to which the consumer writes
  double client_cpu_us_per_event = 0;  // the part of librdkafka's own threads, which receive
};

struct Spread {
  double min = 0;
  double median = 0;
  double max = 0;
};
// REQUIRES: not empty.
Spread SpreadOf(std::vector<double> figures);

}  // namespace tally
