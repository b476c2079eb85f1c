// Topics filled with generated events: JSON of 113 bytes with seven fields. The default metric uses the time and two
// other fields.
//
//   {"time":1307284245123,"game":"mw","call":"call042","user":004711,...}
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/testing/kafka_broker.h"

namespace tally {

// Each game has its own topic.
inline constexpr const char* kGames[] = {"mw", "hh", "dd", "ml", "bi"};

struct LogShape {
  uint64_t events = 0;
  std::string prefix = {};               // a topic's name is the prefix and the game
  int partitions = 2;                    // of each topic
  int series = 5000;                     // over all games, each with the same probability
  int call_digits = 3;                   // of a call's name; the same number gives events of the same size
  absl::Duration span = absl::Hours(1);  // the event times cover `span` until now, in order in each partition
};

struct FilledLog {
  std::string brokers = {};
  std::vector<std::string> topics = {};
  int partitions = 0;   // of each topic
  uint64_t events = 0;  // in all topics; each partition has the same number
};

// Creates the topics, fills them, and reads them once, so that all peers have the same conditions: the data is on the
// disk and in the page cache, and the broker's code is compiled.
absl::StatusOr<FilledLog> FillLog(KafkaBroker& broker, const LogShape& shape);

// Deletes the topics.
absl::Status DropLog(KafkaBroker& broker, const FilledLog& log);

}  // namespace tally
