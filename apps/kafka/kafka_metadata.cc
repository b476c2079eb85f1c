#include "apps/kafka/kafka_metadata.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "apps/kafka/client_log.h"
#include "apps/kafka/client_reaper.h"
#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr int32_t kLeaderUnknown = -2;
constexpr int32_t kNoLeader = -1;  // Kafka's
constexpr std::string_view kCommitting = "committing the group's offsets";

// Times below 0 are librdkafka's for the ends of a log.
constexpr int64_t kTimeOfEnd = RD_KAFKA_OFFSET_END;
constexpr int64_t kTimeOfBeginning = RD_KAFKA_OFFSET_BEGINNING;

int Millis(absl::Duration d) {
  return static_cast<int>(std::clamp<int64_t>(absl::ToInt64Milliseconds(d), 0, INT32_MAX));
}

class Deadline {
 public:
  explicit Deadline(absl::Duration timeout) : end_(Now() + timeout) {}
  absl::Duration Left() const { return std::max(end_ - Now(), absl::ZeroDuration()); }

 private:
  static absl::Duration Now() { return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()); }

  const absl::Duration end_;
};

PartitionsHandle MakeList(std::span<const TopicPartition> partitions, int64_t offset) {
  PartitionsHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const auto& [topic, partition] : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  }
  return list;
}

std::span<const rd_kafka_topic_partition_t> Elements(const PartitionsHandle& list) {
  return {list->elems, static_cast<size_t>(list->cnt)};
}

std::string FirstOf(std::span<const TopicPartition> topic_partitions) {
  const std::string first = Cat(topic_partitions[0].topic, ":", topic_partitions[0].partition);
  return topic_partitions.size() == 1 ? first : Cat(first, " and ", topic_partitions.size() - 1, " more");
}

TopicPartition TopicPartitionOf(const rd_kafka_topic_partition_t& element) {
  return {element.topic, element.partition};
}

absl::Status KafkaError(std::string_view what, rd_kafka_resp_err_t error) {
  return absl::UnavailableError(Cat(what, ": ", std::string_view(rd_kafka_err2str(error))));
}

std::string ListingOf(const std::string& topic) { return Cat("listing the partitions of ", topic); }

