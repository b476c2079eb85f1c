#include "core/counters/replay_verifier.h"

namespace tally {

void ReplayVerifier::TrustNext(const PartitionState& state) {
  if (state.last) trusted_ = state.last->offset;
}

int64_t ReplayVerifier::Begin(const PartitionState& state) {
  unverified_ = state.last && state.last->offset == trusted_;
  phase_ = state.last && !unverified_ ? Phase::kVerifying : Phase::kReading;
  return phase_ == Phase::kVerifying ? state.last->offset : state.next;
}

ReplayVerifier::Verdict ReplayVerifier::Judge(const Record& record, const PartitionState& state) {
  if (phase_ == Phase::kPaused) return Verdict::kSkip;
  if (phase_ == Phase::kReading) return record.offset >= state.next ? Verdict::kApply : Verdict::kSkip;
  if (record.offset < state.last->offset) return Verdict::kSkip;  // the client delivers older records again
  phase_ = Phase::kReading;
  if (record.offset >= state.next) {
    unverified_ = true;
    return Verdict::kApply;
  }
  return MarkOf(record) == *state.last ? Verdict::kSkip : Verdict::kAnotherLog;
}

bool ReplayVerifier::ReachEnd(int64_t offset, const PartitionState& state) {
  if (phase_ == Phase::kPaused) return false;
  if (phase_ == Phase::kVerifying && offset >= state.next) {
    phase_ = Phase::kReading;
    unverified_ = true;
  }
  return true;
}

}  // namespace tally
