// Owners of librdkafka's objects.
//
//   PartitionsHandle list(rd_kafka_topic_partition_list_new(1));
//
// Declare a client before the queues, topics and messages that were taken from it: rd_kafka_destroy() waits until all
// of them are destroyed.
#pragma once

#include <memory>

struct rd_kafka_s;
struct rd_kafka_conf_s;
struct rd_kafka_op_s;
struct rd_kafka_queue_s;
struct rd_kafka_topic_s;
struct rd_kafka_topic_partition_list_s;

namespace tally {

struct KafkaDeleter {
  void operator()(rd_kafka_s* client) const;  // by the ClientReaper, with kEndPatience
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

}  // namespace tally
