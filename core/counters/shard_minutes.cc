#include "core/counters/shard_minutes.h"

#include <utility>

#include "core/base/check.h"

namespace tally {

ShardMinutes::ShardMinutes(std::shared_ptr<const Rules> rules, SeriesTable& series, const Horizon& horizon)
    : rules_(std::move(rules)), series_(series), horizon_(horizon), shown_{active_.get()} {}

ShardPart::Outcome ShardMinutes::Apply(const EventView& event, Timestamp time) {
  const Minute minute = MinuteOf(time);
  bool counted = false;
  bool lacking = false;
  const std::vector<MetricRule>& metrics = rules_->metrics();
  for (uint32_t i = 0; i < metrics.size(); ++i) {
    if (!metrics[i].Holds(event)) continue;
    std::optional<uint64_t> amount = metrics[i].Amount(event);
    if (names_.size() < names_end_ + metrics[i].name_max) names_.resize(2 * (names_end_ + metrics[i].name_max));
    char* begin = names_.data() + names_end_;
    char* end = amount ? metrics[i].WriteName(event, begin) : nullptr;
    if (end == nullptr) {
      lacking = true;
      continue;
    }
    counted = true;
    if (*amount == 0) continue;  // a counter to which nothing is added does not exist
    auto size = static_cast<size_t>(end - begin);
    increments_.push_back({.minute = minute, .metric = i, .amount = *amount, .name = names_end_, .name_size = size});
    names_end_ += size;
  }
  return counted ? Outcome::kCounted : lacking ? Outcome::kMissingField : Outcome::kFiltered;
}

// Works in steps: each step fetches the memory that the next one reads. Otherwise, with a million series, the processor
// would wait for memory three times per event (counters_bench Apply). Names are hashed here and not where they are
// written: a word cannot be read while its bytes are still on their way to the cache.
void ShardMinutes::EndChunk() {
  const SeriesIndex& index = series_.index();
  for (Increment& increment : increments_) {
    increment.hash = SeriesIndex::HashOf(NameOf(increment));
    index.Prefetch(increment.hash);
  }
  for (Increment& increment : increments_) increment.candidate = index.Candidate(increment.hash);
  for (Increment& increment : increments_) {
    std::string_view name = NameOf(increment);
    SeriesId id = index.Find(name, increment.hash, increment.candidate);
    if (id == kNoSeries) id = series_.Admit(increment.metric, name);
    increment.counter = &active_->At(increment.minute, id);
    __builtin_prefetch(increment.counter, /*rw=*/1);
  }
  for (const Increment& increment : increments_) Delta::Bump(*increment.counter, increment.amount);
  increments_.clear();
  names_end_ = 0;
}

void ShardMinutes::Cut() {
  TALLY_CHECK(frozen_ == nullptr);
  frozen_ = std::exchange(active_, std::make_shared<Delta>());
  ShowDeltas();
}

void ShardMinutes::Release() {
  std::shared_ptr<const Delta> released = std::exchange(frozen_, nullptr);  // freed outside of the lock
  ShowDeltas();
}

void ShardMinutes::ShowDeltas() {
  MutexLock lock(shown_mutex_);
  shown_ = {active_.get()};
  if (frozen_) shown_.push_back(frozen_.get());
}

ShardMinutes::DeltaList ShardMinutes::Deltas() const {
  MutexLock lock(shown_mutex_);
  return shown_;
}

}  // namespace tally
