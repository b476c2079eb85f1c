#include "core/base/count.h"

#include "core/base/strings.h"

namespace tally {

void AppendCount(uint64_t count, uint32_t decimals, std::string& out) {
  if (decimals == 0) return Append(out, count);
  Append(out, count / kPowersOfTen[decimals]);
  out.push_back('.');
  const IntegerText fraction(count % kPowersOfTen[decimals]);
  out.append(decimals - fraction.text().size(), '0');
  out.append(fraction.text());
}

std::string FormatCount(uint64_t count, uint32_t decimals) {
  std::string text;
  AppendCount(count, decimals, text);
  return text;
}

}  // namespace tally
