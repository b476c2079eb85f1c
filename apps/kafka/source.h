// Records of some partitions, from one Kafka client: the edge where the log comes in.
//
//   ASSIGN_OR_RETURN(auto source, KafkaSource::Create(options, {{.place = {"mw", 0}, .slot = 0, .next = 17}}));
//   while (running) RETURN_IF_ERROR(source->Poll(absl::Milliseconds(100), sink));
//
// The assignment is for life. For another one destroy the source and make a new one at the offsets that were reached:
// consuming in batches beside seek, pause or a rebalance can lose records, and one mechanism is enough.
//
// What comes before an error in the log is delivered before it. A record may come twice (librdkafka before 2.4);
// whoever applies them drops an offset behind the next one.
//
// Not thread-safe: one thread creates, polls and destroys. Destroying takes some milliseconds, and at most
// kEndPatience, also while brokers are away or silent.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "apps/kafka/client_config.h"
#include "apps/kafka/connections.h"
#include "apps/kafka/fetch_nudge.h"
#include "apps/kafka/handles.h"
#include "core/events/record.h"

struct rd_kafka_message_s;

namespace tally {

// Takes what a source finds. Called by Poll(), on its thread.
class RecordSink {
 public:
  virtual ~RecordSink() = default;

  // In the order of each partition's log. The records' bytes live until the call returns.
  virtual void OnRecords(std::span<const Record> records) = 0;

  // Every record before `offset` that can be read was delivered, and none is there at the moment. Comes again each time
  // that the end has moved and was reached.
  virtual void OnEnd(uint32_t slot, int64_t offset) = 0;

  // The partition cannot be read on without leaving records out. Comes once; nothing of the partition comes after it.
  virtual void OnStopped(uint32_t slot, std::string reason) = 0;

  // The log does not have the offset that is to be read next. Comes once; nothing of the partition comes after it.
  virtual void OnOutOfRange(uint32_t slot) = 0;
};

class KafkaSource {
 public:
  // Records in a batch: few enough that what one brings is still in the cache when it is applied.
  static constexpr size_t kBatchMax = 512;

  struct Assignment {
    TopicPartition place;
    uint32_t slot = 0;  // its records carry this; small numbers
    int64_t next = 0;   // the first offset to read
  };

  // Does not wait for a broker: what is wrong with the assignment shows in Poll(). REQUIRES: distinct places and
  // no negative offset.
  static absl::StatusOr<std::unique_ptr<KafkaSource>> Create(const ClientOptions& options,
                                                             const std::vector<Assignment>& assignments);
  ~KafkaSource();
  KafkaSource(const KafkaSource&) = delete;
  KafkaSource& operator=(const KafkaSource&) = delete;

  // Hands the next batch to `sink`, waiting up to `timeout` for its first record. Brokers that are away, and topics
  // that are not there, are logged and waited for. After an error make another source: librdkafka has given the client
  // up, or a broker was connected to again (Aborted), and what came since, and is not handed over, may be of another
  // log.
  absl::Status Poll(absl::Duration timeout, RecordSink& sink);

 private:
  static constexpr uint32_t kNoSlot = UINT32_MAX;

  struct Topic {
    TopicHandle handle;  // held for its address, by which messages name their topic
    std::string name;
    std::vector<uint32_t> slots;  // by partition; kNoSlot if not assigned, or stopped
  };

  KafkaSource() = default;
  absl::Status Connect(const ClientOptions& options, const Prefetch& prefetch);
  absl::Status Assign(const std::vector<Assignment>& assignments);
  Topic& TopicOf(const std::string& name);
  size_t Take(absl::Duration timeout);
  void Deliver(size_t count, RecordSink& sink);
  void Drop(size_t count);
  uint32_t* FindSlot(const rd_kafka_message_s& message);
  void HandleError(const rd_kafka_message_s& message, RecordSink& sink);

  std::shared_ptr<Connections> connections_ = std::make_shared<Connections>();  // the client may outlive this
  ClientHandle client_;
  std::vector<Topic> topics_;
  QueueHandle queue_;
  std::optional<FetchNudge> nudge_;

  // The slot of the message before, which most often is that of the next one too.
  const void* last_topic_ = nullptr;
  int32_t last_partition_ = 0;
  uint32_t* last_slot_ = nullptr;

  std::vector<rd_kafka_message_s*> messages_;  // the batch
  std::vector<Record> records_;                // of it, not yet handed over
  size_t batch_bytes_ = 0;
};

}  // namespace tally
