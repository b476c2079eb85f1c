// The control of one partition of a shard: the offset where reading begins, the records that are applied, and the
// reason why it is stopped.
//
//   PartitionControl partition({"mw", 0}, state);
//   int64_t offset = partition.BeginReading();                       // a client begins here
//   if (partition.Accepts(record)) partition.Applied(record, fate);  // in between, the shard counts the record
//
// It does not know what is counted. Not thread-safe: belongs to a shard, which locks it.
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

// The end offset that the leader reported last. Not part of the checkpoint.
struct LogEnd {
  int64_t offset = 0;  // after the last record that can be read
  Timestamp as_of;     // when the leader was asked
};

// The status of a partition, for an operator.
struct PartitionStatus {
  TopicPartition topic_partition;
  PartitionState state;
  std::optional<LogEnd> end;
  std::string stopped;      // why no records are applied; empty while they are
  bool unreadable = false;  // stopped by its client: the log is the same, but the next record cannot be read
  bool paused = false;      // nothing is applied until the log is compared and a new client begins
  bool unverified = false;  // the client found no record to compare with the counted log

  // A partition that is paused, or stopped beyond the end of its log, is not at its end: the records that follow are
  // unknown.
  bool at_end() const {
    if (!end || paused) return false;
    return stopped.empty() ? state.next >= end->offset : state.next == end->offset;
  }
};

class PartitionControl {
 public:
  PartitionControl(TopicPartition topic_partition, const PartitionState& state);

  const PartitionStatus& status() const { return status_; }
  const TopicPartition& topic_partition() const { return status_.topic_partition; }
  std::string_view number() const { return number_; }  // of the partition, in decimal

  // Returns whether `record` is applied next. Stops the partition if the record proves that this is another log.
  bool Accepts(const Record& record) {
    const bool plain = verifier_.verified() && status_.stopped.empty();  // nearly always
    return plain ? record.offset >= status_.state.next : AcceptsOnCheck(record);
  }

  // The accepted record holds an event of this time. It is not in the future.
  void NoteEventTime(Timestamp time) {
    std::optional<Timestamp>& newest = status_.state.newest_event_time;
    newest = std::max(newest.value_or(time), time);
  }

  // Sets the fate of the accepted record and moves next after it. The record lives until EndChunk().
  void Applied(const Record& record, Fate fate) {
    PartitionState& state = status_.state;
    ++state.fates[static_cast<size_t>(fate)];
    state.next = record.offset + 1;
    state.newest_timestamp = std::max(state.newest_timestamp.value_or(record.timestamp), record.timestamp);
    newest_ = &record;
  }

  // Call this after the records of a chunk. It remembers the last applied record.
  void EndChunk();

  // The client has read everything before `offset`, the end offset. Offsets before it may have no record (transaction
  // markers, compaction).
  void ReachEnd(int64_t offset, Timestamp now);
  // The leader reports this end offset.
  void ReportEnd(LogEnd end) { status_.end = end; }

  // Stops the partition: no record is applied from now on.
  void Stop(std::string reason) { status_.stopped = std::move(reason); }

  // A new client begins to read at the returned offset. Records from other clients are not applied.
  int64_t BeginReading();
  // The client that reads cannot continue, or the log may be another one. Both have no effect on a partition whose
  // client is being replaced.
  void GiveUp(std::string reason);
  void Pause();

  // The log has lost the last record, so there is nothing to compare: the next BeginReading() returns next.
  void TrustNext() { verifier_.TrustNext(status_.state); }
  // An operator accepts that reading continues at `gap.to`, in any log. The partition is no longer stopped. Nothing is
  // applied until BeginReading(). Returns false and does nothing if next is not `gap.from`.
  bool AcceptGap(const Gap& gap, const std::string& cluster);
  // Sets the cluster of the log, if it is not known yet.
  void NoteCluster(const std::string& cluster);

 private:
  bool AcceptsOnCheck(const Record& record);

  PartitionStatus status_;
  std::string number_;
  ReplayVerifier verifier_;
  const Record* newest_ = nullptr;  // the last applied record of the chunk
};

}  // namespace tally
