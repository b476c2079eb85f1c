#include "core/events/amount.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "core/base/count.h"
#include "core/events/decimal.h"

namespace tally {

std::optional<uint64_t> ReadAmount(const Field& field, uint32_t decimals) {
  if (!field.has_value() || field.type == Field::Type::kBoolean) return std::nullopt;
  std::string_view text = field.text;
  uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (end == text.data() + text.size() && error != std::errc::invalid_argument) {  // only digits, like most values
    return error == std::errc() ? MultiplyCount(std::min(n, kCountMax), kPowersOfTen[decimals]) : kCountMax;
  }
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::optional<Decimal> number = ReadDecimal(text);
  if (!number || (negative && !number->IsZero())) return std::nullopt;
  if (decimals == 0 && !number->IsWhole(0)) return std::nullopt;
  const auto amount = static_cast<uint64_t>(number->Scaled(decimals, WideInt{kCountMax}));
  return AddCounts(amount, number->RoundsUp(decimals) ? 1 : 0);
}

}  // namespace tally
