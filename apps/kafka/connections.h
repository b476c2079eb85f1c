// Detects that a client talks to a broker over a new connection: the new peer may be another cluster, or the same one
// without the end of its log, and the records would not show it.
//
//   Connections connections;
//   connections.WatchOver(conf);          // of the client that is created from it
//   if (connections.replaced()) ...       // the latest answers may be of another log
//
// A connection that never received a byte does not count: if a host has several addresses, some may never work.
//
// Thread-safe: librdkafka's threads call it. It outlives the client.
#pragma once

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "core/base/mutex.h"

struct rd_kafka_conf_s;
struct sockaddr;

namespace tally {

class Connections {
 public:
  void WatchOver(rd_kafka_conf_s* conf);

  // Whether a client connected again to a broker, after an earlier connection to it had worked and ended. Once true, it
  // stays true. It is true before anything arrives over the later connection.
  bool replaced() const { return replaced_; }

 private:
  static int OnConnect(int fd, const sockaddr* address, int size, const char* broker, void* connections);
  static int OnClose(int fd, void* connections);

  void Opened(int fd, std::string_view broker);
  void Closed(int fd, bool worked);

  std::atomic<bool> replaced_{false};
  Mutex mutex_;
  std::map<int, std::string> open_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> ended_ ABSL_GUARDED_BY(mutex_);  // brokers
};

}  // namespace tally
