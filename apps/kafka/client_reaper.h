// Ends all Kafka clients of a process in one place. It takes some milliseconds to end a client, and some clients never
// end: librdkafka waits for the answers to its requests, and 2.0.2 sometimes never ends a client that read a deleted
// topic.
//
//   RETURN_IF_ERROR(ClientReaper::Get().Admit());    // before a client is created; Cancel() if that fails
//   ...
//   ClientReaper::Get().End(client, used, kEndPatience);
//
// For each client there is an idle thread before it is created. So End() needs nothing that a system may refuse, a
// destructor may call it, and a client that never ends holds up no other: it occupies its own thread.
//
// If kOverdueMax clients do not end, no other client is created. The node answers and continues to read with the
// clients that it has, but a partition whose client has to be replaced is not read. The node reports that, and only a
// restart helps.
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

// How long the owner of a client waits until it has ended.
inline constexpr absl::Duration kEndPatience = absl::Seconds(2);

class ClientReaper {
 public:
  static constexpr size_t kOverdueMax = 16;

  // The reaper of the process. It is never destroyed, because its threads may hang.
  static ClientReaper& Get();

  // Whether another client may be created. Unavailable at kOverdueMax, and if the system gives no threads for it.
  absl::Status Admit();
  // The admitted client was not created.
  void Cancel();

  // Ends a client whose queues, topics and messages are destroyed, and then releases `used`, which the client's
  // callbacks use. Waits for that, `patience` at most. REQUIRES: Admit() was OK before.
  void End(rd_kafka_s* client, std::shared_ptr<void> used, absl::Duration patience);

  // The number of clients that did not end in time, and have not ended since.
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
  // mutex_ guards all of these.
  std::deque<std::shared_ptr<Ending>> waiting_;
  size_t living_ = 0;  // clients that were admitted, and are not given to End() yet
  size_t idle_ = 0;    // threads that wait for a client; at least one for each that lives or waits
  size_t overdue_ = 0;
};

}  // namespace tally
