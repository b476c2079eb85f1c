// Stands between a node and its broker, and is what a network can be: silent, slow, cut, elsewhere, or wrong by a bit.
//
//   TcpProxy proxy(broker.bootstrap());
//   Tallyd::Start({"--brokers", proxy.bootstrap(), ...});
//   proxy.FlipBehind("damaged", /*distance=*/5, /*times=*/1);
//
// Whatever the broker says of its own address, a client hears the proxy's: so clients come back through it.
//
// Thread-safe. Its thread ends, and every connection with it, when it goes.
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

  // New connections go there from now on; those that there are end.
  void TurnTo(const std::string& target);

  // Nothing passes in either direction between the two; connections stay, and new ones are not answered.
  void Hold();
  void Release();

  // Every byte arrives so much later, in either direction. What is on its way is not hurried.
  void SetDelay(absl::Duration one_way);

  // Flips a bit of the byte that comes `distance` bytes behind `marker` in what the broker sends; after so many times
  // no more.
  void FlipBehind(const std::string& marker, size_t distance, int times);
  int flipped() const;

  // What the broker sent so far.
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
    std::string seen;         // the end of what came down
    size_t address_left = 0;  // bytes of a port that are still to be replaced
    size_t flip_in = 0;       // bytes until the one to be flipped; 0: none
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
  std::vector<char> buffer_;  // the thread's

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
