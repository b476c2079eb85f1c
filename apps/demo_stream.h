// Produces DemoEvents to a broker at a given rate, from its own thread, until it is destroyed.
//
//   ASSIGN_OR_RETURN(auto stream, DemoStream::Start({.brokers = broker->bootstrap(), .rate = 1000}, clock));
//   stream->produced();
//
// All events of a user go to one partition of the game's topic. The stream never exceeds its rate: if a slow broker or
// machine delays it for more than 200 ms, it skips the events that were due. The destructor stops the stream at
// once and drops unsent events.
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
  static constexpr uint32_t kRateMax = 200'000;  // events a second; about a third of what one core can produce

  struct Options {
    std::string brokers;
    uint32_t rate = 1000;  // events a second, kRateMax at most
    uint64_t seed = 1;
    int partitions = 1;  // of each game's topic; the topics exist
  };

  // `clock` outlives the stream.
  static absl::StatusOr<std::unique_ptr<DemoStream>> Start(const Options& options, const Clock& clock);
  ~DemoStream();
  DemoStream(const DemoStream&) = delete;
  DemoStream& operator=(const DemoStream&) = delete;

  // Returns how many events the producer has accepted so far. Thread-safe.
  uint64_t produced() const { return produced_.load(std::memory_order_relaxed); }

 private:
  DemoStream(ClientHandle client, const Options& options, const Clock& clock);

  void Run(absl::Duration last);
  void Produce(uint64_t count);

  const Options options_;
  const Clock& clock_;
  const ClientHandle client_;
  DemoEvents events_;  // used only by thread_
  std::atomic<uint64_t> produced_ = 0;

  std::binary_semaphore stop_{0};
  std::thread thread_;
};

}  // namespace tally
