// A client that behaves, while others do not: it asks GET and PING all the time, and notes how long each answer took.
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

// Not thread-safe. Connects at once, so that it has its place before the others come.
class Bystander {
 public:
  // Nobody waits longer for an answer: then there is none.
  static constexpr int kPatienceSeconds = 60;

  explicit Bystander(uint16_t port);
  ~Bystander() { (void)Stop(); }
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;

  // Ends it; what it met, as `p99 0.3 ms, longest 2.1 ms of 12345 asked`.
  std::string Stop();

  // Every question so far. REQUIRES: stopped.
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
