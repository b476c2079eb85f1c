#include "apps/kafka/source.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <utility>

#include "apps/kafka/client_log.h"
#include "apps/kafka/client_reaper.h"
#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

Record MakeRecord(const rd_kafka_message_t& message, uint32_t slot) {
  Record record;
  record.slot = slot;
  record.offset = message.offset;
  // -1 in formats before Kafka 0.10, which have no timestamps; Kafka accepts no other negative one.
  const int64_t stamp_ms = rd_kafka_message_timestamp(&message, nullptr);
  record.timestamp = stamp_ms < 0 ? Timestamp::Min() : Timestamp::FromMillis(stamp_ms);
  if (message.key != nullptr) record.key.emplace(static_cast<const char*>(message.key), message.key_len);
  record.payload = {static_cast<const char*>(message.payload), message.len};
  return record;
}

// The payload of an error message is librdkafka's text.
std::string_view ErrorText(const rd_kafka_message_t& message) {
  if (message.payload == nullptr) return rd_kafka_err2str(message.err);
  return {static_cast<const char*>(message.payload), message.len};
}

bool IsOutOfRange(const rd_kafka_message_t& message) {
  return message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || message.err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE;
}

// Returns why a partition cannot be read past this error without a gap; empty if it can.
std::string ReasonToStop(const rd_kafka_message_t& message) {
  switch (message.err) {
    // If librdkafka cannot read a batch of records, it reports that and may continue after it.
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
    case RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return Cat("damaged record at offset ", message.offset, " (", ErrorText(message), "); serve --accept-gap ",
                 rd_kafka_topic_name(message.rkt), ":", message.partition, "@NEXT=", message.offset + 1,
                 " resumes after it, with NEXT from LAG");
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return Cat("not authorized to read it (", ErrorText(message), "); restart the node once it is");
    default:
      return "";
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaSource>> KafkaSource::Create(const ClientOptions& options,
                                                                 const std::vector<Assignment>& assignments) {
  std::unique_ptr<KafkaSource> source(new KafkaSource());
  RETURN_IF_ERROR(source->Connect(options, Prefetch::For(assignments.size())));
  RETURN_IF_ERROR(source->Assign(assignments));
  return source;
}

absl::Status KafkaSource::Connect(const ClientOptions& options, const Prefetch& prefetch) {
  ASSIGN_OR_RETURN(client_, NewConsumer(options, prefetch, connections_.get()));
  nudge_.emplace(client_.get());
  rd_kafka_poll_set_consumer(client_.get());  // the same queue delivers the client's errors
  queue_.reset(rd_kafka_queue_get_consumer(client_.get()));
  TALLY_CHECK(queue_ != nullptr);
  messages_.resize(kBatchMax);
  records_.reserve(kBatchMax);
  return absl::OkStatus();
}

KafkaSource::~KafkaSource() {
  nudge_.reset();
  queue_.reset();
  topics_.clear();
  if (client_) ClientReaper::Get().End(client_.release(), std::move(connections_), kEndPatience);
}

absl::Status KafkaSource::Assign(const std::vector<Assignment>& assignments) {
  PartitionsHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(assignments.size())));
  for (const Assignment& assignment : assignments) {
    const auto& [topic, partition] = assignment.topic_partition;
    TALLY_CHECK(partition >= 0 && assignment.next >= 0 && assignment.slot != kNoSlot);
    std::vector<Partition>& partitions = TopicOf(topic).partitions;
    partitions.resize(std::max(partitions.size(), static_cast<size_t>(partition) + 1));
    TALLY_CHECK(partitions[static_cast<size_t>(partition)].slot == kNoSlot);
    partitions[static_cast<size_t>(partition)].slot = assignment.slot;
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = assignment.next;
  }
  const rd_kafka_resp_err_t error = rd_kafka_assign(client_.get(), list.get());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return absl::InternalError(Cat("assigning ", assignments.size(), " partitions: ", rd_kafka_err2str(error)));
}

KafkaSource::Topic& KafkaSource::TopicOf(const std::string& name) {
  for (Topic& topic : topics_) {
    if (topic.name == name) return topic;
  }
  Topic& topic = topics_.emplace_back();
  topic.name = name;
  topic.handle.reset(rd_kafka_topic_new(client_.get(), name.c_str(), nullptr));
  TALLY_CHECK(topic.handle != nullptr);
  return topic;
}

