#include "apps/trial/trial.h"

#include <algorithm>
#include <numeric>

#include "core/base/count.h"
#include "core/counters/view.h"
#include "core/events/decimal.h"

namespace tally {
namespace {

Counters::Options OptionsOf(const Config& config) {
  return {config.retention.ttl, ClockKind::kEvent, config.limits.series_max};
}

// The first topic with a name; an expression may match many.
std::string TopicOf(const Config& config) {
  for (const std::string& topic : config.kafka.topics) {
    if (!topic.starts_with('^')) return topic;
  }
  return "topic";
}

bool IsReject(Fate fate) { return fate != Fate::kCounted && fate != Fate::kFiltered; }

}  // namespace

uint64_t TrialResult::records() const { return std::accumulate(fates.begin(), fates.end(), uint64_t{0}); }

Trial::Trial(const Config& config, std::shared_ptr<const Rules> rules, const Clock& clock)
    : ttl_(config.retention.ttl),
      clock_(clock),
      counters_(std::move(rules), OptionsOf(config)),
      shard_(counters_.AddShard()),
      slot_(shard_.AddPartition({TopicOf(config), 0}, {})) {}

void Trial::Count(std::span<const LineReader::Line> lines) {
  const Timestamp now = clock_.Now();
  records_.clear();
  for (const LineReader::Line& line : lines) {
    records_.push_back({slot_, static_cast<int64_t>(line.number - 1), now, std::nullopt, line.text});
  }
  shard_.Apply(records_, now);
  const PartitionState state = shard_.Partitions().front().state;
  TakeSamples(records_.front().offset, state);
  result_.fates = state.fates;
  if (!state.newest_event_time) return;
  const Minute horizon = MinuteOf(*state.newest_event_time - ttl_);
  if (horizon <= taken_before_) return;
  TakeMinutesBefore(horizon);
  counters_.Tick(now);
  (void)counters_.Cut();
  counters_.MarkSaved();
}

void Trial::TakeSamples(int64_t first_offset, const PartitionState& state) {
  bool wanted = false;
  for (size_t i = 0; i < kFates; ++i) {
    const bool grew = state.fates[i] > result_.fates[i];
    wanted = wanted || (grew && IsReject(Fate{static_cast<uint8_t>(i)}) && result_.samples[i].size() < kSamples);
  }
  if (!wanted) return;
  std::vector<Rejects::Reject> rejects;
  shard_.AppendRejects(rejects);
  for (Rejects::Reject& reject : rejects) {
    auto& samples = result_.samples[static_cast<size_t>(reject.reason)];
    if (reject.offset < first_offset || samples.size() == kSamples) continue;
    samples.push_back({static_cast<uint64_t>(reject.offset) + 1, std::move(reject.sample), reject.problem.Text()});
  }
}

void Trial::TakeMinutesBefore(Minute end) {
  View view(counters_);
  for (Minute minute : view.Minutes()) {
    if (minute >= end) break;
    result_.oldest = std::min(result_.oldest.value_or(minute), minute);
    result_.newest = std::max(result_.newest.value_or(minute), minute);
    view.ForEach(minute, [this](SeriesId id, uint64_t count) {
      uint64_t& sum = sums_[std::string(counters_.series().Name(id))];
      sum = AddCounts(sum, count);
    });
  }
  taken_before_ = end;
}

TrialResult Trial::Finish() {
  TakeMinutesBefore(Minute::Max());
  for (auto& [name, sum] : sums_) result_.series.emplace_back(name, sum);
  auto value = [this](const auto& series) {  // in units that all metrics share
    return WideInt{series.second} * kPowersOfTen[kDecimalsMax - counters_.series().DecimalsOf(series.first)];
  };
  std::sort(result_.series.begin(), result_.series.end(), [&](const auto& a, const auto& b) {
    return value(a) != value(b) ? value(a) > value(b) : a.first < b.first;
  });
  return std::move(result_);
}

}  // namespace tally
