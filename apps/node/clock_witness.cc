#include "apps/node/clock_witness.h"

#include <string>
#include <utility>
#include <vector>

#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "spdlog/spdlog.h"

namespace tally {
namespace {

class Witness : public RecordSink {
 public:
  explicit Witness(TrustedClock& clock) : clock_(clock) {}

  void OnRecords(std::span<const Record> records) override {
    for (const Record& record : records) {
      if (record.stamp > Timestamp::Min()) clock_.SeeFresh(record.stamp);   // else it has none
    }
  }
  void OnEnd(uint32_t, int64_t) override {}
  void OnStopped(uint32_t, std::string) override {}
  void OnOutOfRange(uint32_t) override {}

 private:
  TrustedClock& clock_;
};

}  // namespace

ClockWitness::ClockWitness(TrustedClock& clock, const Counters& counters, ClientOptions client)
    : clock_(clock), counters_(counters), client_(std::move(client)), thread_([this] { Run(); }) {}

ClockWitness::~ClockWitness() {
  stop_.Set();
  thread_.join();
}

void ClockWitness::Run() {
  bool doubted = false;
  while (stop_.WaitFor(kEvery)) {
    clock_.Check();
    const std::string doubt = clock_.doubt();
    if (!doubt.empty() && !doubted) {
      spdlog::error("the clock is in doubt: {}; nothing is counted until a fresh record agrees with it, or none came "
                    "for {}", doubt, FromAbsl(absl::FormatDuration(TrustedClock::kQuiet)));
    }
    if (doubt.empty() && doubted) spdlog::warn("the clock is trusted again; counting goes on");
    doubted = !doubt.empty();
    if (!doubted) {
      source_.reset();
      continue;
    }
    if (!LookForFreshRecords().ok()) source_.reset();   // another client, next time
  }
}

absl::Status ClockWitness::LookForFreshRecords() {
  if (source_ == nullptr) {
    std::vector<KafkaSource::Assignment> ends;
    for (const PartitionStatus& partition : counters_.Partitions()) {
      ends.push_back({partition.place, static_cast<uint32_t>(ends.size()), KafkaSource::kLogEnd});
    }
    ASSIGN_OR_RETURN(source_, KafkaSource::Create(client_, ends));
  }
  Witness witness(clock_);
  return source_->Poll(kEvery, witness);
}

}  // namespace tally
