// Arithmetic of counts, and their text.
//
// A count is a number of units of the last decimal place that its metric has: 1250 is 12.50 with two decimals.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>

namespace tally {

// The largest count is the largest integer of Redis. A sum that would pass it stays there.
inline constexpr uint64_t kCountMax = std::numeric_limits<int64_t>::max();
inline uint64_t AddCounts(uint64_t a, uint64_t b) { return a > kCountMax - b ? kCountMax : a + b; }
// REQUIRES: `factor` is not 0.
inline uint64_t MultiplyCount(uint64_t count, uint64_t factor) {
  return count > kCountMax / factor ? kCountMax : count * factor;
}

inline constexpr uint32_t kDecimalsMax = 9;
inline constexpr std::array<uint64_t, kDecimalsMax + 1> kPowersOfTen = {
    1, 10, 100, 1000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

// Appends `count` with exactly `decimals` decimal places: 12.50, 0.05, 7. REQUIRES: `decimals` is at most kDecimalsMax.
void AppendCount(uint64_t count, uint32_t decimals, std::string& out);
std::string FormatCount(uint64_t count, uint32_t decimals);

}  // namespace tally
