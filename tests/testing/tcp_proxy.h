// A proxy between a node and its broker that simulates network faults: stalled traffic, delay, closed connections,
// another broker at the same address, flipped bits.
//
//   TcpProxy proxy(broker.bootstrap());
//   Tallyd::Start({"--brokers", proxy.bootstrap(), ...});
//   proxy.FlipAfter("damaged", /*distance=*/5, /*times=*/1);
//
// The proxy replaces the broker's address in metadata with its own, so that clients always connect through it.
//
// Thread-safe. The destructor ends its thread and all connections.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "core/base/mutex.h"

namespace tally {

class TcpProxy {
 public:
  // `target` is "127.0.0.1:PORT".
  explicit TcpProxy(const std::string& target);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  // "127.0.0.1:PORT"
  const std::string& bootstrap() const { return bootstrap_; }

  // Connects new clients to `target`, and closes all existing connections.
  void SwitchTo(const std::string& target);

  // Between Hold() and Release() no bytes pass in either direction. Connections stay open, and new ones are not
  // accepted.
  void Hold();
  void Release();

  // Delays every byte in either direction. Bytes that are already on their way keep their delay.
  void SetDelay(absl::Duration one_way);

  // Flips a bit of the byte that is `distance` bytes after `marker` in the bytes from the broker, at most `times`
  // times.
  void FlipAfter(const std::string& marker, size_t distance, int times);
  int flipped() const;

  // Returns the number of bytes that the broker has sent.
  uint64_t bytes() const;

 private:
  struct Chunk {
    absl::Time due;
    std::string bytes;
  };
  struct Pipe {
    int from = -1;
    int to = -1;
    std::deque<Chunk> chunks;
  };
  struct Connection {
    Pipe up, down;            // to the broker, to the client
    std::string seen;         // the last bytes from the broker
    size_t address_left = 0;  // remaining bytes of a port to replace
    size_t flip_in = 0;       // bytes until the one to flip; 0: none
  };

  void Run();
  void Accept() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Pass(Connection& connection, Pipe& pipe) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Receive(Connection& connection, Pipe& pipe) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static bool Send(Pipe& pipe);
  void Rewrite(Connection& connection, std::string& bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void Close(const Connection& connection);
  void CloseAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Wake();

  int listener_ = -1;
  int wake_[2] = {-1, -1};
  uint16_t port_ = 0;
  std::string bootstrap_;
  std::vector<char> buffer_;  // used only by thread_

  mutable Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  uint16_t target_ ABSL_GUARDED_BY(mutex_);
  absl::Duration delay_ ABSL_GUARDED_BY(mutex_);
  std::string marker_ ABSL_GUARDED_BY(mutex_);
  size_t distance_ ABSL_GUARDED_BY(mutex_) = 0;
  int flips_left_ ABSL_GUARDED_BY(mutex_) = 0;
  int flipped_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::list<Connection> connections_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace tally
