// Clients that send INFO, LAG and HTTP requests all the time, so that requests are in progress when a node stops.
//
//   StatusClients clients(text_port, http_port);
//   clients.WaitUntilAnswered();
//   StopTheNode();                        // each client ends when the node closes its connection
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/strings.h"
#include "tests/testing/test_client.h"

namespace tally {

// Not thread-safe.
class StatusClients {
 public:
  StatusClients(uint16_t text_port, uint16_t http_port) {
    std::string commands, pages;
    for (int i = 0; i < kPipelined; ++i) {
      commands += "INFO\nLAG\n";
      pages += "GET /metrics HTTP/1.1\r\nHost: node\r\n\r\nGET /readyz HTTP/1.1\r\nHost: node\r\n\r\n";
    }
    for (int i = 0; i < kTextClients; ++i) Start(text_port, commands, "END\n");
    for (int i = 0; i < kHttpClients; ++i) Start(http_port, pages, "HTTP/1.1 ");
  }
  // REQUIRES: the node has stopped or will stop.
  ~StatusClients() {
    for (std::thread& thread : threads_) thread.join();
  }
  StatusClients(const StatusClients&) = delete;
  StatusClients& operator=(const StatusClients&) = delete;

  // Waits until each client has received a reply.
  void WaitUntilAnswered() const {
    for (int answered = answered_; answered < kTextClients + kHttpClients; answered = answered_) {
      answered_.wait(answered);
    }
  }

 private:
  static constexpr int kTextClients = 4;
  static constexpr int kHttpClients = 2;
  static constexpr int kPipelined = 50;

  void Start(uint16_t port, std::string requests, std::string_view reply_mark) {
    threads_.emplace_back([this, port, requests = std::move(requests), reply_mark] {
      TestClient client(port);
      bool answered = false;
      while (client.Send(requests)) {
        for (int i = 0; i < 2 * kPipelined && client.ReadUntil(reply_mark).ends_with(reply_mark); ++i) {
          if (!std::exchange(answered, true)) ++answered_, answered_.notify_all();
        }
      }
    });
  }

  std::atomic<int> answered_{0};
  std::vector<std::thread> threads_;
};

}  // namespace tally
