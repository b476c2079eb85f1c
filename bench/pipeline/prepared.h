// A data directory as a node leaves it that has counted: so many series, each with a count in each of so many minutes,
// the newest of which is the last whole one.
//
//   ASSIGN_OR_RETURN(auto prepared, Prepared::Make({.series = 5000, .minutes = 240}));
//   ASSIGN_OR_RETURN(auto node, Tallyd::Start(prepared->Arguments(brokers, topics)));
//   node->Query({"GET", Prepared::NameOf(0), FormatMinute(prepared->newest())});   // Prepared::CountOf(0, newest())
//
// The counts are 1..1000, no two blocks alike. They come from a topic that no node is told to read, so the node's own
// topics may be any; and its ttl leaves hours until the oldest minute goes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "apps/config/config.h"
#include "tests/testing/kafka_broker.h"
#include "tests/testing/tallyd.h"
#include "tests/testing/temp_dir.h"

namespace tally {

struct Extent {
  int series = 0;
  int minutes = 0;

  int64_t counters() const { return int64_t{series} * minutes; }
};

class Prepared {
 public:
  // Counts it through a shard, a checkpoint a minute: half a second for a million counters.
  static absl::StatusOr<std::unique_ptr<Prepared>> Make(const Extent& extent);

  // What `tallyd serve` takes to go on from it.
  std::vector<std::string> Arguments(const std::string& brokers, const std::vector<std::string>& topics) const;

  const Extent& extent() const { return extent_; }
  const std::string& directory() const { return config_.checkpoint.dir; }
  Minute newest() const { return newest_; }
  Minute oldest() const { return newest_ - (extent_.minutes - 1); }

  static std::string NameOf(int series);  // of 20 bytes, as stats:mw:call0000042
  static uint64_t CountOf(int series, Minute minute);
  static std::string GameOf(int series);
  static std::string CallOf(int series);

 private:
  explicit Prepared(const Extent& extent);
  absl::Status Configure();
  absl::Status Count();

  const Extent extent_;
  TempDir dir_;
  Config config_;
  Minute newest_;
};

// Five topics of two partitions without a record.
absl::StatusOr<std::vector<std::string>> NewEmptyTopics(KafkaBroker& broker);

// Waits until the node has reached the end of every partition and has saved what it knows.
absl::Status WaitUntilItStands(Tallyd& node);

// A node that goes on from `prepared` where its log has nothing more, once it stands.
absl::StatusOr<std::unique_ptr<Tallyd>> StartStanding(const Prepared& prepared, const std::string& brokers,
                                                      const std::vector<std::string>& topics);

}  // namespace tally