absl::Status KafkaError(std::string_view what, const rd_kafka_topic_partition_t& element) {
  return KafkaError(Cat(what, " of ", std::string_view(element.topic), ":", element.partition), element.err);
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaMetadata>> KafkaMetadata::Create(const ClientOptions& options) {
  ASSIGN_OR_RETURN(ClientHandle client, NewConsumer(options));
  return std::unique_ptr<KafkaMetadata>(new KafkaMetadata(std::move(client), options.group));
}

KafkaMetadata::KafkaMetadata(ClientHandle client, std::string group)
    : client_(std::move(client)), group_(std::move(group)), commits_(rd_kafka_queue_new(client_.get())) {}

KafkaMetadata::~KafkaMetadata() {
  topics_.clear();
  commits_.reset();
  if (!commit_pending_) return;
  // The client ends when the commit has its answer, which is not needed any more.
  rd_kafka_set_log_level(client_.get(), kSyslogEmergency);
  ClientReaper::Get().End(client_.release(), nullptr, absl::ZeroDuration());
}

// Nothing is consumed, so nothing else takes the client's errors from its queue.
void KafkaMetadata::ServeErrors() {
  rd_kafka_poll(client_.get(), 0);
  while (rd_kafka_message_t* message = rd_kafka_consumer_poll(client_.get(), 0)) {
    if (message->err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) group_denied_ = true;
    LogKafka(kSyslogWarning, rd_kafka_err2name(message->err), std::string_view(rd_kafka_message_errstr(message)));
    rd_kafka_message_destroy(message);
  }
}

absl::StatusOr<std::string> KafkaMetadata::ClusterId(absl::Duration timeout) {
  ServeErrors();
  char* id = rd_kafka_clusterid(client_.get(), Millis(timeout));
  if (id == nullptr) return absl::UnavailableError("asking for the cluster's id: no answer");
  std::string copy = id;
  rd_kafka_mem_free(client_.get(), id);
  return copy;
}

absl::StatusOr<KafkaMetadata::Topics> KafkaMetadata::ListPartitions(std::span<const std::string> topics,
                                                                    absl::Duration timeout) {
  ServeErrors();
  const Deadline deadline(timeout);
  Topics found;
  for (const std::string& topic : topics) RETURN_IF_ERROR(ListTopic(topic, deadline.Left(), found));
  return found;
}

absl::StatusOr<KafkaMetadata::Topics> KafkaMetadata::ListMatching(
    absl::FunctionRef<bool(std::string_view topic)> matches, absl::Duration timeout) {
  ServeErrors();
  ASSIGN_OR_RETURN(const Answer answer, AskForTopics(nullptr, timeout));
  Topics found;
  for (const rd_kafka_metadata_topic& topic : std::span(answer->topics, static_cast<size_t>(answer->topic_cnt))) {
    if (topic.partition_cnt == 0 || !matches(topic.topic)) continue;  // without partitions: it is being created
    RETURN_IF_ERROR(NoteTopic(topic, found));
  }
  return found;
}

std::vector<TopicPartition> KafkaMetadata::PartitionsOf(const Topics& topics) {
  std::vector<TopicPartition> topic_partitions;
  for (const auto& [topic, count] : topics) {
    for (int32_t i = 0; i < count.value_or(0); ++i) topic_partitions.push_back({topic, i});
  }
  return topic_partitions;
}

bool KafkaMetadata::IsAuthorizedForAll(const Topics& topics) {
  return std::all_of(topics.begin(), topics.end(), [](const auto& topic) { return topic.second.has_value(); });
}

// Asks for each topic: librdkafka's request for all known topics may create a topic that was just deleted, and the
// answer for all topics of the cluster may be large.
absl::Status KafkaMetadata::ListTopic(const std::string& topic, absl::Duration timeout, Topics& topics) {
  TopicHandle& handle = topics_[topic];
  if (!handle) handle.reset(rd_kafka_topic_new(client_.get(), topic.c_str(), nullptr));
  const std::string what = ListingOf(topic);
  if (!handle) return KafkaError(what, rd_kafka_last_error());
  absl::StatusOr<Answer> answer = AskForTopics(handle.get(), timeout);
  if (!answer.ok()) return Annotate(answer.status(), what);
  ForgetLeaders(topic);
  for (const auto& found : std::span((*answer)->topics, static_cast<size_t>((*answer)->topic_cnt))) {
    if (found.topic != topic || found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) continue;
    RETURN_IF_ERROR(NoteTopic(found, topics));
  }
  return absl::OkStatus();
}

// Asks for `one` topic, or for all topics of the cluster.
absl::StatusOr<KafkaMetadata::Answer> KafkaMetadata::AskForTopics(rd_kafka_topic_s* one, absl::Duration timeout) {
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(client_.get(), /*all_topics=*/one == nullptr ? 1 : 0, one, &raw, Millis(timeout));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const absl::Status status = absl::UnavailableError(rd_kafka_err2str(error));
    return one == nullptr ? Annotate(status, "listing the topics of the cluster") : status;
  }
  Answer answer(raw, rd_kafka_metadata_destroy);
  brokers_.clear();
  for (const rd_kafka_metadata_broker& broker : std::span(answer->brokers, static_cast<size_t>(answer->broker_cnt))) {
    brokers_[broker.id] = {broker.host, broker.port};
  }
  return answer;
}

absl::Status KafkaMetadata::NoteTopic(const rd_kafka_metadata_topic& found, Topics& topics) {
  const std::string topic = found.topic;
  if (found.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED || found.err == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION) {
    LogKafka(kSyslogWarning, rd_kafka_err2name(found.err),
             Cat(ListingOf(topic), ": ", std::string_view(rd_kafka_err2str(found.err))));
    topics[topic] = std::nullopt;
    return absl::OkStatus();
  }
  if (found.partition_cnt == 0) return KafkaError(ListingOf(topic), found.err);  // it is being created
  topics[topic] = found.partition_cnt;
  ForgetLeaders(topic);
  for (const auto& partition : std::span(found.partitions, static_cast<size_t>(found.partition_cnt))) {
    leaders_[{topic, partition.id}] = partition.leader;
  }
  return absl::OkStatus();
}

