// The control of one partition of a shard: where it is read, which records are applied, and why it is stopped.
//
//   PartitionControl partition({"mw", 0}, state);
//   int64_t offset = partition.BeginReading();                       // a client begins here
//   if (partition.Accepts(record)) partition.Applied(record, fate);  // in between, the shard counts the record
//
// It knows nothing of what is counted. Not thread-safe: belongs to a shard, which locks it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/counters/fate.h"
#include "core/counters/replay_verifier.h"
#include "core/events/record.h"

namespace tally {

// The end of a log, as its leader said last. Not part of the checkpoint.
struct LogEnd {
  int64_t offset = 0;  // after the last record that can be read
  Timestamp as_of;     // when the leader was asked
};

// What an operator wants to know about a partition.
struct PartitionStatus {
  TopicPartition topic_partition;
  PartitionState state;
  std::optional<LogEnd> end;
  std::string stopped;        // why no records are applied; empty while they are
  bool unreadable = false;    // stopped by its client: the log is the same, but the next record cannot be read
  bool out_of_range = false;  // the log does not have the offset that the client asked for
  bool unverified = false;    // the client that reads found nothing to compare with the log that was counted

  // A partition that is out of range, or stopped beyond the end of its log, is not at its end: nobody knows what
  // follows.
  bool at_end() const {
    if (!end || out_of_range) return false;
    return stopped.empty() ? state.next >= end->offset : state.next == end->offset;
  }
};

class PartitionControl {
 public:
  PartitionControl(TopicPartition topic_partition, const PartitionState& state);

  const PartitionStatus& status() const { return status_; }
  const TopicPartition& topic_partition() const { return status_.topic_partition; }
  std::string_view number() const { return number_; }  // of the partition, in decimal

  // Whether `record` is applied next. Stops the partition if the record proves that this is another log.
  bool Accepts(const Record& record) {
    const bool plain = verifier_.verified() && status_.stopped.empty();  // nearly always
    return plain ? record.offset >= status_.state.next : AcceptsOnCheck(record);
  }

  // An accepted record holds an event of this time, which is not in the future.
  void NoteEventTime(Timestamp time) {
    std::optional<Timestamp>& newest = status_.state.newest_event_time;
    newest = std::max(newest.value_or(time), time);
  }

  // The accepted record has this fate, and next is after it. The record lives until EndChunk().
  void Applied(const Record& record, Fate fate) {
    PartitionState& state = status_.state;
    ++state.fates[static_cast<size_t>(fate)];
    state.next = record.offset + 1;
    state.newest_timestamp = std::max(state.newest_timestamp.value_or(record.timestamp), record.timestamp);
    newest_ = &record;
  }

  // After the records of a chunk: remembers the last one that was applied.
  void EndChunk();

  // The client has read everything before `offset`, which is the end, whatever the offsets before it held (transaction
  // markers, compaction).
  void ReachEnd(int64_t offset, Timestamp now);
  // The leader says that the log ends there.
  void ReportEnd(LogEnd end) { status_.end = end; }

  // No record is applied from now on.
  void Stop(std::string reason) { status_.stopped = std::move(reason); }

  // A new client begins to read, at the returned offset. Records of other clients are not applied.
  int64_t BeginReading();
  // The client that reads cannot continue, or the log does not have the offset. From a client that is being replaced,
  // neither has an effect.
  void GiveUp(std::string reason);
  void LeaveRange();

  // The log has lost the last record, so there is nothing to compare: the next BeginReading() is at next.
  void TrustNext() { verifier_.TrustNext(status_.state); }
  // An operator accepts that reading continues at `gap.to`, in any log. The partition is no longer stopped, and nothing
  // is applied until BeginReading(). Returns false and does nothing if next is not `gap.from`.
  bool AcceptGap(const Gap& gap, const std::string& cluster);
  // The cluster of the log, if it was not known.
  void NoteCluster(const std::string& cluster);

 private:
  bool AcceptsOnCheck(const Record& record);

  PartitionStatus status_;
  std::string number_;
  ReplayVerifier verifier_;
  const Record* newest_ = nullptr;  // the last record of the chunk that was applied
};

}  // namespace tally
