// What the commands tell of the node beyond its counters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/counters/shard.h"
#include "core/time/time.h"

namespace tally {

struct NodeStatus {
  std::string version;
  std::string not_ready;        // why /readyz is 503; empty once it is 200
  bool loading = false;         // no partition was assigned yet
  bool clock_in_doubt = false;  // and nothing is counted
  absl::Duration uptime;
  uint64_t checkpoint_sequence = 0;
  absl::Duration checkpoint_age;       // of the oldest change that is not yet saved; zero if there is none
  bool checkpoint_stale = false;       // that age is above ten intervals
  uint64_t checkpoint_failures = 0;    // since the start of the node
  absl::Duration checkpoint_duration;  // of the last one that was written; zero before
  size_t clients = 0;                  // open connections, as the server knows them
  absl::Duration oldest_pin;           // age of the oldest pin of series names (NamePins); zero if there is none
  size_t kafka_clients_ending = 0;     // that are not used any more and did not end in time
  uint64_t rss_bytes = 0;
  std::vector<std::string> waiting_topics;  // configured, but not there yet
};

// Where the commands ask. Thread-safe.
class StatusSource {
 public:
  virtual ~StatusSource() = default;
  virtual NodeStatus Status() const = 0;
};

}  // namespace tally
