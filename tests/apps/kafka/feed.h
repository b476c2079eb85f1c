// An embedded broker and a producer.
//
//   Feed feed;
//   feed.Create("mw", 2);
//   feed.Produce("mw", /*partition=*/0, {"a", "b"});
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "apps/kafka/client_config.h"
#include "apps/kafka/embedded_broker.h"
#include "apps/kafka/handles.h"
#include "core/base/check.h"

namespace tally {

// How long a test waits for an expected event. No result depends on its length.
inline constexpr absl::Duration kPatience = absl::Seconds(30);

// A newer mock cluster sends partitions together with the error for a topic that is not authorized, which no broker
// does.
inline bool CanHideTopics() { return rd_kafka_version() < 0x02030000; }

class Feed {
 public:
  explicit Feed(int brokers = 1) : broker_(*EmbeddedBroker::Start(brokers)) {
    producer_ = *NewProducer(
        {{"bootstrap.servers", broker_->bootstrap()}, {"linger.ms", "0"}, {"reconnect.backoff.max.ms", "100"}});
  }

  EmbeddedBroker& broker() { return *broker_; }
  ClientOptions options() const { return {broker_->bootstrap(), "tests", {}}; }

  void Create(const std::string& topic, int partitions) { broker_->CreateTopic(topic, partitions); }

  // Creates topics by one request that asks about them. Create() takes up to a second for each: the mock cluster often
  // does not notice it before its next poll.
  void CreateMany(const std::vector<std::string>& topics) {
    std::vector<TopicHandle> handles;
    for (const std::string& topic : topics) {
      handles.emplace_back(rd_kafka_topic_new(producer_.get(), topic.c_str(), nullptr));
    }
    const rd_kafka_metadata_t* answer = nullptr;
    TALLY_CHECK(rd_kafka_metadata(producer_.get(), /*all_topics=*/0, nullptr, &answer, PatienceMillis()) ==
                RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_metadata_destroy(answer);
  }

  // Returns when all are stored.
  void Produce(const std::string& topic, int32_t partition, const std::vector<std::string>& payloads) {
    for (const std::string& payload : payloads) ProduceOne(topic, partition, nullptr, payload, 0);
    Flush();
  }
  void Produce(const std::string& topic, int32_t partition, const char* key, const std::string& payload,
               int64_t timestamp_ms) {
    ProduceOne(topic, partition, key, payload, timestamp_ms);
    Flush();
  }
  // Records with any contents.
  void ProduceAt(const std::string& topic, int32_t partition, const std::vector<int64_t>& timestamps_ms) {
    for (int64_t timestamp_ms : timestamps_ms) ProduceOne(topic, partition, nullptr, "{}", timestamp_ms);
    Flush();
  }

 private:
  void ProduceOne(const std::string& topic, int32_t partition, const char* key, const std::string& payload,
                  int64_t timestamp_ms) {
    const size_t key_size = key != nullptr ? std::string(key).size() : 0;
    const rd_kafka_resp_err_t error =
        rd_kafka_producev(producer_.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
                          RD_KAFKA_V_VALUE(const_cast<char*>(payload.data()), payload.size()),
                          RD_KAFKA_V_TIMESTAMP(timestamp_ms), RD_KAFKA_V_END);
    TALLY_CHECK(error == RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  void Flush() { TALLY_CHECK(rd_kafka_flush(producer_.get(), PatienceMillis()) == RD_KAFKA_RESP_ERR_NO_ERROR); }
  static int PatienceMillis() { return static_cast<int>(absl::ToInt64Milliseconds(kPatience)); }

  std::unique_ptr<EmbeddedBroker> broker_;
  ClientHandle producer_;
};

}  // namespace tally
