// A decimal number in any notation, as text. It is scaled exactly: no digit is lost to a double.
//
//   std::optional<Decimal> number = ReadDecimal("12.5e-1");
//   number->Scaled(/*places=*/2, kCountMax);   // 125
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tally {

// Wide enough for every limit in this code.
using WideInt = __int128;

// The number WHOLE.FRACTION x 10^exponent. The texts are views of the text that was read.
struct Decimal {
  std::string_view whole;     // at least one digit
  std::string_view fraction;  // may be empty
  int64_t exponent = 0;

  // The integer part of the number times 10^places, at most `max`. REQUIRES: `max` is at most 1e30.
  WideInt Scaled(int64_t places, WideInt max) const;

  bool IsZero() const;

  // Whether Scaled() cuts off nothing but zeros, if there is no limit.
  bool IsWhole(int64_t places) const;

  // Whether the part that Scaled() cuts off is a half or more.
  bool RoundsUp(int64_t places) const;

 private:
  size_t size() const { return whole.size() + fraction.size(); }
  char Digit(size_t i) const { return i < whole.size() ? whole[i] : fraction[i - whole.size()]; }
  // The digits before this index are the integer part of the number times 10^places. May be negative or beyond the last
  // digit.
  int64_t Point(int64_t places) const { return static_cast<int64_t>(whole.size()) + exponent + places; }
};

// Reads [0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)? Returns nothing for any other text. A sign is the caller's business.
std::optional<Decimal> ReadDecimal(std::string_view text);

// Removes the digits at the beginning of `text` and returns them.
std::string_view TakeDigits(std::string_view& text);

}  // namespace tally
