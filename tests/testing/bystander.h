// A well-behaved client beside hostile clients: it sends requests all the time, and records each response time.
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

  // What it sends, and how the reply ends.
  struct Request {
    std::string text;
    std::string reply_end;
  };
  static Request GetAndPing() { return {"GET stats:mw:login\nPING\n", "PONG\nEND\n"}; }
  static Request Healthz() { return {"GET /healthz HTTP/1.1\r\nHost: node\r\n\r\n", "\r\n\r\nok\n"}; }

  explicit Bystander(uint16_t port, Request request = GetAndPing());
  ~Bystander() { (void)Stop(); }
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;

  // Stops the client. Returns its response times, such as `p99 0.3 ms, longest 2.1 ms, 12345 requests`.
  std::string Stop();

  // REQUIRES: stopped.
  bool answered() const { return answered_; }  // every request got a reply
  absl::Duration p99() const { return took_.empty() ? absl::InfiniteDuration() : took_[took_.size() * 99 / 100]; }
  absl::Duration longest() const { return took_.empty() ? absl::InfiniteDuration() : took_.back(); }

 private:
  void Run();

  const Request request_;
  TestClient client_;
  std::vector<absl::Duration> took_;  // ascending once it is stopped
  bool answered_ = true;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace tally
