// Ends Kafka clients, all of a process in one place. To end a client takes some milliseconds, and for some clients
// forever: librdkafka waits for the answers to its requests, and 2.0.2 sometimes never ends a client that read a topic
// which was deleted.
//
//   RETURN_IF_ERROR(ClientReaper::Get().Admit());    // before a client is created
//   ...
//   ClientReaper::Get().End(client, used, kEndPatience);
//
// Its threads are created before the clients that they end, so End() needs nothing that a system may refuse, and may be
// called from a destructor. Each client that never ends takes a thread.
//
// At kOverdueMax clients that do not end, no other client is created: a node then reads on with the clients that it
// has, and answers, but it cannot replace them. It says so, and only a restart helps.
//
// Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

#include "absl/status/status.h"
#include "absl/time/time.h"

struct rd_kafka_s;

namespace tally {

// How long the owner of a client waits for its end.
inline constexpr absl::Duration kEndPatience = absl::Seconds(2);

class ClientReaper {
 public:
  static constexpr size_t kOverdueMax = 16;

  // That of the process. It is never destroyed, as its threads may hang.
  static ClientReaper& Get();

  // Whether another client may be created. Unavailable at kOverdueMax, and if the system gives no threads for it.
  absl::Status Admit();

  // Ends a client whose queues, topics and messages are gone, and then lets go of `used`, which is what the client's
  // callbacks use. Waits for that, but not longer than `patience`. REQUIRES: Admit() was OK before.
  void End(rd_kafka_s* client, std::shared_ptr<void> used, absl::Duration patience);

  // Clients that did not end in time, and have not ended since.
  size_t overdue() const;

 private:
  struct Ending {
    rd_kafka_s* client;
    std::shared_ptr<void> used;
    bool overdue = false;
    bool ended = false;
  };

  ClientReaper() = default;
  void Run();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // All guarded by mutex_.
  std::deque<std::shared_ptr<Ending>> waiting_;
  size_t idle_ = 0;  // threads that wait for a client
  size_t overdue_ = 0;
};

}  // namespace tally
