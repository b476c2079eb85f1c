// How long to wait for a broker's answer: twice as long each time that none came, as where a round trip takes half a
// minute nothing would ever come, and soon short again once one did, so that a broker that is away does not hold up the
// others.
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

  // An error that came before the time-out was an answer too, and not a slow one: it changes nothing.
  void Learn(bool answered, absl::Duration took) {
    if (answered) {
      timeout_ = std::max(timeout_ / 2, least_);
    } else if (took >= 0.9 * timeout_) {  // librdkafka may give up a moment before it is over
      timeout_ = std::min(timeout_ * 2, most_);
    }
  }

 private:
  const absl::Duration least_;
  const absl::Duration most_;
  absl::Duration timeout_;
};

}  // namespace tally
