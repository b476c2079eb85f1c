#include "tests/testing/compacted_topic.h"

#include <chrono>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "tests/testing/log_oracle.h"

namespace tally {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(60);

Timestamp Old() { return Timestamp::FromMillis(absl::ToUnixMillis(absl::Now() - absl::Hours(2))); }

}  // namespace

std::string CompactedTopic::KeyOf(size_t i) { return Cat("key ", i % kKeys); }

absl::Status CompactedTopic::Create(int partitions) {
  ends_.resize(static_cast<size_t>(partitions));
  keys_.resize(static_cast<size_t>(partitions));
  return broker_.CreateTopic(topic_, partitions,
                             {{"cleanup.policy", "compact"},
                              {"min.cleanable.dirty.ratio", "0.001"},
                              {"min.compaction.lag.ms", "3600000"},
                              {"segment.ms", "600000"}});  // a record with a timestamp two hours later begins a segment
}

absl::Status CompactedTopic::Append(int32_t partition, std::vector<Message> messages) {
  const auto at = static_cast<size_t>(partition);
  for (size_t i = 0; i < messages.size(); ++i) {
    messages[i].key = KeyOf(i);
    messages[i].timestamp = Old();
    keys_[at].insert(*messages[i].key);
  }
  ends_[at] += static_cast<int64_t>(messages.size());
  return broker_.Produce(topic_, partition, messages);
}

absl::StatusOr<uint64_t> CompactedTopic::Compact(int32_t partition, Message last) {
  const auto at = static_cast<size_t>(partition);
  last.key = KeyOf(0);
  RETURN_IF_ERROR(broker_.Produce(topic_, partition, {std::move(last)}));
  ++ends_[at];
  const uint64_t expected = keys_[at].size() + 1;
  const absl::Time deadline = absl::Now() + kTimeout;
  uint64_t left = 0;
  while (absl::Now() < deadline) {
    LogOracle oracle(broker_.bootstrap());
    RETURN_IF_ERROR(oracle.ReadUntil({{{topic_, partition}, ends_[at]}}, kTimeout));
    left = 0;
    for (const auto& [fate, records] : oracle.fates()) left += records;
    if (left == expected) return left;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return absl::DeadlineExceededError(
      Cat(topic_, ":", partition, ": expected ", expected, " records after compaction, got ", left));
}

}  // namespace tally
