#include "apps/kafka/last_record.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "apps/kafka/source.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(100);

// The end of a log can be markers of transactions, or aborted records. Then the next try begins this much earlier.
constexpr int64_t kGrowth = 16;

// One try: the last record of each range, as far as it was read.
class LastRecords : public RecordSink {
 public:
  explicit LastRecords(std::span<const LogRange> ranges) : ranges_(ranges), last_(ranges.size()), open_(ranges.size()) {
    reached_.resize(ranges.size());
  }

  void OnRecords(std::span<const Record> records) override {
    for (const Record& record : records) {
      if (record.offset < ranges_[record.slot].end) last_[record.slot] = record.timestamp;
      Reach(record.slot, record.offset + 1);
    }
  }
  void OnEnd(uint32_t slot, int64_t offset) override { Reach(slot, offset); }
  void OnStopped(uint32_t slot, std::string reason) override { Fail(slot, reason); }
  void OnOutOfRange(uint32_t slot) override { Fail(slot, "the offset is out of range"); }

  bool done() const { return open_ == 0 || !problem_.ok(); }
  const absl::Status& problem() const { return problem_; }
  const std::optional<Timestamp>& last(size_t slot) const { return last_[slot]; }

 private:
  void Reach(uint32_t slot, int64_t next) {
    if (reached_[slot] || next < ranges_[slot].end) return;
    reached_[slot] = true;
    --open_;
  }
  void Fail(uint32_t slot, std::string_view reason) {
    const TopicPartition& log = ranges_[slot].topic_partition;
    problem_.Update(absl::UnavailableError(Cat("the last record of ", log.topic, ":", log.partition, ": ", reason)));
  }

  const std::span<const LogRange> ranges_;
  std::vector<std::optional<Timestamp>> last_;
  std::vector<bool> reached_;
  size_t open_;
  absl::Status problem_;
};

}  // namespace

absl::StatusOr<std::map<TopicPartition, Timestamp>> ReadLastTimestamps(const ClientOptions& options,
                                                                       std::vector<LogRange> ranges,
                                                                       absl::Duration timeout) {
  const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(timeout);
  std::map<TopicPartition, Timestamp> timestamps;
  std::erase_if(ranges, [](const LogRange& range) { return range.begin >= range.end; });
  for (int64_t back = 1; !ranges.empty(); back *= kGrowth) {
    std::vector<KafkaSource::Assignment> assignments;
    for (const LogRange& range : ranges) {
      const int64_t from = std::max(range.begin, range.end - back);
      assignments.push_back({range.topic_partition, static_cast<uint32_t>(assignments.size()), from});
    }
    ASSIGN_OR_RETURN(const auto source, KafkaSource::Create(options, assignments));
    LastRecords records(ranges);
    while (!records.done()) {
      if (std::chrono::steady_clock::now() > deadline)
        return absl::UnavailableError("reading the last records: no answer yet");
      RETURN_IF_ERROR(source->Poll(kPoll, records));
    }
    RETURN_IF_ERROR(records.problem());
    std::vector<LogRange> left;
    for (size_t i = 0; i < ranges.size(); ++i) {
      if (records.last(i)) {
        timestamps[ranges[i].topic_partition] = *records.last(i);
      } else if (assignments[i].next > ranges[i].begin) {
        left.push_back(ranges[i]);
      }
    }
    ranges = std::move(left);
  }
  return timestamps;
}

}  // namespace tally
