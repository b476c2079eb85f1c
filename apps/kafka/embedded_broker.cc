#include "apps/kafka/embedded_broker.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "apps/kafka/client_config.h"
#include "core/base/check.h"
#include "core/base/status_macros.h"

namespace tally {
namespace {

constexpr int kReplicas = 1;
constexpr int32_t kBrokerId = 1;  // the mock counts from 1
constexpr int32_t kMockNoLeader = -1;

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedBroker>> EmbeddedBroker::Start(int brokers) {
  // This client connects to no broker, and would log that below the level of errors.
  ASSIGN_OR_RETURN(ClientHandle client, NewProducer({{"client.id", "embedded-broker"}, {"log_level", "3"}}));
  rd_kafka_mock_cluster_s* cluster = rd_kafka_mock_cluster_new(client.get(), brokers);
  if (cluster == nullptr) return absl::UnavailableError("cannot start the embedded broker: no port, or no memory");
  return std::unique_ptr<EmbeddedBroker>(new EmbeddedBroker(std::move(client), cluster));
}

EmbeddedBroker::EmbeddedBroker(ClientHandle client, rd_kafka_mock_cluster_s* cluster)
    : client_(std::move(client)), cluster_(cluster), bootstrap_(rd_kafka_mock_cluster_bootstraps(cluster)) {}

EmbeddedBroker::~EmbeddedBroker() { rd_kafka_mock_cluster_destroy(cluster_); }

void EmbeddedBroker::CreateTopic(const std::string& topic, int partitions) {
  TALLY_CHECK(rd_kafka_mock_topic_create(cluster_, topic.c_str(), partitions, kReplicas) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

void EmbeddedBroker::SetTopicError(const std::string& topic, int error) {
  rd_kafka_mock_topic_set_error(cluster_, topic.c_str(), static_cast<rd_kafka_resp_err_t>(error));
}

void EmbeddedBroker::TakeLeader(const std::string& topic, int partition) {
  MoveLeader(topic, partition, kMockNoLeader);
}

void EmbeddedBroker::MoveLeader(const std::string& topic, int partition, int broker) {
  TALLY_CHECK(rd_kafka_mock_partition_set_leader(cluster_, topic.c_str(), partition, broker) ==
              RD_KAFKA_RESP_ERR_NO_ERROR);
}

void EmbeddedBroker::TakeDown() {
  TALLY_CHECK(rd_kafka_mock_broker_set_down(cluster_, kBrokerId) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

void EmbeddedBroker::BringUp() {
  TALLY_CHECK(rd_kafka_mock_broker_set_up(cluster_, kBrokerId) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

void EmbeddedBroker::FailRequests(int api_key, const std::vector<int>& errors) {
  std::vector<rd_kafka_resp_err_t> codes;
  for (int error : errors) codes.push_back(static_cast<rd_kafka_resp_err_t>(error));
  rd_kafka_mock_push_request_errors_array(cluster_, static_cast<int16_t>(api_key), codes.size(), codes.data());
}

}  // namespace tally
