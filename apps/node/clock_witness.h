// Watches over a node's clock: notices that it is in doubt, and then reads the logs from their ends for a record that
// was written just now and agrees with it.
//
//   ClockWitness witness(clock, counters, client);
//
// The ingest clients cannot be the witnesses: they hold back what they have while the clock is in doubt, and may be far
// behind the ends of their logs. One thread of its own; the destructor may wait for the client to go.
#pragma once

#include <memory>
#include <thread>

#include "apps/kafka/client_config.h"
#include "apps/kafka/source.h"
#include "apps/node/stop_flag.h"
#include "core/counters/counters.h"
#include "core/time/trusted_clock.h"

namespace tally {

class ClockWitness {
 public:
  // `clock` and `counters` outlive this.
  ClockWitness(TrustedClock& clock, const Counters& counters, ClientOptions client);
  ~ClockWitness();

 private:
  static constexpr absl::Duration kEvery = absl::Milliseconds(100);

  void Run();
  absl::Status LookForFreshRecords();

  TrustedClock& clock_;
  const Counters& counters_;
  const ClientOptions client_;
  std::unique_ptr<KafkaSource> source_;   // while the clock is in doubt

  StopFlag stop_;
  std::thread thread_;
};

}  // namespace tally
