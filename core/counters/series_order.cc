#include "core/counters/series_order.h"

#include <algorithm>

#include "core/base/check.h"

namespace tally {

void SeriesOrder::Add(NameRef ref) {
  waiting_.push_back(ref);
  ++added_;
  // Names are placed twice as fast as they arrive, so a batch is placed before the next one is full.
  const bool due = !batch_.empty() || waiting_.size() >= kBatch;
  if (due && waiting_.size() % (kPlacedAtOnce / 2) == 0) PlaceSome();
}

void SeriesOrder::Remove(NameRef ref) { TALLY_CHECK(ordered_.erase(ref) == 1); }

// In order, so that each name finds the nodes on its path in the cache, where the previous name put them.
void SeriesOrder::PlaceSome() {
  if (batch_.empty()) {
    batch_.swap(waiting_);
    std::sort(batch_.begin(), batch_.end(), [&](NameRef a, NameRef b) { return by_name_(b, a); });
    placed_after_batch_ = added_;
  }
  for (size_t i = 0; i < kPlacedAtOnce && !batch_.empty(); ++i) {
    ordered_.insert(batch_.back());
    batch_.pop_back();
  }
  if (batch_.empty()) placed_ = placed_after_batch_;
}

}  // namespace tally
