// Notices that a client talks to a broker over another connection than before: who is at the other end may be another
// cluster, or the same one without the end of its log, and nothing in the records would say so.
//
//   Connections connections;
//   connections.WatchOver(conf);          // of the client that is made from it
//   if (connections.replaced()) ...       // the answers that came last may be of another log
//
// A connection that never brought a byte does not count: where a host has several addresses, some may never work.
//
// Thread-safe: librdkafka's threads tell it. Outlives the client.
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

  // Whether a broker was connected to again after a connection to it had worked and ended. Once true, always true; what
  // comes over the later connection comes after it is.
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
