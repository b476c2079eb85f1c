// What a run is measured by.
#pragma once

#include <cstdint>
#include <vector>

namespace tally {

struct Measured {
  double events_per_second = 0;        // from the first event to the last
  double cpu_us_per_event = 0;         // of all processes that the work takes beside the broker, from their start on
  double server_cpu_us_per_event = 0;  // of which in a server that the reader writes to
  double client_cpu_us_per_event = 0;  // of which in librdkafka's own threads, which receive
};

struct Spread {
  double min = 0;
  double median = 0;
  double max = 0;
};
// REQUIRES: not empty.
Spread SpreadOf(std::vector<double> figures);

}  // namespace tally
