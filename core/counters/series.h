// The numbers of series, and the blocks that they form. Their names are in core/events/series_name.h.
#pragma once

#include <cstdint>
#include <limits>

#include "core/base/count.h"
#include "core/events/series_name.h"

namespace tally {

// The number of a series in the node and on disk. Numbers are dense and are given in the order of first appearance.
// After a series retires, its number is given to another name.
using SeriesId = uint32_t;
inline constexpr SeriesId kNoSeries = std::numeric_limits<SeriesId>::max();

// Counts are stored in blocks of neighbouring series: series `id` is cell `id % kBlockSize` of block `id / kBlockSize`.
inline constexpr uint32_t kBlockSize = 256;
using BlockIndex = uint32_t;
inline BlockIndex BlockOf(SeriesId id) { return id / kBlockSize; }
inline uint32_t CellOf(SeriesId id) { return id % kBlockSize; }

}  // namespace tally
