// The connections that are open, of whatever protocol, and their limits: how many there may be, and how long each may
// wait.
//
// Everything here belongs to the server's loop and its one thread; only Peers::size() may be asked by any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace tally {

using SteadyTime = std::chrono::steady_clock::time_point;

// One connection. Whoever waits on its behalf holds it by shared_ptr, and so do the Peers until it is closed.
class Peer : public std::enable_shared_from_this<Peer> {
 public:
  virtual ~Peer() = default;

  virtual void Start() = 0;

  // Ends whatever is waited for. The peer is forgotten; may be called twice.
  virtual void Close() = 0;

  // Its deadline has passed.
  virtual void Expire() { Close(); }

  SteadyTime deadline() const { return deadline_; }

 protected:
  // For what is waited for now.
  void SetDeadline(std::chrono::milliseconds from_now) { deadline_ = std::chrono::steady_clock::now() + from_now; }
  // Nothing is waited for.
  void ClearDeadline() { deadline_ = SteadyTime::max(); }

 private:
  // Looked at a few times a second, which is cheaper than a timer that every request would move.
  SteadyTime deadline_ = SteadyTime::max();
};

class Peers {
 public:
  // Beyond the limit a few are still served, once and briefly, so that they learn the reason; RESP and text say it in
  // different words, and which of them it is only the first byte tells.
  static constexpr size_t kOverMax = 64;
  static constexpr std::chrono::milliseconds kOverTime{1000};

  enum class Place { kWithin, kOver, kNone };

  explicit Peers(size_t clients_max) : clients_max_(clients_max) {}

  // What the next connection would get. kNone: it is to be closed at once.
  Place NextPlace() const {
    if (size() < clients_max_) return Place::kWithin;
    return over_ < kOverMax ? Place::kOver : Place::kNone;
  }

  void Add(std::shared_ptr<Peer> peer, Place place);
  void Remove(Peer* peer);

  // A number that no other connection of this server has.
  int64_t NewId() { return ++last_id_; }

  void ExpireThoseBefore(SteadyTime now);
  void CloseAll();

  // Those within the limit.
  size_t size() const { return within_.load(std::memory_order_relaxed); }

 private:
  const size_t clients_max_;
  std::atomic<size_t> within_{0};
  size_t over_ = 0;
  int64_t last_id_ = 0;
  absl::flat_hash_map<Peer*, std::pair<std::shared_ptr<Peer>, Place>> all_;
};

}  // namespace tally
