// A naive model of the counts: a map of minutes and series, and the rules of counting in their simplest form. It shares
// no code with the tested code, except for some types.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/counters/fate.h"
#include "core/events/record.h"
#include "core/time/time.h"

namespace tally {

// An event of a test, before it is converted to bytes.
struct ModelEvent {
  enum class Form { kGood, kBroken, kNoTime, kBadTime };

  Form form = Form::kGood;
  int64_t offset = 0;
  Timestamp timestamp;
  Timestamp time;
  std::optional<std::string> game;
  std::optional<std::string> call;
  std::optional<uint64_t> amount;

  std::string Json() const;
};

// Counts three metrics: `stats` by game and call; `spent`, the sum of amount by game where call is "buy"; `all`,
// without a dimension, where game is "mw".
class Model {
 public:
  struct Partition {
    int64_t next = 0;
    std::array<uint64_t, kFates> fates{};

    friend bool operator==(const Partition&, const Partition&) = default;
  };
  using Minutes = std::map<Minute, std::map<std::string, uint64_t>>;

  explicit Model(absl::Duration ttl, absl::Duration ahead_max) : ttl_(ttl), ahead_max_(ahead_max) {}

  void Apply(const TopicPartition& topic_partition, const ModelEvent& event, Timestamp now);
  void Tick(Timestamp now);
  void ReachEnd(const TopicPartition& topic_partition, int64_t offset);

  const Minutes& minutes() const { return minutes_; }
  const std::map<TopicPartition, Partition>& partitions() const { return partitions_; }
  Minute horizon() const { return horizon_; }

 private:
  // Decides the fate of the event, and counts it.
  Fate Count(const ModelEvent& event, Timestamp now);

  absl::Duration ttl_;
  absl::Duration ahead_max_;
  Minute horizon_ = Minute::Min();
  Minutes minutes_;
  std::map<TopicPartition, Partition> partitions_;
};

}  // namespace tally
