// The topics that a node counts, from kafka.topics: names, and regular expressions, which begin with ^. All code that
// needs these topics asks this one set.
//
//   TopicSet topics({"mw", "^game_.*"});
//   ASSIGN_OR_RETURN(LogBounds::Topics found, topics.Find(kafka, timeout));   // {"game_a": 4}
//   topics.MissingIn(found);                                                 // {"mw"}
//
// The result of Find() is as of that moment: topics are created and deleted, so ask again at each lookup.
//
// Thread-safe.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "apps/kafka/kafka_metadata.h"
#include "core/base/mutex.h"
#include "re2/re2.h"

namespace tally {

class TopicSet {
 public:
  // REQUIRES: each regular expression is valid.
  explicit TopicSet(const std::vector<std::string>& topics);

  bool Contains(std::string_view topic) const;

  // The topics of the set that the cluster has, and those that are not authorized. A regular expression matches none of
  // Kafka's internal topics. The brokers hide a topic that is not authorized from a regular expression; it is reported
  // if an earlier Find() has seen it.
  absl::StatusOr<LogBounds::Topics> Find(KafkaMetadata& kafka, absl::Duration timeout) const;

  // The names of the set that do not exist or are not authorized, and its regular expressions that match no topic.
  std::vector<std::string> MissingIn(const LogBounds::Topics& found) const;

  // Those of `found` that a regular expression selects, and no name.
  std::vector<std::string> MatchedIn(const LogBounds::Topics& found) const;

 private:
  struct Pattern {
    std::string text;
    std::unique_ptr<const RE2> expression;
  };

  bool IsNamed(std::string_view topic) const;
  bool IsMatched(std::string_view topic) const;

  std::vector<std::string> names_;
  std::vector<Pattern> patterns_;
  mutable Mutex mutex_;
  mutable std::set<std::string> matched_
      ABSL_GUARDED_BY(mutex_);  // found by a regular expression and not deleted since
};

}  // namespace tally
