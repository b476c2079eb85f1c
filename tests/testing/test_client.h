// A blocking TCP connection to a port of this machine, for tests.
//
//   TestClient client(port);
//   EXPECT_EQ(client.Ask("PING"), "PONG\nEND\n");
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/strings.h"

namespace tally {

// A call that waits longer than `timeout_s` seconds returns as if the server had closed the connection.
class TestClient {
 public:
  // `receive_bytes`: the size of the socket's buffer, if it matters.
  explicit TestClient(uint16_t port, int receive_bytes = 0, int timeout_s = 10)
      : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    timeval timeout{.tv_sec = timeout_s, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
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
  // True if the server closed the connection without a reset. A reset can cost a client the last reply.
  bool ended() const { return ended_; }

  // Returns false if the server did not accept all bytes.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  // Sends small amounts of bytes without delay (TCP_NODELAY).
  void SendAtOnce() {
    int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  // The server then sees the connection reset, not ended.
  void ResetWhenClosed() {
    linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  void EndSending() { shutdown(socket_, SHUT_WR); }

  // Returns all bytes up to the first `mark`, including it, or the bytes before the server closed the connection.
  std::string ReadUntil(std::string_view mark) {
    size_t searched = 0;
    for (;;) {
      size_t at = buffer_.find(mark, searched);
      if (at != std::string::npos) return Take(at + mark.size());
      searched = buffer_.size() < mark.size() ? 0 : buffer_.size() - mark.size() + 1;
      if (!Receive()) return Take(buffer_.size());
    }
  }
  // Returns up to `n` bytes that have already arrived, without waiting.
  std::string ReadSome(size_t n) {
    std::string bytes(n, '\0');
    ssize_t got = recv(socket_, bytes.data(), n, MSG_DONTWAIT);
    bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
    if (got == 0) ended_ = true;
    return bytes;
  }
  // Returns all bytes until the server closes the connection.
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
