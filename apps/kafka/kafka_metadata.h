// Asks the brokers what the ingest clients do not say: which partitions there are, where their logs begin and end, and
// which positions the group has.
//
//   ASSIGN_OR_RETURN(auto metadata, KafkaMetadata::Create(options));
//   ASSIGN_OR_RETURN(auto topics, metadata->ListPartitions(names, absl::Seconds(5)));      // {"mw": 4}
//   ASSIGN_OR_RETURN(auto ends, metadata->Ends(KafkaMetadata::PartitionsOf(topics), absl::Seconds(5)));   // {{"mw",
//   0}: 17, ...}
//
// It has a client of its own, so that a slow answer holds no record up. Every call blocks, for its time-out at most (a
// millisecond more or less), and never creates a topic.
//
// Not thread-safe: one thread at a time, that of whoever looks every few seconds.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "apps/kafka/client_config.h"
#include "apps/kafka/handles.h"
#include "apps/kafka/log_bounds.h"
#include "core/events/record.h"
#include "core/time/time.h"

namespace tally {

class KafkaMetadata : public LogBounds {
 public:
  // A position of the group: the next offset to read, and a note beside it.
  struct CommittedOffset {
    int64_t offset = 0;
    std::string metadata;

    friend bool operator==(const CommittedOffset&, const CommittedOffset&) = default;
  };

  // What OffsetsForTime() finds where no record has a timestamp at or after the time.
  static constexpr int64_t kNoRecord = -1;

  static absl::StatusOr<std::unique_ptr<KafkaMetadata>> Create(const ClientOptions& options);
  // Takes some milliseconds, and at most kEndPatience, whatever the brokers do.
  ~KafkaMetadata() override;
  KafkaMetadata(const KafkaMetadata&) = delete;
  KafkaMetadata& operator=(const KafkaMetadata&) = delete;

  // The cluster's own name for itself; another one means other logs.
  absl::StatusOr<std::string> ClusterId(absl::Duration timeout);

  // With a line in the log for topics that may not be seen. An error: no answer for some topic, so that nothing can be
  // said about all of them.
  absl::StatusOr<Topics> ListPartitions(std::span<const std::string> topics, absl::Duration timeout);
  // As of the last ListPartitions().
  const Leaders& leaders() const { return leaders_; }
  static std::vector<TopicPartition> PartitionsOf(const Topics& topics);
  static bool MaySeeAll(const Topics& topics);

  // With a line in the log for partitions that are left out. Whether one has a leader is as of the last
  // ListPartitions().
  absl::StatusOr<Offsets> Ends(std::span<const TopicPartition> partitions, absl::Duration timeout) override;
  absl::StatusOr<Offsets> Beginnings(std::span<const TopicPartition> partitions, absl::Duration timeout) override;

  // The first record with a timestamp at or after `time`, or kNoRecord; leaves partitions out as Ends() does.
  absl::StatusOr<Offsets> OffsetsForTime(std::span<const TopicPartition> partitions, Timestamp time,
                                         absl::Duration timeout);

  // The group's positions; a partition without one is left out. All or an error: "there is none" must be certain.
  absl::StatusOr<std::map<TopicPartition, CommittedOffset>> Committed(std::span<const TopicPartition> partitions,
                                                                      absl::Duration timeout);

  // Writes positions for the group, which must have no members, each with the note `metadata`: for lag tools and for
  // Committed(). An error may also mean that they were written and the answer was late; until it came no other commit
  // is sent, so that none piles up while the group's coordinator is away.
  absl::Status Commit(const Offsets& positions, std::string_view metadata, absl::Duration timeout);

 private:
  explicit KafkaMetadata(ClientHandle client);

  absl::StatusOr<Offsets> Lookup(std::span<const TopicPartition> partitions, int64_t time_ms, absl::Duration timeout);
  absl::Status LookupAt(std::span<const TopicPartition> partitions, int64_t time_ms, absl::Duration timeout,
                        Offsets& offsets);
  absl::Status ListTopic(const std::string& topic, absl::Duration timeout, Topics& topics);
  absl::Status AwaitCommit(absl::Duration timeout);
  void ServeErrors();

  ClientHandle client_;
  QueueHandle commits_;  // answers to Commit()
  bool commit_pending_ = false;
  std::map<std::string, TopicHandle> topics_;
  Leaders leaders_;
};

}  // namespace tally
