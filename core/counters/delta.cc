#include "core/counters/delta.h"

namespace tally {

Delta::Counter& Delta::At(Minute minute, SeriesId id) {
  BlockIndex block = BlockOf(id);
  bool warm = last_row_ != nullptr && minute == last_minute_ && block < last_row_->size() && (*last_row_)[block];
  Page& page = warm ? *(*last_row_)[block] : Touch(minute, block);
  return page[CellOf(id)];
}

Delta::Page& Delta::Touch(Minute minute, BlockIndex block) {
  if (auto row = rows_.find(minute); row != rows_.end()) {
    last_row_ = row->second.get();
  } else {
    if (minute.index() < first_index_) first_index_ = minute.index();
    if (minute.index() > last_index_) last_index_ = minute.index();
    MutexLock lock(mutex_);
    last_row_ = (rows_[minute] = std::make_unique<Row>()).get();
  }
  last_minute_ = minute;
  if (block >= last_row_->size() || !(*last_row_)[block]) {
    auto page = std::make_unique<Page>();
    MutexLock lock(mutex_);
    if (block >= last_row_->size()) last_row_->resize(block + 1);
    (*last_row_)[block] = std::move(page);
  }
  return *(*last_row_)[block];
}

const Delta::Page* Delta::Find(BlockKey key) const {
  if (key.minute.index() < first_index_ || key.minute.index() > last_index_) return nullptr;
  MutexLock lock(mutex_);
  auto row = rows_.find(key.minute);
  if (row == rows_.end() || key.block >= row->second->size()) return nullptr;
  return (*row->second)[key.block].get();
}

uint64_t Delta::Count(Minute minute, SeriesId id) const {
  const Page* page = Find({minute, BlockOf(id)});
  return page == nullptr ? 0 : (*page)[CellOf(id)].load(std::memory_order_relaxed);
}

void Delta::AddTo(BlockKey key, BlockCounts& counts) const {
  const Page* page = Find(key);
  if (page == nullptr) return;
  for (uint32_t cell = 0; cell < kBlockSize; ++cell) {
    counts[cell] = AddCounts(counts[cell], (*page)[cell].load(std::memory_order_relaxed));
  }
}

std::vector<Minute> Delta::Minutes() const {
  MutexLock lock(mutex_);
  std::vector<Minute> minutes;
  for (const auto& [minute, row] : rows_) minutes.push_back(minute);
  return minutes;
}

std::vector<BlockKey> Delta::Pages() const {
  MutexLock lock(mutex_);
  std::vector<BlockKey> keys;
  for (const auto& [minute, row] : rows_) {
    for (BlockIndex block = 0; block < row->size(); ++block) {
      if ((*row)[block]) keys.push_back({minute, block});
    }
  }
  return keys;
}

}  // namespace tally
