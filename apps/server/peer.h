// The open connections of all protocols, and their limits: their number, the time that each may wait, and the memory
// that all of them may hold.
//
// Everything here belongs to the server's thread. Any thread may call Peers::size().
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

// One connection. Handlers that wait for it hold it by shared_ptr, and so does Peers until it is closed.
class Peer : public std::enable_shared_from_this<Peer> {
 public:
  virtual ~Peer() = default;

  virtual void Start() = 0;

  // Closes the connection, so that every operation that waits for it fails, and removes the peer from Peers. A second
  // call does nothing.
  virtual void Close() = 0;

  // Called when its deadline has passed.
  virtual void Expire() { Close(); }

  SteadyTime deadline() const { return std::min(deadline_, reply_deadline_); }

 protected:
  // Sets the limit for the wait that begins now.
  void SetDeadline(std::chrono::milliseconds from_now) {
    waiting_since_ = std::chrono::steady_clock::now();
    deadline_ = waiting_since_ + from_now;
  }
  // The connection does not wait any more.
  void ClearDeadline() { deadline_ = waiting_since_ = SteadyTime::max(); }

  // Sets the limit for a reply as a whole, which may wait several times.
  void SetReplyDeadline(SteadyTime deadline) { reply_deadline_ = deadline; }
  void ClearReplyDeadline() { reply_deadline_ = SteadyTime::max(); }
  bool HasReplyDeadline() const { return reply_deadline_ != SteadyTime::max(); }

 private:
  friend class Peers;

  // Checked a few times a second: this is cheaper than a timer that every request moves.
  SteadyTime deadline_ = SteadyTime::max();
  SteadyTime reply_deadline_ = SteadyTime::max();
  SteadyTime waiting_since_ = SteadyTime::max();
  size_t held_bytes_ = 0;  // as of the last Peers::Hold()
};

class Peers {
 public:
  // Beyond the limit, a few connections of each port are still served once and briefly, so that the client learns the
  // reason: RESP and text have different errors, and only the first byte shows the protocol. Each port has its own
  // limit, so that during a flood of the line port a probe over HTTP still sees that the node is alive.
  static constexpr size_t kOverMax = 64;
  static constexpr std::chrono::milliseconds kOverTime{1000};

  // All connections together may hold kIdleBytes for each, the memory of a connection that waits for a request, and
  // kHeldBytesMax in addition. The series of a LIST are 8 bytes each, the buckets of KEYS 12, of at most 10 million.
  static constexpr size_t kIdleBytes = 32 * 1024;
  static constexpr size_t kHeldBytesMax = 128 << 20;

  enum class Port { kText, kHttp };
  enum class Admission { kWithin, kOver, kNone };

  explicit Peers(size_t clients_max) : clients_max_(clients_max) {}

  // The admission of the next connection to `port`. kNone: it must be closed at once.
  Admission NextAdmission(Port port) const {
    if (size() < clients_max_) return Admission::kWithin;
    return over_[static_cast<size_t>(port)] < kOverMax ? Admission::kOver : Admission::kNone;
  }

  void Add(std::shared_ptr<Peer> peer, Port port, Admission admission);
  void Remove(Peer* peer);

  // Sets the bytes that `peer` holds between its turns. If all together hold more than the limit, Peers closes those
  // that have waited longest for their client, and then those that do not wait, until the rest is within the limit.
  // `peer` itself stays, and so do idle peers, which hold almost nothing.
  void Hold(Peer& peer, size_t bytes);

  // A number that is unique among the connections of this server.
  int64_t NewId() { return ++last_id_; }
  // How many numbers were given: the connections to the line port so far.
  uint64_t connections() const { return static_cast<uint64_t>(last_id_); }

  void ExpireThoseBefore(SteadyTime now);
  void CloseAll();
  size_t held_bytes() const { return held_bytes_; }

  // The connections within the limit.
  size_t size() const { return within_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::shared_ptr<Peer> peer;
    Port port;
    Admission admission;
  };

  Peer* LongestWaiting(const Peer& apart_from) const;

  const size_t clients_max_;
  std::atomic<size_t> within_{0};
  std::array<size_t, 2> over_{};  // by port
  size_t held_bytes_ = 0;
  SteadyTime warned_at_ = SteadyTime::min();  // of the last warning that memory is short
  int64_t last_id_ = 0;
  absl::flat_hash_map<Peer*, Entry> all_;
};

}  // namespace tally
