// A well-behaved client beside hostile clients: it sends GET and PING all the time, and records each response time.
//
//   Bystander other(port);
//   Misbehave();
//   row.Saw(Cat("...; others: ", other.Stop()));
//   EXPECT_TRUE(other.answered());
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "tests/testing/test_client.h"

namespace tally {

// Not thread-safe. The constructor connects, so that the client has its connection before the others.
class Bystander {
 public:
  // A reply that takes longer counts as missing.
  static constexpr int kTimeoutSeconds = 60;

  explicit Bystander(uint16_t port);
  ~Bystander() { (void)Stop(); }
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;

  // Stops the client. Returns its response times, such as `p99 0.3 ms, longest 2.1 ms of 12345 asked`.
  std::string Stop();

  // True if every request got a reply. REQUIRES: stopped.
  bool answered() const { return answered_; }

 private:
  void Run();

  TestClient client_;
  std::vector<absl::Duration> took_;
  bool answered_ = true;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace tally
