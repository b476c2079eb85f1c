// A node's counters and commands without Kafka, with a server in front of them, and a client as a test needs it.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "apps/server/server.h"
#include "core/base/check.h"
#include "core/base/strings.h"
#include "tests/testing/counting_node.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/times.h"

namespace tally {

class SomeStatus : public StatusSource {
 public:
  NodeStatus Status() const override { return status; }

  NodeStatus status;   // not to be changed while a server runs
};

// Starts a server on free ports; counts one event of 14:30 for each of `series` calls of the game mw: call0, call1 ...
// It is 14:30:45.
struct ServedNode {
  explicit ServedNode(ServerOptions options = {}, int series = 0, NodeStatus node_status = {})
      : commands(counters, clock, status, options.password) {
    status.status = std::move(node_status);
    Shard& shard = counters.AddShard();
    uint32_t slot = shard.AddPartition({"mw", 0}, {});
    std::vector<std::string> payloads;
    std::vector<Record> records;
    payloads.reserve(static_cast<size_t>(series));
    for (int i = 0; i < series; ++i) {
      payloads.push_back(EventAt("14:30:05", "mw", Cat("call", i)));
      records.push_back({slot, i, clock.Now(), std::nullopt, payloads.back()});
    }
    shard.Apply(records, clock.Now());
    counters.Tick(clock.Now());
    options.text.port = options.http.port = 0;
    server = std::make_unique<Server>(options, commands, counters, status);
    TALLY_CHECK(server->Start().ok());
  }

  // Returns false if there still are some after ten seconds.
  bool WaitForNoClients() const {
    for (absl::Time end = absl::Now() + absl::Seconds(10); server->clients() > 0; std::this_thread::yield()) {
      if (absl::Now() > end) return false;
    }
    return true;
  }

  FakeClock clock{TimeAt("14:30:45")};
  SomeStatus status;
  Counters counters{Compiled({StatsMetric()}), {}};
  Commands commands;
  std::unique_ptr<Server> server;
};

// A blocking connection to this machine. Everything that waits gives up after ten seconds, as if the server had closed.
class TestClient {
 public:
  // `receive_bytes`: the size of the socket's buffer, if it matters.
  explicit TestClient(uint16_t port, int receive_bytes = 0) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (receive_bytes > 0) setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;
  ~TestClient() { close(socket_); }

  bool connected() const { return connected_; }
  // The server closed, and did not reset the connection, which may cost a client the last reply.
  bool ended() const { return ended_; }

  // Returns false if the server would not take it all.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  void EndSending() { shutdown(socket_, SHUT_WR); }

  // Everything up to and with the first `mark`, or what came before the server closed.
  std::string ReadUntil(std::string_view mark) {
    size_t looked = 0;
    for (;;) {
      size_t at = buffer_.find(mark, looked);
      if (at != std::string::npos) return Take(at + mark.size());
      looked = buffer_.size() < mark.size() ? 0 : buffer_.size() - mark.size() + 1;
      if (!Receive()) return Take(buffer_.size());
    }
  }
  // What comes until the server closes.
  std::string ReadToEnd() {
    while (Receive()) {
    }
    return Take(buffer_.size());
  }
  std::string Ask(std::string_view line) {
    Send(Cat(line, "\n"));
    return ReadUntil("END\n");
  }

 private:
  bool Receive() {
    char bytes[16 * 1024];
    ssize_t got = recv(socket_, bytes, sizeof bytes, 0);
    if (got > 0) buffer_.append(bytes, static_cast<size_t>(got));
    if (got == 0) ended_ = true;
    return got > 0;
  }
  std::string Take(size_t n) {
    std::string taken = buffer_.substr(0, n);
    buffer_.erase(0, n);
    return taken;
  }

  const int socket_;
  bool connected_ = false;
  bool ended_ = false;
  std::string buffer_;
};

}  // namespace tally
