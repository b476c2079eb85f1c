// Encodes the values of an event in the name of a series: `stats:mw:login` is the metric `stats`, then each value.
//
//   Encoded("a:b");     // "a%3Ab"
//   Decoded("a%3Ab");   // "a:b"
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tally {

// Series beyond the limit are counted under this value. It never equals a value of an event, because a leading ~ is
// encoded.
inline constexpr std::string_view kOther = "~other";

// Writes `value` as it appears in the name of a series: bytes up to space, ':', '%', '"', DEL, bytes that are not valid
// UTF-8, and a leading '~' become %XX. All other bytes stay. Returns the end. REQUIRES: `out` has room for kEncodedMax
// * value.size() bytes.
inline constexpr size_t kEncodedMax = 3;
char* WriteEncoded(std::string_view value, char* out);
std::string Encoded(std::string_view value);

// Returns the original value. A % without two hex digits after it stays unchanged.
std::string Decoded(std::string_view encoded);

}  // namespace tally
