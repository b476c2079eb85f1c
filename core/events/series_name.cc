#include "core/events/series_name.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/base/digits.h"
#include "core/base/utf8.h"

namespace tally {
namespace {

constexpr std::array<bool, 256> PlainBytes() {
  std::array<bool, 256> plain{};
  for (int c = ' ' + 1; c < 0x7f; ++c) plain[c] = c != ':' && c != '%' && c != '"';
  return plain;
}
constexpr std::array<bool, 256> kPlain = PlainBytes();

bool IsPlain(char c) { return kPlain[static_cast<uint8_t>(c)]; }

uint64_t FourBytes(const char* p) {
  uint32_t bytes;
  std::memcpy(&bytes, p, sizeof bytes);
  return bytes;
}

uint64_t Each(char c) { return 0x0101010101010101 * static_cast<uint8_t>(c); }

// Checks eight bytes at once, by their highest bits. Sums of bytes below 0x80 do not carry into the next byte.
bool ArePlain(uint64_t bytes) {
  constexpr uint64_t kUpper = 0x8080808080808080;
  auto differ = [&](char c) { return (bytes ^ Each(c)) + Each(0x7f); };
  const uint64_t above_space = bytes + Each(0x7f - ' ');
  const uint64_t del_or_more = (bytes + Each(1)) | bytes;
  return (above_space & differ(':') & differ('%') & differ('"') & ~del_or_more & kUpper) == kUpper;
}

// Copies `value`, which is not empty, if all of it is plain. Otherwise `out` holds undefined bytes. The last copy
// overlaps the previous one: otherwise the processor would have to predict the number of loop iterations
// (counters_bench Apply).
bool CopyPlain(std::string_view value, char* out) {
  const char* p = value.data();
  const size_t size = value.size();
  if (size >= 8) {
    for (size_t i = 0; i + 8 < size; i += 8) {
      if (!ArePlain(EightBytes(p + i))) return false;
      std::memcpy(out + i, p + i, 8);
    }
    std::memcpy(out + size - 8, p + size - 8, 8);
    return ArePlain(EightBytes(p + size - 8));
  }
  if (size >= 4) {
    std::memcpy(out, p, 4);
    std::memcpy(out + size - 4, p + size - 4, 4);
    return ArePlain(FourBytes(p) | FourBytes(p + size - 4) << 32);
  }
  out[0] = p[0];
  out[size / 2] = p[size / 2];
  out[size - 1] = p[size - 1];
  return IsPlain(p[0]) && IsPlain(p[size / 2]) && IsPlain(p[size - 1]);
}

char* WriteCode(char c, char* out) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  auto byte = static_cast<uint8_t>(c);
  *out++ = '%';
  *out++ = kDigits[byte >> 4];
  *out++ = kDigits[byte & 15];
  return out;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

char* WriteEncoded(std::string_view value, char* out) {
  if (!value.empty() && value[0] != '~' && CopyPlain(value, out)) return out + value.size();
  for (size_t i = 0; i < value.size();) {
    char c = value[i];
    size_t length = 1;
    if (IsPlain(c) && !(c == '~' && i == 0)) {
      *out++ = c;
    } else if (static_cast<uint8_t>(c) >= 0x80 && (length = Utf8Length(value.substr(i))) > 0) {
      out = std::copy_n(value.data() + i, length, out);
    } else {
      out = WriteCode(c, out);
      length = 1;
    }
    i += length;
  }
  return out;
}

std::string Encoded(std::string_view value) {
  std::string encoded(kEncodedMax * value.size(), '\0');
  encoded.resize(static_cast<size_t>(WriteEncoded(value, encoded.data()) - encoded.data()));
  return encoded;
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
