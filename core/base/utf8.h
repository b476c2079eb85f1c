// Recognizes UTF-8.
#pragma once

#include <cstdint>
#include <string_view>

namespace tally {

// Returns the number of bytes of the first character in `s`, or 0 if those bytes are not UTF-8 (RFC 3629: no overlong
// forms, no surrogates, nothing above U+10FFFF). REQUIRES: `s` is not empty.
inline size_t Utf8Length(std::string_view s) {
  auto byte = [&](size_t at) { return at < s.size() ? static_cast<uint8_t>(s[at]) : uint8_t{0}; };
  auto continues = [&](size_t at) { return (byte(at) & 0xc0) == 0x80; };
  uint8_t first = byte(0);
  uint8_t second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    bool allowed = (first != 0xe0 || second >= 0xa0) && (first != 0xed || second <= 0x9f);
    return allowed && continues(1) && continues(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    bool allowed = (first != 0xf0 || second >= 0x90) && (first != 0xf4 || second <= 0x8f);
    return allowed && continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace tally
