// The text of JSON's numbers and strings. No number is converted, so none loses a digit.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/base/digits.h"

namespace tally {

struct JsonNumber {
  size_t size = 0;         // of its text; 0: not a number
  bool is_integer = true;  // neither fraction nor exponent
};

inline const char* SkipDigits(const char* p) {
  while (IsDigit(*p)) ++p;
  return p;
}

// The number that begins at `begin`: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
// REQUIRES: a byte that is not part of a number follows, such as the bracket after any number in JSON.
// Inline, because it runs for each number of each event, requested or not.
[[gnu::always_inline]] inline JsonNumber ReadJsonNumber(const char* begin) {
  const char* digits = begin + (*begin == '-' ? 1 : 0);
  const char* p = SkipDigits(digits);
  if (p == digits || (*digits == '0' && p != digits + 1)) return {};
  JsonNumber number;
  if (*p == '.') {
    const char* fraction = p + 1;
    p = SkipDigits(fraction);
    if (p == fraction) return {};
    number.is_integer = false;
  }
  if (*p == 'e' || *p == 'E') {
    const char* exponent = p + 1;
    if (*exponent == '+' || *exponent == '-') ++exponent;
    p = SkipDigits(exponent);
    if (p == exponent) return {};
    number.is_integer = false;
  }
  number.size = static_cast<size_t>(p - begin);
  return number;
}

// Writes the value of `raw`, the text between the quotes of a string, to `out`. Returns its size. Returns nothing if
// `raw` has an escape that JSON does not define, or half of a surrogate pair, which is not UTF-8. REQUIRES: `raw` is
// valid UTF-8, and `out` has room for raw.size() bytes.
std::optional<size_t> UnescapeJson(std::string_view raw, char* out);

}  // namespace tally
