#include "core/counters/partition_control.h"

#include <utility>

#include "core/base/strings.h"

namespace tally {

PartitionControl::PartitionControl(TopicPartition topic_partition, const PartitionState& state)
    : number_(Cat(topic_partition.partition)) {
  status_.topic_partition = std::move(topic_partition);
  status_.state = state;
}

bool PartitionControl::AcceptsOnCheck(const Record& record) {
  if (!status_.stopped.empty()) return false;
  switch (verifier_.Judge(record, status_.state)) {
    case ReplayVerifier::Verdict::kApply:
      return true;
    case ReplayVerifier::Verdict::kSkip:
      return false;  // the client may deliver a record twice
    case ReplayVerifier::Verdict::kAnotherLog:
      break;
  }
  Stop(Cat("the record at offset ", record.offset, " is not the one that was there (next is ", status_.state.next,
           "): the topic was created again, or an unclean leader election lost records"));
  return false;
}

void PartitionControl::EndChunk() {
  if (const Record* newest = std::exchange(newest_, nullptr)) status_.state.last = MarkOf(*newest);
  status_.unverified = verifier_.unverified();
}

void PartitionControl::ReachEnd(int64_t offset, Timestamp now) {
  if (!status_.stopped.empty() || !verifier_.ReachEnd(offset, status_.state)) return;
  status_.unverified = verifier_.unverified();
  status_.state.next = std::max(status_.state.next, offset);
  status_.end = LogEnd{std::max(offset, status_.end ? status_.end->offset : offset), now};
}

int64_t PartitionControl::BeginReading() {
  const int64_t offset = verifier_.Begin(status_.state);
  status_.paused = false;
  status_.unverified = verifier_.unverified();
  return offset;
}

void PartitionControl::GiveUp(std::string reason) {
  if (verifier_.paused() || !status_.stopped.empty()) return;
  Stop(std::move(reason));
  status_.unreadable = true;
}

void PartitionControl::Pause() {
  if (verifier_.paused()) return;
  verifier_.Pause();
  status_.paused = true;
}

bool PartitionControl::AcceptGap(const Gap& gap, const std::string& cluster) {
  PartitionState& state = status_.state;
  if (state.next != gap.from) return false;
  state.gaps.push_back(gap);
  if (state.gaps.size() > PartitionState::kGapsMax) state.gaps.erase(state.gaps.begin());
  state.next = gap.to;
  state.last.reset();
  if (gap.to < gap.from)
    state.newest_event_time = state.newest_timestamp = std::nullopt;  // they belong to the previous log
  if (!cluster.empty()) state.cluster = cluster;
  status_.stopped.clear();
  status_.unreadable = status_.paused = false;
  status_.end.reset();
  verifier_.Pause();
  return true;
}

void PartitionControl::NoteCluster(const std::string& cluster) {
  if (status_.state.cluster.empty()) status_.state.cluster = cluster;
}

}  // namespace tally
