// The naive count that settles every argument: a map of minute and series, and the rules of the contract written down
// as plainly as they can be. It shares no code with what it judges, beyond the types.
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

// An event as the test made it up, before it became bytes.
struct ModelEvent {
  enum class Form { kGood, kBroken, kNoTime, kBadTime };

  Form form = Form::kGood;
  int64_t offset = 0;
  Timestamp stamp;
  Timestamp time;
  std::optional<std::string> game;
  std::optional<std::string> call;
  std::optional<uint64_t> amount;

  std::string Json() const;
};

// Counts three metrics: `stats` by game and call; `spent`, the amount by game where call is "buy"; `all`, with no
// dimension, where game is "mw".
class Model {
 public:
  struct Partition {
    int64_t next = 0;
    std::array<uint64_t, kFates> fates{};

    friend bool operator==(const Partition&, const Partition&) = default;
  };
  using Minutes = std::map<Minute, std::map<std::string, uint64_t>>;

  explicit Model(absl::Duration ttl, absl::Duration ahead_max) : ttl_(ttl), ahead_max_(ahead_max) {}

  void Apply(const TopicPartition& place, const ModelEvent& event, Timestamp now);
  void Tick(Timestamp now);
  void ReachEnd(const TopicPartition& place, int64_t offset);

  const Minutes& minutes() const { return minutes_; }
  const std::map<TopicPartition, Partition>& partitions() const { return partitions_; }
  Minute horizon() const { return horizon_; }

 private:
  Fate Judge(const ModelEvent& event, Timestamp now);

  absl::Duration ttl_;
  absl::Duration ahead_max_;
  Minute horizon_ = Minute::Min();
  Minutes minutes_;
  std::map<TopicPartition, Partition> partitions_;
};

}  // namespace tally
