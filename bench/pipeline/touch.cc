#include "bench/pipeline/touch.h"

#include <cstdio>
#include <utility>

#include "bench/pipeline/plain_consumer.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

class Touch : public MessageHandler {
 public:
  // Printing the sum keeps the compiler from removing the reads.
  ~Touch() override { std::fprintf(stderr, "sum %llu\n", static_cast<unsigned long long>(sum_)); }

  void Handle(std::span<rd_kafka_message_t* const> messages) override {
    for (const rd_kafka_message_t* message : messages) {
      sum_ += static_cast<const uint8_t*>(message->payload)[message->len / 2];
    }
  }

 private:
  uint64_t sum_ = 0;
};

absl::StatusOr<Measured> Measure(ConsumerJob job) {
  job.events = job.log.events;
  ASSIGN_OR_RETURN(ConsumerRun run, MeasureConsumer(kTouchCommand, job));
  if (run.events != job.events) return absl::DataLossError(Cat("read ", run.events, " of ", job.events, " events"));
  return run.measured;
}

}  // namespace

absl::StatusOr<Measured> MeasureR1(const FilledLog& log) { return Measure({.log = log}); }

absl::StatusOr<Measured> MeasureR2(const FilledLog& log) {
  return Measure({.log = log, .clients = 2, .properties = {"fetch.message.max.bytes=524288"}});
}

int TouchMain(const std::vector<std::string>& words) {
  Finish(Consume(ConsumerJob::Parse(words), [](int) { return std::make_unique<Touch>(); }));
}

}  // namespace tally
