// The requests of a test to its broker, with librdkafka: topics and messages.
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <span>

#include "absl/time/clock.h"
#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "tests/testing/kafka_broker.h"

namespace tally {
namespace {

constexpr absl::Duration kStartTimeout = absl::Seconds(60);
constexpr absl::Duration kChangeTimeout = absl::Seconds(20);  // until the metadata contains a change to a topic
constexpr int kRequestTimeoutMs = 10'000;
constexpr int kPollMs = 20;

absl::Status KafkaError(std::string_view what, rd_kafka_resp_err_t error) {
  return absl::UnavailableError(Cat(what, ": ", std::string_view(rd_kafka_err2str(error))));
}

// Destroys `error`.
absl::Status KafkaError(std::string_view what, rd_kafka_error_t* error) {
  if (error == nullptr) return absl::OkStatus();
  absl::Status status = absl::UnavailableError(Cat(what, ": ", std::string_view(rd_kafka_error_string(error))));
  rd_kafka_error_destroy(error);
  return status;
}

// The delivery reports of the messages of one call.
struct Deliveries {
  size_t pending = 0;
  rd_kafka_resp_err_t first_error = RD_KAFKA_RESP_ERR_NO_ERROR;
};

void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  auto* deliveries = static_cast<Deliveries*>(message->_private);
  --deliveries->pending;
  if (deliveries->first_error == RD_KAFKA_RESP_ERR_NO_ERROR) deliveries->first_error = message->err;
}

rd_kafka_resp_err_t Enqueue(rd_kafka_t* client, const std::string& topic, int32_t partition, const Message& message,
                            Deliveries* deliveries) {
  const void* key = message.key ? message.key->data() : nullptr;
  const size_t key_size = message.key ? message.key->size() : 0;
  const int64_t timestamp_ms = message.timestamp ? message.timestamp->millis() : 0;  // 0: now
  return rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
                           RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
                           RD_KAFKA_V_VALUE(const_cast<char*>(message.payload.data()), message.payload.size()),
                           RD_KAFKA_V_TIMESTAMP(timestamp_ms), RD_KAFKA_V_OPAQUE(deliveries), RD_KAFKA_V_END);
}

absl::Status Append(rd_kafka_t* client, const std::string& topic, int32_t partition,
                    const std::vector<Message>& messages) {
  Deliveries deliveries;
  for (const Message& message : messages) {
    rd_kafka_resp_err_t error;
    while ((error = Enqueue(client, topic, partition, message, &deliveries)) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_poll(client, kPollMs);
    }
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      deliveries.first_error = error;
      break;
    }
    ++deliveries.pending;
  }
  // Every message gets a report within message.timeout.ms. A report uses `deliveries`, so all must arrive before
  // return. A flush ends the linger time.
  while (deliveries.pending > 0) rd_kafka_flush(client, kPollMs);
  if (deliveries.first_error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return KafkaError(Cat("produce to ", topic, ":", partition), deliveries.first_error);
}

// Sends one admin request and reads its result.
absl::Status Ask(rd_kafka_t* client, std::string_view what,
                 const std::function<void(rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& send,
                 const std::function<absl::Status(rd_kafka_event_t*)>& read) {
  std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)> queue(rd_kafka_queue_new(client),
                                                                             rd_kafka_queue_destroy);
  std::unique_ptr<rd_kafka_AdminOptions_t, decltype(&rd_kafka_AdminOptions_destroy)> options(
      rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_ANY), rd_kafka_AdminOptions_destroy);
  char error[256];
  TALLY_CHECK(rd_kafka_AdminOptions_set_request_timeout(options.get(), kRequestTimeoutMs, error, sizeof error) ==
              RD_KAFKA_RESP_ERR_NO_ERROR);
  send(options.get(), queue.get());
  std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)> event(
      rd_kafka_queue_poll(queue.get(), 2 * kRequestTimeoutMs), rd_kafka_event_destroy);
  if (event == nullptr) return absl::DeadlineExceededError(Cat(what, ": no answer"));
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return absl::UnavailableError(Cat(what, ": ", std::string_view(rd_kafka_event_error_string(event.get()))));
  }
  return Annotate(read(event.get()), what);
}

// Returns the first error in the result of a request about topics. Each kind of request has its own functions.
template <auto kResult, auto kTopics>
absl::Status ReadTopics(rd_kafka_event_t* event) {
  size_t count = 0;
  const rd_kafka_topic_result_t** topics = kTopics(kResult(event), &count);
  for (size_t i = 0; i < count; ++i) {
    if (rd_kafka_topic_result_error(topics[i]) == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const char* text = rd_kafka_topic_result_error_string(topics[i]);
    return absl::UnavailableError(text != nullptr ? text : rd_kafka_err2str(rd_kafka_topic_result_error(topics[i])));
  }
  return absl::OkStatus();
}

}  // namespace

