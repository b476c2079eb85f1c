// JSON's numbers and strings as text. No number is converted here, so none loses a digit.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/events/digits.h"

namespace tally {

struct JsonNumber {
  size_t size = 0;         // of its text; 0: no number
  bool is_integer = true;  // neither fraction nor exponent
};

inline const char* SkipDigits(const char* p) {
  while (IsDigit(*p)) ++p;
  return p;
}

// The number that begins at `begin`: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
// Looks for no end: behind it must be some byte that is no part of a number, as the bracket behind any number in JSON.
// Inline for that reason too: it runs for each number of each event, asked for or not.
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

// Writes what the text between a string's quotes stands for to `out`, which has room for as many bytes as `raw` has;
// returns how many it took. Nothing for an escape that JSON does not know, and for half of a surrogate pair: that would
// be no UTF-8. `raw` is valid UTF-8.
std::optional<size_t> UnescapeJson(std::string_view raw, char* out);

}  // namespace tally
