// The state of the node beyond its counters, for the commands.
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
  std::string not_ready;        // the reason for 503 of /readyz; empty once it is 200
  bool clock_in_doubt = false;  // and so nothing is counted
  absl::Duration uptime;
  uint64_t checkpoint_sequence = 0;
  absl::Duration checkpoint_age;       // of the oldest unsaved change; zero if there is none
  bool checkpoint_stale = false;       // this age is above ten intervals
  uint64_t checkpoint_failures = 0;    // since the start of the node
  absl::Duration checkpoint_duration;  // of the last written checkpoint; zero before the first
  // Filled in by the server:
  size_t clients = 0;               // open connections
  uint64_t connections = 0;         // to the line port, since the start
  uint64_t commands = 0;            // executed since the start
  absl::Duration oldest_pin;        // age of the oldest pin of series names (NamePins); zero if there is none
  size_t kafka_clients_ending = 0;  // no longer used, and not ended in time
  uint64_t rss_bytes = 0;
  std::vector<std::string> waiting_topics;  // of kafka.topics: nothing exists that it names or matches
  std::vector<std::string> warnings = {};   // further problems of a running node, one line each
};

// The source of the status. Thread-safe.
class StatusSource {
 public:
  virtual ~StatusSource() = default;
  virtual NodeStatus Status() const = 0;
};

}  // namespace tally