void KafkaBroker::Deleter::operator()(rd_kafka_s* client) const { rd_kafka_destroy(client); }
void KafkaBroker::Deleter::operator()(rd_kafka_NewTopic_s* topic) const { rd_kafka_NewTopic_destroy(topic); }

absl::StatusOr<KafkaBroker::Client> KafkaBroker::Connect(const std::string& bootstrap, const Configs& properties) {
  Configs all = {{"bootstrap.servers", bootstrap},
                 {"enable.idempotence", "true"},  // retries keep the order and duplicate nothing
                 {"linger.ms", "1000"},           // messages of one call become one batch, even on a busy machine
                 {"queue.buffering.max.messages", "500000"},
                 {"message.timeout.ms", "20000"},
                 {"socket.timeout.ms", "10000"},
                 {"reconnect.backoff.ms", "20"},
                 {"reconnect.backoff.max.ms", "100"}};
  all.insert(all.end(), properties.begin(), properties.end());
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[256];
  for (const auto& [name, value] : all) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof error) == RD_KAFKA_CONF_OK) continue;
    rd_kafka_conf_destroy(conf);
    return InvalidArgument(name, ": ", std::string_view(error));
  }
  rd_kafka_conf_set_dr_msg_cb(conf, OnDelivery);
  rd_kafka_conf_set_log_cb(conf, nullptr);  // tests stop brokers, and the client would log each failed connection
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (client == nullptr) {
    rd_kafka_conf_destroy(conf);
    return absl::UnavailableError(error);
  }
  return Client(client);
}

absl::Status KafkaBroker::WaitUntilItAnswers() {
  ASSIGN_OR_RETURN(client_, Connect(bootstrap_, {}));
  const absl::Time deadline = absl::Now() + kStartTimeout;
  while (absl::Now() < deadline) {
    if (absl::StatusOr<int> ended = process_->Wait(absl::ZeroDuration()); ended.ok()) {
      return absl::AbortedError(Cat("the broker ended with ", *ended, ": ", process_->Stderr()));
    }
    const rd_kafka_metadata_t* metadata = nullptr;
    if (rd_kafka_metadata(client_.get(), 0, nullptr, &metadata, 500) != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const bool ready = metadata->broker_cnt > 0;  // 0 until the broker is registered
    rd_kafka_metadata_destroy(metadata);
    if (!ready) continue;
    // Another process can have started a broker on a port that was free before.
    char* cluster_id = rd_kafka_clusterid(client_.get(), kRequestTimeoutMs);
    const bool ours = cluster_id != nullptr && cluster_id_ == cluster_id;
    rd_kafka_mem_free(client_.get(), cluster_id);
    return ours ? absl::OkStatus() : absl::AbortedError(Cat(bootstrap_, " belongs to another cluster"));
  }
  return absl::DeadlineExceededError(Cat("the broker at ", bootstrap_, " does not answer: ", process_->Stderr()));
}

absl::StatusOr<int> KafkaBroker::CountPartitions(const std::string& topic) {
  const rd_kafka_metadata_t* metadata = nullptr;
  rd_kafka_resp_err_t error = rd_kafka_metadata(client_.get(), 1, nullptr, &metadata, kRequestTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return KafkaError("metadata", error);
  int count = 0;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& found = metadata->topics[i];
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR || topic != found.topic) continue;
    for (int p = 0; p < found.partition_cnt; ++p) count += found.partitions[p].leader >= 0;
  }
  rd_kafka_metadata_destroy(metadata);
  return count;
}

absl::Status KafkaBroker::WaitForPartitions(const std::string& topic, int partitions) {
  const absl::Time deadline = absl::Now() + kChangeTimeout;
  int count = -1;
  while (absl::Now() < deadline) {
    ASSIGN_OR_RETURN(count, CountPartitions(topic));
    if (count == partitions) return absl::OkStatus();
    rd_kafka_poll(client_.get(), kPollMs);
  }
  return absl::DeadlineExceededError(Cat(topic, ": expected ", partitions, " partitions, got ", count));
}

absl::Status KafkaBroker::CreateTopic(const std::string& topic, int partitions, const Configs& configs) {
  char error[256];
  NewTopic wanted(rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, error, sizeof error));
  if (wanted == nullptr) return InvalidArgument("create ", topic, ": ", std::string_view(error));
  return Create(topic, partitions, std::move(wanted), configs);
}

