// A data directory with the checkpoint of a node. Each series has a count in each minute; the newest minute is the last
// whole minute.
//
//   ASSIGN_OR_RETURN(auto prepared, Prepared::Make({.series = 5000, .minutes = 240}));
//   ASSIGN_OR_RETURN(auto node, Tallyd::Start(prepared->Arguments(brokers, topics)));
//   node->Query({"GET", Prepared::NameOf(0), FormatMinute(prepared->newest())});   // Prepared::CountOf(0, newest())
//
// The counts are 1 to 1000, and all blocks differ. They come from a topic that the measured node does not read, so its
// topics can be any. The ttl is some hours longer than the minutes need, so no minute expires during a measurement.
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
  // Counts with a shard, and writes a checkpoint for each minute: half a second for a million counters.
  static absl::StatusOr<std::unique_ptr<Prepared>> Make(const Extent& extent);

  // Returns the arguments with which `tallyd serve` resumes from the directory.
  std::vector<std::string> Arguments(const std::string& brokers, const std::vector<std::string>& topics) const;

  const Extent& extent() const { return extent_; }
  const std::string& directory() const { return config_.checkpoint.dir; }
  Minute newest() const { return newest_; }
  Minute oldest() const { return newest_ - (extent_.minutes - 1); }

  static std::string NameOf(int series);  // 20 bytes: stats:mw:call0000042
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

// Creates five topics with two empty partitions each.
absl::StatusOr<std::vector<std::string>> NewEmptyTopics(KafkaBroker& broker);

// Waits until the node has reached the end of every partition and has saved every change.
absl::Status WaitUntilIdle(Tallyd& node);

// Starts a node that resumes from `prepared`, with topics that have no records, and waits until it is idle.
absl::StatusOr<std::unique_ptr<Tallyd>> StartIdleNode(const Prepared& prepared, const std::string& brokers,
                                                      const std::vector<std::string>& topics);

}  // namespace tally
