// The records of some partitions, from one Kafka client: where records enter the node.
//
//   std::vector<KafkaSource::Assignment> assignments = {{.topic_partition = {"mw", 0}, .slot = 0, .next = 17}};
//   ASSIGN_OR_RETURN(auto source, KafkaSource::Create(options, assignments));
//   while (running) RETURN_IF_ERROR(source->Poll(absl::Milliseconds(100), sink));
//
// The assignment never changes. For another one, destroy the source and create a new one at the next offsets: consuming
// in batches together with seek, pause or a rebalance can lose records, and one mechanism is enough.
//
// Every record before an error in the log is delivered before the error. A record may be delivered twice (librdkafka
// before 2.4); the caller drops a record whose offset is below the next one.
//
// A source delivers the records of one leader of each partition, the first one: the log of a new leader may differ from
// any offset on, after an unclean election. Each message names the broker that it was fetched from, so a change is
// never missed.
//
// Not thread-safe: one thread creates, polls and destroys it. Destroying takes some milliseconds, kEndPatience at most,
// also while brokers are away or silent.
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

// Takes the results of a source. Called by Poll(), on its thread.
class RecordSink {
 public:
  virtual ~RecordSink() = default;

  // In the order of each partition's log. The bytes of the records are valid until the call returns.
  virtual void OnRecords(std::span<const Record> records) = 0;

  // Every record below `offset` that can be read was delivered, and there is no later one at present. Called again each
  // time the source reaches a new end.
  virtual void OnEnd(uint32_t slot, int64_t offset) = 0;

  // The partition cannot continue without a gap. Called once; nothing of the partition follows.
  virtual void OnStopped(uint32_t slot, std::string reason) = 0;

  // The log does not have the next offset. Called once; nothing of the partition follows.
  virtual void OnOutOfRange(uint32_t slot) = 0;
};

class KafkaSource {
 public:
  // Records in a batch: few enough that their bytes are still in the cache when they are applied.
  static constexpr size_t kBatchMax = 512;

  struct Assignment {
    TopicPartition topic_partition;
    uint32_t slot = 0;  // its records carry this; small numbers
    int64_t next = 0;   // the first offset to read
  };

  // Does not wait for a broker: Poll() reports problems of the assignment. REQUIRES: distinct partitions and no
  // negative offset.
  static absl::StatusOr<std::unique_ptr<KafkaSource>> Create(const ClientOptions& options,
                                                             const std::vector<Assignment>& assignments);
  ~KafkaSource();
  KafkaSource(const KafkaSource&) = delete;
  KafkaSource& operator=(const KafkaSource&) = delete;

  // Delivers the next batch to `sink`, waiting up to `timeout` for its first record. Brokers that are away and topics
  // that do not exist are logged and waited for. After an error, create another source. Aborted: the client connected
  // again to a broker, or a partition has a new leader; the records since then may be of another log and were not
  // delivered. Any other error: librdkafka cannot use the client any more.
  absl::Status Poll(absl::Duration timeout, RecordSink& sink);

 private:
  static constexpr uint32_t kNoSlot = UINT32_MAX;
  static constexpr int32_t kNoBroker = -1;  // librdkafka's

  struct Partition {
    uint32_t slot = kNoSlot;     // kNoSlot if not assigned, or stopped
    int32_t leader = kNoBroker;  // the broker that its messages came from; a follower if client.rack allows it
  };
  struct Topic {
    TopicHandle handle;  // kept for its address, which identifies the topic of a message
    std::string name;
    std::vector<Partition> partitions;
  };

  KafkaSource() = default;
  absl::Status Connect(const ClientOptions& options, const Prefetch& prefetch);
  absl::Status Assign(const std::vector<Assignment>& assignments);
  Topic& TopicOf(const std::string& name);
  size_t Take(absl::Duration timeout);
  absl::Status Deliver(size_t count, RecordSink& sink);
  absl::Status CheckLeader(const rd_kafka_message_s& message, Partition& partition);
  void Drop(size_t count);
  Partition* FindPartition(const rd_kafka_message_s& message);
  void HandleError(const rd_kafka_message_s& message, Partition* partition, RecordSink& sink);

  std::shared_ptr<Connections> connections_ = std::make_shared<Connections>();  // the client may outlive this
  ClientHandle client_;
  std::vector<Topic> topics_;
  QueueHandle queue_;
  std::optional<FetchNudge> nudge_;

  // The partition of the previous message, which usually is also that of the next message.
  const void* last_topic_ = nullptr;
  int32_t last_number_ = 0;
  Partition* last_partition_ = nullptr;

  std::vector<rd_kafka_message_s*> messages_;  // the batch
  std::vector<Record> records_;                // of the batch, not delivered yet
  size_t batch_bytes_ = 0;
};

}  // namespace tally
