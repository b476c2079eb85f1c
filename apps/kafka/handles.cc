#include "apps/kafka/handles.h"

#include <librdkafka/rdkafka.h>

#include "apps/kafka/client_reaper.h"

namespace tally {

void KafkaDeleter::operator()(rd_kafka_s* client) const { ClientReaper::Get().End(client, nullptr, kEndPatience); }
void KafkaDeleter::operator()(rd_kafka_conf_s* conf) const { rd_kafka_conf_destroy(conf); }
void KafkaDeleter::operator()(rd_kafka_op_s* event) const { rd_kafka_event_destroy(event); }
void KafkaDeleter::operator()(rd_kafka_queue_s* queue) const { rd_kafka_queue_destroy(queue); }
void KafkaDeleter::operator()(rd_kafka_topic_s* topic) const { rd_kafka_topic_destroy(topic); }
void KafkaDeleter::operator()(rd_kafka_topic_partition_list_s* list) const {
  rd_kafka_topic_partition_list_destroy(list);
}

}  // namespace tally
