// Detects that a node's clock is in doubt. It then reads the ends of the logs, until a fresh record agrees with the
// clock or no record arrives for ten minutes.
//
//   ClockVerifier verifier(clock, topics, client);
//
// The ingest clients cannot do this: they hold back their records while the clock is in doubt, may have a long lag, and
// do not see the records of an open transaction. While the brokers do not answer which logs exist and where all of them
// end, silence cannot be told from a missing answer, so that time does not count as silence. If an answer for all
// topics takes longer than kTimeoutMax, the verifier detects neither a fresh record nor silence.
//
// It has one thread of its own. The destructor may wait for the answer to a request in progress.
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
  // After a longer time without an answer, records that were written meanwhile do not count as fresh.
  static constexpr absl::Duration kNoAnswerMax = absl::Minutes(2);

  // `clock` and `topics` outlive this.
  ClockVerifier(TrustedClock& clock, const TopicSet& topics, ClientOptions client);
  ~ClockVerifier();

 private:
  static constexpr absl::Duration kCheckEvery = absl::Milliseconds(100);
  static constexpr absl::Duration kLookEvery = absl::Milliseconds(250);
  // Of a request. Two of them, and the polls, are less than kNoAnswerMax.
  static constexpr absl::Duration kTimeout = absl::Seconds(5);
  static constexpr absl::Duration kTimeoutMax = absl::Seconds(25);
  static constexpr absl::Duration kPoll = absl::Milliseconds(100);
  static constexpr int kPollsMax = 600;

  struct Ends {
    std::string cluster;
    LogBounds::Offsets offsets;
    bool all = false;  // whether `offsets` has all partitions
  };
  // The records that were written to a partition between two looks at its end.
  struct Written {
    TopicPartition topic_partition;
    int64_t begin = 0;
    int64_t end = 0;
  };
  class FreshRecords;

  void Run();
  absl::Status LookForFreshRecords(const std::string& doubt);
  absl::StatusOr<Ends> AskEnds();
  absl::StatusOr<bool> FindNothingFreshIn(const std::vector<Written>& written);

  TrustedClock& clock_;
  const TopicSet& topics_;
  const ClientOptions client_;

  // Used by the thread only.
  std::unique_ptr<KafkaMetadata> kafka_;  // while the clock is in doubt
  Patience patience_{kTimeout, kTimeoutMax};
  std::string cluster_;            // whose logs it reads
  LogBounds::Offsets known_ends_;  // of the last look; every record from here on is fresh
  absl::Duration known_at_;        // when it looked
  absl::Duration silent_since_;

  StopFlag stop_;
  std::thread thread_;
};

}  // namespace tally
