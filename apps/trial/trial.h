// Counts lines in memory as a node counts records: with the same rules, decoders, shard and event clock.
//
//   Trial trial(config, rules, clock);
//   trial.Count(lines);
//   TrialResult result = trial.Finish();
//
// Each line is a record of partition 0 of the first topic that the configuration names, without a key, with the current
// time as its timestamp. The clock follows the events, as with retention.clock = "event", so a file of last year is not
// late. An event is late if it is older than the newest event of the lines before it by more than the ttl.
//
// Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "apps/config/config.h"
#include "apps/trial/line_reader.h"
#include "core/counters/counters.h"
#include "core/time/clock.h"

namespace tally {

struct TrialResult {
  struct Sample {
    uint64_t line = 0;
    std::string text;      // the beginning of the line
    std::string why = {};  // what was expected instead
  };

  std::array<uint64_t, kFates> fates{};
  std::vector<std::pair<std::string, uint64_t>> series;  // name and sum over all minutes, largest first
  std::optional<Minute> oldest, newest;                  // minutes with a count
  std::array<std::vector<Sample>, kFates> samples;       // the first rejected lines of each fate

  uint64_t records() const;
  uint64_t fate(Fate of) const { return fates[static_cast<size_t>(of)]; }
};

class Trial {
 public:
  static constexpr size_t kSamples = 3;             // of each fate
  static constexpr size_t kLines = Rejects::kKept;  // at a time: every rejected one of them is kept

  // `clock` outlives the trial.
  Trial(const Config& config, std::shared_ptr<const Rules> rules, const Clock& clock);

  // REQUIRES: at most kLines.
  void Count(std::span<const LineReader::Line> lines);

  TrialResult Finish();

 private:
  // Keeps the lines from `first_offset` on that were rejected, if their fates lack samples.
  void TakeSamples(int64_t first_offset, const PartitionState& state);
  // Adds the counts of the minutes before `end` to the sums. REQUIRES: these minutes are dropped before the next call.
  void TakeMinutesBefore(Minute end);

  const absl::Duration ttl_;
  const Clock& clock_;
  Counters counters_;
  Shard& shard_;
  uint32_t slot_ = 0;
  Minute taken_before_ = Minute::Min();
  std::vector<Record> records_;
  absl::flat_hash_map<std::string, uint64_t> sums_;
  TrialResult result_;
};

}  // namespace tally
