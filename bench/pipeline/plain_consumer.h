// A plain consumer: librdkafka, batches, no consumer group. R1, R2 and the consumer that writes to Redis use it.
//
//   Consumed consumed = Consume(job, [](int client) { return std::make_unique<Touch>(); });
//
// Each consumer is another process of this program, with a job in its arguments, so that its CPU can be measured alone.
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
  uint64_t events = 0;                       // how many of the log's events to read, rounded up to whole batches
  int clients = 1;                           // each has a thread and its share of the partitions
  std::vector<std::string> properties = {};  // NAME=VALUE, in addition to check.crcs
  std::string destination = {};              // for the consumer's own use, such as the port of Redis

  // Convert to the arguments of a process, and back.
  std::vector<std::string> Words() const;
  static ConsumerJob Parse(const std::vector<std::string>& words);
};

// Handles the messages of one client, on that client's thread.
class MessageHandler {
 public:
  virtual ~MessageHandler() = default;
  virtual void Handle(std::span<rd_kafka_message_t* const> messages) = 0;  // none of them an error
  // Called when no message is available, and at the end. Waits until all handled messages have been written. Returns
  // false if there was nothing to wait for.
  virtual bool Flush() { return false; }
};

// Reads each partition from its beginning until `events` events are handled. Aborts on any error.
struct Consumed {
  uint64_t events = 0;
  double seconds = 0;  // from the first message to the last Flush()
};
Consumed Consume(const ConsumerJob& job,
                 const std::function<std::unique_ptr<MessageHandler>(int client)>& make_handler);

// Ends the process of a consumer: prints the figures for MeasureConsumer(), and exits without cleanup.
[[noreturn]] void Finish(const Consumed& consumed);

// Runs this program with `command` and the job, and waits for its end. `events` is the number of events it has read.
struct ConsumerRun {
  Measured measured;
  uint64_t events = 0;
};
absl::StatusOr<ConsumerRun> MeasureConsumer(const std::string& command, const ConsumerJob& job);

}  // namespace tally