void KafkaMetadata::ForgetLeaders(const std::string& topic) {
  const auto begin = leaders_.lower_bound({topic, 0});
  auto end = begin;
  while (end != leaders_.end() && end->first.topic == topic) ++end;
  leaders_.erase(begin, end);
}

std::string KafkaMetadata::Unreachable(absl::Duration timeout) const {
  constexpr int kUnreachableMax = 3;
  std::string text;
  int count = 0;
  for (const auto& [broker, address] : brokers_) {
    const absl::Status status = TryToConnect(address, timeout);
    if (status.ok()) continue;
    Append(text, Cat("; ", Address(broker), " cannot be reached: ", FromAbsl(status.message()),
                     " (the address is from its advertised.listeners)"));
    if (++count == kUnreachableMax) break;
  }
  return text;
}

// "broker 1 at kafka:9092"
std::string KafkaMetadata::Address(int32_t broker) const {
  const auto known = brokers_.find(broker);
  if (known == brokers_.end()) return Cat("broker ", broker);
  return Cat("broker ", broker, " at ", known->second.host, ":", known->second.port);
}

absl::StatusOr<KafkaMetadata::Offsets> KafkaMetadata::Ends(std::span<const TopicPartition> partitions,
                                                           absl::Duration timeout) {
  return Lookup(partitions, kTimeOfEnd, timeout);
}

absl::StatusOr<KafkaMetadata::Offsets> KafkaMetadata::Beginnings(std::span<const TopicPartition> partitions,
                                                                 absl::Duration timeout) {
  return Lookup(partitions, kTimeOfBeginning, timeout);
}

absl::StatusOr<KafkaMetadata::Offsets> KafkaMetadata::OffsetsForTime(std::span<const TopicPartition> partitions,
                                                                     Timestamp time, absl::Duration timeout) {
  return Lookup(partitions, std::max<int64_t>(time.millis(), 0), timeout);
}

// Asks each leader, with its share of the time that is left: librdkafka answers for all partitions or for none, and a
// broker that is away must not use the time of the others.
absl::StatusOr<KafkaMetadata::Offsets> KafkaMetadata::Lookup(std::span<const TopicPartition> partitions,
                                                             int64_t time_ms, absl::Duration timeout) {
  ServeErrors();
  const Deadline deadline(timeout);
  std::map<int32_t, std::vector<TopicPartition>> by_leader;
  for (const TopicPartition& topic_partition : partitions) {
    const auto leader = leaders_.find(topic_partition);
    by_leader[leader == leaders_.end() ? kLeaderUnknown : leader->second].push_back(topic_partition);
  }
  if (const auto leaderless = by_leader.extract(kNoLeader)) {  // librdkafka would wait for a leader
    LogKafka(kSyslogWarning, "LEADER", Cat(FirstOf(leaderless.mapped()), " without a leader"));
  }
  Offsets offsets;
  absl::Status problem;
  size_t leaders_left = by_leader.size();
  for (const auto& [leader, topic_partitions] : by_leader) {
    const absl::Duration share = deadline.Left() / static_cast<double>(leaders_left--);
    absl::Status status = LookupAt(topic_partitions, time_ms, share, offsets);
    problem.Update(leader == kLeaderUnknown ? status : Annotate(status, Address(leader)));
  }
  if (problem.ok()) return offsets;
  if (offsets.empty()) return problem;
  LogKafka(kSyslogWarning, "OFFSETS", FromAbsl(problem.message()));
  return offsets;
}

// Does not use rd_kafka_query_watermark_offsets(): in 2.0.2 it may exceed its time-out. Returns the first error.
absl::Status KafkaMetadata::LookupAt(std::span<const TopicPartition> partitions, int64_t time_ms,
                                     absl::Duration timeout, Offsets& offsets) {
  const std::string what = time_ms == kTimeOfEnd         ? "looking up the end"
                           : time_ms == kTimeOfBeginning ? "looking up the beginning"
                                                         : "looking up a time";
  const PartitionsHandle list = MakeList(partitions, time_ms);
  const rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(client_.get(), list.get(), Millis(timeout));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return KafkaError(Cat(what, " of ", FirstOf(partitions)), error);
  }
  absl::Status problem;
  for (const rd_kafka_topic_partition_t& element : Elements(list)) {
    if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      problem.Update(KafkaError(what, element));
    } else if (element.offset >= 0 || (element.offset == kNoRecord && time_ms >= 0)) {
      offsets[TopicPartitionOf(element)] = element.offset;
    } else {
      problem.Update(absl::UnavailableError(
          Cat(what, " of ", std::string_view(element.topic), ":", element.partition, ": got ", element.offset)));
    }
  }
  return problem;
}