absl::Status KafkaBroker::CreateTopic(const std::string& topic, const Replicas& replicas, const Configs& configs) {
  char error[256];
  const int partitions = static_cast<int>(replicas.size());
  NewTopic wanted(rd_kafka_NewTopic_new(topic.c_str(), partitions, -1, error, sizeof error));
  if (wanted == nullptr) return InvalidArgument("create ", topic, ": ", std::string_view(error));
  for (int partition = 0; partition < partitions; ++partition) {
    std::vector<int32_t> brokers = replicas[static_cast<size_t>(partition)];
    if (rd_kafka_NewTopic_set_replica_assignment(wanted.get(), partition, brokers.data(), brokers.size(), error,
                                                 sizeof error) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return InvalidArgument("create ", topic, ": ", std::string_view(error));
    }
  }
  return Create(topic, partitions, std::move(wanted), configs);
}

absl::Status KafkaBroker::Create(const std::string& topic, int partitions, NewTopic wanted, const Configs& configs) {
  for (const auto& [name, value] : configs) rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str());
  rd_kafka_NewTopic_t* one = wanted.get();
  RETURN_IF_ERROR(Ask(
      client_.get(), Cat("create ", topic),
      [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
        rd_kafka_CreateTopics(client_.get(), &one, 1, options, queue);
      },
      ReadTopics<rd_kafka_event_CreateTopics_result, rd_kafka_CreateTopics_result_topics>));
  return WaitForPartitions(topic, partitions);
}

absl::Status KafkaBroker::AwaitPartition(const std::string& topic, int32_t partition,
                                         const std::function<bool(const rd_kafka_metadata_partition&)>& holds) {
  const absl::Time deadline = absl::Now() + kChangeTimeout;
  std::string seen;
  while (absl::Now() < deadline) {
    ASSIGN_OR_RETURN(client_, Connect(bootstrap_, {}));  // a new client asks this broker; an old client can ask any
    const std::unique_ptr<rd_kafka_topic_t, decltype(&rd_kafka_topic_destroy)> handle(
        rd_kafka_topic_new(client_.get(), topic.c_str(), nullptr), rd_kafka_topic_destroy);
    const rd_kafka_metadata_t* metadata = nullptr;
    const rd_kafka_resp_err_t error = rd_kafka_metadata(client_.get(), 0, handle.get(), &metadata, kRequestTimeoutMs);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      seen = rd_kafka_err2str(error);
      continue;
    }
    const std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)> owner(
        metadata, rd_kafka_metadata_destroy);
    if (metadata->topic_cnt != 1 || partition >= metadata->topics[0].partition_cnt) continue;
    const rd_kafka_metadata_partition_t& found = metadata->topics[0].partitions[partition];
    if (holds(found)) return absl::OkStatus();
    seen = Cat("leader ", found.leader, ", ", found.isr_cnt, " in sync");
    absl::SleepFor(absl::Milliseconds(kPollMs));
  }
  return absl::DeadlineExceededError(Cat(topic, ":", partition, " did not change: ", seen));
}

absl::Status KafkaBroker::AwaitLeader(const std::string& topic, int32_t partition, const KafkaBroker& leader) {
  return AwaitPartition(topic, partition, [&](const auto& found) { return found.leader == leader.id_; });
}

absl::Status KafkaBroker::AwaitInSync(const std::string& topic, int32_t partition, int replicas) {
  return AwaitPartition(topic, partition, [&](const auto& found) { return found.isr_cnt == replicas; });
}

absl::Status KafkaBroker::AddPartitions(const std::string& topic, int total) {
  char error[256];
  rd_kafka_NewPartitions_t* wanted =
      rd_kafka_NewPartitions_new(topic.c_str(), static_cast<size_t>(total), error, sizeof error);
  if (wanted == nullptr) return InvalidArgument("add partitions to ", topic, ": ", std::string_view(error));
  absl::Status status = Ask(
      client_.get(), Cat("add partitions to ", topic),
      [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
        rd_kafka_CreatePartitions(client_.get(), &wanted, 1, options, queue);
      },
      ReadTopics<rd_kafka_event_CreatePartitions_result, rd_kafka_CreatePartitions_result_topics>);
  rd_kafka_NewPartitions_destroy(wanted);
  return status.ok() ? WaitForPartitions(topic, total) : status;
}

