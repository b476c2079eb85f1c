#include "apps/server/peer.h"

#include <utility>
#include <vector>

#include "spdlog/spdlog.h"

namespace tally {
namespace {

constexpr std::chrono::minutes kWarnTime{1};  // at most one warning in this time

}  // namespace

void Peers::Add(std::shared_ptr<Peer> peer, Port port, Admission admission) {
  if (admission == Admission::kWithin) {
    within_.fetch_add(1, std::memory_order_relaxed);
  } else {
    ++over_[static_cast<size_t>(port)];
  }
  Peer* key = peer.get();
  all_.emplace(key, Entry{std::move(peer), port, admission});
}

void Peers::Remove(Peer* peer) {
  auto it = all_.find(peer);
  if (it == all_.end()) return;
  if (it->second.admission == Admission::kWithin) {
    within_.fetch_sub(1, std::memory_order_relaxed);
  } else {
    --over_[static_cast<size_t>(it->second.port)];
  }
  held_bytes_ -= std::exchange(peer->held_bytes_, 0);
  all_.erase(it);
}

void Peers::Hold(Peer& peer, size_t bytes) {
  held_bytes_ += bytes - std::exchange(peer.held_bytes_, bytes);
  const size_t most = kHeldBytesMax + clients_max_ * kIdleBytes;
  while (held_bytes_ > most) {
    Peer* longest = LongestWaiting(peer);
    if (longest == nullptr) return;
    if (auto now = std::chrono::steady_clock::now(); warned_at_ + kWarnTime < now) {
      spdlog::warn("clients hold more than {} bytes of memory: closing those that have not read for the longest time",
                   most);
      warned_at_ = now;
    }
    longest->Close();
  }
}

Peer* Peers::LongestWaiting(const Peer& apart_from) const {
  Peer* longest = nullptr;
  for (const auto& [peer, entry] : all_) {
    if (peer == &apart_from || peer->held_bytes_ <= kIdleBytes) continue;
    if (longest == nullptr || peer->waiting_since_ < longest->waiting_since_) longest = peer;
  }
  return longest;
}

void Peers::ExpireThoseBefore(SteadyTime now) {
  std::vector<std::shared_ptr<Peer>> expired;  // a copy, because each removes itself from the table
  for (const auto& [key, entry] : all_) {
    if (entry.peer->deadline() < now) expired.push_back(entry.peer);
  }
  for (const auto& peer : expired) peer->Expire();
}

void Peers::CloseAll() {
  while (!all_.empty()) all_.begin()->second.peer->Close();
}

}  // namespace tally
