// The topics that a node counts, from kafka.topics. All code that needs these topics asks this one set.
//
//   TopicSet topics({"mw", "hh"});
//   ASSIGN_OR_RETURN(LogBounds::Topics found, topics.Find(kafka, timeout));   // {"mw": 4}
//   topics.MissingIn(found);                                                 // {"hh"}
//
// The result of Find() is as of that moment: topics are created and deleted, so ask again at each lookup.
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

  // The topics of the set that the cluster has, and those that are not authorized.
  absl::StatusOr<LogBounds::Topics> Find(KafkaMetadata& kafka, absl::Duration timeout) const;

  // The topics of the set that do not exist or are not authorized.
  std::vector<std::string> MissingIn(const LogBounds::Topics& found) const;

 private:
  const std::vector<std::string> names_;
};

}  // namespace tally
