#include "core/counters/view.h"

#include <algorithm>

namespace tally {
namespace {

template <typename T>
void SortUnique(std::vector<T>& all) {
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
}

}  // namespace

View::View(const Counters& counters) ABSL_NO_THREAD_SAFETY_ANALYSIS : minutes_(counters.minutes_),
                                                                      ring_(counters.minutes_.ring_) {
  minutes_.mutex_.Lock();
  // Read under the lock, so that nothing is dropped meanwhile: with an older horizon, the counts that a shard still
  // adds to a dropped minute would be taken for the whole minute.
  horizon_ = minutes_.horizon();
  for (const ShardMinutes* shard : minutes_.shards_) {
    for (const Delta* delta : shard->Deltas()) deltas_.push_back(delta);
  }
}

View::~View() ABSL_NO_THREAD_SAFETY_ANALYSIS { minutes_.mutex_.Unlock(); }

uint64_t View::Count(Minute minute, SeriesId id) const {
  if (minute < horizon_) return 0;
  uint64_t count = ring_.Count(minute, id);
  for (const Delta* delta : deltas_) count = AddCounts(count, delta->Count(minute, id));
  return count;
}

void View::AddTo(BlockKey key, BlockCounts& counts) const {
  if (key.minute < horizon_) return;
  ring_.Find(key).AddTo(counts);
  for (const Delta* delta : deltas_) delta->AddTo(key, counts);
}

const std::vector<BlockKey>& View::DeltaPages() const {
  if (!delta_pages_) {
    delta_pages_.emplace();
    for (const Delta* delta : deltas_) {
      for (const BlockKey& key : delta->Pages()) delta_pages_->push_back(key);
    }
    SortUnique(*delta_pages_);
  }
  return *delta_pages_;
}

std::vector<Minute> View::Minutes() const {
  std::vector<Minute> minutes;
  for (const auto& [minute, row] : ring_.rows()) minutes.push_back(minute);
  for (const Delta* delta : deltas_) {
    for (Minute minute : delta->Minutes()) minutes.push_back(minute);
  }
  SortUnique(minutes);
  minutes.erase(minutes.begin(), std::lower_bound(minutes.begin(), minutes.end(), horizon_));
  return minutes;
}

std::vector<BlockIndex> View::Blocks(Minute minute) const {
  std::vector<BlockIndex> blocks;
  if (minute < horizon_) return blocks;
  if (auto row = ring_.rows().find(minute); row != ring_.rows().end()) {
    for (BlockIndex block = 0; block < row->second.size(); ++block) {
      if (!row->second[block].empty()) blocks.push_back(block);
    }
  }
  const std::vector<BlockKey>& pages = DeltaPages();
  for (auto page = std::lower_bound(pages.begin(), pages.end(), BlockKey{minute, 0});
       page != pages.end() && page->minute == minute; ++page) {
    blocks.push_back(page->block);
  }
  SortUnique(blocks);
  return blocks;
}

}  // namespace tally
