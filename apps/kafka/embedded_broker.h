// Kafka brokers inside the process: librdkafka's mock cluster, for the demo and for tests.
//
//   ASSIGN_OR_RETURN(auto broker, EmbeddedBroker::Start());
//   RETURN_IF_ERROR(broker->CreateTopic("mw", /*partitions=*/4));
//   Connect(broker->bootstrap());   // 127.0.0.1, a free port
//
// It can produce and fetch, list topics, tell where logs end, and keep groups' positions. It cannot look an offset up
// by time (it says that there is no record there), knows no transactions, creates every topic that is only asked about,
// and of each partition keeps the newest 5 MB or 100,000 records, whichever is less.
//
// Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "apps/kafka/handles.h"

struct rd_kafka_mock_cluster_s;

namespace tally {

class EmbeddedBroker {
 public:
  // Brokers are numbered from 1. They share each partition's log, so that a new leader has all of it.
  static absl::StatusOr<std::unique_ptr<EmbeddedBroker>> Start(int brokers = 1);
  ~EmbeddedBroker();
  EmbeddedBroker(const EmbeddedBroker&) = delete;
  EmbeddedBroker& operator=(const EmbeddedBroker&) = delete;

  const std::string& bootstrap() const { return bootstrap_; }

  // An error if the topic is there.
  absl::Status CreateTopic(const std::string& topic, int partitions);

  // Whoever asks about the topic gets this error, by librdkafka's numbers; 0 ends that.
  void SetTopicError(const std::string& topic, int error);

  void TakeLeader(const std::string& topic, int partition);  // leaves it without one
  void MoveLeader(const std::string& topic, int partition, int broker);

  // The first broker closes its connections and takes none until BringUp(). The logs stay.
  void TakeDown();
  void BringUp();

  // The next requests of kind `api_key` (Kafka's number: 1 is Fetch) get these errors, one each, by librdkafka's
  // numbers.
  void FailRequests(int api_key, const std::vector<int>& errors);

 private:
  EmbeddedBroker(ClientHandle client, rd_kafka_mock_cluster_s* cluster);

  const ClientHandle client_;  // the cluster needs one to live in
  rd_kafka_mock_cluster_s* const cluster_;
  const std::string bootstrap_;
};

}  // namespace tally
