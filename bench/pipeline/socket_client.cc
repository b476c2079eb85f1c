#include "bench/pipeline/socket_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {

absl::StatusOr<std::unique_ptr<SocketClient>> SocketClient::Connect(const std::string& port) {
  std::unique_ptr<SocketClient> client(new SocketClient(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)));
  timeval timeout{.tv_sec = kTimeoutSeconds, .tv_usec = 0};
  ::setsockopt(client->socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(client->socket_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  int no_delay = 1;
  ::setsockopt(client->socket_, IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof no_delay);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(std::atoi(port.c_str())));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(client->socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return absl::UnavailableError(Cat("cannot connect to port ", port));
  }
  return client;
}

SocketClient::~SocketClient() { ::close(socket_); }

absl::Status SocketClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return absl::UnavailableError("cannot send: the peer has closed the connection or does not read");
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string_view> SocketClient::ReadUntil(std::string_view mark) {
  buffer_.erase(0, taken_);
  taken_ = 0;
  for (size_t searched = 0;;) {
    size_t at = buffer_.find(mark, searched);
    if (at != std::string::npos) {
      taken_ = at + mark.size();
      return std::string_view(buffer_).substr(0, taken_);
    }
    searched = buffer_.size() < mark.size() ? 0 : buffer_.size() - mark.size() + 1;
    RETURN_IF_ERROR(Receive());
  }
}

absl::Status SocketClient::Skip(size_t bytes) {
  buffer_.erase(0, taken_);
  taken_ = 0;
  while (bytes > 0) {
    if (buffer_.empty()) RETURN_IF_ERROR(Receive());
    if (buffer_.size() > bytes) return absl::InternalError("received more bytes than expected");
    bytes -= buffer_.size();
    buffer_.clear();
  }
  return absl::OkStatus();
}

absl::Status SocketClient::SkipLines(size_t lines) {
  buffer_.erase(0, taken_);
  taken_ = 0;
  for (;;) {
    auto ends = static_cast<size_t>(std::count(buffer_.begin(), buffer_.end(), '\n'));
    if (ends > lines) return absl::InternalError("received more lines than expected");
    lines -= ends;
    buffer_.clear();
    if (lines == 0) return absl::OkStatus();
    RETURN_IF_ERROR(Receive());
  }
}

absl::StatusOr<uint64_t> SocketClient::AskInfo(std::string_view name) {
  RETURN_IF_ERROR(Send("INFO\n"));
  ASSIGN_OR_RETURN(std::string_view reply, ReadUntil("END\n"));
  const std::string line = Cat("\n", name, ":");
  const size_t at = reply.find(line);
  if (at == std::string_view::npos) return absl::InternalError(Cat("no ", name, " in INFO: ", reply));
  return std::strtoull(reply.data() + at + line.size(), nullptr, 10);
}

absl::Status SocketClient::Receive() {
  char bytes[64 * 1024];
  ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
  if (got <= 0) return absl::UnavailableError("cannot receive: the peer has closed the connection or sends nothing");
  buffer_.append(bytes, static_cast<size_t>(got));
  return absl::OkStatus();
}

}  // namespace tally
