// Counts the records of a log independently of the node, with a separate consumer and parser. It knows only the events
// of game_events.h.
//
//   LogOracle oracle(broker.bootstrap());
//   oracle.ReadUntil({{{"mw", 0}, 17}});     // every record before offset 17
//   EXPECT_EQ(dump.counts, oracle.counts());
//
// Not thread-safe. Reads committed records only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "core/events/record.h"
#include "tests/testing/tallyd.h"

struct rd_kafka_message_s;
struct rd_kafka_s;

namespace tally {

class LogOracle {
 public:
  using Offsets = std::map<TopicPartition, int64_t>;

  explicit LogOracle(const std::string& brokers);
  ~LogOracle();
  LogOracle(const LogOracle&) = delete;
  LogOracle& operator=(const LogOracle&) = delete;

  // Reads each partition up to its offset in `next`, from the end of the previous call on. Earlier counts remain. Fails
  // if an offset is before one that was already read, or if reading takes longer than `timeout`.
  absl::Status ReadUntil(const Offsets& next, absl::Duration timeout);

  const Counts& counts() const { return counts_; }
  const std::map<std::string, uint64_t>& fates() const { return fates_; }  // only fates with records

 private:
  void Assign(const Offsets& missing);
  void Handle(const rd_kafka_message_s& message, Offsets& missing);
  void Count(std::string_view payload);

  struct Deleter {
    void operator()(rd_kafka_s* client) const;
  };
  std::unique_ptr<rd_kafka_s, Deleter> client_;
  Offsets read_;  // the next offset of each partition
  Counts counts_;
  std::map<std::string, uint64_t> fates_;
};

}  // namespace tally
