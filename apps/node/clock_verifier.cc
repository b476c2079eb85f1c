#include "apps/node/clock_verifier.h"

#include <map>
#include <span>
#include <utility>

#include "apps/kafka/source.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "spdlog/spdlog.h"

namespace tally {
namespace {

void LogDoubt(const std::string& doubt) {
  if (doubt.empty()) {
    spdlog::warn("the clock is trusted again; counting resumes");
  } else {
    spdlog::error(
        "the clock is in doubt: {}; nothing is counted until a fresh record agrees with it, or no fresh "
        "record arrives for {}",
        doubt, FromAbsl(absl::FormatDuration(TrustedClock::kQuiet)));
  }
}

// A record of a transaction is fresh when it is written, not when the transaction is committed.
ClientOptions Uncommitted(ClientOptions client) {
  client.read_committed = false;
  return client;
}

}  // namespace

// Takes the records up to the ends of the logs, until all of them are read or a partition cannot be read.
class ClockVerifier::FreshRecords : public RecordSink {
 public:
  FreshRecords(TrustedClock& clock, const std::vector<Written>& written) : clock_(clock) {
    for (const Written& some : written) ends_.emplace(static_cast<uint32_t>(ends_.size()), some.end);
  }

  void OnRecords(std::span<const Record> records) override {
    for (const Record& record : records) {
      Reach(record.slot, record.offset + 1);
      if (record.timestamp == Timestamp::Min()) continue;  // without a timestamp
      clock_.SeeFresh(record.timestamp);
      silent_ = false;
    }
  }
  void OnEnd(uint32_t slot, int64_t offset) override { Reach(slot, offset); }
  void OnStopped(uint32_t slot, std::string) override { CannotRead(slot); }
  void OnOutOfRange(uint32_t slot) override { CannotRead(slot); }

  bool done() const { return ends_.empty(); }
  bool silent() const { return silent_; }  // so far

 private:
  void Reach(uint32_t slot, int64_t next) {  // a new leader may have a lower end
    const auto end = ends_.find(slot);
    if (end != ends_.end() && next >= end->second) ends_.erase(end);
  }
  void CannotRead(uint32_t slot) {  // unreadable records may be fresh ones
    ends_.erase(slot);
    silent_ = false;
  }

  TrustedClock& clock_;
  std::map<uint32_t, int64_t> ends_;  // of the partitions that are still read, by slot
  bool silent_ = true;
};

ClockVerifier::ClockVerifier(TrustedClock& clock, const TopicSet& topics, ClientOptions client)
    : clock_(clock), topics_(topics), client_(Uncommitted(std::move(client))), thread_([this] { Run(); }) {}

ClockVerifier::~ClockVerifier() {
  stop_.Set();
  thread_.join();
}

void ClockVerifier::Run() {
  std::string doubt;  // the last one; the times in it change with each doubt
  while (stop_.WaitFor(doubt.empty() ? kCheckEvery : kLookEvery)) {
    clock_.Check();
    if (std::string now = clock_.doubt(); now != doubt) {
      doubt = std::move(now);
      LogDoubt(doubt);
      kafka_.reset();
      known_at_ = -absl::InfiniteDuration();
    }
    if (!doubt.empty()) (void)LookForFreshRecords(doubt);  // the partition manager asks the same and logs errors
  }
}

absl::Status ClockVerifier::LookForFreshRecords(const std::string& doubt) {
  const absl::Duration now = clock_.Monotonic();
  absl::StatusOr<Ends> ends = AskEnds();
  patience_.Learn(ends.ok(), clock_.Monotonic() - now);
  RETURN_IF_ERROR(ends.status());
  const bool other_cluster = std::exchange(cluster_, ends->cluster) != ends->cluster;
  if (now - std::exchange(known_at_, now) > kNoAnswerMax || other_cluster) {
    known_ends_.clear();
    silent_since_ = now;
  }
  bool knows_all = ends->all;
  std::vector<Written> written;
  for (const auto& [topic_partition, end] : ends->offsets) {
    const auto known = known_ends_.find(topic_partition);
    if (known == known_ends_.end() || known->second > end) {
      knows_all = false;  // the records since the last look are not known
    } else if (known->second < end) {
      written.push_back({topic_partition, known->second, end});
    }
  }
  known_ends_ = std::move(ends->offsets);
  const absl::StatusOr<bool> silent = FindNothingFreshIn(written);
  if (!knows_all || !silent.value_or(false)) silent_since_ = now;
  if (clock_.doubt() == doubt) clock_.HearNothingFor(now - silent_since_);
  return silent.status();
}

absl::StatusOr<ClockVerifier::Ends> ClockVerifier::AskEnds() {
  if (kafka_ == nullptr) {
    ASSIGN_OR_RETURN(kafka_, KafkaMetadata::Create(client_));
  }
  ASSIGN_OR_RETURN(const LogBounds::Topics topics, topics_.Find(*kafka_, patience_.timeout()));
  const std::vector<TopicPartition> topic_partitions = KafkaMetadata::PartitionsOf(topics);
  if (topic_partitions.empty()) return Ends{};  // without a log there is no silence to measure
  Ends ends;
  ASSIGN_OR_RETURN(ends.offsets, kafka_->Ends(topic_partitions, patience_.timeout()));
  ends.cluster = kafka_->ClusterId(kTimeout).value_or("");  // the answer came with the topics, if the cluster has an id
  ends.all = KafkaMetadata::IsAuthorizedForAll(topics) && ends.offsets.size() == topic_partitions.size();
  return ends;
}

// Whether the range has only transaction markers and records without a timestamp.
absl::StatusOr<bool> ClockVerifier::FindNothingFreshIn(const std::vector<Written>& written) {
  if (written.empty()) return true;
  std::vector<KafkaSource::Assignment> assignments;
  for (const Written& some : written) {
    assignments.push_back({some.topic_partition, static_cast<uint32_t>(assignments.size()), some.begin});
  }
  ASSIGN_OR_RETURN(const auto source, KafkaSource::Create(client_, assignments));
  FreshRecords fresh(clock_, written);
  for (int i = 0; i < kPollsMax && !fresh.done() && clock_.in_doubt() && stop_.WaitFor(absl::ZeroDuration()); ++i) {
    RETURN_IF_ERROR(source->Poll(kPoll, fresh));
  }
  return fresh.done() && fresh.silent();
}

}  // namespace tally
