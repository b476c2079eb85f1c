#include "apps/kafka/connections.h"

#include <librdkafka/rdkafka.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

namespace tally {
namespace {

// No records come over the connection to the coordinator, and the broker closes it every ten minutes because it is
// idle.
constexpr std::string_view kCoordinator = "GroupCoordinator";

bool BroughtBytes(int fd) {
  tcp_info info = {};
  socklen_t size = sizeof info;
  return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
         size >= offsetof(tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received &&
         info.tcpi_bytes_received > 0;
}

}  // namespace

void Connections::WatchOver(rd_kafka_conf_s* conf) {
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_connect_cb(conf, &OnConnect);
  rd_kafka_conf_set_closesocket_cb(conf, &OnClose);
}

int Connections::OnConnect(int fd, const sockaddr* address, int size, const char* broker, void* connections) {
  static_cast<Connections*>(connections)->Opened(fd, broker);
  return connect(fd, address, static_cast<socklen_t>(size)) == 0 || errno == EINPROGRESS ? 0 : errno;
}

int Connections::OnClose(int fd, void* connections) {
  static_cast<Connections*>(connections)->Closed(fd, BroughtBytes(fd));
  return close(fd);
}

// HOST:PORT/ID. The id is not known at first.
void Connections::Opened(int fd, std::string_view broker) {
  if (broker.starts_with(kCoordinator)) return;
  std::string name(broker.substr(0, broker.rfind('/')));
  MutexLock lock(mutex_);
  if (ended_.contains(name)) replaced_ = true;
  open_[fd] = std::move(name);
}

void Connections::Closed(int fd, bool worked) {
  MutexLock lock(mutex_);
  auto connection = open_.extract(fd);
  if (worked && connection) ended_.insert(std::move(connection.mapped()));
}

}  // namespace tally
