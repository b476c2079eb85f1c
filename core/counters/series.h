// How a series is named and numbered.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace tally {

// A series' number in the node and on disk: dense, given in the order of first sight, free for another name once the
// series has retired.
using SeriesId = uint32_t;
inline constexpr SeriesId kNoSeries = std::numeric_limits<SeriesId>::max();

// Counts are stored in blocks of neighbouring series: series `id` is cell `id % kBlockSize` of block `id / kBlockSize`.
inline constexpr uint32_t kBlockSize = 256;
using BlockIndex = uint32_t;
inline BlockIndex BlockOf(SeriesId id) { return id / kBlockSize; }
inline uint32_t CellOf(SeriesId id) { return id % kBlockSize; }

// The largest count, which is Redis' largest integer; a sum that would pass it stays there.
inline constexpr uint64_t kCountMax = std::numeric_limits<int64_t>::max();
inline uint64_t AddCounts(uint64_t a, uint64_t b) { return a > kCountMax - b ? kCountMax : a + b; }

// The value under which series beyond the limit are counted. An event's own value cannot be it: a leading ~ is encoded.
inline constexpr std::string_view kOther = "~other";

// Writes `value` as it stands in a series' name: bytes up to space, ':', '%', '"', DEL, bytes that are no valid UTF-8,
// and a leading '~' as %XX, all else as it is. Returns the end. REQUIRES: room for kEncodedMax * value.size() bytes.
inline constexpr size_t kEncodedMax = 3;
char* WriteEncoded(std::string_view value, char* out);
std::string Encoded(std::string_view value);

// The value that was encoded. Lenient: a % that begins no code stands for itself.
std::string Decoded(std::string_view encoded);

}  // namespace tally
