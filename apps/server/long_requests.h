// The requests that take longer than a turn. Only some of them run at the same time: the memory of each may grow with
// the number of series, and without a limit the total would grow with the number of clients too. The others wait in
// order of arrival.
//
// Belongs to the server's loop and its one thread.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>

#include "absl/container/flat_hash_set.h"
#include "apps/server/peer.h"

namespace tally {

class LongRequests {
 public:
  static constexpr size_t kRunningMax = 4;

  // Returns whether the request of `peer` may continue now. If not, `resume` is called when it may. REQUIRES: the
  // request neither runs nor waits.
  bool Enter(const Peer& peer, std::function<void()> resume);

  // The request of `peer` is finished, or the peer is closed. The request may run, wait, or neither.
  void Leave(const Peer& peer);

 private:
  struct Waiting {
    const Peer* peer;
    std::function<void()> resume;
  };

  absl::flat_hash_set<const Peer*> running_;
  std::deque<Waiting> waiting_;
};

}  // namespace tally
