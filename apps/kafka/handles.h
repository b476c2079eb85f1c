// Owners of what librdkafka gives out, each destroyed as that wants it.
//
//   PartitionsHandle list(rd_kafka_topic_partition_list_new(1));
//
// A client must go last: rd_kafka_destroy() waits for every queue, topic and message that was taken from it, so declare
// it before them.
#pragma once

#include <memory>

#include "absl/time/time.h"

struct rd_kafka_s;
struct rd_kafka_conf_s;
struct rd_kafka_op_s;
struct rd_kafka_queue_s;
struct rd_kafka_topic_s;
struct rd_kafka_topic_partition_list_s;

namespace tally {

struct KafkaDeleter {
  // Without rd_kafka_consumer_close(): no client of ours is a member of a group, and closing can hang while a broker is
  // away.
  void operator()(rd_kafka_s* client) const;
  void operator()(rd_kafka_conf_s* conf) const;
  void operator()(rd_kafka_op_s* event) const;
  void operator()(rd_kafka_queue_s* queue) const;
  void operator()(rd_kafka_topic_s* topic) const;
  void operator()(rd_kafka_topic_partition_list_s* list) const;
};

using ClientHandle = std::unique_ptr<rd_kafka_s, KafkaDeleter>;
using ConfHandle = std::unique_ptr<rd_kafka_conf_s, KafkaDeleter>;
using EventHandle = std::unique_ptr<rd_kafka_op_s, KafkaDeleter>;
using QueueHandle = std::unique_ptr<rd_kafka_queue_s, KafkaDeleter>;
using TopicHandle = std::unique_ptr<rd_kafka_topic_s, KafkaDeleter>;
using PartitionsHandle = std::unique_ptr<rd_kafka_topic_partition_list_s, KafkaDeleter>;

// Destroys a client whose queues, topics and messages are gone, and waits for that, but not longer than `patience`:
// then a thread of its own goes on with it. librdkafka waits for answers that are under way, and 2.0.2 sometimes for
// ever where a topic that it read was deleted. `used` is what the client's callbacks use, and goes after it.
inline constexpr absl::Duration kEndPatience = absl::Seconds(2);
void EndClient(ClientHandle client, std::shared_ptr<void> used = nullptr, absl::Duration patience = kEndPatience);

}  // namespace tally
