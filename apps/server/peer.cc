#include "apps/server/peer.h"

#include <vector>

namespace tally {

void Peers::Add(std::shared_ptr<Peer> peer, Place place) {
  if (place == Place::kWithin) {
    within_.fetch_add(1, std::memory_order_relaxed);
  } else {
    ++over_;
  }
  Peer* key = peer.get();
  all_.emplace(key, std::make_pair(std::move(peer), place));
}

void Peers::Remove(Peer* peer) {
  auto it = all_.find(peer);
  if (it == all_.end()) return;
  if (it->second.second == Place::kWithin) {
    within_.fetch_sub(1, std::memory_order_relaxed);
  } else {
    --over_;
  }
  all_.erase(it);
}

void Peers::ExpireThoseBefore(SteadyTime now) {
  std::vector<std::shared_ptr<Peer>> expired;   // apart, because each takes itself out of the table
  for (const auto& [key, entry] : all_) {
    if (entry.first->deadline() < now) expired.push_back(entry.first);
  }
  for (const auto& peer : expired) peer->Expire();
}

void Peers::CloseAll() {
  while (!all_.empty()) all_.begin()->second.first->Close();
}

}  // namespace tally
