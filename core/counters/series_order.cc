#include "core/counters/series_order.h"

#include <algorithm>

#include "core/base/check.h"

namespace tally {

void SeriesOrder::Add(NameRef ref) {
  waiting_.push_back(ref);
  if (waiting_.size() == kWaitingMax) Settle();
}

void SeriesOrder::Remove(NameRef ref) {
  Settle();
  TALLY_CHECK(ordered_.erase(ref) == 1);
}

SeriesOrder::Set::const_iterator SeriesOrder::From(std::string_view name) const {
  Settle();
  return ordered_.lower_bound(name);
}

// In order, so that each finds its way in the cache that the one before brought.
void SeriesOrder::Settle() const {
  std::sort(waiting_.begin(), waiting_.end(), by_name_);
  for (NameRef ref : waiting_) ordered_.insert(ref);
  waiting_.clear();
}

}  // namespace tally
