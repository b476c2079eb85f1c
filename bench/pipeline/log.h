// Topics filled with made-up events: JSON of 113 bytes, seven fields of which the default metric uses the time and two.
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

// A topic each.
inline constexpr const char* kGames[] = {"mw", "hh", "dd", "ml", "bi"};

struct LogShape {
  uint64_t events = 0;
  std::string prefix = {};               // of the topics' names, which are those of the five games
  int partitions = 2;                    // of each topic
  int series = 5000;                     // over all games, each as likely as the others
  int call_digits = 3;                   // of a call's name; more than the series need make equal bytes
  absl::Duration span = absl::Hours(1);  // event times: the last `span` until now, in order in each partition
};

struct FilledLog {
  std::string brokers = {};
  std::vector<std::string> topics = {};
  int partitions = 0;   // of each topic
  uint64_t events = 0;  // in all of them, the same number in each partition
};

// Creates the topics, fills them, and reads them once, so that the first who is measured finds all as the last does:
// what was written on the disk and still in the page cache, and the broker's code compiled.
absl::StatusOr<FilledLog> FillLog(KafkaBroker& broker, const LogShape& shape);

// Deletes the topics.
absl::Status DropLog(KafkaBroker& broker, const FilledLog& log);

}  // namespace tally
