// A consumer as one writes it: librdkafka, batches, no group. The yardstick and the feeder of Redis are made of it.
//
//   Consumed consumed = Consume(job, [](int client) { return std::make_unique<Touch>(); });
//
// Each is a process of its own, so that its CPU is nobody else's: this program again, with a job in its arguments.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/pipeline/log.h"
#include "bench/pipeline/measure.h"

namespace tally {

struct ConsumerJob {
  FilledLog log = {};
  uint64_t events = 0;                       // how many of it; all that come in a batch are taken
  int clients = 1;                           // each with a thread and its share of the partitions
  std::vector<std::string> properties = {};  // NAME=VALUE over librdkafka's defaults and check.crcs
  std::string to = {};                       // where the consumer writes; what it means is the consumer's business

  // For the arguments of a process, and back.
  std::vector<std::string> Words() const;
  static ConsumerJob Parse(const std::vector<std::string>& words);
};

// Takes what one client reads, on that client's thread.
class Taker {
 public:
  virtual ~Taker() = default;
  virtual void Take(std::span<rd_kafka_message_t* const> messages) = 0;  // none of them an error
  // Nothing more is there for now, or at all. Returns once all that was taken has arrived; false if it had before.
  virtual bool Flush() { return false; }
};

// Reads each partition from its beginning until `events` are taken. Aborts on whatever goes wrong.
struct Consumed {
  uint64_t events = 0;
  double seconds = 0;  // from the first message to the last Flush()
};
Consumed Consume(const ConsumerJob& job, const std::function<std::unique_ptr<Taker>(int client)>& make_taker);

// The end of such a process: prints what MeasureConsumer() reads, and exits without tearing anything down.
[[noreturn]] void Finish(const Consumed& consumed);

// Runs this program with `command` and the job, and waits for it. `events` is what it has read.
struct ConsumerRun {
  Measured measured;
  uint64_t events = 0;
};
absl::StatusOr<ConsumerRun> MeasureConsumer(const std::string& command, const ConsumerJob& job);

}  // namespace tally
