// The time-out for a broker's answer. It doubles after each request without an answer: if a round trip takes half a
// minute, a fixed short time-out would never get one. It is halved again after each answer, so that a broker that is
// away does not hold up the others.
//
//   Patience patience(absl::Seconds(3), absl::Minutes(2));
//   absl::Status answer = Ask(patience.timeout());
//   patience.Learn(answer.ok(), took);
//
// Not thread-safe.
#pragma once

#include <algorithm>

#include "absl/time/time.h"

namespace tally {

class Patience {
 public:
  Patience(absl::Duration least, absl::Duration most) : least_(least), most_(most), timeout_(least) {}

  absl::Duration timeout() const { return timeout_; }

  // An error before the time-out is also an answer, and not a slow one: it changes nothing.
  void Learn(bool answered, absl::Duration took) {
    if (answered) {
      timeout_ = std::max(timeout_ / 2, least_);
    } else if (took >= 0.9 * timeout_) {  // librdkafka may return a moment before the time-out
      timeout_ = std::min(timeout_ * 2, most_);
    }
  }

 private:
  const absl::Duration least_;
  const absl::Duration most_;
  absl::Duration timeout_;
};

}  // namespace tally
