#include "apps/server/http_message.h"

#include <algorithm>
#include <charconv>

#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

// `plus`: a `+` means a space, as in a form.
absl::StatusOr<std::string> Decoded(std::string_view encoded, bool plus) {
  std::string text;
  for (size_t i = 0; i < encoded.size(); ++i) {
    char c = encoded[i];
    if (plus && c == '+') c = ' ';
    if (c == '%') {
      const std::string_view digits = encoded.substr(i + 1, 2);
      unsigned char byte = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
      if (error != std::errc() || end != digits.data() + 2) {
        return InvalidArgument("expected two hexadecimal digits after each %");
      }
      c = static_cast<char>(byte);
      i += 2;
    }
    text.push_back(c);
  }
  return text;
}

}  // namespace

absl::Status HttpParameters::Add(std::string_view encoded) {
  while (!encoded.empty()) {
    const std::string_view pair = encoded.substr(0, encoded.find('&'));
    encoded.remove_prefix(std::min(pair.size() + 1, encoded.size()));
    if (pair.empty()) continue;
    if (all_.size() == kCountMax) return InvalidArgument("expected at most ", kCountMax, " parameters");
    const size_t equals = std::min(pair.find('='), pair.size());
    ASSIGN_OR_RETURN(std::string name, Decoded(pair.substr(0, equals), true));
    ASSIGN_OR_RETURN(std::string value, Decoded(pair.substr(std::min(equals + 1, pair.size())), true));
    all_.emplace_back(std::move(name), std::move(value));
  }
  return absl::OkStatus();
}

std::optional<std::string_view> HttpParameters::First(std::string_view name) const {
  for (const auto& [known, value] : all_) {
    if (known == name) return value;
  }
  return std::nullopt;
}

absl::StatusOr<std::string> PercentDecoded(std::string_view encoded) { return Decoded(encoded, false); }

}  // namespace tally
