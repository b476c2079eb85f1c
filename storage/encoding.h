// The numbers and texts of storage/FORMAT.md.
//
//   std::string out;  PutVarint(out, 300);  PutText(out, "mw");
//   Reader in(out);   uint64_t n;  std::string_view topic;
//   bool whole = in.Varint(n) && in.Text(topic) && in.empty();
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tally {

void PutUint32BigEndian(std::string& out, uint32_t n);
void PutVarint(std::string& out, uint64_t n);
void PutSigned(std::string& out, int64_t n);
void PutText(std::string& out, std::string_view text);

// Takes values from the front of bytes. A call returns false if the bytes do not hold the value in its only valid form;
// the reader must not be used after that.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool Uint32BigEndian(uint32_t& n);
  bool Varint(uint64_t& n);
  bool Signed(int64_t& n);
  bool Text(std::string_view& text);
  bool Bytes(uint64_t size, std::string_view& bytes);
  bool Byte(uint8_t& byte);
  bool empty() const { return bytes_.empty(); }
  std::string_view rest() const { return bytes_; }

 private:
  std::string_view bytes_;
};

}  // namespace tally