absl::Status KafkaBroker::DeleteTopic(const std::string& topic) {
  // A new client: librdkafka 2.8.0 crashes if a topic that it has produced to is deleted (its issue 5093).
  ASSIGN_OR_RETURN(client_, Connect(bootstrap_, {}));
  rd_kafka_DeleteTopic_t* wanted = rd_kafka_DeleteTopic_new(topic.c_str());
  absl::Status status = Ask(
      client_.get(), Cat("delete ", topic),
      [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
        rd_kafka_DeleteTopics(client_.get(), &wanted, 1, options, queue);
      },
      ReadTopics<rd_kafka_event_DeleteTopics_result, rd_kafka_DeleteTopics_result_topics>);
  rd_kafka_DeleteTopic_destroy(wanted);
  return status.ok() ? WaitForPartitions(topic, 0) : status;
}

absl::Status KafkaBroker::DenyTopic(const std::string& topic) { return Deny(RD_KAFKA_RESOURCE_TOPIC, topic); }
absl::Status KafkaBroker::DenyGroup(const std::string& group) { return Deny(RD_KAFKA_RESOURCE_GROUP, group); }

absl::Status KafkaBroker::Deny(int resource_type, const std::string& name) {
  char error[256];
  rd_kafka_AclBinding_t* wanted = rd_kafka_AclBinding_new(
      static_cast<rd_kafka_ResourceType_t>(resource_type), name.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL,
      "User:ANONYMOUS", "*", RD_KAFKA_ACL_OPERATION_ALL, RD_KAFKA_ACL_PERMISSION_TYPE_DENY, error, sizeof error);
  if (wanted == nullptr) return InvalidArgument("deny ", name, ": ", std::string_view(error));
  absl::Status status = Ask(
      client_.get(), Cat("deny ", name),
      [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
        rd_kafka_CreateAcls(client_.get(), &wanted, 1, options, queue);
      },
      [](rd_kafka_event_t* event) {
        size_t count = 0;
        const rd_kafka_acl_result_t** acls =
            rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event), &count);
        const rd_kafka_error_t* refused = count == 1 ? rd_kafka_acl_result_error(acls[0]) : nullptr;
        return refused == nullptr ? absl::OkStatus() : absl::UnavailableError(rd_kafka_error_string(refused));
      });
  rd_kafka_AclBinding_destroy(wanted);
  return status;
}

absl::Status KafkaBroker::DeleteRecordsBefore(const std::string& topic, int32_t partition, int64_t offset) {
  rd_kafka_topic_partition_list_t* offsets = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(offsets, topic.c_str(), partition)->offset = offset;
  rd_kafka_DeleteRecords_t* wanted = rd_kafka_DeleteRecords_new(offsets);
  rd_kafka_topic_partition_list_destroy(offsets);
  absl::Status status = Ask(
      client_.get(), Cat("delete records of ", topic, ":", partition),
      [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
        rd_kafka_DeleteRecords(client_.get(), &wanted, 1, options, queue);
      },
      [](rd_kafka_event_t* event) {
        const rd_kafka_topic_partition_list_t* result =
            rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event));
        const rd_kafka_resp_err_t error = result->elems[0].err;
        return error == RD_KAFKA_RESP_ERR_NO_ERROR ? absl::OkStatus() : KafkaError("broker", error);
      });
  rd_kafka_DeleteRecords_destroy(wanted);
  return status;
}

absl::Status KafkaBroker::Produce(const std::string& topic, int32_t partition, const std::vector<Message>& messages) {
  return Append(client_.get(), topic, partition, messages);
}

absl::Status KafkaBroker::ProduceTransaction(const std::string& topic, int32_t partition,
                                             const std::vector<Message>& messages, TransactionEnd end) {
  // A separate client, because a transactional client can do nothing else.
  ASSIGN_OR_RETURN(Client client, Connect(bootstrap_, {{"transactional.id", Cat("transaction-", ++transactions_)}}));
  RETURN_IF_ERROR(KafkaError("init transactions", rd_kafka_init_transactions(client.get(), 2 * kRequestTimeoutMs)));
  RETURN_IF_ERROR(KafkaError("begin transaction", rd_kafka_begin_transaction(client.get())));
  RETURN_IF_ERROR(Append(client.get(), topic, partition, messages));
  if (end == TransactionEnd::kCommit) {
    return KafkaError("commit", rd_kafka_commit_transaction(client.get(), 2 * kRequestTimeoutMs));
  }
  return KafkaError("abort", rd_kafka_abort_transaction(client.get(), 2 * kRequestTimeoutMs));
}

}  // namespace tally
