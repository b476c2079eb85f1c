// Wakes librdkafka's fetcher when the queue has room again, in versions that do not check by themselves.
//
//   FetchNudge nudge(client);
//   nudge.AfterBatch(/*taken=*/1024, /*bytes=*/200'000, /*left=*/rd_kafka_queue_length(queue));
//
// Before 2.3, a broker thread that finds the queue full (queued.min.messages, queued.max.messages.kbytes) sleeps for
// the rest of a fixed second, even if the queue is soon empty: a consumer that is slower than its fetcher has nothing
// to do for most of each second. So whenever a batch takes the queue below half, all broker threads are woken. From 2.3
// on, fetch.queue.backoff.ms does the same, and this class does nothing.
//
// Not thread-safe: it belongs to the thread that consumes. The client outlives it.
#pragma once

#include <cstddef>
#include <string>

struct rd_kafka_s;

namespace tally {

class FetchNudge {
 public:
  explicit FetchNudge(rd_kafka_s* client);

  // A batch took `taken` records with `bytes` of keys and payloads, and `left` records still wait. Returns whether the
  // fetcher was woken.
  bool AfterBatch(size_t taken, size_t bytes, size_t left);

 private:
  rd_kafka_s* const client_;
  bool needed_ = false;
  double messages_max_ = 0;
  double bytes_max_ = 0;
  std::string username_;
  std::string password_;
};

}  // namespace tally
