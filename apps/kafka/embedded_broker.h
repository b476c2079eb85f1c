// Kafka brokers inside the process: librdkafka's mock cluster, for the demo and for tests.
//
//   ASSIGN_OR_RETURN(auto broker, EmbeddedBroker::Start());
//   broker->CreateTopic("mw", /*partitions=*/4);
//   Connect(broker->bootstrap());   // 127.0.0.1, a free port
//
// It can produce and fetch, list topics, return the ends of logs, and store committed offsets. It cannot look up an
// offset by time (it answers that there is no such record), does not support transactions, creates every topic that a
// client asks about, and keeps the newest 5 MB or 100,000 records of each partition, whichever is less.
//
// Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/kafka/handles.h"

struct rd_kafka_mock_cluster_s;

namespace tally {

class EmbeddedBroker {
 public:
  // Brokers are numbered from 1. They share the log of each partition, so a new leader has all of its records.
  static absl::StatusOr<std::unique_ptr<EmbeddedBroker>> Start(int brokers = 1);
  ~EmbeddedBroker();
  EmbeddedBroker(const EmbeddedBroker&) = delete;
  EmbeddedBroker& operator=(const EmbeddedBroker&) = delete;

  const std::string& bootstrap() const { return bootstrap_; }

  // REQUIRES: no such topic exists.
  void CreateTopic(const std::string& topic, int partitions);

  // Every request about the topic gets this error (librdkafka's number) until it is set to 0.
  void SetTopicError(const std::string& topic, int error);

  void TakeLeader(const std::string& topic, int partition);  // the partition then has none
  void MoveLeader(const std::string& topic, int partition, int broker);

  // The first broker closes its connections and accepts none until BringUp(). The logs are kept.
  void TakeDown();
  void BringUp();

  // The next requests of kind `api_key` (Kafka's number: 1 is Fetch) get these errors (librdkafka's numbers), one each.
  void FailRequests(int api_key, const std::vector<int>& errors);

 private:
  EmbeddedBroker(ClientHandle client, rd_kafka_mock_cluster_s* cluster);

  const ClientHandle client_;  // the mock cluster needs a client
  rd_kafka_mock_cluster_s* const cluster_;
  const std::string bootstrap_;
};

}  // namespace tally
