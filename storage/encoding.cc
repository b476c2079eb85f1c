#include "storage/encoding.h"

namespace tally {

void PutUint32BigEndian(std::string& out, uint32_t n) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(n >> shift));
}

void PutVarint(std::string& out, uint64_t n) {
  for (; n >= 0x80; n >>= 7) out.push_back(static_cast<char>(n | 0x80));
  out.push_back(static_cast<char>(n));
}

void PutSigned(std::string& out, int64_t n) {
  PutVarint(out, (static_cast<uint64_t>(n) << 1) ^ static_cast<uint64_t>(n >> 63));
}

void PutText(std::string& out, std::string_view text) {
  PutVarint(out, text.size());
  out.append(text);
}

bool Reader::Uint32BigEndian(uint32_t& n) {
  if (bytes_.size() < 4) return false;
  n = 0;
  for (char c : bytes_.substr(0, 4)) n = n << 8 | static_cast<uint8_t>(c);
  bytes_.remove_prefix(4);
  return true;
}

bool Reader::Varint(uint64_t& n) {
  n = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    uint8_t byte;
    if (!Byte(byte)) return false;
    if (shift == 63 && byte > 1) return false;  // more than 64 bits
    n |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return byte != 0 || shift == 0;
  }
  return false;
}

bool Reader::Signed(int64_t& n) {
  uint64_t zigzag;
  if (!Varint(zigzag)) return false;
  n = static_cast<int64_t>(zigzag >> 1) ^ -static_cast<int64_t>(zigzag & 1);
  return true;
}

bool Reader::Text(std::string_view& text) {
  uint64_t length;
  return Varint(length) && Bytes(length, text);
}

bool Reader::Bytes(uint64_t size, std::string_view& bytes) {
  if (size > bytes_.size()) return false;
  bytes = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return true;
}

bool Reader::Byte(uint8_t& byte) {
  if (bytes_.empty()) return false;
  byte = static_cast<uint8_t>(bytes_.front());
  bytes_.remove_prefix(1);
  return true;
}

}  // namespace tally