absl::Status KafkaSource::Poll(absl::Duration timeout, RecordSink& sink) {
  const size_t count = Take(timeout);
  if (count > 0 && connections_->replaced()) {
    Drop(count);
    return absl::AbortedError("the connection to a broker is a new one, and its log may be another");
  }
  if (count > 0) RETURN_IF_ERROR(Deliver(count, sink));
  char error[512] = "";
  const rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(client_.get(), error, sizeof error);
  if (fatal == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return absl::UnavailableError(Cat("librdkafka ended the client: ", rd_kafka_err2name(fatal), ": ", error));
}

// Returns how many messages it put into messages_. librdkafka waits until a batch is full or the time is over. So this
// waits for one record only, and then takes the records that are already there.
size_t KafkaSource::Take(absl::Duration timeout) {
  const auto take = [this](int timeout_ms, size_t from, size_t to) -> size_t {
    const ssize_t taken = rd_kafka_consume_batch_queue(queue_.get(), timeout_ms, messages_.data() + from, to - from);
    return taken > 0 ? static_cast<size_t>(taken) : 0;
  };
  size_t count = take(0, 0, kBatchMax);
  if (count > 0) return count;
  const int64_t timeout_ms = std::clamp<int64_t>(absl::ToInt64Milliseconds(timeout), 0, INT32_MAX);
  if (timeout_ms == 0 || take(static_cast<int>(timeout_ms), 0, 1) == 0) return 0;
  return 1 + take(0, 1, kBatchMax);
}

absl::Status KafkaSource::Deliver(size_t count, RecordSink& sink) {
  const auto flush = [&] {
    if (!records_.empty()) sink.OnRecords(records_);
    records_.clear();
  };
  absl::Status status;
  batch_bytes_ = 0;
  for (const rd_kafka_message_t* message : std::span(messages_).first(count)) {
    if (message->rkt != last_topic_ || message->partition != last_number_) [[unlikely]] {
      last_partition_ = FindPartition(*message);
      last_topic_ = message->rkt;
      last_number_ = message->partition;
    }
    if (last_partition_ != nullptr && rd_kafka_message_broker_id(message) != last_partition_->leader) [[unlikely]] {
      status = CheckLeader(*message, *last_partition_);
      if (!status.ok()) break;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) [[unlikely]] {
      flush();
      HandleError(*message, last_partition_, sink);
      continue;
    }
    batch_bytes_ += message->len + message->key_len;
    if (last_partition_ != nullptr && last_partition_->slot != kNoSlot) {
      records_.push_back(MakeRecord(*message, last_partition_->slot));
    }
  }
  flush();
  Drop(count);
  nudge_->AfterBatch(count, batch_bytes_, rd_kafka_queue_length(queue_.get()));
  return status;
}

// Errors that do not come from a fetch name no broker.
absl::Status KafkaSource::CheckLeader(const rd_kafka_message_t& message, Partition& partition) {
  const int32_t broker = rd_kafka_message_broker_id(&message);
  if (broker == kNoBroker || partition.slot == kNoSlot) return absl::OkStatus();
  const int32_t before = std::exchange(partition.leader, broker);
  if (before == kNoBroker) return absl::OkStatus();
  return absl::AbortedError(Cat(rd_kafka_topic_name(message.rkt), ":", message.partition, " is now read from broker ",
                                broker, " instead of ", before, ", whose log may differ"));
}

void KafkaSource::Drop(size_t count) {
  for (rd_kafka_message_t* message : std::span(messages_).first(count)) rd_kafka_message_destroy(message);
}

KafkaSource::Partition* KafkaSource::FindPartition(const rd_kafka_message_t& message) {
  for (Topic& topic : topics_) {
    if (topic.handle.get() != message.rkt) continue;
    const auto partition = static_cast<size_t>(message.partition);
    return message.partition >= 0 && partition < topic.partitions.size() ? &topic.partitions[partition] : nullptr;
  }
  return nullptr;
}

void KafkaSource::HandleError(const rd_kafka_message_t& message, Partition* partition, RecordSink& sink) {
  if (partition == nullptr) {
    LogKafka(kSyslogWarning, rd_kafka_err2name(message.err), ErrorText(message));
    return;
  }
  if (partition->slot == kNoSlot) return;  // stopped before, or not assigned
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    sink.OnEnd(partition->slot, message.offset);
    return;
  }
  if (IsOutOfRange(message)) {
    sink.OnOutOfRange(std::exchange(partition->slot, kNoSlot));
    return;
  }
  std::string reason = ReasonToStop(message);
  if (reason.empty()) {
    LogKafka(kSyslogWarning, rd_kafka_err2name(message.err),
             Cat(rd_kafka_topic_name(message.rkt), ":", message.partition, ": ", ErrorText(message)));
    return;
  }
  sink.OnStopped(std::exchange(partition->slot, kNoSlot), std::move(reason));
}

}  // namespace tally
