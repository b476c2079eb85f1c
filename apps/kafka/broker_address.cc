#include "apps/kafka/broker_address.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/cleanup/cleanup.h"
#include "core/base/strings.h"

namespace tally {
namespace {

// Returns 0 or the number of an error.
int ConnectTo(const addrinfo& at, int timeout_ms) {
  const int fd = socket(at.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const absl::Cleanup close_it = [fd] { close(fd); };
  if (connect(fd, at.ai_addr, at.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd waiting = {fd, POLLOUT, 0};
  if (poll(&waiting, 1, timeout_ms) == 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

absl::Status TryToConnect(const BrokerAddress& address, absl::Duration timeout) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int unresolved = getaddrinfo(address.host.c_str(), Cat(address.port).c_str(), &hints, &found);
  if (unresolved != 0) return absl::UnavailableError(gai_strerror(unresolved));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  int count = 0;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) ++count;
  int error = 0;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    error = ConnectTo(*at, static_cast<int>(absl::ToInt64Milliseconds(timeout / count)));
    if (error == 0) return absl::OkStatus();
  }
  return absl::UnavailableError(std::strerror(error));
}

}  // namespace tally
