// The topics that a node counts, as kafka.topics names them. All code that needs to know them asks this one set.
//
//   TopicSet topics({"mw", "hh"});
//   ASSIGN_OR_RETURN(LogBounds::Topics found, topics.Find(log, timeout));   // {"mw": 4}
//   topics.MissingIn(found);                                                 // {"hh"}
//
// What Find() returned is as of that moment: topics come and go, so ask again at each lookup.
//
// Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "apps/kafka/kafka_metadata.h"

namespace tally {

class TopicSet {
 public:
  explicit TopicSet(std::vector<std::string> names) : names_(std::move(names)) {}

  bool Contains(std::string_view topic) const;

  // Those of the set that the cluster has, and those that are not authorized.
  absl::StatusOr<LogBounds::Topics> Find(KafkaMetadata& log, absl::Duration timeout) const;

  // Those of the set that do not exist, or are not authorized.
  std::vector<std::string> MissingIn(const LogBounds::Topics& found) const;

 private:
  const std::vector<std::string> names_;
};

}  // namespace tally
