#include "core/events/json_scalars.h"

#include <cstdint>

namespace tally {
namespace {

constexpr uint32_t kNoCode = 0xffffffff;

uint32_t HexValue(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint32_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<uint32_t>(c - 'A' + 10);
  return kNoCode;
}

// The 16 bits of the escape, \u and four hexadecimal digits, that begins at `i`.
uint32_t ReadUnit(std::string_view raw, size_t i) {
  if (raw.size() < i + 6 || raw[i] != '\\' || raw[i + 1] != 'u') return kNoCode;
  uint32_t unit = 0;
  for (size_t k = i + 2; k < i + 6; ++k) {
    uint32_t digit = HexValue(raw[k]);
    if (digit == kNoCode) return kNoCode;
    unit = unit * 16 + digit;
  }
  return unit;
}

// The code point of the escape, or of the surrogate pair, that begins at `i`. Moves `i` past it.
uint32_t ReadCode(std::string_view raw, size_t& i) {
  uint32_t unit = ReadUnit(raw, i);
  i += 6;
  if (unit == kNoCode || (unit & 0xfc00) == 0xdc00) return kNoCode;
  if ((unit & 0xfc00) != 0xd800) return unit;
  uint32_t low = ReadUnit(raw, i);
  i += 6;
  if (low == kNoCode || (low & 0xfc00) != 0xdc00) return kNoCode;
  return 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
}

char* AppendUtf8(uint32_t code, char* out) {
  auto put = [&out](uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
  return out;
}

// The character that a backslash and `c` encode. 0 if there is none.
char Simple(char c) {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '/':
      return '/';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

}  // namespace

std::optional<size_t> UnescapeJson(std::string_view raw, char* out) {
  char* begin = out;
  for (size_t i = 0; i < raw.size();) {
    if (raw[i] != '\\') {
      *out++ = raw[i++];
      continue;
    }
    if (i + 1 == raw.size()) return std::nullopt;
    if (raw[i + 1] == 'u') {
      uint32_t code = ReadCode(raw, i);
      if (code == kNoCode) return std::nullopt;
      out = AppendUtf8(code, out);
    } else {
      char c = Simple(raw[i + 1]);
      if (c == 0) return std::nullopt;
      *out++ = c;
      i += 2;
    }
  }
  return static_cast<size_t>(out - begin);
}

}  // namespace tally
