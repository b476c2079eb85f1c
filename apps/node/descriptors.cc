#include "apps/node/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

#include "apps/server/peer.h"
#include "core/base/strings.h"
#include "spdlog/spdlog.h"

namespace tally {

absl::StatusOr<size_t> RoomForClients(size_t clients_max, size_t kafka_clients) {
  const rlim_t kept = kDescriptorsOfTheNode + kafka_clients * kDescriptorsOfAKafkaClient + 2 * Peers::kOverMax;
  const rlim_t wanted = kept + clients_max;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return clients_max;
  if (limit.rlim_cur < wanted) {
    limit.rlim_cur = std::min(wanted, limit.rlim_max);  // RLIM_INFINITY is the largest number
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0 && ::getrlimit(RLIMIT_NOFILE, &limit) != 0) return clients_max;
  }
  if (limit.rlim_cur >= wanted) return clients_max;
  if (limit.rlim_cur <= kept) {
    return absl::UnavailableError(Cat("expected a limit of more than ", kept, " open files, got ", limit.rlim_cur,
                                      ": raise it (ulimit -n, LimitNOFILE), or set fewer kafka.threads"));
  }
  const size_t room = limit.rlim_cur - kept;
  spdlog::warn(
      "a limit of {} open files leaves room for {} of {} clients; raise it to {} (ulimit -n, LimitNOFILE) for all of "
      "them",
      limit.rlim_cur, room, clients_max, wanted);
  return room;
}

}  // namespace tally
