// Watches over a node's clock: notices that it is in doubt, and then listens at the ends of the logs for a record that
// was written just now and agrees with it, or for ten minutes of silence.
//
//   ClockVerifier verifier(clock, topics, client);
//
// The ingest clients cannot be the verifieres: they hold back what they have while the clock is in doubt, may be far
// behind the ends of their logs, and do not see what an open transaction has written. While the brokers do not say
// which logs there are and where all of them end nobody can tell silence from deafness, so that such time does not
// count. Where an answer for all topics takes longer than kTimeoutMax the verifier is deaf.
//
// One thread of its own; the destructor may wait for an answer that is under way.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "apps/kafka/client_config.h"
#include "apps/kafka/kafka_metadata.h"
#include "apps/kafka/log_bounds.h"
#include "apps/node/patience.h"
#include "apps/node/stop_flag.h"
#include "apps/node/topic_set.h"
#include "core/events/record.h"
#include "core/time/trusted_clock.h"

namespace tally {

class ClockVerifier {
 public:
  // Longer without an answer, and what was written meanwhile is not fresh, nor would anybody have heard it.
  static constexpr absl::Duration kDeafMax = absl::Minutes(2);

  // `clock` and `topics` outlive this.
  ClockVerifier(TrustedClock& clock, const TopicSet& topics, ClientOptions client);
  ~ClockVerifier();

 private:
  static constexpr absl::Duration kCheckEvery = absl::Milliseconds(100);
  static constexpr absl::Duration kListenEvery = absl::Milliseconds(250);
  // Of a request; two of them, and the polls, are less than kDeafMax.
  static constexpr absl::Duration kTimeout = absl::Seconds(5);
  static constexpr absl::Duration kTimeoutMax = absl::Seconds(25);
  static constexpr absl::Duration kPoll = absl::Milliseconds(100);
  static constexpr int kPollsMax = 600;

  struct Ends {
    std::string cluster;
    LogBounds::Offsets offsets;
    bool all = false;  // of all logs
  };
  // What was written to a partition between two looks at its end.
  struct Written {
    TopicPartition topic_partition;
    int64_t begin = 0;
    int64_t end = 0;
  };
  class FreshRecords;

  void Run();
  absl::Status Listen(const std::string& doubt);
  absl::StatusOr<Ends> AskEnds();
  absl::StatusOr<bool> FindNothingFreshIn(const std::vector<Written>& written);

  TrustedClock& clock_;
  const TopicSet& topics_;
  const ClientOptions client_;

  // The thread's own.
  std::unique_ptr<KafkaMetadata> kafka_;  // while the clock is in doubt
  Patience patience_{kTimeout, kTimeoutMax};
  std::string cluster_;       // whose logs it hears
  LogBounds::Offsets heard_;  // where it is known what is fresh: all from here on
  absl::Duration heard_at_;   // when the logs ended there
  absl::Duration silent_since_;

  StopFlag stop_;
  std::thread thread_;
};

}  // namespace tally
