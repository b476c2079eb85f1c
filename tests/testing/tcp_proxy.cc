#include "tests/testing/tcp_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <vector>

#include "absl/time/clock.h"
#include "core/base/check.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr size_t kReadMax = 256 * 1024;
constexpr size_t kSeenMax = 64 * 1024;
constexpr size_t kMarkerMax = 200;
constexpr absl::Duration kWakeEvery = absl::Seconds(1);

// Kafka's encoding of its address: the host, then the port in four bytes; the upper two bytes are 0.
constexpr std::string_view kAddress("127.0.0.1\0\0", 11);

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

uint16_t PortNumberOf(const std::string& target) {
  return static_cast<uint16_t>(std::strtoul(target.c_str() + target.rfind(':') + 1, nullptr, 10));
}

int NewSocket() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  TALLY_CHECK(fd >= 0);
  return fd;
}

void SetUp(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(fd, F_SETFL, O_NONBLOCK);
}

}  // namespace

TcpProxy::TcpProxy(const std::string& target)
    : listener_(NewSocket()), buffer_(kReadMax), target_(PortNumberOf(target)) {
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  TALLY_CHECK(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(listener_, 100) == 0);
  TALLY_CHECK(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  TALLY_CHECK(pipe2(wake_, O_CLOEXEC | O_NONBLOCK) == 0);
  fcntl(listener_, F_SETFL, O_NONBLOCK);
  port_ = ntohs(address.sin_port);
  bootstrap_ = Cat("127.0.0.1:", port_);
  thread_ = std::thread([this] { Run(); });
}

TcpProxy::~TcpProxy() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  Wake();
  thread_.join();
  MutexLock lock(mutex_);
  CloseAll();
  for (int fd : {listener_, wake_[0], wake_[1]}) close(fd);
}

void TcpProxy::Wake() { TALLY_CHECK(write(wake_[1], "w", 1) == 1 || errno == EAGAIN); }

void TcpProxy::SwitchTo(const std::string& target) {
  MutexLock lock(mutex_);
  target_ = PortNumberOf(target);
  CloseAll();
  Wake();
}

void TcpProxy::Hold() {
  MutexLock lock(mutex_);
  held_ = true;
  Wake();
}

void TcpProxy::Release() {
  MutexLock lock(mutex_);
  held_ = false;
  Wake();
}

void TcpProxy::SetDelay(absl::Duration one_way) {
  MutexLock lock(mutex_);
  delay_ = one_way;
}

void TcpProxy::FlipAfter(const std::string& marker, size_t distance, int times) {
  TALLY_CHECK(!marker.empty() && marker.size() <= kMarkerMax && distance > 0);
  MutexLock lock(mutex_);
  marker_ = marker;
  distance_ = distance;
  flips_left_ = times;
}

int TcpProxy::flipped() const {
  MutexLock lock(mutex_);
  return flipped_;
}

uint64_t TcpProxy::bytes() const {
  MutexLock lock(mutex_);
  return bytes_;
}

void TcpProxy::CloseAll() {
  for (const Connection& connection : connections_) Close(connection);
  connections_.clear();
}

void TcpProxy::Close(const Connection& connection) {
  close(connection.up.from);
  close(connection.up.to);
}

void TcpProxy::Accept() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int broker = NewSocket();
  const sockaddr_in address = Loopback(target_);
  if (connect(broker, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(broker);
    close(client);
    return;
  }
  SetUp(client);
  SetUp(broker);
  Connection& connection = connections_.emplace_back();
  connection.up = {client, broker, {}};
  connection.down = {broker, client, {}};
}

// Returns false if the connection has ended.
bool TcpProxy::Pass(Connection& connection, Pipe& pipe) { return Receive(connection, pipe) && Send(pipe); }

bool TcpProxy::Receive(Connection& connection, Pipe& pipe) {
  const ssize_t n = recv(pipe.from, buffer_.data(), buffer_.size(), 0);
  if (n <= 0) return n < 0 && errno == EAGAIN;
  std::string bytes(buffer_.data(), static_cast<size_t>(n));
  if (&pipe == &connection.down) {
    bytes_ += bytes.size();
    Rewrite(connection, bytes);
  }
  pipe.chunks.push_back({absl::Now() + delay_, std::move(bytes)});
  return true;
}

bool TcpProxy::Send(Pipe& pipe) {
  while (!pipe.chunks.empty() && pipe.chunks.front().due <= absl::Now()) {
    std::string& bytes = pipe.chunks.front().bytes;
    const ssize_t n = send(pipe.to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN;
    bytes.erase(0, static_cast<size_t>(n));
    if (bytes.empty()) pipe.chunks.pop_front();
  }
  return true;
}

void TcpProxy::Rewrite(Connection& connection, std::string& bytes) {
  std::string& seen = connection.seen;
  for (char& byte : bytes) {
    seen.push_back(byte);
    if (connection.address_left > 0) byte = static_cast<char>(port_ >> (8 * --connection.address_left));
    if (connection.flip_in > 0 && --connection.flip_in == 0) {
      byte = static_cast<char>(byte ^ 1);
      ++flipped_;
    }
    if (seen.ends_with(kAddress)) connection.address_left = 2;
    if (flips_left_ > 0 && connection.flip_in == 0 && seen.ends_with(marker_)) {
      --flips_left_;
      connection.flip_in = distance_;
    }
    if (seen.size() > kSeenMax) seen.erase(0, seen.size() - kMarkerMax);
  }
}

void TcpProxy::Run() {
  while (true) {
    std::vector<pollfd> fds = {{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    absl::Time next = absl::Now() + kWakeEvery;
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
      if (held_) fds.resize(1);
      for (Connection& connection : connections_) {
        if (held_) break;
        for (Pipe* pipe : {&connection.up, &connection.down}) {
          fds.push_back({pipe->from, POLLIN, 0});
          if (pipe->chunks.empty()) continue;
          if (pipe->chunks.front().due <= absl::Now()) fds.push_back({pipe->to, POLLOUT, 0});
          next = std::min(next, pipe->chunks.front().due);
        }
      }
    }
    const auto wait = absl::ToInt64Milliseconds(std::max(next - absl::Now(), absl::ZeroDuration()));
    poll(fds.data(), fds.size(), static_cast<int>(wait) + 1);
    char ignored[64];
    while (read(wake_[0], ignored, sizeof ignored) > 0) continue;

    MutexLock lock(mutex_);
    if (held_) continue;
    if (fds.size() > 1 && fds[1].revents != 0) Accept();
    for (auto connection = connections_.begin(); connection != connections_.end();) {
      const bool open = Pass(*connection, connection->up) && Pass(*connection, connection->down);
      if (!open) Close(*connection);
      connection = open ? std::next(connection) : connections_.erase(connection);
    }
  }
}

}  // namespace tally
