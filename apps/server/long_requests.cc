#include "apps/server/long_requests.h"

#include <utility>

namespace tally {

bool LongRequests::Enter(const Peer& peer, std::function<void()> resume) {
  if (running_.size() < kRunningMax) {
    running_.insert(&peer);
    return true;
  }
  waiting_.push_back({&peer, std::move(resume)});
  return false;
}

void LongRequests::Leave(const Peer& peer) {
  if (running_.erase(&peer) == 0) {
    std::erase_if(waiting_, [&](const Waiting& waiting) { return waiting.peer == &peer; });
    return;
  }
  if (waiting_.empty()) return;
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  running_.insert(next.peer);
  next.resume();
}

}  // namespace tally
