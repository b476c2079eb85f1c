// Whether a broker can be reached at the address that it advertises. librdkafka only says that a request timed out.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace tally {

struct BrokerAddress {
  std::string host;
  int port = 0;
};

// Opens a TCP connection and closes it. The error says why there is none. Blocks while the host's name is resolved, and
// then for `timeout` at most.
absl::Status TryToConnect(const BrokerAddress& address, absl::Duration timeout);

}  // namespace tally
