#include "core/events/decimal.h"

#include <algorithm>

#include "core/base/digits.h"

namespace tally {
namespace {

// Larger exponents are treated like this one: no text is that long.
constexpr int64_t kExponentMax = 1'000'000'000;

// [eE][+-]?[0-9]+ and the end of the text.
std::optional<int64_t> ReadExponent(std::string_view text) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return std::nullopt;
  text.remove_prefix(1);
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::string_view digits = TakeDigits(text);
  if (digits.empty() || !text.empty()) return std::nullopt;
  int64_t exponent = 0;
  for (char c : digits) exponent = std::min(exponent * 10 + (c - '0'), kExponentMax);
  return negative ? -exponent : exponent;
}

}  // namespace

WideInt Decimal::Scaled(int64_t places, WideInt max) const {
  const int64_t point = Point(places);
  WideInt value = 0;
  for (int64_t i = 0; i < point && value < max; ++i) {
    const auto at = static_cast<size_t>(i);
    if (at >= size() && value == 0) break;  // the rest of 0e99 is zeros
    value = value * 10 + (at < size() ? Digit(at) - '0' : 0);
  }
  return std::min(value, max);
}

bool Decimal::IsZero() const {
  return whole.find_first_not_of('0') == whole.npos && fraction.find_first_not_of('0') == fraction.npos;
}

bool Decimal::IsWhole(int64_t places) const {
  for (auto i = static_cast<size_t>(std::max<int64_t>(Point(places), 0)); i < size(); ++i) {
    if (Digit(i) != '0') return false;
  }
  return true;
}

bool Decimal::RoundsUp(int64_t places) const {
  const int64_t point = Point(places);
  return point >= 0 && static_cast<size_t>(point) < size() && Digit(static_cast<size_t>(point)) >= '5';
}

std::string_view TakeDigits(std::string_view& text) {
  size_t size = 0;
  while (size < text.size() && IsDigit(text[size])) ++size;
  std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

std::optional<Decimal> ReadDecimal(std::string_view text) {
  Decimal number{.whole = TakeDigits(text), .fraction = {}};
  if (number.whole.empty()) return std::nullopt;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    number.fraction = TakeDigits(text);
    if (number.fraction.empty()) return std::nullopt;
  }
  if (text.empty()) return number;
  std::optional<int64_t> exponent = ReadExponent(text);
  if (!exponent) return std::nullopt;
  number.exponent = *exponent;
  return number;
}

}  // namespace tally
