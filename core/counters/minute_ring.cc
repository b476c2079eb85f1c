#include "core/counters/minute_ring.h"

#include <bit>
#include <utility>

namespace tally {
namespace {

template <typename Visit>
void ForEachSeries(BlockIndex block, const BlockCells& cells, Visit visit) {
  for (uint32_t word = 0; word < cells.size(); ++word) {
    for (uint64_t bits = cells[word]; bits != 0; bits &= bits - 1) {
      visit(block * kBlockSize + word * 64 + static_cast<uint32_t>(std::countr_zero(bits)));
    }
  }
}

}  // namespace

void MinuteRing::Replace(BlockKey key, Block block) {
  Row& row = rows_[key.minute];
  if (key.block >= row.size()) row.resize(key.block + 1);
  BlockCells before = row[key.block].cells();
  BlockCells after = block.cells();
  BlockCells gone, come;
  for (size_t word = 0; word < before.size(); ++word) {
    gone[word] = before[word] & ~after[word];
    come[word] = after[word] & ~before[word];
  }
  if (size_t end = (key.block + size_t{1}) * kBlockSize; live_minutes_.size() < end) live_minutes_.resize(end);
  ForEachSeries(key.block, gone, [&](SeriesId id) { --live_minutes_[id], --counters_; });
  ForEachSeries(key.block, come, [&](SeriesId id) { ++live_minutes_[id], ++counters_; });
  row[key.block] = std::move(block);
}

MinuteRing::Expired MinuteRing::Expire(Minute horizon) {
  Expired expired;
  while (!rows_.empty() && rows_.begin()->first < horizon) {
    auto& [minute, row] = *rows_.begin();
    for (BlockIndex block = 0; block < row.size(); ++block) {
      if (row[block].empty()) continue;
      expired.blocks.push_back({minute, block});
      ForEachSeries(block, row[block].cells(), [&](SeriesId id) {
        --counters_;
        if (--live_minutes_[id] == 0) expired.series.push_back(id);
      });
    }
    rows_.erase(rows_.begin());
  }
  return expired;
}

const Block& MinuteRing::Find(BlockKey key) const {
  static const Block kEmpty;
  auto row = rows_.find(key.minute);
  return row == rows_.end() || key.block >= row->second.size() ? kEmpty : row->second[key.block];
}

}  // namespace tally
