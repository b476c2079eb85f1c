// Arithmetic of counts.
#pragma once

#include <cstdint>
#include <limits>

namespace tally {

// The largest count is the largest integer of Redis. A sum that would pass it stays there.
inline constexpr uint64_t kCountMax = std::numeric_limits<int64_t>::max();
inline uint64_t AddCounts(uint64_t a, uint64_t b) { return a > kCountMax - b ? kCountMax : a + b; }

}  // namespace tally
