#include "apps/kafka/handles.h"

#include <librdkafka/rdkafka.h>

#include <future>
#include <thread>
#include <utility>

#include "apps/kafka/client_log.h"

namespace tally {

void KafkaDeleter::operator()(rd_kafka_s* client) const {
  rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}
void KafkaDeleter::operator()(rd_kafka_conf_s* conf) const { rd_kafka_conf_destroy(conf); }
void KafkaDeleter::operator()(rd_kafka_op_s* event) const { rd_kafka_event_destroy(event); }
void KafkaDeleter::operator()(rd_kafka_queue_s* queue) const { rd_kafka_queue_destroy(queue); }
void KafkaDeleter::operator()(rd_kafka_topic_s* topic) const { rd_kafka_topic_destroy(topic); }
void KafkaDeleter::operator()(rd_kafka_topic_partition_list_s* list) const {
  rd_kafka_topic_partition_list_destroy(list);
}

void EndClient(ClientHandle client, std::shared_ptr<void> used, absl::Duration patience) {
  if (client == nullptr) return;
  std::promise<void> ended;
  const std::future<void> end = ended.get_future();
  std::thread([client = client.release(), used = std::move(used), ended = std::move(ended)]() mutable {
    KafkaDeleter()(client);
    used.reset();
    ended.set_value();
  }).detach();
  if (patience == absl::ZeroDuration()) return;
  if (end.wait_for(absl::ToChronoMilliseconds(patience)) != std::future_status::ready) {
    LogKafka(kSyslogWarning, "END", "a client that is not used any more has not ended yet");
  }
}

}  // namespace tally
