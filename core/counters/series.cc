#include "core/counters/series.h"

#include <array>

#include "core/base/utf8.h"

namespace tally {
namespace {

constexpr std::array<bool, 256> PlainBytes() {
  std::array<bool, 256> plain{};
  for (int c = ' ' + 1; c < 0x7f; ++c) plain[c] = c != ':' && c != '%' && c != '"';
  return plain;
}
constexpr std::array<bool, 256> kPlain = PlainBytes();

void AppendCode(std::string& out, char c) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  auto byte = static_cast<uint8_t>(c);
  out.push_back('%');
  out.push_back(kDigits[byte >> 4]);
  out.push_back(kDigits[byte & 15]);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

void AppendEncoded(std::string& name, std::string_view value) {
  size_t plain = 0;
  if (value.empty() || value[0] != '~') {
    while (plain < value.size() && kPlain[static_cast<uint8_t>(value[plain])]) ++plain;
  }
  name.append(value.substr(0, plain));
  while (plain < value.size()) {
    char c = value[plain];
    size_t length = 1;
    if (static_cast<uint8_t>(c) >= 0x80 && (length = Utf8Length(value.substr(plain))) > 0) {
      name.append(value.substr(plain, length));
    } else if (kPlain[static_cast<uint8_t>(c)] && !(plain == 0 && c == '~')) {
      name.push_back(c);
    } else {
      AppendCode(name, c);
      length = 1;
    }
    plain += length;
  }
}

std::string Decoded(std::string_view encoded) {
  std::string value;
  for (size_t i = 0; i < encoded.size(); ++i) {
    int high = encoded[i] == '%' && i + 2 < encoded.size() ? HexDigit(encoded[i + 1]) : -1;
    int low = high >= 0 ? HexDigit(encoded[i + 2]) : -1;
    if (low >= 0) {
      value.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      value.push_back(encoded[i]);
    }
  }
  return value;
}

}  // namespace tally