absl::StatusOr<std::map<TopicPartition, KafkaMetadata::CommittedOffset>> KafkaMetadata::Committed(
    std::span<const TopicPartition> partitions, absl::Duration timeout) {
  constexpr std::string_view kWhat = "reading the group's committed offset";
  ServeErrors();
  std::map<TopicPartition, CommittedOffset> offsets;
  if (partitions.empty()) return offsets;
  const PartitionsHandle list = MakeList(partitions, RD_KAFKA_OFFSET_INVALID);
  const rd_kafka_resp_err_t error = rd_kafka_committed(client_.get(), list.get(), Millis(timeout));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return GroupStatus(GroupError(Cat(kWhat, "s"), error));
  for (const rd_kafka_topic_partition_t& element : Elements(list)) {
    if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) return GroupStatus(GroupError(kWhat, element.err));
    if (element.offset < 0) continue;
    offsets[TopicPartitionOf(element)] = {
        element.offset, std::string(static_cast<const char*>(element.metadata), element.metadata_size)};
  }
  group_denied_ = false;
  return offsets;
}

// If the coordinator refuses the group, librdkafka reports that in its queue, and requests about the group time out.
absl::Status KafkaMetadata::GroupStatus(absl::Status status) {
  ServeErrors();
  if (status.ok()) group_denied_ = false;
  if (!group_denied_) return status;
  return absl::PermissionDeniedError(Cat("group ", group_, " is not authorized: ", FromAbsl(status.message())));
}

absl::Status KafkaMetadata::GroupError(std::string_view what, int error) {
  if (error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) group_denied_ = true;
  return KafkaError(what, static_cast<rd_kafka_resp_err_t>(error));
}

absl::Status KafkaMetadata::Commit(const Offsets& offsets, std::string_view metadata, absl::Duration timeout) {
  ServeErrors();
  return GroupStatus(SendCommit(offsets, metadata, timeout));
}

// Does not use rd_kafka_commit(), which waits for as long as the coordinator is away, nor AlterConsumerGroupOffsets,
// which has its own time-out: in 2.0.2 it aborts the process when the coordinator comes back after it.
absl::Status KafkaMetadata::SendCommit(const Offsets& offsets, std::string_view metadata, absl::Duration timeout) {
  const Deadline deadline(timeout);
  if (commit_pending_) {
    const absl::Status earlier = AwaitCommit(deadline.Left());
    if (commit_pending_) return Annotate(earlier, "an earlier commit");
  }
  if (offsets.empty()) return absl::OkStatus();
  const PartitionsHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [topic_partition, offset] : offsets) {
    auto* element =
        rd_kafka_topic_partition_list_add(list.get(), topic_partition.topic.c_str(), topic_partition.partition);
    element->offset = offset;
    element->metadata_size = metadata.size();
    element->metadata = std::malloc(metadata.size() + 1);  // the list's, which frees it
    TALLY_CHECK(element->metadata != nullptr);
    metadata.copy(static_cast<char*>(element->metadata), metadata.size());
  }
  const rd_kafka_resp_err_t error = rd_kafka_commit_queue(client_.get(), list.get(), commits_.get(), nullptr, nullptr);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return KafkaError(kCommitting, error);
  commit_pending_ = true;
  return AwaitCommit(deadline.Left());
}

absl::Status KafkaMetadata::AwaitCommit(absl::Duration timeout) {
  const EventHandle event(rd_kafka_queue_poll(commits_.get(), Millis(timeout)));
  if (!event) return absl::DeadlineExceededError(Cat(kCommitting, ": no answer yet"));
  commit_pending_ = false;
  const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return GroupError(kCommitting, error);
  const auto* list = rd_kafka_event_topic_partition_list(event.get());
  if (list == nullptr) return absl::OkStatus();
  for (const auto& element : std::span(list->elems, static_cast<size_t>(list->cnt))) {
    if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) return GroupError(kCommitting, element.err);
  }
  return absl::OkStatus();
}

}  // namespace tally
