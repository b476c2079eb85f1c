// Asks the brokers for what the ingest clients do not report: which partitions exist, where their logs begin and end,
// and the committed offsets of the group.
//
//   ASSIGN_OR_RETURN(auto metadata, KafkaMetadata::Create(options));
//   ASSIGN_OR_RETURN(auto topics, metadata->ListPartitions(names, absl::Seconds(5)));      // {"mw": 4}
//   ASSIGN_OR_RETURN(auto ends, metadata->Ends(KafkaMetadata::PartitionsOf(topics), absl::Seconds(5)));
//
// It has its own client, so that a slow answer delays no record. Every call blocks, for its time-out at most (a
// millisecond more or less), and never creates a topic.
//
// Not thread-safe: one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "apps/kafka/broker_address.h"
#include "apps/kafka/client_config.h"
#include "apps/kafka/handles.h"
#include "apps/kafka/log_bounds.h"
#include "core/events/record.h"
#include "core/time/time.h"

struct rd_kafka_metadata;
struct rd_kafka_metadata_topic;

namespace tally {

class KafkaMetadata : public LogBounds {
 public:
  // A committed offset of the group: the next offset to read, and its metadata.
  struct CommittedOffset {
    int64_t offset = 0;
    std::string metadata;

    friend bool operator==(const CommittedOffset&, const CommittedOffset&) = default;
  };

  // OffsetsForTime() returns it if no record has a timestamp at or after the time.
  static constexpr int64_t kNoRecord = -1;

  static absl::StatusOr<std::unique_ptr<KafkaMetadata>> Create(const ClientOptions& options);
  // Takes some milliseconds, kEndPatience at most, also while brokers are away.
  ~KafkaMetadata() override;
  KafkaMetadata(const KafkaMetadata&) = delete;
  KafkaMetadata& operator=(const KafkaMetadata&) = delete;

  // The cluster's id; another id means other logs.
  absl::StatusOr<std::string> ClusterId(absl::Duration timeout);

  // Logs topics that are not authorized. An error: some topic has no answer, so the list is not complete.
  absl::StatusOr<Topics> ListPartitions(std::span<const std::string> topics, absl::Duration timeout);
  // The same for each topic of the cluster for which `matches` returns true. The answer leaves out topics that are not
  // authorized.
  absl::StatusOr<Topics> ListMatching(absl::FunctionRef<bool(std::string_view topic)> matches, absl::Duration timeout);

  // As of the last answer about each topic.
  const Leaders& leaders() const { return leaders_; }

  // Connects to each broker at the address that it advertises, as of the last answer about a topic. Returns the brokers
  // that cannot be reached, as the end of an error message; an empty string if there is none. `timeout` is for each,
  // and it stops at the third.
  std::string Unreachable(absl::Duration timeout) const;

  static std::vector<TopicPartition> PartitionsOf(const Topics& topics);
  static bool IsAuthorizedForAll(const Topics& topics);

  // Logs partitions that are left out. Whether a partition has a leader is as of the last answer about its topic.
  absl::StatusOr<Offsets> Ends(std::span<const TopicPartition> partitions, absl::Duration timeout) override;
  absl::StatusOr<Offsets> Beginnings(std::span<const TopicPartition> partitions, absl::Duration timeout) override;

  // The first record with a timestamp at or after `time`, or kNoRecord; leaves partitions out as Ends() does.
  absl::StatusOr<Offsets> OffsetsForTime(std::span<const TopicPartition> partitions, Timestamp time,
                                         absl::Duration timeout);

  // The group's committed offsets, without the partitions that have none. All or an error: that there is none must be
  // certain. PermissionDenied if the group is not authorized.
  absl::StatusOr<std::map<TopicPartition, CommittedOffset>> Committed(std::span<const TopicPartition> partitions,
                                                                      absl::Duration timeout);

  // Commits offsets for the group, each with `metadata`: for lag tools and for Committed(). The group must have no
  // members. An error may also mean that they were committed and the answer was late. Until that answer arrives, no
  // other commit is sent, so that commits do not pile up while the group's coordinator is away. PermissionDenied if the
  // group is not authorized.
  absl::Status Commit(const Offsets& offsets, std::string_view metadata, absl::Duration timeout);

 private:
  using Answer =
      std::unique_ptr<const struct rd_kafka_metadata, void (*)(const struct rd_kafka_metadata*)>;  // also a function

  KafkaMetadata(ClientHandle client, std::string group);

  absl::StatusOr<Offsets> Lookup(std::span<const TopicPartition> partitions, int64_t time_ms, absl::Duration timeout);
  absl::Status LookupAt(std::span<const TopicPartition> partitions, int64_t time_ms, absl::Duration timeout,
                        Offsets& offsets);
  absl::Status ListTopic(const std::string& topic, absl::Duration timeout, Topics& topics);
  absl::StatusOr<Answer> AskForTopics(rd_kafka_topic_s* one, absl::Duration timeout);
  absl::Status NoteTopic(const rd_kafka_metadata_topic& found, Topics& topics);
  void ForgetLeaders(const std::string& topic);
  std::string Address(int32_t broker) const;
  absl::Status SendCommit(const Offsets& offsets, std::string_view metadata, absl::Duration timeout);
  absl::Status AwaitCommit(absl::Duration timeout);
  absl::Status GroupError(std::string_view what, int error);
  absl::Status GroupStatus(absl::Status status);
  void ServeErrors();

  ClientHandle client_;
  const std::string group_;
  bool group_denied_ = false;  // the coordinator refused the group, and has not accepted it since
  QueueHandle commits_;        // answers to Commit()
  bool commit_pending_ = false;
  std::map<std::string, TopicHandle> topics_;
  Leaders leaders_;
  std::map<int32_t, BrokerAddress> brokers_;  // by number
};

}  // namespace tally
