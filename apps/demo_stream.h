// Produces DemoEvents to a broker, so many a second, from a thread of its own, for as long as it lives.
//
//   ASSIGN_OR_RETURN(auto stream, DemoStream::Start({.brokers = broker->bootstrap(), .rate = 1000}, clock));
//   stream->produced();
//
// A user's events keep to one partition of the game's topic. It never runs ahead of its rate; what a slow broker or
// machine holds up for more than a moment is left out, not made up for. Destroying it stops it at once, and what was
// not sent by then is dropped.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "apps/demo_events.h"
#include "apps/kafka/handles.h"
#include "core/time/clock.h"

namespace tally {

class DemoStream {
 public:
  static constexpr uint32_t kRateMax = 200'000;  // events a second; a core is busy with about three times that

  struct Options {
    std::string brokers;
    uint32_t rate = 1000;  // events a second, kRateMax at most
    uint64_t seed = 1;
    int partitions = 1;  // of each game's topic, which exist
  };

  // `clock` outlives the stream.
  static absl::StatusOr<std::unique_ptr<DemoStream>> Start(const Options& options, const Clock& clock);
  ~DemoStream();
  DemoStream(const DemoStream&) = delete;
  DemoStream& operator=(const DemoStream&) = delete;

  // Events handed to the producer so far. Any thread may ask.
  uint64_t produced() const { return produced_.load(std::memory_order_relaxed); }

 private:
  DemoStream(ClientHandle client, const Options& options, const Clock& clock);

  void Run(absl::Duration last);
  void Produce(uint64_t count);

  const Options options_;
  const Clock& clock_;
  const ClientHandle client_;
  DemoEvents events_;  // the thread's
  std::atomic<uint64_t> produced_ = 0;

  std::binary_semaphore stop_{0};
  std::thread thread_;
};

}  // namespace tally
