#include "apps/node/clock_witness.h"

#include <set>
#include <span>
#include <utility>

#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "spdlog/spdlog.h"

namespace tally {
namespace {

class Ears : public RecordSink {
 public:
  explicit Ears(TrustedClock& clock) : clock_(clock) {}

  void OnRecords(std::span<const Record> records) override {
    for (const Record& record : records) {
      if (record.stamp == Timestamp::Min()) continue;   // it has none
      clock_.SeeFresh(record.stamp);
      heard_ = true;
    }
  }
  void OnEnd(uint32_t slot, int64_t) override { ended_.insert(slot); }
  void OnStopped(uint32_t, std::string) override {}   // what cannot be read is not silence
  void OnOutOfRange(uint32_t) override {}

  bool heard() const { return heard_; }
  size_t ended() const { return ended_.size(); }

 private:
  TrustedClock& clock_;
  bool heard_ = false;
  std::set<uint32_t> ended_;
};

void Say(const std::string& doubt) {
  if (doubt.empty()) {
    spdlog::warn("the clock is trusted again; counting goes on");
  } else {
    spdlog::error("the clock is in doubt: {}; nothing is counted until a fresh record agrees with it, or none came "
                  "for {}", doubt, FromAbsl(absl::FormatDuration(TrustedClock::kQuiet)));
  }
}

}  // namespace

ClockWitness::ClockWitness(TrustedClock& clock, std::vector<std::string> topics, ClientOptions client)
    : clock_(clock), topics_(std::move(topics)), client_(std::move(client)), thread_([this] { Run(); }) {}

ClockWitness::~ClockWitness() {
  stop_.Set();
  thread_.join();
}

void ClockWitness::Run() {
  std::string doubt;   // the last one; each says other times
  while (stop_.WaitFor(doubt.empty() ? kCheckEvery : kListenEvery)) {
    clock_.Check();
    if (std::string now = clock_.doubt(); now != doubt) {
      doubt = std::move(now);
      Say(doubt);
      log_.reset();
      heard_at_ = -absl::InfiniteDuration();
    }
    if (!doubt.empty()) (void)Listen();   // what goes wrong the watch says, who asks the same
  }
}

absl::Status ClockWitness::Listen() {
  if (log_ == nullptr) {
    ASSIGN_OR_RETURN(log_, LogWatch::Create(client_));
  }
  const absl::Duration now = clock_.Monotonic();
  ASSIGN_OR_RETURN(const LogBounds::Topics topics, log_->ListPartitions(topics_, kTimeout));
  const std::vector<TopicPartition> places = LogWatch::PlacesOf(topics);
  LogBounds::Offsets ends;
  if (!places.empty()) {
    ASSIGN_OR_RETURN(ends, log_->Ends(places, kTimeout));
  }
  const bool hears_all = ends.size() == places.size();
  if (now - std::exchange(heard_at_, now) > kDeafMax) {
    heard_.clear();
    silent_since_ = now;
  }
  std::vector<KafkaSource::Assignment> news;
  for (const auto& [place, end] : ends) {
    const auto heard = heard_.find(place);
    if (heard == heard_.end() || heard->second >= end) continue;
    news.push_back({place, static_cast<uint32_t>(news.size()), heard->second});
  }
  heard_ = std::move(ends);
  const absl::StatusOr<bool> silent = HearNothingIn(news);
  if (!hears_all || !silent.value_or(false)) silent_since_ = now;
  clock_.HearNothingFor(now - silent_since_);
  return silent.status();
}

// Whether there are only markers of transactions, and records that were withdrawn or have no timestamp. Of many records
// the first few are enough.
absl::StatusOr<bool> ClockWitness::HearNothingIn(const std::vector<KafkaSource::Assignment>& news) {
  if (news.empty()) return true;
  Ears ears(clock_);
  ASSIGN_OR_RETURN(const auto source, KafkaSource::Create(client_, news));
  for (int i = 0; i < kPollsMax && !ears.heard() && stop_.WaitFor(absl::ZeroDuration()); ++i) {
    if (ears.ended() == news.size()) return true;
    RETURN_IF_ERROR(source->Poll(kPoll, ears));
  }
  return false;
}

}  // namespace tally
