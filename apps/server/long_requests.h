// The requests that take longer than a turn. Only some of them run at a time: each may hold as much memory as there are
// series, and together they would hold it as often as there are clients. The others wait, in the order in which they
// came.
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

  // Returns whether the request of `peer` may continue now. If not, `resume` is called once it may. REQUIRES: it
  // neither runs nor waits.
  bool Enter(const Peer& peer, std::function<void()> resume);

  // The request of `peer` is over, or the peer is closed. It may be of those that run, or wait, or neither.
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
