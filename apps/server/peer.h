// The connections that are open, of whatever protocol, and their limits: how many there may be, how long each may wait,
// and how much memory all of them may hold.
//
// Everything here belongs to the server's loop and its one thread; only Peers::size() may be asked by any.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

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

  SteadyTime deadline() const { return std::min(deadline_, reply_deadline_); }

 protected:
  // For what is waited for from now on.
  void SetDeadline(std::chrono::milliseconds from_now) {
    waiting_since_ = std::chrono::steady_clock::now();
    deadline_ = waiting_since_ + from_now;
  }
  // Nothing is waited for.
  void ClearDeadline() { deadline_ = waiting_since_ = SteadyTime::max(); }
  bool HasDeadline() const { return deadline_ != SteadyTime::max(); }

  // For a reply as a whole, whatever is waited for meanwhile.
  void SetReplyDeadline(SteadyTime deadline) { reply_deadline_ = deadline; }
  void ClearReplyDeadline() { reply_deadline_ = SteadyTime::max(); }
  bool HasReplyDeadline() const { return reply_deadline_ != SteadyTime::max(); }

 private:
  friend class Peers;

  // Looked at a few times a second, which is cheaper than a timer that every request would move.
  SteadyTime deadline_ = SteadyTime::max();
  SteadyTime reply_deadline_ = SteadyTime::max();
  SteadyTime waiting_since_ = SteadyTime::max();
  size_t held_bytes_ = 0;  // as of the last Peers::Hold()
};

class Peers {
 public:
  // Beyond the limit a few of each port are still served, once and briefly, so that they learn the reason; RESP and
  // text say it in different words, and which of them it is only the first byte tells. Of each port, because a flood of
  // the line port must not hide a node that is alive from a probe over HTTP.
  static constexpr size_t kOverMax = 64;
  static constexpr std::chrono::milliseconds kOverTime{1000};

  // What all of them may hold together: each so much, which is what one has that waits for a request, and beyond it so
  // much for all. The series of a LIST are 8 bytes each, the buckets of KEYS 12, of at most 10 million.
  static constexpr size_t kIdleBytes = 32 * 1024;
  static constexpr size_t kHeldBytesMax = 128 << 20;

  enum class Port { kText, kHttp };
  enum class Place { kWithin, kOver, kNone };

  explicit Peers(size_t clients_max) : clients_max_(clients_max) {}

  // What the next connection to `port` would get. kNone: it is to be closed at once.
  Place NextPlace(Port port) const {
    if (size() < clients_max_) return Place::kWithin;
    return over_[static_cast<size_t>(port)] < kOverMax ? Place::kOver : Place::kNone;
  }

  void Add(std::shared_ptr<Peer> peer, Port port, Place place);
  void Remove(Peer* peer);

  // `peer` holds so many bytes between its turns. If all together hold more than they may, those that have waited
  // longest for their client are closed until the rest do not, and then those that do not wait; only `peer` itself
  // stays, and the idle, who hold next to nothing.
  void Hold(Peer& peer, size_t bytes);

  // A number that no other connection of this server has.
  int64_t NewId() { return ++last_id_; }

  void ExpireThoseBefore(SteadyTime now);
  void CloseAll();
  size_t held_bytes() const { return held_bytes_; }

  // Those within the limit.
  size_t size() const { return within_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::shared_ptr<Peer> peer;
    Port port;
    Place place;
  };

  Peer* LongestWaiting(const Peer& apart_from) const;

  const size_t clients_max_;
  std::atomic<size_t> within_{0};
  std::array<size_t, 2> over_{};  // by port
  size_t held_bytes_ = 0;
  SteadyTime said_at_ = SteadyTime::min();  // that memory was short, in the log
  int64_t last_id_ = 0;
  absl::flat_hash_map<Peer*, Entry> all_;
};

}  // namespace tally
